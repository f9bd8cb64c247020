/**
 * An aggregate over a list of argument rows: the kernel's fragments around one loop.
 *
 * Law: only kernels without a view are taken; what they keep is in variables of the function.
 */
import type { AggregateKernel, KernelCode } from '../../functions/aggregate/contract.ts'
import { physicalOf, type Value } from '../../types/value.ts'
import type { AggregateCall } from '../aggregate-call.ts'

export type ListAggregate = (rows: readonly (readonly Value[])[]) => Value

export function listAggregate(call: AggregateCall, kernel: AggregateKernel): ListAggregate {
  const bound: unknown[] = []
  const names: string[] = []
  let temps = 0
  const none = (what: string) => () => {
    throw new Error(`${call.fn} needs ${what}, which a list of rows does not have`)
  }
  const code: KernelCode = {
    arg: (k) => (call.argTypes[k].kind === 'BOOLEAN' ? `(cells[${k}] ? 1 : 0)` : `cells[${k}]`),
    isNull: (k) => `(cells[${k}] === null)`,
    acc: (k) => `a${k}`,
    set: (k, expression) => `a${k} = ${expression};`,
    other: none('merging'),
    use(value, hint = 'x') {
      const known = bound.indexOf(value)
      if (known >= 0) return names[known]
      const name = `$${hint}${bound.push(value) - 1}`
      names.push(name)
      return name
    },
    temp: (hint = 't') => `${hint}_${temps++}`,
    view: 'undefined',
    slot: '0',
    otherView: 'undefined',
    otherSlot: '0',
    first: 'true',
    append: none('a view'),
    take: none('a view'),
  }
  const accumulators = kernel.accumulators.map(
    ({ type, initial }, k) => `let a${k} = ${initial ?? (physicalOf(type) === 'object' ? 'null' : '0')};`,
  )
  const skip =
    (kernel.nulls ?? 'skip') === 'skip' ? call.argTypes.map((_, k) => `if (cells[${k}] === null) continue;`) : []
  const add = kernel.add(code)
  const { before = '', value, isNull } = kernel.result(code)
  const result = call.type.kind === 'BOOLEAN' ? `(${value}) !== 0` : value
  const body = [
    'return function (rows) {',
    ...accumulators,
    'for (const cells of rows) {',
    ...skip,
    add,
    '}',
    before,
    `return ${isNull} ? null : ${result};`,
    '}',
    '//# sourceURL=rivulet/match-aggregate',
  ].join('\n')
  return new Function(...names, body)(...bound) as ListAggregate
}
