import { args, CHARACTER_STRING, optional, returns } from '../../../expr/signature.ts'
import { BOOLEAN } from '../../../types/logical-type.ts'
import { scalar } from '../../define.ts'
import { likeTest } from './like-pattern.ts'
import { patternEvaluator } from './pattern-operator.ts'

export const like = scalar({
  name: 'LIKE',
  theme: 'comparison',
  doc: 'TRUE when the whole text matches the pattern: `%` is any text, `_` any one character. `ESCAPE c` gives a character that takes their meaning away; there is none by default.',
  signature: args([CHARACTER_STRING, CHARACTER_STRING, optional(CHARACTER_STRING)], returns(BOOLEAN)),
  nulls: 'propagate',
  prepare: (site) => patternEvaluator('LIKE', likeTest, site),
  examples: [
    ["'flink' LIKE 'f%k'", 'TRUE'],
    ["'flink' LIKE 'f_ink'", 'TRUE'],
    ["'100%' LIKE '100!%' ESCAPE '!'", 'TRUE'],
    ["'abc' LIKE 'a!bc' ESCAPE '!'", { error: true }],
  ],
})
