/** Values in generated code. */
import type { LogicalType } from '../types/logical-type.ts'
import { physicalOf } from '../types/value.ts'

export interface Operand {
  readonly value: string
  /** `false`, `true`, or an expression without side effects. */
  readonly isNull: string
}

export const NULL_OBJECT: Operand = { value: 'null', isNull: 'true' }
export const NULL_NUMBER: Operand = { value: '0', isNull: 'true' }

export const isObject = (type: LogicalType): boolean => physicalOf(type) === 'object'

/** NOT NULL is believed except for DECIMAL, whose overflow is NULL whatever the type says. */
export const neverNull = (type: LogicalType): boolean => !type.nullable && type.kind !== 'DECIMAL'
