import { fail } from '../../../base/errors.ts'
import { args, noNullLiteral, optional, returns } from '../../../expr/signature.ts'
import { INT, STRING } from '../../../types/logical-type.ts'
import { scalar } from '../../define.ts'
import { indexOfPoint, lengthOf, pointsBefore } from './code-points.ts'

export const instr = scalar({
  name: 'INSTR',
  theme: 'string',
  doc: 'The position (1-based) of a string in another one, 0 where there is none; from a start (from the end when negative) and of the n-th occurrence.',
  signature: args(
    [noNullLiteral(STRING), noNullLiteral(STRING), optional(noNullLiteral(INT)), optional(noNullLiteral(INT))],
    returns(INT),
  ),
  nulls: 'propagate',
  eval: (text: string, part: string, start = 1, occurrence = 1) => {
    if (occurrence < 1)
      return fail('FUNCTION_INVALID_ARGUMENT', {
        name: 'INSTR',
        problem: `the occurrence is ${occurrence}, not 1 or more`,
      })
    if (part === '') return 1
    if (start === 0) return 0
    let left = occurrence
    if (start > 0) {
      let at = indexOfPoint(text, start - 1)
      for (at = text.indexOf(part, at); at >= 0; at = text.indexOf(part, at + 1)) {
        if (--left === 0) return pointsBefore(text, at) + 1
      }
      return 0
    }
    const from = lengthOf(text) + start
    if (from < 0) return 0
    for (
      let at = text.lastIndexOf(part, indexOfPoint(text, from));
      at >= 0;
      at = at === 0 ? -1 : text.lastIndexOf(part, at - 1)
    ) {
      if (--left === 0) return pointsBefore(text, at) + 1
    }
    return 0
  },
  examples: [
    ["INSTR('abcb', 'b')", '2'],
    ["INSTR('aXbXc', 'X', 1, 2)", '4'],
    ["INSTR('aXbXc', 'X', -1)", '4'],
    ["INSTR('aXbXc', 'X', 1, 0)", { error: true }],
  ],
})
