/** What the arithmetic operators share: argument types, and code for the exact kinds of numbers. */
import { fail } from '../../../base/errors.ts'
import type { CodeHelpers, Resolution } from '../../../expr/function.ts'
import { custom, type Shape } from '../../../expr/signature.ts'
import { type ArithmeticOperator, arithmeticType, supportsImplicitCast } from '../../../types/common-type.ts'
import type { DecimalOperation } from '../../../types/exact-arithmetic.ts'
import { decimalDigits } from '../../../types/family.ts'
import {
  type DecimalType,
  type LogicalType,
  typeText,
  withNullable,
  withoutAttribute,
} from '../../../types/logical-type.ts'
import { temporalArithmetic } from '../temporal/interval.ts'

/**
 * Numbers: without DECIMAL both operands are cast to the result's type; a DECIMAL result is computed from the operands'
 * own digits. Then dates, times and intervals for `+` and `−`, and numbers times intervals.
 */
export function arithmeticShape(op: ArithmeticOperator): Shape {
  const texts = [`NUMERIC ${op} NUMERIC`]
  if (op === '+' || op === '-') texts.push(`DATETIME ${op} INTERVAL`, `INTERVAL ${op} INTERVAL`)
  if (op === '+') texts.push('INTERVAL + DATETIME')
  if (op === '*') texts.push('INTERVAL * NUMERIC', 'NUMERIC * INTERVAL')
  return custom(texts, 2, 2, (args) => {
    const [a, b] = args.map(({ type }) => withoutAttribute(type))
    // An untyped NULL is refused, as Flink does.
    if (a.kind === 'NULL' || b.kind === 'NULL') return undefined
    return numbers(op, a, b) ?? times(op, a, b)
  })
}

function numbers(op: ArithmeticOperator, a: LogicalType, b: LogicalType): Resolution | undefined {
  const type = arithmeticType(op, a, b)
  if (type === undefined || !supportsImplicitCast(a, DECIMAL) || !supportsImplicitCast(b, DECIMAL)) return undefined
  if (type.kind === 'DECIMAL' || op === '%') return { args: [a, b], returns: type }
  return { args: [withNullable(type, a.nullable), withNullable(type, b.nullable)], returns: type }
}

const DECIMAL: LogicalType = { kind: 'DECIMAL', nullable: true, precision: 38, scale: 18 }

function times(op: ArithmeticOperator, a: LogicalType, b: LogicalType): Resolution | undefined {
  if (op === '+' || op === '-') {
    const found = temporalArithmetic(op, a, b)
    return found && { args: [a, b], returns: found.returns }
  }
  if (op !== '*') return undefined
  if (isInterval(a) && supportsImplicitCast(b, DECIMAL)) {
    return { args: [a, b], returns: withNullable(a, a.nullable || b.nullable) }
  }
  if (isInterval(b) && supportsImplicitCast(a, DECIMAL)) {
    return { args: [a, b], returns: withNullable(b, a.nullable || b.nullable) }
  }
  return undefined
}

export function isInterval(type: LogicalType): boolean {
  return type.kind === 'INTERVAL_DAY_TIME' || type.kind === 'INTERVAL_YEAR_MONTH'
}

export const scaleOf = (type: LogicalType): number => decimalDigits(type).scale

const SAFE = '9007199254740991'

/**
 * `expression` while it and its operands are safe integers, else `slow(a, b)`. Wide operands are bigints, which `typeof`
 * tells before the expression would mix them with numbers.
 */
export function safeOr(expression: string, a: string, b: string, slow: string): string {
  return `(typeof ${a} === 'number' && typeof ${b} === 'number' && ${expression} <= ${SAFE} && ${expression} >= -${SAFE} ? ${expression} : ${slow}(${a}, ${b}))`
}

/** Largest size of an operand that, times `unit`, leaves room for a sum. */
export function halfRange(unit: number): number {
  return Math.floor(4_503_599_627_370_495 / unit)
}

/** An expression of kind INT or narrower, wrapped into its bits. */
export function wrapped(kind: LogicalType['kind'], expression: string): string | undefined {
  switch (kind) {
    case 'TINYINT':
      return `((${expression}) << 24 >> 24)`
    case 'SMALLINT':
      return `((${expression}) << 16 >> 16)`
    case 'INTEGER':
      return `((${expression}) | 0)`
    case 'FLOAT':
      return `Math.fround(${expression})`
    case 'DOUBLE':
      return `(${expression})`
    default:
      return undefined
  }
}

/** A DECIMAL that does not fit is NULL, which a NOT NULL result cannot be. */
export function decimalOperation(operation: DecimalOperation, returns: DecimalType): DecimalOperation {
  if (returns.nullable) return operation
  return (a, b) => operation(a, b) ?? fail('FUNCTION_DECIMAL_OVERFLOW', { type: typeText(returns) })
}

export function divisionByZero(): never {
  return fail('FUNCTION_DIVISION_BY_ZERO', {})
}

/** Text of a guard for a zero divisor in front of `expression`. */
export function unlessZero(divisor: string, expression: string, helpers: CodeHelpers): string {
  return `(${divisor} === 0 ? ${helpers.use(divisionByZero, 'divisionByZero')}() : ${expression})`
}

/** Narrow integers and floating-point numbers: the evaluator that wraps or rounds as the type does. */
export function narrowing(kind: LogicalType['kind']): (value: number) => number {
  switch (kind) {
    case 'TINYINT':
      return (value) => (value << 24) >> 24
    case 'SMALLINT':
      return (value) => (value << 16) >> 16
    case 'INTEGER':
      return (value) => value | 0
    case 'FLOAT':
      return Math.fround
    default:
      return (value) => value
  }
}
