import { custom } from '../../../expr/signature.ts'
import { withNullable } from '../../../types/logical-type.ts'
import type { Value } from '../../../types/value.ts'
import { scalar } from '../../define.ts'
import { comparedTypes, sqlEqualityAt } from '../comparison/operands.ts'

export const nullIf = scalar({
  name: 'NULLIF',
  theme: 'conditional',
  doc: 'NULL where the arguments are equal, else the first.',
  signature: custom(['NULLIF(ANY, ANY)'], 2, 2, (given) => {
    const [value, other] = given.map((arg) => arg.type)
    if (value.kind === 'NULL' || comparedTypes(given, false) === undefined) return undefined
    return { args: [value, other], returns: withNullable(value, true) }
  }),
  nulls: 'custom',
  prepare: (site) => {
    const equal = sqlEqualityAt(site)
    return (value: Value, other: Value) =>
      value === null || other === null || equal(value, other) !== true ? value : null
  },
  examples: [
    ['NULLIF(5, 5)', 'NULL'],
    ['NULLIF(5, 0)', '5'],
    ["NULLIF(1, '1')", { error: true }],
  ],
})
