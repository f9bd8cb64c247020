/** COLLECT: the values as a multiset. */
import { ANY, args, exactly } from '../../expr/signature.ts'
import type { KeyedList } from '../../state/contract.ts'
import { hashMapOrder } from '../../types/java-hash.ts'
import { type LogicalType, multiset, notNull } from '../../types/logical-type.ts'
import type { MapValue, Value } from '../../types/value.ts'
import { aggregate } from './define.ts'

export const collect = aggregate({
  name: 'COLLECT',
  doc: 'The values that are not NULL as a multiset.',
  signature: args(
    [ANY],
    exactly(([arg]) => notNull(multiset(arg.type))),
  ),
  emptyIsNull: false,
  retracts: true,
  merges: true,
  prepare: ({ argTypes }) => ({
    accumulators: [],
    view: { kind: 'counts', columns: [{ name: 'value', type: argTypes[0] }] },
    add: () => '',
    retract: () => '',
    merge: () => '',
    result: (code) => ({
      value: `${code.use(multisetOf(argTypes[0]), 'multiset')}(${code.view}, ${code.slot})`,
      isNull: 'false',
    }),
  }),
})

function multisetOf(type: LogicalType): (view: KeyedList, slot: number) => MapValue {
  return (view, slot) => {
    const keys: Value[] = []
    const counts: Value[] = []
    for (let row = view.first(slot); row >= 0; row = view.next(row)) {
      const count = view.values[1].values[row] as number
      if (count === 0) continue
      keys.push(view.values[0].get(row))
      counts.push(count)
    }
    const order = hashMapOrder(keys, type)
    return { keys: order.map((i) => keys[i]), values: order.map((i) => counts[i]) }
  }
}
