/** Sums of what `datagen` counts up to, accumulators of both forms in Flink's state; its rows come from a thread that opened nothing. */
import { defineJob, DataTypes as T, udaf, udf } from 'rivulet'

export const plain = udaf({
  inputTypes: [T.BIGINT()],
  resultType: T.STRING(),
  name: 'plain',
  createAccumulator: () => ({ sum: 0n, last: new Map<string, bigint>() }),
  accumulate(acc, value) {
    acc.sum += value ?? 0n
    acc.last.set('last', value ?? 0n)
  },
  getValue: (acc) => `${acc.sum}/${acc.last.get('last')}`,
})
export const typed = udaf({
  inputTypes: [T.BIGINT()],
  resultType: T.BIGINT(),
  accumulatorType: T.ROW({ sum: T.BIGINT() }),
  name: 'typed',
  createAccumulator: () => ({ sum: 9007199254740993n as bigint | null }),
  accumulate: (acc, value) => ({ sum: (acc.sum ?? 0n) + (value ?? 0n) }),
  getValue: (acc) => acc.sum,
})
export const same = udf((value: bigint | null) => value, { inputTypes: [T.BIGINT()], resultType: T.BIGINT() })

export const job = defineJob(async ({ tEnv }) => {
  for (const [name, fn] of Object.entries({ plain, typed, same })) tEnv.createTemporarySystemFunction(name, fn)
  await tEnv.executeSql(`CREATE TABLE numbers (n BIGINT) WITH ('connector' = 'datagen', 'rows-per-second' = '200',
    'fields.n.kind' = 'sequence', 'fields.n.start' = '1', 'fields.n.end' = '600')`)
  await tEnv.executeSql("CREATE TABLE answers (name STRING, answer STRING) WITH ('connector' = 'print')")
  return tEnv.executeSql(`INSERT INTO answers
    SELECT 'sums', plain(v) || ' ' || CAST(typed(v) AS STRING) FROM (SELECT same(n) AS v FROM numbers)`)
})
