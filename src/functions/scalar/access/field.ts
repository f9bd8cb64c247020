import { custom } from '../../../expr/signature.ts'
import { withNullable } from '../../../types/logical-type.ts'
import type { Value } from '../../../types/value.ts'
import { scalar } from '../../define.ts'

export const field = scalar({
  name: 'FIELD',
  theme: 'access',
  doc: 'A field of a row, by its place: what row.name is bound to.',
  signature: custom(['ROW.field'], 2, 2, ([object, index]) => {
    const { type } = object
    if ((type.kind !== 'ROW' && type.kind !== 'STRUCTURED') || typeof index.literal?.value !== 'number')
      return undefined
    const inner = type.fields[index.literal.value]?.type
    return inner && { args: [type, index.type], returns: withNullable(inner, inner.nullable || type.nullable) }
  }),
  nulls: 'custom',
  prepare: ({ args: [, index] }) => {
    const place = index.literal?.value as number
    return (object: readonly Value[] | null) => (object === null ? null : object[place])
  },
  examples: [["CAST(ROW(1, 'x') AS ROW<a INT, b STRING>).b", 'x']],
})
