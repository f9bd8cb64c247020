/** A function that never ends once it meets 3. */
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
  await tEnv.executeSql("CREATE TABLE answers (name STRING, answer INT) WITH ('connector' = 'print')")
  return tEnv.executeSql("INSERT INTO answers SELECT 'spin', spin(v) FROM (VALUES (1), (2), (3)) AS t(v)")
})
