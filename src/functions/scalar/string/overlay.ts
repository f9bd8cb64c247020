import { args, computed, noNullLiteral, optional } from '../../../expr/signature.ts'
import { isCharacter } from '../../../types/family.ts'
import { INT, STRING } from '../../../types/logical-type.ts'
import { scalar } from '../../define.ts'
import { wellFormed } from './code-points.ts'
import { addLengths } from './string-types.ts'

export const overlay = scalar({
  name: 'OVERLAY',
  theme: 'string',
  doc: 'A string with a part of it replaced: OVERLAY(text PLACING part FROM start FOR length). Positions are UTF-16 units, and a length of 0 or less cuts the rest off, as in Flink.',
  signature: args(
    [noNullLiteral(STRING), noNullLiteral(STRING), noNullLiteral(INT), optional(noNullLiteral(INT))],
    computed(([text, part]) => {
      if (!isCharacter(text.type) || !isCharacter(part.type)) return undefined
      return { kind: 'VARCHAR', nullable: true, length: addLengths(text.type.length, part.type.length) }
    }),
  ),
  nulls: 'propagate',
  eval: (text: string, part: string, start: number, length = part.length) => {
    if (start <= 0 || start > text.length) return text
    const rest = length > 0 && start + length <= text.length ? text.slice(start - 1 + length) : ''
    return wellFormed(text.slice(0, start - 1) + part + rest)
  },
  examples: [
    ["OVERLAY('abcdef' PLACING 'ZZ' FROM 3)", 'abZZef'],
    ["OVERLAY('abcdef' PLACING '' FROM 3 FOR 2)", 'abef'],
  ],
})
