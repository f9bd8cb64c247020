/**
 * Asks the engine whether it can do something.
 *
 * Law: a probe is a statement that Flink 2.3 accepts; it counts as "not yet" only for an error that says so. Any other error
 * is a mistake of the probe and stops the generator.
 */
import { isRivuletError, type RivuletError } from '../../src/base/errors.ts'
import { simulatedHost } from '../../src/base/simulated-host.ts'
import { TableEnvironment } from '../../src/engine/environment.ts'
import { DataTypes, udaf, udf, udtf } from '../../src/index.ts'
import { answer } from '../../test/conformance/answer.ts'

const NOT_YET = [
  'PLAN_NOT_SUPPORTED',
  'PLAN_UNKNOWN_FUNCTION',
  'PLAN_UNKNOWN_FORMAT',
  'FORMAT_UNKNOWN',
  'CONNECTOR_UNKNOWN',
  'CONNECTOR_NOT_YET',
  'ENGINE_NOT_EMBEDDED',
]

/** What stands in the way; absent = it works. */
export interface Outcome {
  readonly refusal?: RivuletError
}

const TABLES = `
  CREATE TABLE orders (id INT, usr STRING, price DOUBLE, tags ARRAY<STRING>, ts TIMESTAMP(3), pt AS PROCTIME(),
    WATERMARK FOR ts AS ts - INTERVAL '5' SECOND) WITH ('connector' = 'datagen', 'number-of-rows' = '1');
  CREATE TABLE pays (id INT, usr STRING, amount DOUBLE, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '5' SECOND)
    WITH ('connector' = 'datagen', 'number-of-rows' = '1');
  CREATE TABLE changes (id INT PRIMARY KEY NOT ENFORCED, usr STRING, rate DOUBLE, ts TIMESTAMP(3),
    WATERMARK FOR ts AS ts - INTERVAL '5' SECOND) WITH ('connector' = 'inline', 'changelog-mode' = 'I,UB,UA,D');
  CREATE TABLE upserts (id INT PRIMARY KEY NOT ENFORCED, usr STRING) WITH ('connector' = 'inline', 'changelog-mode' = 'I,UA,D');
  CREATE TABLE kept (id INT PRIMARY KEY NOT ENFORCED, usr STRING) WITH ('connector' = 'upsert-kafka', 'topic' = 'kept',
    'properties.bootstrap.servers' = 'localhost:9092', 'key.format' = 'json', 'value.format' = 'json');
  CREATE TABLE dim (id INT, name STRING) WITH ('connector' = 'inline', 'lookup' = 'true');
  CREATE TABLE sink (id INT, usr STRING) WITH ('connector' = 'blackhole');
  CREATE VIEW names AS SELECT id, usr FROM orders;
  CREATE TEMPORARY FUNCTION twice AS './udfs.ts#twice' LANGUAGE TYPESCRIPT;
`

const twice = udf((n) => (n === null ? null : n * 2), { inputTypes: [DataTypes.INT()], resultType: DataTypes.INT() })

const pieces = udtf((text) => (text ?? '').split(' '), {
  inputTypes: [DataTypes.STRING()],
  resultType: DataTypes.STRING(),
})

const total = udaf({
  inputTypes: [DataTypes.DOUBLE()],
  resultType: DataTypes.DOUBLE(),
  createAccumulator: () => ({ sum: 0 }),
  accumulate(acc, value) {
    acc.sum += value ?? 0
  },
  getValue: (acc) => acc.sum,
})

async function environment(): Promise<TableEnvironment> {
  const tEnv = new TableEnvironment({
    host: simulatedHost({ startMs: Date.UTC(2024, 4, 1) }),
    print: () => {},
    loadFunction: async () => twice,
  })
  for await (const _ of tEnv.executeScript(TABLES));
  tEnv.createTemporaryFunction('pieces', pieces)
  tEnv.createTemporaryFunction('total', total)
  return tEnv
}

/** Does the planner take the query or INSERT? */
export async function planned(sql: string): Promise<Outcome> {
  const tEnv = await environment()
  return outcome(sql, async () => tEnv.explainSql(sql))
}

/** Does a session run the statement? */
export async function executed(sql: string): Promise<Outcome> {
  const tEnv = await environment()
  return outcome(sql, async () => {
    const result = await tEnv.executeSql(sql)
    await result.close()
  })
}

/** The value of a constant expression, as Flink's SQL client prints it. */
export async function constantValue(expression: string): Promise<string> {
  const result = await answer({ id: expression, cat: 'docs', expr: expression })
  if ('error' in result) return 'fails'
  return 'value' in result ? (result.value ?? 'NULL') : ''
}

async function outcome(sql: string, run: () => Promise<unknown>): Promise<Outcome> {
  try {
    await run()
    return {}
  } catch (error) {
    if (isRivuletError(error) && NOT_YET.includes(error.code)) return { refusal: error }
    // The statement is understood; there is no such job here.
    if (isRivuletError(error) && error.code === 'ENGINE_NO_SUCH_JOB') return {}
    throw new Error(`the probe is no statement of Flink, or the engine has a bug: ${sql}`, { cause: error })
  }
}
