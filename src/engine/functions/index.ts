/** Users' functions of every kind, and how a session registers what it is given. */
import type { UserFunction } from '../../catalog/function.ts'
import { declareAggregateClass } from './aggregate.ts'
import { classKind, isUserDefinedFunction, type UserDefinedFunction } from './declared.ts'
import { declareScalarClass } from './scalar.ts'
import { declareTableClass } from './table.ts'

/** What registration takes: a declared function, or a class (or an instance) that says its types itself. */
export type Registrable = UserDefinedFunction | object

/** The declaration that a value is; undefined when it is no function of a user. */
export function declarationOf(value: unknown): UserDefinedFunction | undefined {
  if (isUserDefinedFunction(value)) return value
  switch (classKind(value)) {
    case 'scalar':
    case 'async':
      return declareScalarClass(value)
    case 'aggregate':
      return declareAggregateClass(value)
    case 'table':
      return declareTableClass(value)
    case undefined:
      return undefined
  }
}

/** The function as the catalog holds it; undefined when the value is no function of a user. */
export function userFunctionOf(value: unknown, registeredName: string): UserFunction | undefined {
  return declarationOf(value)?.declare(registeredName)
}
