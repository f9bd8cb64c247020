import { args, noNullLiteral, optional, returns } from '../../../expr/signature.ts'
import { INT, STRING } from '../../../types/logical-type.ts'
import { scalar } from '../../define.ts'
import { findPosition } from './find-position.ts'

export const position = scalar({
  name: 'POSITION',
  theme: 'string',
  doc: 'The position (1-based) of a string in another one, 0 where there is none: POSITION(part IN text).',
  signature: args([noNullLiteral(STRING), noNullLiteral(STRING), optional(noNullLiteral(INT))], returns(INT)),
  nulls: 'propagate',
  eval: findPosition,
  examples: [
    ["POSITION('b' IN 'abcb')", '2'],
    ["POSITION('' IN 'abc')", '1'],
  ],
})
