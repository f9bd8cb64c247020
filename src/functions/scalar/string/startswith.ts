import { args, BINARY_STRING, CHARACTER_STRING, overloads, returns } from '../../../expr/signature.ts'
import { BOOLEAN } from '../../../types/logical-type.ts'
import { scalar } from '../../define.ts'

export const startswith = scalar({
  name: 'STARTSWITH',
  theme: 'string',
  doc: 'Does a string (or binary) begin with another one?',
  signature: overloads(
    args([CHARACTER_STRING, CHARACTER_STRING], returns(BOOLEAN)),
    args([BINARY_STRING, BINARY_STRING], returns(BOOLEAN)),
  ),
  nulls: 'propagate',
  eval: (value: string | Uint8Array, part: string | Uint8Array) => {
    if (typeof value === 'string') return value.startsWith(part as string)
    const bytes = part as Uint8Array
    const offset = 0
    return offset >= 0 && bytes.every((byte, i) => value[offset + i] === byte)
  },
  examples: [
    ["STARTSWITH('Flink', 'Fl')", 'TRUE'],
    ["STARTSWITH('Flink', 'fl')", 'FALSE'],
  ],
})
