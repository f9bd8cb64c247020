/** GREATEST and LEAST: the same but for the direction. */

import type { CallSite } from '../../../expr/function.ts'
import { custom, type Shape } from '../../../expr/signature.ts'
import { castIsVoid, leastRestrictive } from '../../../types/common-type.ts'
import { comparatorOf } from '../../../types/compare.ts'
import { isBinary } from '../../../types/family.ts'
import { withNullable, withoutAttribute } from '../../../types/logical-type.ts'
import type { Value } from '../../../types/value.ts'

export function extremeShape(name: string): Shape {
  return custom([`${name}(COMPARABLE…)`], 1, Number.POSITIVE_INFINITY, (given) => {
    const types = given.map((arg) => withoutAttribute(arg.type))
    const type = leastRestrictive(types)
    if (type === undefined || comparatorOf(type) === undefined || isBinary(type)) return undefined
    return {
      args: types.map((from) =>
        castIsVoid(from, type) ? from : withNullable(type, from.nullable || from.kind === 'NULL'),
      ),
      returns: type,
    }
  })
}

/** @param sign 1 for the greatest, −1 for the least */
export function extreme(sign: 1 | -1) {
  return ({ returns }: CallSite) => {
    const compare = comparatorOf(returns) as (a: Value, b: Value) => number
    return (first: Value, ...others: Value[]): Value => {
      let best = first
      for (const other of others) {
        // NaN is greater than every number, as Java's Double.compare has it.
        if (Number.isNaN(best)) {
          if (sign === -1) best = other
        } else if (Number.isNaN(other)) {
          if (sign === 1) best = other
        } else if (compare(other, best) * sign > 0) best = other
      }
      return best
    }
  }
}

/** Code for two numbers of one physical kind; NaN must not be among them. */
export function extremeCode(op: '>' | '<', args: readonly string[], { returns }: CallSite): string | undefined {
  const exactKind = !['FLOAT', 'DOUBLE', 'CHAR', 'VARCHAR'].includes(returns.kind)
  if (!exactKind || args.length !== 2) return undefined
  return `(${args[1]} ${op} ${args[0]} ? ${args[1]} : ${args[0]})`
}
