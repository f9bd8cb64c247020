/** Functions of the differential suite: each type in and out, and what a function may do with it. */
import { DataTypes, Instant, LocalDate, LocalDateTime, udaf, udf, udtf } from 'rivulet'

const T = DataTypes

/** The value as it came: what is lost on the way is seen. */
const same = <const D extends ReturnType<typeof T.INT>>(type: D) =>
  udf((value) => value, { inputTypes: [type], resultType: type, name: 'same' })

// biome-ignore lint/suspicious/noExplicitAny: one declaration for every type
const identity = (type: any) => same(type)

export const sameBoolean = identity(T.BOOLEAN())
export const sameTiny = identity(T.TINYINT())
export const sameSmall = identity(T.SMALLINT())
export const sameInt = identity(T.INT())
export const sameBig = identity(T.BIGINT())
export const sameFloat = identity(T.FLOAT())
export const sameDouble = identity(T.DOUBLE())
export const sameDecimal = identity(T.DECIMAL(18, 4))
export const sameWideDecimal = identity(T.DECIMAL(38, 10))
export const sameString = identity(T.STRING())
export const sameBytes = identity(T.BYTES())
export const sameDate = identity(T.DATE())
export const sameTime = identity(T.TIME(0))
export const sameMillis = identity(T.TIMESTAMP(3))
export const sameNanos = identity(T.TIMESTAMP(9))
export const sameInstant = identity(T.TIMESTAMP_LTZ(3))
export const sameInstantNanos = identity(T.TIMESTAMP_LTZ(9))
export const sameInts = identity(T.ARRAY(T.INT()))
export const sameTexts = identity(T.ARRAY(T.STRING()))
export const sameMap = identity(T.MAP(T.STRING(), T.BIGINT()))
export const sameRow = identity(T.ROW({ id: T.BIGINT(), name: T.STRING(), ts: T.TIMESTAMP(9) }))

export const kind = udf((value: bigint | null) => `${typeof value}:${value}`, {
  inputTypes: [T.BIGINT()],
  resultType: T.STRING(),
})
export const addBig = udf((a: bigint | null, b: bigint | null) => (a === null || b === null ? null : a + b), {
  inputTypes: [T.BIGINT(), T.BIGINT()],
  resultType: T.BIGINT(),
})
export const decimalText = udf((value: string | null) => (value === null ? 'none' : `<${value}>`), {
  inputTypes: [T.DECIMAL(38, 10)],
  resultType: T.STRING(),
})
export const reversed = udf((text: string | null) => (text === null ? null : [...text].reverse().join('')), {
  inputTypes: [T.STRING()],
  resultType: T.STRING(),
})
export const repeated = udf((text, times) => (text ?? '').repeat(times ?? 0), {
  inputTypes: [T.STRING(), T.INT()],
  resultType: T.STRING(),
})
export const byteSum = udf((bytes) => (bytes === null ? null : bytes.reduce((a, b) => a + b, 0)), {
  inputTypes: [T.BYTES()],
  resultType: T.INT(),
})
export const stampText = udf((at) => (at === null ? null : `${at.epochMillis}/${at.nanoOfMilli}`), {
  inputTypes: [T.TIMESTAMP(9)],
  resultType: T.STRING(),
})
export const nanoLater = udf((at) => (at === null ? null : new LocalDateTime(at.epochMillis, at.nanoOfMilli + 1, 9)), {
  inputTypes: [T.TIMESTAMP(9)],
  resultType: T.TIMESTAMP(9),
})
export const secondLater = udf((at) => (at === null ? null : new Instant(at.epochMillis + 1000, at.nanoOfMilli)), {
  inputTypes: [T.TIMESTAMP_LTZ(3)],
  resultType: T.TIMESTAMP_LTZ(3),
})
export const dayLater = udf((day) => (day === null ? null : new LocalDate(day.epochDay + 1)), {
  inputTypes: [T.DATE()],
  resultType: T.DATE(),
})
export const total = udf((items) => (items === null ? null : items.reduce((a: number, b) => a + (b ?? 0), 0)), {
  inputTypes: [T.ARRAY(T.INT())],
  resultType: T.INT(),
})
export const keys = udf((map) => (map === null ? null : [...map.keys()].sort()), {
  inputTypes: [T.MAP(T.STRING(), T.BIGINT())],
  resultType: T.ARRAY(T.STRING()),
})
export const describeRow = udf((row) => (row === null ? null : `${row.id}|${row.name}`), {
  inputTypes: [T.ROW({ id: T.BIGINT(), name: T.STRING() })],
  resultType: T.STRING(),
})
export const makeRow = udf((id, name) => ({ id, names: name === null ? null : [name, name] }), {
  inputTypes: [T.INT(), T.STRING()],
  resultType: T.ROW({ id: T.INT(), names: T.ARRAY(T.STRING()) }),
})
export const noArguments = udf(() => 'constant', { inputTypes: [], resultType: T.STRING() })
export const five = udf((a, b, c, d, e) => [a, b, c, d, e].map((each) => String(each)).join(), {
  inputTypes: [T.INT(), T.DOUBLE(), T.STRING(), T.BOOLEAN(), T.BIGINT()],
  resultType: T.STRING(),
})

export const words = udtf(
  function* (text: string | null) {
    for (const word of (text ?? '').split(' ')) if (word !== '') yield [word, word.length] as const
  },
  { inputTypes: [T.STRING()], resultTypes: [T.STRING(), T.INT()], name: 'words' },
)
export const countdown = udtf((from: number | null) => Array.from({ length: from ?? 0 }, (_, i) => (from ?? 0) - i), {
  inputTypes: [T.INT()],
  resultType: T.INT(),
  name: 'countdown',
})

export const weightedAverage = udaf({
  inputTypes: [T.DOUBLE(), T.INT()],
  resultType: T.DOUBLE(),
  name: 'weightedAverage',
  createAccumulator: () => ({ sum: 0, weight: 0 }),
  accumulate(acc, value, weight) {
    if (value === null || weight === null) return
    acc.sum += value * weight
    acc.weight += weight
  },
  retract(acc, value, weight) {
    if (value === null || weight === null) return
    acc.sum -= value * weight
    acc.weight -= weight
  },
  getValue: (acc) => (acc.weight === 0 ? null : acc.sum / acc.weight),
})
export const bigSum = udaf({
  inputTypes: [T.BIGINT()],
  resultType: T.BIGINT(),
  accumulatorType: T.ROW({ sum: T.BIGINT(), count: T.BIGINT() }),
  name: 'bigSum',
  createAccumulator: () => ({ sum: 0n as bigint | null, count: 0n as bigint | null }),
  accumulate: (acc, value) => ({ sum: (acc.sum ?? 0n) + (value ?? 0n), count: (acc.count ?? 0n) + 1n }),
  merge(acc, others) {
    let { sum, count } = acc
    for (const other of others) {
      sum = (sum ?? 0n) + (other.sum ?? 0n)
      count = (count ?? 0n) + (other.count ?? 0n)
    }
    return { sum, count }
  },
  getValue: (acc) => acc.sum,
})
export const longest = udaf({
  inputTypes: [T.STRING()],
  resultType: T.STRING(),
  name: 'longest',
  createAccumulator: () => ({ text: null as string | null, seen: new Set<string>() }),
  accumulate(acc, text) {
    if (text === null || acc.seen.has(text)) return
    acc.seen.add(text)
    if (acc.text === null || text.length > acc.text.length) acc.text = text
  },
  getValue: (acc) => acc.text,
})
