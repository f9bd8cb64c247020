import { fail } from '../../../base/errors.ts'
import { args, noNullLiteral, returns } from '../../../expr/signature.ts'
import { INT, STRING } from '../../../types/logical-type.ts'
import { scalar } from '../../define.ts'
import { pad } from './pad.ts'

export const lpad = scalar({
  name: 'LPAD',
  theme: 'string',
  doc: 'A string cut to a length, or filled up to it at its start. A negative length or an empty filler gives NULL, and is an error where no argument can be NULL.',
  signature: args([noNullLiteral(STRING), noNullLiteral(INT), noNullLiteral(STRING)], returns(STRING)),
  nulls: 'propagate',
  prepare:
    ({ returns: type }) =>
    (text: string, length: number, filler: string) => {
      const padded = pad(text, length, filler, true)
      if (padded !== undefined || type.nullable) return padded ?? null
      const problem = length < 0 ? `the length ${length} is negative` : 'the text to fill up with is empty'
      return fail('FUNCTION_INVALID_ARGUMENT', { name: 'LPAD', problem })
    },
  examples: [
    ["LPAD('a', 6, 'xyz')", 'xyzxya'],
    ["LPAD('hello', 3, '0')", 'hel'],
    ["LPAD('a', -1, 'x')", { error: true }],
  ],
})
