import { args, CHARACTER_STRING, overloads, returns } from '../../../expr/signature.ts'
import { hexText } from '../../../types/format.ts'
import { BIGINT, STRING } from '../../../types/logical-type.ts'
import { utf8Bytes } from '../../../types/parse.ts'
import type { Exact } from '../../../types/value.ts'
import { scalar } from '../../define.ts'

export const hex = scalar({
  name: 'HEX',
  theme: 'arithmetic',
  doc: 'The integer, or the UTF-8 bytes of the text, in upper-case hexadecimal digits; negative integers as 64-bit two’s complement.',
  signature: overloads(args([BIGINT], returns(STRING)), args([CHARACTER_STRING], returns(STRING))),
  nulls: 'propagate',
  eval: (value: Exact | string) =>
    (typeof value === 'string'
      ? hexText(utf8Bytes(value))
      : (value < 0 ? BigInt.asUintN(64, BigInt(value)) : value).toString(16)
    ).toUpperCase(),
  examples: [
    ['HEX(255)', 'FF'],
    ['HEX(-1)', 'FFFFFFFFFFFFFFFF'],
    ["HEX('中')", 'E4B8AD'],
  ],
})
