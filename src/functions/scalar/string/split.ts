import { args, returns } from '../../../expr/signature.ts'
import { array, STRING } from '../../../types/logical-type.ts'
import { scalar } from '../../define.ts'
import { wellFormed } from './code-points.ts'

export const split = scalar({
  name: 'SPLIT',
  theme: 'string',
  doc: 'The parts of a string between separators, as an array; the characters for an empty separator, no part for an empty string.',
  signature: args([STRING, STRING], returns(array(STRING))),
  nulls: 'propagate',
  eval: (text: string, separator: string) => (text === '' ? [] : text.split(separator).map(wellFormed)),
  examples: [
    ["SPLIT('a.b', '.')", '[a, b]'],
    ["SPLIT('', ',')", '[]'],
  ],
})
