/**
 * ROUND and TRUNCATE: digits kept behind (or, when negative, zeroed before) the point.
 *
 * Laws
 * - A DECIMAL's result type follows a constant count of digits; else the type stays and the digits become zeros.
 * - Integers are rounded as exact numbers and wrap into their type; FLOAT and DOUBLE go through the digits that Java prints,
 *   so that 1.005 rounds to 1.01; NaN and Infinity have no digits and fail.
 */
import type { CallSite, Resolution } from '../../../expr/function.ts'
import { custom, type MatchedArg, type Shape } from '../../../expr/signature.ts'
import { decimalToDouble, type IntegerKind, wrapInteger } from '../../../types/cast-number.ts'
import { supportsImplicitCast } from '../../../types/common-type.ts'
import { divideHalfUp, parseDigits } from '../../../types/decimal-text.ts'
import { doubleText } from '../../../types/java-number.ts'
import { decimal, INT, type LogicalType, withNullable } from '../../../types/logical-type.ts'
import { type Exact, exact } from '../../../types/value.ts'

export function roundingShape(name: string, kinds: readonly LogicalType['kind'][]): Shape {
  return custom([`${name}(NUMERIC)`, `${name}(NUMERIC, INT)`], 1, 2, ([value, digits]): Resolution | undefined => {
    if (!kinds.includes(value.type.kind)) return undefined
    const nullable = value.type.nullable || digits?.type.nullable === true
    if (digits !== undefined && !supportsImplicitCast(digits.type, INT)) return undefined
    const args = digits === undefined ? [value.type] : [value.type, withNullable(INT, digits.type.nullable)]
    return { args, returns: withNullable(roundedType(value.type, digits), nullable) }
  })
}

function roundedType(type: LogicalType, digits: MatchedArg | undefined): LogicalType {
  if (type.kind !== 'DECIMAL') return type
  const count = digits === undefined ? 0 : digits.literal?.value
  if (typeof count !== 'number' || count >= type.scale) return type
  const whole = 1 + type.precision - type.scale
  return count < 0 ? decimal(Math.min(38, whole), 0) : decimal(Math.min(38, whole + count), count)
}

type Division = (dividend: bigint, divisor: bigint) => bigint

/** Keep `count` digits of a number at `scale`; the result is at the same scale. */
function keep(value: bigint, scale: number, count: number, divide: Division): bigint {
  if (count >= scale) return value
  const unit = 10n ** BigInt(Math.min(scale - count, 400))
  return divide(value, unit) * unit
}

export function rounding(divide: Division) {
  return ({ args: [{ type }], returns }: CallSite) => {
    if (type.kind === 'FLOAT' || type.kind === 'DOUBLE') {
      const narrow = type.kind === 'FLOAT' ? Math.fround : (value: number) => value
      return (value: number, count = 0) => {
        if (!Number.isFinite(value)) throw new RangeError(`${doubleText(value)} has no digits to round`)
        const { value: digits, scale } = parseDigits(doubleText(value))
        return narrow(decimalToDouble(exact(keep(digits, scale, count, divide)), scale))
      }
    }
    if (type.kind === 'DECIMAL') {
      const target = (returns as LogicalType & { scale: number }).scale
      return (value: Exact, count = 0) => {
        const kept = keep(BigInt(value), type.scale, count, divide)
        return exact(kept / 10n ** BigInt(type.scale - target))
      }
    }
    const kind = type.kind as IntegerKind
    return (value: Exact, count = 0): Exact =>
      count >= 0 ? value : wrapInteger(exact(keep(BigInt(value), 0, count, divide)), kind)
  }
}

export const halfUp = divideHalfUp
export const towardsZero: Division = (dividend, divisor) => dividend / divisor
