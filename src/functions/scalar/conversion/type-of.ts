import { ANY, args, literal, nullable, optional } from '../../../expr/signature.ts'
import { BOOLEAN, STRING, typeText } from '../../../types/logical-type.ts'
import { scalar } from '../../define.ts'

export const typeOf = scalar({
  name: 'TYPEOF',
  theme: 'conversion',
  doc: 'The type of the expression, as Flink writes it. The second argument, a literal, asks for the serialisable form, which is the same for all types that SQL can write.',
  signature: args([ANY, optional(literal(BOOLEAN))], nullable(STRING)),
  nulls: 'custom',
  prepare: ({ args: [{ type }] }) => {
    const text = type.kind === 'NULL' ? 'NULL' : typeText(type)
    return () => text
  },
  examples: [
    ['TYPEOF(1 + 1)', 'INT NOT NULL'],
    ["TYPEOF('a' = 'b')", 'BOOLEAN NOT NULL'],
    ['TYPEOF(CAST(NULL AS DECIMAL(4, 1)))', 'DECIMAL(4, 1)'],
  ],
})
