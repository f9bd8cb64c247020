import { args, CHARACTER_STRING, optional, returns } from '../../../expr/signature.ts'
import { BOOLEAN } from '../../../types/logical-type.ts'
import { scalar } from '../../define.ts'
import { patternEvaluator } from './pattern-operator.ts'
import { similarTest } from './similar-pattern.ts'

export const similarTo = scalar({
  name: 'SIMILAR TO',
  theme: 'comparison',
  doc: "TRUE when the whole text matches SQL's regular expression: `%` and `_` as in LIKE, besides `|`, `*`, `+`, `?`, `{n}`, groups and character classes such as `[[:DIGIT:]]`.",
  signature: args([CHARACTER_STRING, CHARACTER_STRING, optional(CHARACTER_STRING)], returns(BOOLEAN)),
  nulls: 'propagate',
  prepare: (site) => patternEvaluator('SIMILAR TO', similarTest, site),
  examples: [
    ["'abbc' SIMILAR TO 'ab{2}c'", 'TRUE'],
    ["'a1' SIMILAR TO '[[:ALPHA:]][[:DIGIT:]]'", 'TRUE'],
    ["'abc' SIMILAR TO 'b'", 'FALSE'],
    ["'ab' SIMILAR TO '(ab'", { error: true }],
  ],
})
