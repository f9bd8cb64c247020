import { args, noNullLiteral, optional, returns } from '../../../expr/signature.ts'
import { INT, STRING } from '../../../types/logical-type.ts'
import { scalar } from '../../define.ts'
import { findPosition } from './find-position.ts'

export const locate = scalar({
  name: 'LOCATE',
  theme: 'string',
  doc: 'The position (1-based) of a string in another one, from a start on; 0 where there is none.',
  signature: args([noNullLiteral(STRING), noNullLiteral(STRING), optional(noNullLiteral(INT))], returns(INT)),
  nulls: 'propagate',
  eval: findPosition,
  examples: [
    ["LOCATE('b', 'abcb', 3)", '4'],
    ["LOCATE('x', 'abc')", '0'],
  ],
})
