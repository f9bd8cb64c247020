/** A function that ends the process which runs it. */
import { defineJob, DataTypes as T, udf } from 'rivulet'

export const dies = udf(
  (value: number | null) => {
    if (value === 3) {
      console.error('a last word')
      process.exit(7)
    }
    return value
  },
  { inputTypes: [T.INT()], resultType: T.INT() },
)

export const job = defineJob(async ({ tEnv }) => {
  tEnv.createTemporarySystemFunction('dies', dies)
  await tEnv.executeSql("CREATE TABLE answers (name STRING, answer INT) WITH ('connector' = 'print')")
  return tEnv.executeSql("INSERT INTO answers SELECT 'dies', dies(v) FROM (VALUES (1), (2), (3)) AS t(v)")
})
