import { args, exactly } from '../../../expr/signature.ts'
import { STRING, withNullable } from '../../../types/logical-type.ts'
import { scalar } from '../../define.ts'

export const translate = scalar({
  name: 'TRANSLATE',
  theme: 'string',
  doc: 'A string with each character of a list replaced by the character at the same place of another list, or dropped where that is shorter.',
  signature: args(
    [STRING, STRING, STRING],
    exactly(([text]) => withNullable(STRING, text.type.nullable)),
  ),
  nulls: 'custom',
  eval: (text: string | null, from: string | null, to: string | null) => {
    if (text === null || from === null || from === '') return text
    const replacements = [...(to ?? '')]
    const table = new Map<string, string>()
    let position = 0
    for (const character of from) {
      if (!table.has(character)) table.set(character, replacements[position] ?? '')
      position++
    }
    let result = ''
    for (const character of text) result += table.get(character) ?? character
    return result
  },
  examples: [
    ["TRANSLATE('hello', 'lo', 'L')", 'heLL'],
    ["TRANSLATE('aabb', 'ab', '')", ''],
  ],
})
