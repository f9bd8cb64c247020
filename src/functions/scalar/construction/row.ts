import { custom } from '../../../expr/signature.ts'
import { withoutAttribute } from '../../../types/logical-type.ts'
import type { Value } from '../../../types/value.ts'
import { scalar } from '../../define.ts'

export const rowOf = scalar({
  name: 'ROW',
  theme: 'construction',
  doc: 'A row of the given values; its fields are called EXPR$0, EXPR$1 and so on.',
  signature: custom(['ROW(ANY, …)'], 1, Number.POSITIVE_INFINITY, (given) => {
    if (given.some((arg) => arg.type.kind === 'NULL')) return undefined
    const types = given.map((arg) => withoutAttribute(arg.type))
    return {
      args: types,
      returns: { kind: 'ROW', nullable: false, fields: types.map((type, i) => ({ name: `EXPR$${i}`, type })) },
    }
  }),
  nulls: 'custom',
  eval: (...values: Value[]) => values,
  examples: [["ROW(1, 'a')", '(1, a)']],
})
