/** The statements that it is given, with a function in TypeScript. */
import { DataTypes, defineJob, udf } from 'rivulet'

const { INT } = DataTypes
export const numericCall = udf((n) => (n === null ? null : n * 3 + 1), { inputTypes: [INT()], resultType: INT() })

export const job = defineJob(async ({ tEnv, args, signal }) => {
  tEnv.createTemporarySystemFunction('numeric_call', numericCall)
  for (const sql of args) await tEnv.executeSql(sql, { signal })
})
