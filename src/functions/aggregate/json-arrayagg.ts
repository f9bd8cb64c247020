/**
 * JSON_ARRAYAGG: the values as a JSON array, in order of arrival.
 *
 * Law: the argument is JSON text already — the planner wraps it in JSON_STRING, as Flink does — so that the aggregate joins texts.
 */
import { ANY, args, exactly } from '../../expr/signature.ts'
import type { KeyedList } from '../../state/contract.ts'
import { notNull, STRING, varchar } from '../../types/logical-type.ts'
import { aggregate } from './define.ts'

export const jsonArrayagg = aggregate({
  name: 'JSON_ARRAYAGG',
  doc: 'The values as a JSON array in order of arrival; NULLs are left out unless NULL ON NULL.',
  signature: args(
    [ANY],
    exactly(() => notNull(varchar(2000))),
  ),
  emptyIsNull: false,
  retracts: true,
  merges: true,
  prepare: ({ clauses }) => ({
    accumulators: [],
    view: { kind: 'rows', columns: [{ name: 'json', type: STRING }] },
    nulls: clauses.onNull === 'NULL' ? 'pass' : 'skip',
    add: (code) => code.append(),
    retract: (code) => code.take(),
    merge: () => '',
    result: (code) => ({
      value: `${code.use(jsonArray, 'jsonArray')}(${code.view}, ${code.slot})`,
      isNull: 'false',
    }),
  }),
})

function jsonArray(view: KeyedList, slot: number): string {
  const texts: string[] = []
  for (let row = view.first(slot); row >= 0; row = view.next(row)) {
    texts.push((view.values[0].values[row] as string | null) ?? 'null')
  }
  return `[${texts.join(',')}]`
}
