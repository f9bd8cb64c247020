import { fail } from '../../../base/errors.ts'
import {
  anyOf,
  args,
  BINARY_STRING,
  CHARACTER_STRING,
  INTEGER_NUMERIC,
  noNullLiteral,
  returns,
} from '../../../expr/signature.ts'
import { varchar } from '../../../types/logical-type.ts'
import type { Exact } from '../../../types/value.ts'
import { scalar } from '../../define.ts'
import { hexDigest } from './digest.ts'

export const sha2 = scalar({
  name: 'SHA2',
  theme: 'hash',
  doc: 'The SHA-2 hash of a string (in UTF-8) or binary with 224, 256, 384 or 512 bits, as hexadecimal digits.',
  signature: args(
    [noNullLiteral(anyOf(CHARACTER_STRING, BINARY_STRING)), noNullLiteral(INTEGER_NUMERIC)],
    returns(varchar(128)),
  ),
  nulls: 'propagate',
  eval: (value: string | Uint8Array, bits: Exact) => {
    if (bits !== 224 && bits !== 256 && bits !== 384 && bits !== 512)
      return fail('FUNCTION_INVALID_ARGUMENT', { name: 'SHA2', problem: `${bits} is none of 224, 256, 384, 512` })
    return hexDigest(`sha${bits}`, value)
  },
  examples: [
    ["SHA2('a', 224)", 'abd37534c7d9a2efb9465de931cd7055ffdb8879563ae98078d6d6d5'],
    ["SHA2('a', 1)", { error: true }],
  ],
})
