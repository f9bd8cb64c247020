/**
 * MIN and MAX.
 *
 * Law: the first of equal values stays; NaN is neither less nor greater, so that it is the result only where it came first. With
 * retraction the distinct values are kept with their counts, and the extreme is searched again when it is gone.
 */
import { ANY, args, computed } from '../../expr/signature.ts'
import type { KeyedList } from '../../state/contract.ts'
import { type LogicalType, notNull } from '../../types/logical-type.ts'
import { physicalOf, type Value } from '../../types/value.ts'
import { comparisonOf, isComparable } from './compare.ts'
import type { AggregateKernel, AggregateSite, KernelCode } from './contract.ts'
import { aggregate } from './define.ts'
import { COUNTER, FLAG } from './numbers.ts'

type Which = 'MIN' | 'MAX'

function extreme(name: Which, doc: string) {
  return aggregate({
    name,
    doc,
    signature: args(
      [ANY],
      computed(([arg]) => (isComparable(arg.type) ? arg.type : undefined)),
    ),
    emptyIsNull: true,
    ignoresDistinct: true,
    retracts: true,
    merges: true,
    prepare: (site) => (site.retract ? retractable(name, site) : appendOnly(name, site)),
  })
}

export const min = extreme('MIN', 'The least of the values that are not NULL; NULL when there are none.')
export const max = extreme('MAX', 'The greatest of the values that are not NULL; NULL when there are none.')

const isObject = (type: LogicalType) => physicalOf(type) === 'object'

/** A condition: `a` replaces `b`. */
function beats(which: Which, type: LogicalType, code: KernelCode, a: string, b: string): string {
  const sign = which === 'MIN' ? '<' : '>'
  const compare = comparisonOf(type)
  return compare === undefined ? `${a} ${sign} ${b}` : `${code.use(compare, 'compare')}(${a}, ${b}) ${sign} 0`
}

function appendOnly(which: Which, { type }: AggregateSite): AggregateKernel {
  if (isObject(type)) {
    const take = (code: KernelCode, value: string) =>
      `if (${code.acc(0)} === null || ${beats(which, type, code, value, code.acc(0))}) ${code.acc(0)} = ${value};`
    return {
      accumulators: [{ name: 'value', type }],
      add: (code) => take(code, code.arg(0)),
      merge: (code) => `if (${code.other(0)} !== null) { ${take(code, code.other(0))} }`,
      result: (code) => ({ value: code.acc(0), isNull: `${code.acc(0)} === null` }),
    }
  }
  const take = (code: KernelCode, value: string) =>
    `if (${code.acc(1)} === 0 || ${beats(which, type, code, value, code.acc(0))}) { ${code.set(0, value)} ${code.acc(1)} = 1; }`
  return {
    accumulators: [
      { name: 'value', type: notNull(type) },
      { name: 'any', type: FLAG },
    ],
    add: (code) => take(code, code.arg(0)),
    merge: (code) => `if (${code.other(1)} !== 0) { ${take(code, code.other(0))} }`,
    result: (code) => ({ value: code.acc(0), isNull: `${code.acc(1)} === 0` }),
  }
}

function retractable(which: Which, { type }: AggregateSite): AggregateKernel {
  const search = (code: KernelCode, slot: string) => {
    const find = code.use(searchOf(which, type), 'search')
    return code.set(0, `${find}(${code.view}, ${slot})`)
  }
  const same = (a: string, b: string) =>
    type.kind === 'FLOAT' || type.kind === 'DOUBLE' ? `Object.is(${a}, ${b})` : `${a} === ${b}`
  return {
    // `distinct`: how many different values there are.
    accumulators: [
      { name: 'value', type: isObject(type) ? type : notNull(type) },
      { name: 'distinct', type: COUNTER },
    ],
    view: { kind: 'counts', columns: [{ name: 'value', type }] },
    add: (code) =>
      `if (${code.first}) { if (${code.acc(1)} === 0 || ${beats(which, type, code, code.arg(0), code.acc(0))}) { ${code.set(0, code.arg(0))} } ${code.acc(1)}++; }`,
    retract: (code) =>
      `if (${code.first}) { ${code.acc(1)}--; if (${code.acc(1)} !== 0 && ${same(code.arg(0), code.acc(0))}) { ${search(code, code.slot)} } }`,
    // The operator has merged the views already.
    merge: (code) => {
      const size = code.use(sizeOf, 'sizeOf')
      return `${code.acc(1)} = ${size}(${code.view}, ${code.slot}); if (${code.acc(1)} !== 0) { ${search(code, code.slot)} }`
    },
    result: (code) => ({ value: code.acc(0), isNull: `${code.acc(1)} === 0` }),
  }
}

function sizeOf(view: KeyedList, slot: number): number {
  const counts = view.values[1].values
  let size = 0
  for (let row = view.first(slot); row >= 0; row = view.next(row)) if (counts[row] !== 0) size++
  return size
}

function searchOf(which: Which, type: LogicalType): (view: KeyedList, slot: number) => Value {
  const compare = comparisonOf(type) as ((a: unknown, b: unknown) => number) | undefined
  return (view, slot) => {
    const values = view.values[0].values as unknown[]
    const counts = view.values[1].values
    let best: unknown
    for (let row = view.first(slot); row >= 0; row = view.next(row)) {
      if (counts[row] === 0) continue
      const value = values[row] as number
      if (best === undefined) best = value
      else {
        const order =
          compare === undefined
            ? value < (best as number)
              ? -1
              : value > (best as number)
                ? 1
                : 0
            : compare(value, best)
        if (which === 'MIN' ? order < 0 : order > 0) best = value
      }
    }
    return best as Value
  }
}
