/**
 * Types of mixed arguments.
 *
 * Laws
 * - `leastRestrictive` is the SQL standard's rule as Flink's planner applies it to operators, CASE, IN, set operations and
 *   constructors; FLOAT and DOUBLE count as equally wide there, so that the first of them wins.
 * - `commonType` is the rule of Flink's functions (COALESCE, IFNULL, array functions): the former where it gives a type,
 *   TIMESTAMP_LTZ for time stamps of both kinds, else the widest argument that all others cast to implicitly.
 * - The result is nullable when any of the types is.
 */
import {
  decimalDigits,
  isApproximate,
  isBinary,
  isCharacter,
  isExactNumeric,
  isInteger,
  isTimestamp,
} from './family.ts'
import {
  BIGINT,
  DOUBLE,
  decimal,
  INT,
  type IntervalDayTimeType,
  type LengthType,
  type LogicalType,
  type RowField,
  SMALLINT,
  sameType,
  TINYINT,
  type TimestampType,
  type TimeType,
  withNullable,
  withoutAttribute,
} from './logical-type.ts'

export const MAX_PRECISION = 38

/** May a value of `from` be given where `to` is declared, without CAST? Nullability does not count. */
export function supportsImplicitCast(from: LogicalType, to: LogicalType): boolean {
  if (from.kind === 'NULL') return true
  switch (to.kind) {
    case 'CHAR':
      return from.kind === 'CHAR'
    case 'VARCHAR':
      return isCharacter(from)
    case 'BINARY':
      return from.kind === 'BINARY'
    case 'VARBINARY':
      return isBinary(from)
    case 'DECIMAL':
    case 'DOUBLE':
      return isExactNumeric(from) || isApproximate(from)
    case 'TINYINT':
      return from.kind === 'TINYINT'
    case 'SMALLINT':
      return from.kind === 'TINYINT' || from.kind === 'SMALLINT'
    case 'INTEGER':
      return from.kind !== 'BIGINT' && isInteger(from)
    case 'BIGINT':
      return isInteger(from)
    case 'FLOAT':
      return isExactNumeric(from) || from.kind === 'FLOAT'
    case 'DATE':
      return from.kind === 'DATE' || from.kind === 'TIMESTAMP'
    case 'TIME':
      return from.kind === 'TIME' || from.kind === 'TIMESTAMP'
    case 'TIMESTAMP':
    case 'TIMESTAMP_LTZ':
      return isTimestamp(from)
    case 'ARRAY':
    case 'MULTISET':
      return from.kind === to.kind && supportsImplicitCast(from.element, to.element)
    case 'MAP':
      return from.kind === 'MAP' && supportsImplicitCast(from.key, to.key) && supportsImplicitCast(from.value, to.value)
    case 'ROW':
    case 'STRUCTURED':
      return (
        (from.kind === 'ROW' || from.kind === 'STRUCTURED') &&
        from.fields.length === to.fields.length &&
        from.fields.every((field, i) => supportsImplicitCast(field.type, to.fields[i].type))
      )
    case 'INTERVAL_DAY_TIME':
    case 'INTERVAL_YEAR_MONTH':
      return from.kind === to.kind
    default:
      return sameType(from, to, true)
  }
}

/** A cast between these changes nothing about a value, so that Flink leaves it out (and keeps the narrower type). */
export function castIsVoid(from: LogicalType, to: LogicalType): boolean {
  if (sameType(from, to, true)) return true
  if (to.kind === 'VARCHAR' && isCharacter(from)) return from.length <= to.length
  if (to.kind === 'VARBINARY' && isBinary(from)) return from.length <= to.length
  if (to.kind === from.kind) {
    switch (to.kind) {
      case 'INTERVAL_DAY_TIME':
      case 'INTERVAL_YEAR_MONTH':
        return true
      case 'ARRAY':
        return castIsVoid((from as typeof to).element, to.element)
      default:
        return false
    }
  }
  return false
}

/** The type that holds all of them as the standard's operators see it, or undefined when they do not mix. */
export function leastRestrictive(types: readonly LogicalType[]): LogicalType | undefined {
  const nullable = types.some((type) => type.nullable || type.kind === 'NULL')
  const typed = types.filter((type) => type.kind !== 'NULL')
  if (typed.length === 0) return types.length === 0 ? undefined : types[0]
  let result: LogicalType | undefined = withoutAttribute(typed[0])
  for (const type of typed.slice(1)) {
    result = leastOfTwo(result, withoutAttribute(type))
    if (result === undefined) return undefined
  }
  return withNullable(result, nullable)
}

/** The common type of a function's arguments, or undefined. */
export function commonType(types: readonly LogicalType[]): LogicalType | undefined {
  const least = leastRestrictive(types)
  if (least !== undefined) return least
  const nullable = types.some((type) => type.nullable || type.kind === 'NULL')
  if (types.every((type) => isTimestamp(type) || type.kind === 'NULL')) {
    const precision = Math.max(...types.map((type) => ('precision' in type ? type.precision : 0)))
    return { kind: 'TIMESTAMP_LTZ', nullable, precision }
  }
  let result = types[0]
  for (const type of types) {
    if (type.kind === 'NULL') continue
    if (supportsImplicitCast(result, type)) result = type
    else if (!supportsImplicitCast(type, result)) return undefined
  }
  return withNullable(withoutAttribute(result), nullable)
}

function leastOfTwo(a: LogicalType, b: LogicalType): LogicalType | undefined {
  if (sameType(a, b, true)) return a
  if (isCharacter(a) && isCharacter(b)) return strings(a, b, 'CHAR', 'VARCHAR')
  if (isBinary(a) && isBinary(b)) return strings(a, b, 'BINARY', 'VARBINARY')
  if (isExactNumeric(a) && isExactNumeric(b)) return exactNumbers(a, b)
  if (isApproximate(a)) return b.kind === 'DECIMAL' ? DOUBLE : isExactNumeric(b) || isApproximate(b) ? a : undefined
  if (isApproximate(b)) return a.kind === 'DECIMAL' ? DOUBLE : isExactNumeric(a) ? b : undefined
  if (a.kind !== b.kind) return undefined
  switch (a.kind) {
    case 'TIME':
      return { ...a, precision: Math.max(a.precision, (b as TimeType).precision) }
    case 'TIMESTAMP':
    case 'TIMESTAMP_LTZ':
      return { ...a, precision: Math.max(a.precision, (b as TimestampType).precision) }
    case 'INTERVAL_DAY_TIME': {
      const other = b as IntervalDayTimeType
      return {
        ...a,
        resolution: 'DAY_TO_SECOND',
        dayPrecision: Math.max(a.dayPrecision, other.dayPrecision),
        fractionalPrecision: Math.max(a.fractionalPrecision, other.fractionalPrecision),
      }
    }
    case 'INTERVAL_YEAR_MONTH':
      return { ...a, resolution: 'YEAR_TO_MONTH' }
    case 'ARRAY':
    case 'MULTISET': {
      const element = leastRestrictive([a.element, (b as typeof a).element])
      return element && { ...a, element }
    }
    case 'MAP': {
      const other = b as typeof a
      const key = leastRestrictive([a.key, other.key])
      const value = leastRestrictive([a.value, other.value])
      return key && value && { ...a, key, value }
    }
    case 'ROW': {
      const other = b as typeof a
      if (a.fields.length !== other.fields.length) return undefined
      const fields: RowField[] = []
      for (let i = 0; i < a.fields.length; i++) {
        const type = leastRestrictive([a.fields[i].type, other.fields[i].type])
        if (type === undefined) return undefined
        fields.push({ ...a.fields[i], type })
      }
      return { ...a, fields }
    }
    default:
      return undefined
  }
}

/** Different lengths become the varying type, as long as the longer. */
function strings(
  a: LengthType,
  b: LengthType,
  fixed: 'CHAR' | 'BINARY',
  varying: 'VARCHAR' | 'VARBINARY',
): LogicalType {
  const kind = a.kind === fixed && b.kind === fixed && a.length === b.length ? fixed : varying
  return { kind, nullable: a.nullable, length: Math.max(a.length, b.length) }
}

const WIDTHS = [TINYINT, SMALLINT, INT, BIGINT] as const

function exactNumbers(a: LogicalType, b: LogicalType): LogicalType {
  if (a.kind !== 'DECIMAL' && b.kind !== 'DECIMAL') {
    const width = (type: LogicalType) => WIDTHS.findIndex((w) => w.kind === type.kind)
    return WIDTHS[Math.max(width(a), width(b))]
  }
  const x = decimalDigits(a)
  const y = decimalDigits(b)
  const whole = Math.min(MAX_PRECISION, Math.max(x.precision - x.scale, y.precision - y.scale))
  const scale = Math.min(Math.max(x.scale, y.scale), MAX_PRECISION - whole)
  return decimal(whole + scale, scale)
}

// ---- Results of decimal arithmetic -------------------------------------------------------------------------------

/** When the exact result needs more than 38 digits, the scale gives way, down to 6 digits. */
function adjust(precision: number, scale: number): LogicalType {
  if (precision <= MAX_PRECISION) return decimal(precision, scale)
  const kept = Math.max(MAX_PRECISION - (precision - scale), Math.min(scale, 6))
  return decimal(MAX_PRECISION, kept)
}

export type ArithmeticOperator = '+' | '-' | '*' | '/' | '%'

/** Type of `a op b` for numbers, nullable as its arguments; undefined when the operator does not take them. */
export function arithmeticType(op: ArithmeticOperator, a: LogicalType, b: LogicalType): LogicalType | undefined {
  const nullable = a.nullable || b.nullable
  const type = bareArithmeticType(op, a, b)
  return type && withNullable(type, nullable)
}

function bareArithmeticType(op: ArithmeticOperator, a: LogicalType, b: LogicalType): LogicalType | undefined {
  if (op === '%') {
    if (!isExactNumeric(a) || !isExactNumeric(b)) return undefined
    return remainderType(a, b)
  }
  if (a.kind !== 'DECIMAL' && b.kind !== 'DECIMAL') return leastRestrictive([a, b])
  if (!isExactNumeric(a) || !isExactNumeric(b)) return leastRestrictive([a, b])
  const { precision: p1, scale: s1 } = decimalDigits(a)
  const { precision: p2, scale: s2 } = decimalDigits(b)
  switch (op) {
    case '+':
    case '-': {
      const scale = Math.max(s1, s2)
      return adjust(Math.max(p1 - s1, p2 - s2) + scale + 1, scale)
    }
    case '*':
      return adjust(p1 + p2 + 1, s1 + s2)
    case '/': {
      const scale = Math.max(6, s1 + p2 + 1)
      return adjust(p1 - s1 + s2 + scale, scale)
    }
  }
}

/** The remainder is as small as its divisor: integers take the divisor's type, a whole DECIMAL counts as an integer. */
function remainderType(a: LogicalType, b: LogicalType): LogicalType {
  const x = decimalDigits(a)
  const y = decimalDigits(b)
  if (x.scale === 0 && y.scale === 0) return withNullable(b, true)
  const scale = Math.max(x.scale, y.scale)
  return decimal(Math.min(MAX_PRECISION, Math.min(x.precision - x.scale, y.precision - y.scale) + scale), scale)
}

/** SUM of a column. */
export function sumType(type: LogicalType): LogicalType {
  return withNullable(type.kind === 'DECIMAL' ? decimal(MAX_PRECISION, type.scale) : type, true)
}

/** AVG of a column: integers stay integers, DECIMAL gets at least 6 digits behind the point. */
export function avgType(type: LogicalType): LogicalType {
  return withNullable(
    type.kind === 'DECIMAL' ? decimal(MAX_PRECISION, Math.max(6, Math.min(type.scale, MAX_PRECISION))) : type,
    true,
  )
}
