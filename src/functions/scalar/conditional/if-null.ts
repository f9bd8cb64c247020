import { ANY, args, common, commonOf, exactly } from '../../../expr/signature.ts'
import { withNullable } from '../../../types/logical-type.ts'
import type { Value } from '../../../types/value.ts'
import { scalar } from '../../define.ts'

export const ifNull = scalar({
  name: 'IFNULL',
  theme: 'conditional',
  doc: 'The first argument, or the second where the first is NULL.',
  signature: args(
    [common(ANY), common(ANY)],
    exactly((given, session) => {
      // A first argument that is never NULL is all there is, and keeps its type.
      if (!given[0].type.nullable) return given[0].type
      const type = commonOf().type(given, session)
      if (type === undefined || type.kind === 'NULL') return undefined
      return withNullable(
        type,
        given.every((arg) => arg.type.nullable),
      )
    }),
  ),
  nulls: 'custom',
  eval: (value: Value, otherwise: Value) => value ?? otherwise,
  examples: [
    ['IFNULL(CAST(NULL AS INT), 5)', '5'],
    ["IFNULL('a', 'bb')", 'a'],
    ["IFNULL(1, 'a')", { error: true }],
  ],
})
