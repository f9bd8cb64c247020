import { ANY, args, common, commonOf, exactly, variadic } from '../../../expr/signature.ts'
import { withNullable } from '../../../types/logical-type.ts'
import type { Value } from '../../../types/value.ts'
import { scalar } from '../../define.ts'

export const coalesce = scalar({
  name: 'COALESCE',
  theme: 'conditional',
  doc: 'The first argument that is not NULL; what stands behind it is not evaluated.',
  signature: args(
    [variadic(common(ANY), 1)],
    exactly((given, session) => {
      const type = commonOf().type(given, session)
      if (type === undefined || type.kind === 'NULL') return undefined
      return withNullable(
        type,
        given.every((arg) => arg.type.nullable),
      )
    }),
  ),
  nulls: 'custom',
  eval: (...values: Value[]) => values.find((value) => value !== null) ?? null,
  examples: [
    ['COALESCE(CAST(NULL AS INT), 5)', '5'],
    ['COALESCE(1, 2.5)', '1.0'],
    ['COALESCE(CAST(NULL AS INT), CAST(NULL AS INT))', 'NULL'],
    ["COALESCE('a', 1)", { error: true }],
  ],
})
