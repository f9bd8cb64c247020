/**
 * The TypeScript types of functions follow from their SQL types: compiled by `npm run check`, never run. Each line under
 * `@ts-expect-error` is a mistake that the compiler must find.
 */
import {
  AggregateFunction,
  asyncUdf,
  DataTypes,
  type Instant,
  type LocalDateTime,
  ScalarFunction,
  udaf,
  udf,
  udtf,
} from '../../src/index.ts'

const { ARRAY, BIGINT, BOOLEAN, DECIMAL, DOUBLE, INT, MAP, ROW, STRING, TIMESTAMP, TIMESTAMP_LTZ } = DataTypes

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false
function same<A, B>(..._proof: Equal<A, B> extends true ? [] : ['the types differ']): void {}

// ---- udf -------------------------------------------------------------------------------------------------------------

udf(
  (id, big, number, decimal, flag) => {
    same<typeof id, number | null>()
    same<typeof big, bigint | null>()
    same<typeof number, number | null>()
    same<typeof decimal, string | null>()
    same<typeof flag, boolean>()
    return flag ? String(id) : null
  },
  {
    inputTypes: [INT(), BIGINT(), BIGINT({ as: 'number' }), DECIMAL(10, 2), BOOLEAN().notNull()],
    resultType: STRING(),
  },
)

udf(
  (local, instant, list, map, row) => {
    same<typeof local, LocalDateTime | null>()
    same<typeof instant, Instant | null>()
    same<typeof list, readonly (number | null)[] | null>()
    same<typeof map, ReadonlyMap<string | null, number | null> | null>()
    same<typeof row, { readonly a: number | null; readonly b: string | null } | null>()
    return true
  },
  {
    inputTypes: [TIMESTAMP(9), TIMESTAMP_LTZ(3), ARRAY(INT()), MAP(STRING(), DOUBLE()), ROW({ a: INT(), b: STRING() })],
    resultType: BOOLEAN(),
  },
)

// @ts-expect-error the argument may be NULL
udf((text) => text.length, { inputTypes: [STRING()], resultType: INT() })

// @ts-expect-error a string is no INT
udf((text) => text, { inputTypes: [STRING()], resultType: INT() })

// @ts-expect-error NOT NULL is never null
udf((text) => text?.length ?? null, { inputTypes: [STRING()], resultType: INT().notNull() })

// @ts-expect-error not every path returns
udf((n: number | null) => (n === 1 ? 'one' : undefined), { inputTypes: [INT()], resultType: STRING() })

// ---- Variadics and overloads -----------------------------------------------------------------------------------------

udf(
  (separator, ...parts) => {
    same<typeof separator, string | null>()
    same<typeof parts, (number | null)[]>()
    return parts.join(separator ?? '')
  },
  { inputTypes: [STRING(), INT()], resultType: STRING(), varArgs: true },
)

udf((value: number | string | null) => value, {
  overloads: [
    { inputTypes: [INT()], resultType: INT() },
    { inputTypes: [STRING()], resultType: STRING() },
  ],
})

// @ts-expect-error the second way gives a string
udf((value: number) => value, {
  overloads: [
    { inputTypes: [INT().notNull()], resultType: INT() },
    { inputTypes: [STRING()], resultType: STRING() },
  ],
})

// ---- Classes ---------------------------------------------------------------------------------------------------------

class Length extends ScalarFunction {
  eval(text: string | null): number {
    return text?.length ?? 0
  }
}
udf(Length, { inputTypes: [STRING()], resultType: INT() })
udf(new Length(), { inputTypes: [STRING()], resultType: INT() })

// @ts-expect-error eval takes a string
udf(Length, { inputTypes: [INT()], resultType: INT() })

// ---- Asynchronous ----------------------------------------------------------------------------------------------------

udf(async (id) => `${id}`, { inputTypes: [INT()], resultType: STRING() })
asyncUdf((id) => Promise.resolve(id), { inputTypes: [INT()], resultType: INT() })

// @ts-expect-error asyncUdf wants promises
asyncUdf((id) => id, { inputTypes: [INT()], resultType: INT() })

// ---- udaf ------------------------------------------------------------------------------------------------------------

udaf({
  inputTypes: [DOUBLE(), INT()],
  resultType: DOUBLE(),
  createAccumulator: () => ({ sum: 0, weight: 0 }),
  accumulate(acc, value, weight) {
    same<typeof acc, { sum: number; weight: number }>()
    same<typeof value, number | null>()
    same<typeof weight, number | null>()
    acc.sum += (value ?? 0) * (weight ?? 0)
  },
  merge(acc, others) {
    for (const other of others) acc.sum += other.sum
  },
  getValue: (acc) => acc.sum / acc.weight,
})

udaf({
  inputTypes: [INT()],
  resultType: INT(),
  createAccumulator: () => ({ list: [] as number[] }),
  // @ts-expect-error push gives the length, which is no accumulator
  accumulate: (acc, value) => acc.list.push(value ?? 0),
  getValue: (acc) => acc.list.length,
})

udaf({
  inputTypes: [INT()],
  resultType: INT(),
  createAccumulator: () => ({ n: 0 }),
  accumulate(acc) {
    acc.n++
  },
  // @ts-expect-error a bigint is no INT
  getValue: () => 1n,
})

class Count extends AggregateFunction<number, { n: number }> {
  createAccumulator() {
    return { n: 0 }
  }
  accumulate(acc: { n: number }, value: string | null) {
    if (value !== null) acc.n++
  }
  getValue(acc: { n: number }) {
    return acc.n
  }
}
udaf(Count, { inputTypes: [STRING()], resultType: INT() })

// @ts-expect-error accumulate takes a string
udaf(Count, { inputTypes: [INT()], resultType: INT() })

// ---- udtf ------------------------------------------------------------------------------------------------------------

udtf(
  function* (text) {
    same<typeof text, string | null>()
    yield { word: text, length: 1 }
    yield [text, 1]
  },
  { inputTypes: [STRING()], resultType: ROW({ word: STRING(), length: INT() }) },
)
udtf((n) => [[n, 'x']], { inputTypes: [INT()], resultTypes: [INT(), STRING()] })
udtf((n) => [n, n], { inputTypes: [INT()], resultType: INT() })

// @ts-expect-error a column is missing
udtf((n) => [{ word: `${n}` }], { inputTypes: [INT()], resultType: ROW({ word: STRING(), length: INT() }) })

// @ts-expect-error rows are something iterable
udtf((n) => n, { inputTypes: [INT()], resultType: INT() })
