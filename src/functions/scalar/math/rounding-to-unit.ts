/** FLOOR and CEIL: of numbers to the next integer, of dates and times to a unit. */
import type { CallSite } from '../../../expr/function.ts'
import { args, computed, DATETIME, NUMERIC, ofArg, overloads, type Shape, symbol } from '../../../expr/signature.ts'
import { decimal } from '../../../types/logical-type.ts'
import { type Exact, exact } from '../../../types/value.ts'
import { ROUNDING_UNITS, rounder } from '../temporal/rounding.ts'

export const roundingToUnitShape: Shape = overloads(
  args(
    [NUMERIC],
    computed(([{ type }]) => (type.kind === 'DECIMAL' ? decimal(type.precision, 0) : type)),
  ),
  args([DATETIME, symbol(...ROUNDING_UNITS)], ofArg(0)),
)

export function roundingToUnit(up: boolean) {
  return ({ args: [{ type }, unit], context }: CallSite) => {
    if (unit !== undefined) return rounder(String(unit.literal?.value), up, type, context.timeZone)
    switch (type.kind) {
      case 'FLOAT':
      case 'DOUBLE':
        return up ? Math.ceil : Math.floor
      case 'DECIMAL': {
        const one = 10n ** BigInt(type.scale)
        return (value: Exact) => {
          const big = BigInt(value)
          const rest = big % one
          const whole = big / one
          if (rest === 0n) return exact(whole)
          return exact(up ? (rest > 0n ? whole + 1n : whole) : rest < 0n ? whole - 1n : whole)
        }
      }
      default:
        return (value: Exact) => value
    }
  }
}

export function roundingCode(fn: 'ceil' | 'floor', [value]: readonly string[], { args: given, returns }: CallSite) {
  if (given.length > 1) return undefined
  if (returns.kind === 'FLOAT' || returns.kind === 'DOUBLE') return `Math.${fn}(${value})`
  return returns.kind === 'DECIMAL' ? undefined : value
}
