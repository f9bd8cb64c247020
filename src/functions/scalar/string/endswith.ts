import { args, BINARY_STRING, CHARACTER_STRING, overloads, returns } from '../../../expr/signature.ts'
import { BOOLEAN } from '../../../types/logical-type.ts'
import { scalar } from '../../define.ts'

export const endswith = scalar({
  name: 'ENDSWITH',
  theme: 'string',
  doc: 'Does a string (or binary) end with another one?',
  signature: overloads(
    args([CHARACTER_STRING, CHARACTER_STRING], returns(BOOLEAN)),
    args([BINARY_STRING, BINARY_STRING], returns(BOOLEAN)),
  ),
  nulls: 'propagate',
  eval: (value: string | Uint8Array, part: string | Uint8Array) => {
    if (typeof value === 'string') return value.endsWith(part as string)
    const bytes = part as Uint8Array
    const offset = value.length - bytes.length
    return offset >= 0 && bytes.every((byte, i) => value[offset + i] === byte)
  },
  examples: [
    ["ENDSWITH('Flink', 'nk')", 'TRUE'],
    ["ENDSWITH(X'0102', X'01')", 'FALSE'],
  ],
})
