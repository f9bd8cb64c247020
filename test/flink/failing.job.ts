/** A job whose function throws, for what a person then sees. */
import { DataTypes, defineJob, udf } from 'rivulet'

function refuse(value: number | null): number | null {
  if (value === 2) throw new RangeError('no 2 today')
  return value
}

export const failing = udf((value) => refuse(value), { inputTypes: [DataTypes.INT()], resultType: DataTypes.INT() })

export const job = defineJob(async ({ tEnv }) => {
  tEnv.createTemporarySystemFunction('failing', failing)
  await tEnv.executeSql("CREATE TABLE answers (answer INT) WITH ('connector' = 'print')")
  return tEnv.executeSql('INSERT INTO answers SELECT failing(v) FROM (VALUES (1), (2)) AS t(v)')
})
