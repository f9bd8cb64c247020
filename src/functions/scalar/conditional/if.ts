import { custom } from '../../../expr/signature.ts'
import { castIsVoid, leastRestrictive } from '../../../types/common-type.ts'
import type { LogicalType } from '../../../types/logical-type.ts'
import { withNullable } from '../../../types/logical-type.ts'
import type { Value } from '../../../types/value.ts'
import { scalar } from '../../define.ts'

export const ifThenElse = scalar({
  name: 'IF',
  theme: 'conditional',
  doc: 'The second argument where the condition is TRUE, else the third; the other one is not evaluated.',
  signature: custom(['IF(BOOLEAN, T, T)'], 3, 3, (given) => {
    const [condition, yes, no] = given.map((arg) => arg.type)
    if (condition.kind !== 'BOOLEAN' || yes.kind === 'NULL' || no.kind === 'NULL') return undefined
    const type = leastRestrictive([yes, no])
    if (type === undefined || !isPlain(type)) return undefined
    const cast = (from: LogicalType) => (castIsVoid(from, type) ? from : withNullable(type, from.nullable))
    return {
      args: [condition, cast(yes), cast(no)],
      returns: withNullable(type, condition.nullable || yes.nullable || no.nullable),
    }
  }),
  nulls: 'custom',
  eval: (condition: boolean | null, yes: Value, no: Value) => (condition === true ? yes : no),
  examples: [
    ['IF(5 > 3, 5, 3)', '5'],
    ['IF(CAST(NULL AS BOOLEAN), 1, 2)', '2'],
    ['IF(1, 2, 3)', { error: true }],
  ],
})

/** Flink's IF takes no arrays, maps and rows; CASE does. */
function isPlain(type: LogicalType): boolean {
  return !['ARRAY', 'MAP', 'MULTISET', 'ROW', 'STRUCTURED', 'VARIANT', 'RAW'].includes(type.kind)
}
