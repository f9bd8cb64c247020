import { anyOf, args, CHARACTER_STRING, NUMERIC, noNullLiteral, present } from '../../../expr/signature.ts'
import { isCharacter, isInteger } from '../../../types/family.ts'
import { BOOLEAN } from '../../../types/logical-type.ts'
import { scalar } from '../../define.ts'
import { isBasic } from './code-points.ts'

export const isDigit = scalar({
  name: 'IS_DIGIT',
  theme: 'string',
  doc: 'Does a string consist of decimal digits only? TRUE for integers, FALSE for other numbers and NULL.',
  signature: args([noNullLiteral(anyOf(CHARACTER_STRING, NUMERIC))], present(BOOLEAN)),
  nulls: 'custom',
  prepare: (site) => {
    const { type } = site.args[0]
    // Of numbers Flink asks for the type only, NULL or not.
    if (!isCharacter(type)) return () => isInteger(type)
    return (value: string | null) => value !== null && isBasic(value) && /^\p{Nd}+$/u.test(value)
  },
  examples: [
    ["IS_DIGIT('123')", 'TRUE'],
    ["IS_DIGIT('+3')", 'FALSE'],
  ],
})
