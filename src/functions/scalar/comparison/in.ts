import { custom } from '../../../expr/signature.ts'
import { commonType, leastRestrictive } from '../../../types/common-type.ts'
import { equalityOf } from '../../../types/compare.ts'
import { isCharacter } from '../../../types/family.ts'
import { BOOLEAN, type LogicalType, STRING, withNullable } from '../../../types/logical-type.ts'
import { physicalOf, type Value } from '../../../types/value.ts'
import { scalar } from '../../define.ts'

export const inList = scalar({
  name: 'IN',
  theme: 'comparison',
  doc: 'TRUE when the first value equals one of the others; NULL when it equals none and one of them, or the first, is NULL. Texts and other values are compared as texts.',
  signature: custom(['ANY IN (ANY, …)'], 2, Number.POSITIVE_INFINITY, (given) => {
    const types = given.map((arg) => arg.type)
    if (commonType(types.slice(1)) === undefined) return undefined
    const common = leastRestrictive(types) ?? commonType(types) ?? (types.some(isCharacter) ? STRING : undefined)
    if (common === undefined) return undefined
    const args = types.map((type) => withNullable(common, type.nullable || type.kind === 'NULL'))
    return {
      args,
      returns: withNullable(
        BOOLEAN,
        args.some((type) => type.nullable),
      ),
    }
  }),
  nulls: 'custom',
  prepare: ({ args }) => {
    const [value, ...items] = args
    const literals = items.map((item) => item.literal)
    if (literals.every((literal) => literal !== undefined) && hasIdentity(value.type)) {
      const values = new Set(literals.map((literal) => literal.value))
      const miss = values.has(null) ? null : false
      return (found: Value) => (found === null ? null : values.has(found) ? true : miss)
    }
    const equal = equalityOf(value.type)
    return (found: Value, ...others: Value[]) => {
      if (found === null) return null
      let miss: boolean | null = false
      for (const other of others) {
        if (other === null) miss = null
        else if (equal(found, other)) return true
      }
      return miss
    }
  },
  examples: [
    ['3 IN (1, 2, 3, 4, 5)', 'TRUE'],
    ["'b' IN ('a', 'c', 'd', 'e', 'f')", 'FALSE'],
    ['9 IN (1, 2, 3, 4, CAST(NULL AS INT))', 'NULL'],
  ],
})

/** A Set finds these as SQL compares them (−0 and NaN are why DOUBLE is not among them). */
function hasIdentity(type: LogicalType): boolean {
  return isCharacter(type) || physicalOf(type) === 'int32' || physicalOf(type) === 'exact'
}
