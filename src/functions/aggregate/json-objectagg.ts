/**
 * JSON_OBJECTAGG: keys and values as a JSON object.
 *
 * Law: the value is JSON text already (the planner wraps it in JSON_STRING, as Flink does); keys are sorted in the result; a key
 * that comes twice is an error.
 */
import { fail } from '../../base/errors.ts'
import { ANY, args, exactly } from '../../expr/signature.ts'
import type { KeyedList } from '../../state/contract.ts'
import { notNull, STRING, varchar } from '../../types/logical-type.ts'
import { aggregate } from './define.ts'

export const jsonObjectagg = aggregate({
  name: 'JSON_OBJECTAGG',
  doc: 'Keys and values as a JSON object; pairs with a NULL value are written as null unless ABSENT ON NULL.',
  signature: args(
    [STRING, ANY],
    exactly(() => notNull(varchar(2000))),
  ),
  emptyIsNull: false,
  retracts: true,
  merges: true,
  prepare: ({ clauses }) => ({
    accumulators: [],
    view: {
      kind: 'rows',
      columns: [
        { name: 'key', type: STRING },
        { name: 'json', type: STRING },
      ],
    },
    nulls: clauses.onNull === 'ABSENT' ? 'skip' : 'pass',
    add: (code) => code.append(),
    retract: (code) => code.take(),
    merge: () => '',
    result: (code) => ({
      value: `${code.use(jsonObject, 'jsonObject')}(${code.view}, ${code.slot})`,
      isNull: 'false',
    }),
  }),
})

function jsonObject(view: KeyedList, slot: number): string {
  const entries = new Map<string, string>()
  for (let row = view.first(slot); row >= 0; row = view.next(row)) {
    const key = view.values[0].values[row] as string | null
    if (key === null) {
      return fail('FUNCTION_INVALID_ARGUMENT', {
        name: 'JSON_OBJECTAGG',
        problem: 'a key is NULL; a JSON object needs keys',
      })
    }
    if (entries.has(key)) {
      return fail('FUNCTION_INVALID_ARGUMENT', {
        name: 'JSON_OBJECTAGG',
        problem: `the key '${key}' came twice; the keys of a JSON object must differ`,
      })
    }
    entries.set(key, (view.values[1].values[row] as string | null) ?? 'null')
  }
  const keys = [...entries.keys()].sort()
  return `{${keys.map((key) => `${JSON.stringify(key)}:${entries.get(key)}`).join(',')}}`
}
