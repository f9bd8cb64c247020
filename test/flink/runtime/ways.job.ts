/** Functions with several lists of parameters, and with a last one that comes any number of times. */
import { defineJob, DataTypes as T, udaf, udf } from 'rivulet'

export const typeName = udf((value: bigint | number | string | null) => `${typeof value} ${value}`, {
  overloads: [
    { inputTypes: [T.DOUBLE()], resultType: T.STRING() },
    { inputTypes: [T.BIGINT()], resultType: T.STRING() },
    { inputTypes: [T.STRING()], resultType: T.STRING() },
  ],
})
/** Results of different types. */
export const twice = udf(
  (value: bigint | string | null) => (typeof value === 'bigint' ? value * 2n : `${value}${value}`),
  {
    overloads: [
      { inputTypes: [T.BIGINT()], resultType: T.BIGINT() },
      { inputTypes: [T.STRING()], resultType: T.STRING() },
    ],
  },
)
export const joined = udf((first: string | null, ...more: (number | null)[]) => [first, ...more].join('-'), {
  inputTypes: [T.STRING(), T.INT()],
  resultType: T.STRING(),
  varArgs: true,
})
export const total = udaf({
  inputTypes: [T.INT()],
  resultType: T.INT(),
  varArgs: true,
  name: 'total',
  createAccumulator: () => ({ sum: 0 }),
  accumulate(acc, ...values) {
    for (const value of values) acc.sum += value ?? 0
  },
  getValue: (acc) => acc.sum,
})

export const job = defineJob(async ({ tEnv }) => {
  for (const [name, fn] of Object.entries({ typeName, twice, joined, total }))
    tEnv.createTemporarySystemFunction(name, fn)
  await tEnv.executeSql("CREATE TABLE answers (name STRING, answer STRING) WITH ('connector' = 'print')")
  const set = tEnv.createStatementSet()
  const one = (name: string, expression: string) =>
    set.addInsertSql(
      `INSERT INTO answers SELECT '${name}', ${expression} FROM (VALUES (1, CAST(2 AS BIGINT), 'x', 1.5E0)) AS t(i, l, s, d)`,
    )
  one('int', 'typeName(i)')
  one('bigint', 'typeName(l)')
  one('string', 'typeName(s)')
  one('double', 'typeName(d)')
  one('twice bigint', 'CAST(twice(l) + 1 AS STRING)')
  one('twice string', 'twice(s)')
  one('joined 0', 'joined(s)')
  one('joined 1', 'joined(s, i)')
  one('joined 3', 'joined(s, i, i + 1, i + 2)')
  one('total', 'CAST(total(i, i + 1, i + 2) AS STRING)')
  return set.execute()
})
