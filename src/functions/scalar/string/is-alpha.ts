import { anyOf, args, CHARACTER_STRING, NUMERIC, noNullLiteral, present } from '../../../expr/signature.ts'
import { BOOLEAN } from '../../../types/logical-type.ts'
import type { Value } from '../../../types/value.ts'
import { scalar } from '../../define.ts'
import { isBasic } from './code-points.ts'

export const isAlpha = scalar({
  name: 'IS_ALPHA',
  theme: 'string',
  doc: 'Does a string consist of letters only? FALSE for the empty string, NULL and numbers.',
  signature: args([noNullLiteral(anyOf(CHARACTER_STRING, NUMERIC))], present(BOOLEAN)),
  nulls: 'custom',
  eval: (value: Value) =>
    // Letters beyond the basic plane count as two characters that are none.
    typeof value === 'string' && isBasic(value) && /^\p{L}+$/u.test(value),
  examples: [
    ["IS_ALPHA('abc')", 'TRUE'],
    ["IS_ALPHA('1L')", 'FALSE'],
  ],
})
