/** Flink's type families, and small questions about types that many places ask. */
import type { LengthType, LogicalType, TypeKind } from './logical-type.ts'

export type TypeFamily =
  | 'ANY'
  | 'BOOLEAN'
  | 'CHARACTER_STRING'
  | 'BINARY_STRING'
  | 'NUMERIC'
  | 'INTEGER_NUMERIC'
  | 'EXACT_NUMERIC'
  | 'APPROXIMATE_NUMERIC'
  | 'DATETIME'
  | 'DATE'
  | 'TIME'
  | 'TIMESTAMP'
  | 'INTERVAL'
  | 'INTERVAL_YEAR_MONTH'
  | 'INTERVAL_DAY_TIME'
  | 'ARRAY'
  | 'MAP'
  | 'MULTISET'
  | 'ROW'
  | 'VARIANT'
  | 'BITMAP'

const INTEGERS: readonly TypeKind[] = ['TINYINT', 'SMALLINT', 'INTEGER', 'BIGINT']

const MEMBERS: Readonly<Record<Exclude<TypeFamily, 'ANY'>, readonly TypeKind[]>> = {
  BOOLEAN: ['BOOLEAN'],
  CHARACTER_STRING: ['CHAR', 'VARCHAR'],
  BINARY_STRING: ['BINARY', 'VARBINARY'],
  NUMERIC: [...INTEGERS, 'DECIMAL', 'FLOAT', 'DOUBLE'],
  INTEGER_NUMERIC: INTEGERS,
  EXACT_NUMERIC: [...INTEGERS, 'DECIMAL'],
  APPROXIMATE_NUMERIC: ['FLOAT', 'DOUBLE'],
  DATETIME: ['DATE', 'TIME', 'TIMESTAMP', 'TIMESTAMP_LTZ'],
  DATE: ['DATE'],
  TIME: ['TIME'],
  TIMESTAMP: ['TIMESTAMP', 'TIMESTAMP_LTZ'],
  INTERVAL: ['INTERVAL_YEAR_MONTH', 'INTERVAL_DAY_TIME'],
  INTERVAL_YEAR_MONTH: ['INTERVAL_YEAR_MONTH'],
  INTERVAL_DAY_TIME: ['INTERVAL_DAY_TIME'],
  ARRAY: ['ARRAY'],
  MAP: ['MAP'],
  MULTISET: ['MULTISET'],
  ROW: ['ROW', 'STRUCTURED'],
  VARIANT: ['VARIANT'],
  BITMAP: ['BITMAP'],
}

export function isInFamily(type: LogicalType, family: TypeFamily): boolean {
  return family === 'ANY' || MEMBERS[family].includes(type.kind)
}

export const isNumeric = (type: LogicalType): boolean => isInFamily(type, 'NUMERIC')
export const isExactNumeric = (type: LogicalType): boolean => isInFamily(type, 'EXACT_NUMERIC')
export const isInteger = (type: LogicalType): boolean => isInFamily(type, 'INTEGER_NUMERIC')
export const isApproximate = (type: LogicalType): boolean => type.kind === 'FLOAT' || type.kind === 'DOUBLE'
export const isTimestamp = (type: LogicalType): boolean => isInFamily(type, 'TIMESTAMP')
export const isDatetime = (type: LogicalType): boolean => isInFamily(type, 'DATETIME')
export type CharacterType = LengthType & { readonly kind: 'CHAR' | 'VARCHAR' }
export type BinaryType = LengthType & { readonly kind: 'BINARY' | 'VARBINARY' }
export const isCharacter = (type: LogicalType): type is CharacterType => type.kind === 'CHAR' || type.kind === 'VARCHAR'
export const isBinary = (type: LogicalType): type is BinaryType => type.kind === 'BINARY' || type.kind === 'VARBINARY'

/** Digits that a number type holds: precision and scale as a DECIMAL would have them. */
export function decimalDigits(type: LogicalType): { readonly precision: number; readonly scale: number } {
  switch (type.kind) {
    case 'TINYINT':
      return { precision: 3, scale: 0 }
    case 'SMALLINT':
      return { precision: 5, scale: 0 }
    case 'INTEGER':
      return { precision: 10, scale: 0 }
    case 'BIGINT':
      return { precision: 19, scale: 0 }
    case 'DECIMAL':
      return type
    default:
      return { precision: 38, scale: 18 }
  }
}
