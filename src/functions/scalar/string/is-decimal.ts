import { anyOf, args, CHARACTER_STRING, NUMERIC, noNullLiteral, present } from '../../../expr/signature.ts'
import { isApproximate, isCharacter, isInteger } from '../../../types/family.ts'
import { BOOLEAN } from '../../../types/logical-type.ts'
import { scalar } from '../../define.ts'

/** Java's floating-point literals, with blanks and control characters around. */
const DECIMAL =
  /^[\0-\x20]*[+-]?(?:NaN|Infinity|(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?[fFdD]?|0[xX](?:[0-9a-fA-F]+\.?[0-9a-fA-F]*|\.[0-9a-fA-F]+)[pP][+-]?\d+[fFdD]?)[\0-\x20]*$/

export const isDecimal = scalar({
  name: 'IS_DECIMAL',
  theme: 'string',
  doc: 'Can a string be read as a number, as Double.valueOf of Java does? TRUE for integers, FLOAT and DOUBLE, FALSE for DECIMAL and a NULL string.',
  signature: args([noNullLiteral(anyOf(CHARACTER_STRING, NUMERIC))], present(BOOLEAN)),
  nulls: 'custom',
  prepare: (site) => {
    const { type } = site.args[0]
    // Of numbers Flink asks for the type only, NULL or not.
    if (!isCharacter(type)) return () => isInteger(type) || isApproximate(type)
    return (value: string | null) => value !== null && (DECIMAL.test(value) || /^\p{Nd}+$/u.test(value))
  },
  examples: [
    ["IS_DECIMAL('12.5')", 'TRUE'],
    ["IS_DECIMAL('0x1F')", 'FALSE'],
  ],
})
