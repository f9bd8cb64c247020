import { hash } from 'node:crypto'
import type { ScalarFunction } from '../../../expr/function.ts'
import { anyOf, args, BINARY_STRING, CHARACTER_STRING, noNullLiteral, returns } from '../../../expr/signature.ts'
import { char } from '../../../types/logical-type.ts'
import { scalar } from '../../define.ts'
import { encodeUtf8 } from '../string/charset.ts'

/** Message digests as lower-case hexadecimal texts; texts are hashed in UTF-8. */

export function hexDigest(algorithm: string, value: string | Uint8Array): string {
  return hash(algorithm, typeof value === 'string' ? encodeUtf8(value) : value)
}

export function digest(
  name: string,
  algorithm: string,
  bits: number,
  example: ScalarFunction['examples'][number],
): ScalarFunction {
  return scalar({
    name,
    theme: 'hash',
    doc: `The ${name.replace(/^SHA(?=[23])/, 'SHA-')} hash of a string (in UTF-8) or binary, as ${bits / 4} hexadecimal digits.`,
    signature: args([noNullLiteral(anyOf(CHARACTER_STRING, BINARY_STRING))], returns(char(bits / 4))),
    nulls: 'propagate',
    eval: (value: string | Uint8Array) => hexDigest(algorithm, value),
    examples: [example],
  })
}
