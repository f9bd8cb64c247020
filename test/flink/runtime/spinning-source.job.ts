/** The same in the thread of a source of Flink's old kind. */
import { defineJob, DataTypes as T, udf } from 'rivulet'

export const spin = udf(
  (value: number | null) => {
    while (value === 3) {}
    return value
  },
  { inputTypes: [T.INT()], resultType: T.INT() },
)

export const job = defineJob(async ({ tEnv }) => {
  tEnv.createTemporarySystemFunction('spin', spin)
  await tEnv.executeSql(`CREATE TABLE numbers (n INT) WITH ('connector' = 'datagen', 'rows-per-second' = '100',
    'fields.n.kind' = 'sequence', 'fields.n.start' = '1', 'fields.n.end' = '1000')`)
  await tEnv.executeSql("CREATE TABLE answers (name STRING, answer INT) WITH ('connector' = 'print')")
  return tEnv.executeSql("INSERT INTO answers SELECT 'spin', spin(n) FROM numbers")
})
