import { custom } from '../../../expr/signature.ts'
import { isCharacter } from '../../../types/family.ts'
import { STRING, withNullable } from '../../../types/logical-type.ts'
import { scalar } from '../../define.ts'

export const arrayJoin = scalar({
  name: 'ARRAY_JOIN',
  theme: 'collection',
  doc: 'The strings of an array with a separator between them; NULLs are left out, or replaced by a text.',
  signature: custom(['ARRAY_JOIN(ARRAY<STRING>, STRING, [STRING])'], 2, 3, (given) => {
    const [array, ...texts] = given.map((arg) => arg.type)
    if (array.kind !== 'ARRAY' || !isCharacter(array.element)) return undefined
    if (!texts.every((type) => type.kind === 'NULL' || isCharacter(type))) return undefined
    return {
      args: [array, ...texts.map((type) => (type.kind === 'NULL' ? STRING : type))],
      returns: withNullable(STRING, array.nullable || texts.some((type) => type.nullable)),
    }
  }),
  nulls: 'propagate',
  eval: (array: readonly (string | null)[], separator: string, forNull?: string) =>
    (forNull === undefined ? array.filter((text) => text !== null) : array.map((text) => text ?? forNull)).join(
      separator,
    ),
  examples: [
    ["ARRAY_JOIN(ARRAY['a', CAST(NULL AS STRING), 'b'], ',')", 'a,b'],
    ["ARRAY_JOIN(ARRAY['a', CAST(NULL AS STRING), 'b'], ',', '?')", 'a,?,b'],
  ],
})
