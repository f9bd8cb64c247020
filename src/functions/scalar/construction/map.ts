import { custom } from '../../../expr/signature.ts'
import { leastRestrictive } from '../../../types/common-type.ts'
import { equalityOf } from '../../../types/compare.ts'
import type { MapType } from '../../../types/logical-type.ts'
import { withNullable } from '../../../types/logical-type.ts'
import type { Value } from '../../../types/value.ts'
import { scalar } from '../../define.ts'

export const mapOf = scalar({
  name: 'MAP',
  theme: 'construction',
  doc: 'A map of keys and values in turn; of a key that stands twice, the last value.',
  signature: custom(['MAP[key, value, …]'], 2, Number.POSITIVE_INFINITY, (given) => {
    if (given.length % 2 !== 0) return undefined
    const types = given.map((arg) => arg.type)
    const key = leastRestrictive(types.filter((_, i) => i % 2 === 0))
    const value = leastRestrictive(types.filter((_, i) => i % 2 === 1))
    if (key === undefined || key.kind === 'NULL' || value === undefined) return undefined
    // Values that are all untyped NULLs get the type of the keys.
    const known = value.kind === 'NULL' ? withNullable(key, true) : value
    return {
      args: given.map((_, i) => (i % 2 === 0 ? key : known)),
      returns: { kind: 'MAP', nullable: false, key, value: known },
    }
  }),
  nulls: 'custom',
  prepare: (site) => {
    const { key } = site.returns as MapType
    const equal = equalityOf(key)
    return (...entries: Value[]) => {
      const keys: Value[] = []
      const values: Value[] = []
      for (let i = 0; i < entries.length; i += 2) {
        const at = keys.findIndex((known) => equal(known, entries[i]))
        if (at >= 0) values[at] = entries[i + 1]
        else {
          keys.push(entries[i])
          values.push(entries[i + 1])
        }
      }
      return { keys, values }
    }
  },
  examples: [
    ["MAP['a', 1, 'b', 2]", '{a=1, b=2}'],
    ["MAP['a', 1, 'a', 2]", '{a=2}'],
  ],
})
