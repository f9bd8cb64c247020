/** ARRAY_AGG: the values as an array, in order of arrival. */
import { ANY, args, exactly } from '../../expr/signature.ts'
import type { KeyedList } from '../../state/contract.ts'
import { array, withNullable } from '../../types/logical-type.ts'
import type { Value } from '../../types/value.ts'
import { aggregate } from './define.ts'

export const arrayAgg = aggregate({
  name: 'ARRAY_AGG',
  doc: 'The values as an array in order of arrival, NULLs included unless IGNORE NULLS; NULL when there are none.',
  signature: args(
    [ANY],
    exactly(([arg]) => withNullable(array(arg.type), arg.type.nullable)),
  ),
  emptyIsNull: false,
  retracts: true,
  merges: true,
  prepare: ({ argTypes, clauses }) => ({
    ordered: true,
    accumulators: [],
    view: { kind: 'rows', columns: [{ name: 'value', type: argTypes[0] }] },
    nulls: clauses.nulls === 'IGNORE NULLS' ? 'skip' : 'pass',
    add: (code) => code.append(),
    retract: (code) => code.take(),
    merge: () => '',
    result(code) {
      const t = code.temp('array')
      return {
        before: `const ${t} = ${code.use(arrayOf, 'arrayOf')}(${code.view}, ${code.slot});`,
        value: t,
        isNull: `${t} === null`,
      }
    },
  }),
})

export function arrayOf(view: KeyedList, slot: number): Value[] | null {
  const values: Value[] = []
  for (let row = view.first(slot); row >= 0; row = view.next(row)) values.push(view.values[0].get(row))
  return values.length === 0 ? null : values
}
