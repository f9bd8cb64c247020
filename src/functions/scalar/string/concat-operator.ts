import { custom } from '../../../expr/signature.ts'
import { isCharacter } from '../../../types/family.ts'
import { withNullable } from '../../../types/logical-type.ts'
import { scalar } from '../../define.ts'
import { concatenated } from './string-types.ts'

export const concatOperator = scalar({
  name: '||',
  theme: 'string',
  doc: 'Two strings put together; NULL when one of them is NULL.',
  signature: custom(['STRING || STRING'], 2, 2, ([left, right]) => {
    if (!isCharacter(left.type) || !isCharacter(right.type)) return undefined
    const type = concatenated(left.type, right.type)
    return (
      type && {
        args: [left.type, right.type],
        returns: withNullable(type, left.type.nullable || right.type.nullable),
      }
    )
  }),
  nulls: 'propagate',
  eval: (left: string, right: string) => left + right,
  code: ([left, right]) => `(${left} + ${right})`,
  examples: [
    ["'a' || 'b'", 'ab'],
    ["'a' || CAST(NULL AS STRING)", 'NULL'],
    ["'a' || 1", { error: true }],
  ],
})
