/** What only a process of Node can do; also each form of functions. */
import { existsSync } from 'node:fs'
import { setTimeout } from 'node:timers/promises'
import { asyncUdf, defineJob, DataTypes as T, udf } from 'rivulet'

const number = T.INT().notNull()

export const canSee = udf((path: string | null) => `${path} ${existsSync(path ?? '')}`, {
  inputTypes: [T.STRING()],
  resultType: T.STRING(),
})
/** A second for a hundred rows, if they wait at the same time. */
export const later = asyncUdf(
  async (value: number) => {
    console.log('standard output is not for answers')
    process.stdout.write('nor is this\n')
    await setTimeout(500)
    return value + 1
  },
  { inputTypes: [number], resultType: T.INT() },
)
export const laterOrNone = udf(async (value: number | null) => (value === null ? 'none' : `some ${value}`), {
  inputTypes: [T.INT()],
  resultType: T.STRING(),
})

export const job = defineJob(async ({ tEnv }) => {
  for (const [name, fn] of Object.entries({ canSee, later, laterOrNone })) tEnv.createTemporarySystemFunction(name, fn)
  await tEnv.executeSql(`CREATE TABLE numbers (n INT NOT NULL) WITH ('connector' = 'datagen', 'number-of-rows' = '100',
    'fields.n.kind' = 'sequence', 'fields.n.start' = '1', 'fields.n.end' = '100')`)
  await tEnv.executeSql("CREATE TABLE answers (name STRING, answer STRING) WITH ('connector' = 'print')")
  const set = tEnv.createStatementSet()
  set.addInsertSql("INSERT INTO answers SELECT 'later', CAST(later(n) AS STRING) FROM numbers")
  set.addInsertSql("INSERT INTO answers SELECT 'sees', canSee(v) FROM (VALUES ('/proc/self'), ('/nowhere')) AS t(v)")
  set.addInsertSql("INSERT INTO answers SELECT 'none', laterOrNone(v) FROM (VALUES (1), (CAST(NULL AS INT))) AS t(v)")
  return set.execute()
})
