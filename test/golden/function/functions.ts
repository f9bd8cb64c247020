/** Users' functions of the golden files beside this one. */
import { AggregateFunction, DataTypes, TableFunction, udaf, udf, udtf } from '../../../src/index.ts'

const { BIGINT, DOUBLE, INT, STRING, ARRAY, ROW } = DataTypes

/** Everything that an aggregate can have, over plain data with a Map. */
export const histogram = udaf({
  inputTypes: [INT()],
  resultType: STRING(),
  name: 'histogram',
  createAccumulator: () => ({ counts: new Map<number | null, number>(), total: 0n }),
  accumulate(acc, value) {
    acc.counts.set(value, (acc.counts.get(value) ?? 0) + 1)
    acc.total += BigInt(value ?? 0)
  },
  retract(acc, value) {
    const left = (acc.counts.get(value) ?? 0) - 1
    if (left === 0) acc.counts.delete(value)
    else acc.counts.set(value, left)
    acc.total -= BigInt(value ?? 0)
  },
  merge(acc, others) {
    for (const other of others) {
      for (const [value, count] of other.counts) acc.counts.set(value, (acc.counts.get(value) ?? 0) + count)
      acc.total += other.total
    }
  },
  getValue: (acc) => {
    const entries = [...acc.counts].sort(([a], [b]) => Number(a) - Number(b))
    return `${entries.map(([value, count]) => `${value}:${count}`).join(' ')} = ${acc.total}`
  },
})

/** A declared accumulator; without `retract` and `merge`. */
export class WeightedAverage extends AggregateFunction<number | null, { sum: number; weight: bigint }> {
  override readonly inputTypes = [DOUBLE(), BIGINT()]
  override readonly resultType = DOUBLE()
  override readonly accumulatorType = ROW({ sum: DOUBLE(), weight: BIGINT() })
  createAccumulator() {
    return { sum: 0, weight: 0n }
  }
  accumulate(acc: { sum: number; weight: bigint }, value: number | null, weight: bigint | null) {
    if (value === null || weight === null) return
    acc.sum += value * Number(weight)
    acc.weight += weight
  }
  getValue({ sum, weight }: { sum: number; weight: bigint }) {
    return weight === 0n ? null : sum / Number(weight)
  }
}

/** A number as accumulator, replaced by each row. */
export const product = udaf({
  inputTypes: [INT()],
  resultType: BIGINT(),
  accumulatorType: BIGINT(),
  name: 'product',
  createAccumulator: (): bigint | null => 1n,
  accumulate: (acc, value) => (acc ?? 1n) * BigInt(value ?? 1),
  retract: (acc, value) => (acc ?? 1n) / BigInt(value ?? 1),
  getValue: (acc) => acc,
})

export const words = udtf(
  function* (text, separator) {
    for (const word of text?.split(separator ?? ' ') ?? []) if (word !== '') yield { word, length: word.length }
  },
  { inputTypes: [STRING(), STRING()], resultType: ROW({ word: STRING(), length: INT() }), name: 'words' },
)

/** Collects; several ways to call it. */
export class Repeat extends TableFunction<readonly unknown[]> {
  override readonly overloads = [
    { inputTypes: [INT()], resultType: ROW({ n: INT() }) },
    { inputTypes: [STRING(), INT()], resultType: ROW({ n: STRING() }) },
  ]
  eval(...args: [number | null] | [string | null, number | null]) {
    const [value, times] = args.length === 1 ? [args[0], args[0]] : args
    for (let i = 0; i < (times ?? 0); i++) this.collect([value])
  }
}

export const squares = udtf((n) => Array.from({ length: n ?? 0 }, (_, i) => i * i), {
  inputTypes: [INT()],
  resultType: INT(),
})

export const joined = udf((separator, ...parts) => parts.filter((part) => part !== null).join(separator ?? ''), {
  inputTypes: [STRING(), STRING()],
  resultType: STRING(),
  varArgs: true,
})

export const twice = udf(
  (value: number | string | null) => (value === null ? null : typeof value === 'number' ? value * 2 : value + value),
  {
    overloads: [
      { inputTypes: [INT()], resultType: INT() },
      { inputTypes: [STRING()], resultType: STRING() },
    ],
  },
)

export const sorted = udf((values) => (values === null ? null : [...values].sort((a, b) => Number(a) - Number(b))), {
  inputTypes: [ARRAY(INT())],
  resultType: ARRAY(INT()),
})
