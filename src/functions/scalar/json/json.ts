import { fail } from '../../../base/errors.ts'
import { custom } from '../../../expr/signature.ts'
import { isCharacter } from '../../../types/family.ts'
import { withNullable } from '../../../types/logical-type.ts'
import { scalar } from '../../define.ts'
import { parseJson, writeJson } from './parse.ts'
import { JSON_TEXT } from './to-json.ts'

export const json = scalar({
  name: 'JSON',
  theme: 'json',
  doc: 'Puts a text that is JSON already as it is into JSON_OBJECT or JSON_ARRAY.',
  signature: custom(['JSON(STRING)'], 1, 1, ([text]) =>
    isCharacter(text.type) ? { args: [text.type], returns: withNullable(JSON_TEXT, text.type.nullable) } : undefined,
  ),
  nulls: 'propagate',
  eval: (text: string) => {
    const value = parseJson(text)
    if (value === undefined)
      return fail('FUNCTION_INVALID_ARGUMENT', { name: 'JSON', problem: `the text is no JSON: ${text.slice(0, 100)}` })
    return writeJson(value)
  },
  examples: [
    ["JSON_ARRAY(JSON('[1, 2]'))", '[[1,2]]'],
    ["JSON_ARRAY(JSON('bad'))", { error: true }],
  ],
})
