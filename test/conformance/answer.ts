/**
 * Answers conformance cases with the embedded engine.
 *
 * Law: a case cannot stop another one; what the engine cannot do is an `error` with its code.
 */
import { isRivuletError } from '../../src/base/errors.ts'
import { simulatedHost } from '../../src/base/simulated-host.ts'
import { InlineFeed } from '../../src/connectors/inline/feed.ts'
import { CollectBuffer } from '../../src/engine/collect-buffer.ts'
import { TableEnvironment } from '../../src/engine/environment.ts'
import { planQuery } from '../../src/plan/index.ts'
import { parseStatement } from '../../src/sql/index.ts'
import { rowAt, type Schema } from '../../src/types/batch.ts'
import { printText } from '../../src/types/format.ts'
import { typeTextWithAttribute } from '../../src/types/logical-type.ts'
import { type RowKindText, rowKindText } from '../../src/types/row-kind.ts'
import type { Answer, Case, ExprCase, QueryCase } from './case.ts'

const TIMEOUT_MS = 10_000

export interface AnswerOptions {
  readonly batchSize?: number
  readonly expressions?: 'compiled' | 'interpreted'
}

export async function answer(testCase: Case, options: AnswerOptions = {}): Promise<Answer> {
  const { id } = testCase
  try {
    return 'expr' in testCase ? await answerExpr(testCase, options) : await answerQuery(testCase, options)
  } catch (error) {
    if (isRivuletError(error)) return { id, error: { code: error.code, message: error.message } }
    const message = error instanceof Error ? (error.stack ?? error.message) : String(error)
    return { id, error: { code: 'CRASH', message } }
  }
}

async function answerExpr(testCase: ExprCase, options: AnswerOptions): Promise<Answer> {
  const { schema, changelog } = await run(
    { ...testCase, ddl: [], query: `SELECT ${testCase.expr}`, input: [] },
    options,
  )
  return { id: testCase.id, type: typeTextWithAttribute(schema[0].type), value: changelog[0][1] }
}

async function answerQuery(testCase: QueryCase, options: AnswerOptions): Promise<Answer> {
  const { schema, changelog } = await run(testCase, options)
  return {
    id: testCase.id,
    schema: schema.map(({ name, type }) => [name, typeTextWithAttribute(type)] as const),
    changelog,
  }
}

async function run(
  testCase: QueryCase,
  options: AnswerOptions,
): Promise<{ schema: Schema; changelog: (string | null)[][] }> {
  const zone = testCase.tz ?? 'UTC'
  const tEnv = new TableEnvironment({
    host: simulatedHost({ startMs: Date.parse('2024-05-01T12:00:00Z') }),
    configuration: { 'table.local-time-zone': zone, ...testCase.set },
    inline: inlineRows(testCase),
  })
  for (const sql of testCase.ddl) await (await tEnv.executeSql(sql)).close()
  const source = { name: '<sql>', text: testCase.query }
  const statement = parseStatement(testCase.query)
  const { plan, schema } = planQuery(tEnv.session.planner, statement as never, source)
  const buffer = new CollectBuffer()
  const job = tEnv.session.createJob(plan, testCase.id, { collect: buffer, ...options })
  await job.open()
  const changelog: (string | null)[][] = []
  const collect = () => {
    for (const batch of buffer.drain()) {
      for (let row = 0; row < batch.length; row++) {
        const values = rowAt(batch, schema, row).map((value, c) =>
          value === null ? null : printText(value, schema[c].type, { timeZone: zone }),
        )
        changelog.push([rowKindText(batch.kinds === null ? 0 : batch.kinds[row]), ...values])
      }
    }
  }
  const until = performance.now() + TIMEOUT_MS
  try {
    while (!job.finished) {
      while (job.step() && performance.now() < until) collect()
      await new Promise((resolve) => setImmediate(resolve))
      if (performance.now() > until) throw new Error(`no end after ${TIMEOUT_MS} ms`)
    }
    collect()
  } finally {
    await job.cancel()
  }
  return { schema, changelog }
}

/** Rows as raw JSON text, in the order of arrival over all tables. */
function inlineRows(testCase: QueryCase): (table: string) => unknown {
  const feed = new InlineFeed(
    testCase.input.map(([table, kind, row]) => ({ table, kind: kind as RowKindText, json: JSON.stringify(row) })),
  )
  return (name) => feed.table(name.split('.').at(-1) as string)
}
