import { args, noNullLiteral, nullable, overloads } from '../../../expr/signature.ts'
import { INT, STRING } from '../../../types/logical-type.ts'
import { scalar } from '../../define.ts'

export const splitIndex = scalar({
  name: 'SPLIT_INDEX',
  theme: 'string',
  doc: 'The n-th (0-based) part of a string between separators (a string, or the code of a character), or NULL where there is none.',
  signature: overloads(
    args([noNullLiteral(STRING), noNullLiteral(STRING), noNullLiteral(INT)], nullable(STRING)),
    args([noNullLiteral(STRING), noNullLiteral(INT), noNullLiteral(INT)], nullable(STRING)),
  ),
  nulls: 'propagate',
  eval: (text: string, separator: string | number, index: number) => {
    if (index < 0 || text === '') return null
    if (typeof separator !== 'number') return part(text, separator, index)
    return separator <= 0 || separator > 255 ? null : part(text, String.fromCharCode(separator), index)
  },
  examples: [
    ["SPLIT_INDEX('a,b,c', ',', 1)", 'b'],
    ["SPLIT_INDEX('a,b,c', ',', 3)", 'NULL'],
    ["SPLIT_INDEX('a,b', 44, 0)", 'a'],
  ],
})

/** Finds one part without making the others; an empty separator stands for blanks. */
function part(text: string, separator: string, index: number): string | null {
  if (separator === '') return text.split(/\s/)[index] ?? null
  let start = 0
  for (let i = 0; i < index; i++) {
    const next = text.indexOf(separator, start)
    if (next < 0) return null
    start = next + separator.length
  }
  const end = text.indexOf(separator, start)
  return end < 0 ? text.slice(start) : text.slice(start, end)
}
