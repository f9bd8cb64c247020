import { custom } from '../../../expr/signature.ts'
import { leastRestrictive } from '../../../types/common-type.ts'
import type { Value } from '../../../types/value.ts'
import { scalar } from '../../define.ts'

export const arrayOf = scalar({
  name: 'ARRAY',
  theme: 'construction',
  doc: 'An array of the given elements, which are cast to their common type.',
  signature: custom(['ARRAY[ANY, …]'], 1, Number.POSITIVE_INFINITY, (given) => {
    const type = leastRestrictive(given.map((arg) => arg.type))
    if (type === undefined || type.kind === 'NULL') return undefined
    return { args: given.map(() => type), returns: { kind: 'ARRAY', nullable: false, element: type } }
  }),
  nulls: 'custom',
  eval: (...elements: Value[]) => elements,
  examples: [
    ['ARRAY[1, 2.5]', '[1.0, 2.5]'],
    ["ARRAY[1, 'a']", { error: true }],
  ],
})
