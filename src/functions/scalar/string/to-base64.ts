import { anyOf, args, BINARY_STRING, CHARACTER_STRING, noNullLiteral, returns } from '../../../expr/signature.ts'
import { STRING } from '../../../types/logical-type.ts'
import { scalar } from '../../define.ts'

export const toBase64 = scalar({
  name: 'TO_BASE64',
  theme: 'string',
  doc: 'A string (in UTF-8) or binary in Base64.',
  signature: args([noNullLiteral(anyOf(CHARACTER_STRING, BINARY_STRING))], returns(STRING)),
  nulls: 'propagate',
  eval: (value: string | Uint8Array) => Buffer.from(value as Uint8Array).toString('base64'),
  examples: [["TO_BASE64('hi')", 'aGk=']],
})
