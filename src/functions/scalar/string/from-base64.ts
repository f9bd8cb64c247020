import { fail } from '../../../base/errors.ts'
import { anyOf, args, BINARY_STRING, CHARACTER_STRING, noNullLiteral, returns } from '../../../expr/signature.ts'
import { STRING } from '../../../types/logical-type.ts'
import { scalar } from '../../define.ts'
import { decodeUtf8 } from './charset.ts'

export const fromBase64 = scalar({
  name: 'FROM_BASE64',
  theme: 'string',
  doc: 'The string whose UTF-8 bytes are given in Base64.',
  signature: args([noNullLiteral(anyOf(CHARACTER_STRING, BINARY_STRING))], returns(STRING)),
  nulls: 'propagate',
  eval: (value: string | Uint8Array) => {
    const text = typeof value === 'string' ? value : Buffer.from(value).toString('latin1')
    if (!/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}(?:==)?|[A-Za-z0-9+/]{3}=?)?$/.test(text))
      return fail('FUNCTION_INVALID_ARGUMENT', { name: 'FROM_BASE64', problem: `'${text}' is not Base64` })
    return decodeUtf8(Buffer.from(text, 'base64'))
  },
  examples: [
    ["FROM_BASE64('aGk')", 'hi'],
    ["FROM_BASE64('!!')", { error: true }],
  ],
})
