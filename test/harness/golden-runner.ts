/**
 * Runs golden files in all the ways that must not make a difference.
 *
 * Law: one changelog per query, whatever the batch size (1, 2, 7, all rows), wherever the job is snapshot and restored (at
 * its barriers; after every input), whether expressions are compiled or interpreted, whichever state backend it has. At parallelism 2 and 4 the rows that
 * one input causes are the same bag (with `parallel=net`, where one input reaches an operator on two ways whose order is
 * free: they have the same effect), and the table at the end is the same.
 */
import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { isRivuletError } from '../../src/base/errors.ts'
import { parseDuration } from '../../src/base/options.ts'
import { memoryScratch } from '../../src/base/scratch.ts'
import { type SimulatedHost, simulatedHost } from '../../src/base/simulated-host.ts'
import { lineColumn } from '../../src/base/span.ts'
import { schemaOf } from '../../src/catalog/table.ts'
import { CollectBuffer } from '../../src/engine/collect-buffer.ts'
import { TableEnvironment } from '../../src/engine/environment.ts'
import type { SubmitOptions } from '../../src/engine/session.ts'
import type { CompiledPlan } from '../../src/operators/nodes.ts'
import { explainStatement, planQuery } from '../../src/plan/index.ts'
import type { Job } from '../../src/runtime/job.ts'
import { parseStatement } from '../../src/sql/index.ts'
import { diskBackend } from '../../src/state/disk/backend.ts'
import { memoryBackend } from '../../src/state/memory/backend.ts'
import { rowAt, type Schema } from '../../src/types/batch.ts'
import { castValue } from '../../src/types/cast.ts'
import { printText } from '../../src/types/format.ts'
import { STRING } from '../../src/types/logical-type.ts'
import { parseRowKind, rowKindText } from '../../src/types/row-kind.ts'
import { Feed, type FeedElement, feedConnector } from './feed-connector.ts'
import { joinValues, parseSlt, printSlt, type SltBlock, splitValues } from './slt.ts'

const DAY = '2024-01-01'
const START_MS = Date.parse(`${DAY}T00:00:00Z`)

type QueryBlock = Extract<SltBlock, { kind: 'stream' | 'plan' | 'error' }>

/** One line of input with the output lines that it causes. */
interface Step {
  readonly input: string
  readonly output: string[]
}

interface Variant {
  readonly name: string
  readonly batchSize: number
  /** Rows of one table that follow each other are one step. */
  readonly grouped: boolean
  readonly restore: 'never' | 'at barriers' | 'after every input'
  readonly parallelism: number
  readonly expressions: 'compiled' | 'interpreted'
  /** disk: with a cache of nothing, so that every row goes to disk and back between two batches. */
  readonly backend: 'memory' | 'disk'
}

const plain: Variant = {
  name: 'plain',
  batchSize: 8192,
  grouped: false,
  restore: 'never',
  parallelism: 1,
  expressions: 'compiled',
  backend: 'memory',
}

export const variants: readonly Variant[] = [
  plain,
  { ...plain, name: 'batches of 1', batchSize: 1, grouped: true },
  { ...plain, name: 'batches of 2', batchSize: 2, grouped: true },
  { ...plain, name: 'batches of 7', batchSize: 7, grouped: true },
  { ...plain, name: 'all rows in one batch', grouped: true },
  { ...plain, name: 'restored at its barriers', restore: 'at barriers' },
  { ...plain, name: 'restored after every input', restore: 'after every input' },
  { ...plain, name: 'parallelism 2', parallelism: 2 },
  { ...plain, name: 'parallelism 4', parallelism: 4 },
  { ...plain, name: 'parallelism 2, restored after every input', parallelism: 2, restore: 'after every input' },
  { ...plain, name: 'interpreted', expressions: 'interpreted' },
  { ...plain, name: 'on disk', backend: 'disk' },
  { ...plain, name: 'on disk, batches of 2', backend: 'disk', batchSize: 2, grouped: true },
  { ...plain, name: 'on disk, restored after every input', backend: 'disk', restore: 'after every input' },
  { ...plain, name: 'on disk, parallelism 2', backend: 'disk', parallelism: 2 },
]

/** Small segments: records of golden blocks fill several, and are compacted. */
const diskWithoutCache = () => diskBackend({ scratch: memoryScratch, cacheBytes: 0, segmentBytes: 512 })

interface Environment {
  readonly tEnv: TableEnvironment
  readonly feed: Feed
  readonly host: SimulatedHost
}

async function environment(ddl: readonly string[], variant: Variant): Promise<Environment> {
  const feed = new Feed()
  const host = simulatedHost({ startMs: START_MS })
  const tEnv = new TableEnvironment({
    host,
    connectors: [feedConnector(feed)],
    configuration: { 'parallelism.default': String(variant.parallelism) },
  })
  for (const sql of ddl) for await (const _ of tEnv.executeScript(sql));
  return { tEnv, feed, host }
}

/** Runs one golden file; with `update` the file is rewritten from the plain run first. */
export async function runGolden(path: string, update: boolean): Promise<GoldenReport> {
  const file = parseSlt(path, readFileSync(path, 'utf8'))
  const ddl: string[] = []
  const report: GoldenReport = { blocks: 0, runs: 0, failures: [] }
  for (const block of file.blocks) {
    if (block.kind === 'ddl') ddl.push(block.sql)
    if (block.kind === 'text' || block.kind === 'ddl') continue
    report.blocks++
    if (update) {
      const lines = await expectedBody(block, ddl)
      block.body.splice(0, block.body.length, ...lines)
    }
    await check(block, ddl, path, report)
  }
  if (update) writeFileSync(path, printSlt(file))
  return report
}

export interface GoldenReport {
  blocks: number
  runs: number
  failures: { readonly block: string; readonly variant: string; readonly error: Error }[]
}

async function check(block: QueryBlock, ddl: readonly string[], path: string, report: GoldenReport): Promise<void> {
  const todo = block.kind === 'stream' ? variants : [plain]
  for (const variant of todo) {
    report.runs++
    try {
      if (block.kind !== 'stream') assert.deepEqual(await expectedBody(block, ddl), block.body)
      else if (variant.grouped) await checkGrouped(block, ddl, variant)
      else await checkSteps(block, ddl, variant)
    } catch (error) {
      report.failures.push({
        block: `${path}:${block.line} ${block.name}`,
        variant: variant.name,
        error: error as Error,
      })
    }
  }
}

async function expectedBody(block: QueryBlock, ddl: readonly string[]): Promise<string[]> {
  switch (block.kind) {
    case 'stream':
      return streamBody(await runSteps(block, ddl, plain, stepsOf(block)))
    case 'plan': {
      const { tEnv } = await environment(ddl, plain)
      const source = { name: '<sql>', text: block.sql }
      const fired: string[] = []
      const text = explainStatement(tEnv.session.planner, parseStatement(block.sql), source, (rule) => fired.push(rule))
      const missing = (block.attributes.get('expect') ?? '')
        .split(',')
        .filter((rule) => rule !== '' && !fired.includes(rule))
      assert.deepEqual(missing, [], `rules that did not fire; fired: ${[...new Set(fired)].join(', ')}`)
      return text
        .trimEnd()
        .split('\n')
        .map((line) => (line === '' ? '.' : line))
    }
    case 'error':
      return [await errorOf(block, ddl)]
  }
}

async function errorOf(block: QueryBlock, ddl: readonly string[]): Promise<string> {
  try {
    const { tEnv } = await environment(ddl, plain)
    for await (const result of tEnv.executeScript(block.sql)) await result.close()
  } catch (error) {
    if (!isRivuletError(error)) throw error
    const at = error.span === undefined ? undefined : lineColumn(block.sql, error.span.start)
    return `${error.code}${at === undefined ? '' : ` ${at.line}:${at.column}`} ${error.message}`
  }
  throw new Error('no error was raised')
}

function stepsOf(block: QueryBlock): Step[] {
  const steps: Step[] = []
  for (const line of block.body) {
    if (line.startsWith('>')) steps.push({ input: line.slice(1).trim(), output: [] })
    else if (!line.startsWith('=')) {
      if (steps.length === 0) steps.push({ input: '', output: [] })
      steps.at(-1)?.output.push(line)
    }
  }
  return steps
}

function streamBody(steps: readonly Step[]): string[] {
  const lines = steps.flatMap(({ input, output }) => [...(input === '' ? [] : [`> ${input}`]), ...output])
  return [...lines, ...tableOf(steps.flatMap(({ output }) => output)).map((row) => `= ${row}`)]
}

/** What a changelog does in the end: rows that it adds and takes away, sorted; what cancels out is gone. */
function netOf(changelog: readonly string[]): string[] {
  const counts = new Map<string, number>()
  for (const line of changelog) {
    const row = line.slice(3)
    counts.set(row, (counts.get(row) ?? 0) + (line.startsWith('+') ? 1 : -1))
  }
  return [...counts]
    .filter(([, count]) => count !== 0)
    .map(([row, count]) => `${count} × ${row}`)
    .sort()
}

/** The table after applying a changelog, sorted. */
export function tableOf(changelog: readonly string[]): string[] {
  const counts = new Map<string, number>()
  for (const line of changelog) {
    const row = line.slice(3)
    const change = line.startsWith('+') ? 1 : -1
    counts.set(row, (counts.get(row) ?? 0) + change)
  }
  return [...counts].flatMap(([row, count]) => Array<string>(Math.max(0, count)).fill(row)).sort()
}

async function checkSteps(block: QueryBlock, ddl: readonly string[], variant: Variant): Promise<void> {
  const expected = stepsOf(block)
  const actual = await runSteps(block, ddl, variant, expected)
  const parallel = variant.parallelism > 1
  const free = parallel || block.attributes.get('order') === 'free'
  const net = parallel && block.attributes.get('parallel') === 'net'
  const shown = (steps: readonly Step[]) =>
    steps.map(({ input, output }) => ({ input, output: net ? netOf(output) : free ? [...output].sort() : output }))
  assert.deepEqual(shown(actual), shown(expected))
  const table = block.body.filter((line) => line.startsWith('=')).map((line) => line.slice(1).trim())
  assert.deepEqual(tableOf(actual.flatMap(({ output }) => output)), table)
}

/** Rows in a row are handed over together: the order of the whole changelog must stay. */
async function checkGrouped(block: QueryBlock, ddl: readonly string[], variant: Variant): Promise<void> {
  const expected = stepsOf(block)
  const groups: Step[] = []
  for (const step of expected) {
    const row = isRow(step.input)
    const last = groups.at(-1)
    if (row && last !== undefined && isRow(last.input)) {
      groups[groups.length - 1] = { input: `${last.input}\n${step.input}`, output: [...last.output, ...step.output] }
    } else groups.push({ input: step.input, output: [...step.output] })
  }
  const actual = await runSteps(block, ddl, variant, groups)
  const free = block.attributes.get('order') === 'free'
  const lines = (steps: readonly Step[]) => steps.map(({ output }) => (free ? [...output].sort() : output))
  assert.deepEqual(lines(actual), lines(groups))
}

const isRow = (input: string) => /^\S+ [+-][IUD] /.test(`${input.split('\n')[0]} `)

async function runSteps(
  block: QueryBlock,
  ddl: readonly string[],
  variant: Variant,
  steps: readonly Step[],
): Promise<Step[]> {
  const { tEnv, feed, host } = await environment(ddl, variant)
  const source = { name: '<sql>', text: block.sql }
  const statement = parseStatement(block.sql)
  assert.equal(statement.kind, 'query', 'a stream block holds a query')
  const { plan, schema } = planQuery(tEnv.session.planner, statement as never, source)
  const run = new GoldenRun(tEnv, plan, schema, variant)
  await run.start()
  const done: Step[] = []
  try {
    for (const { input } of steps) {
      for (const line of input === '' ? [] : input.split('\n')) applyInput(line, tEnv, feed, host)
      await run.drain()
      if (input === 'barrier' || variant.restore === 'after every input') {
        const restore =
          variant.restore === 'after every input' || (variant.restore === 'at barriers' && input === 'barrier')
        if (!run.finished) await run.barrier(restore, feed)
      }
      done.push({ input: steps[done.length].input, output: run.take() })
    }
  } finally {
    await run.stop()
  }
  return done
}

function applyInput(line: string, tEnv: TableEnvironment, feed: Feed, host: SimulatedHost): void {
  const [first, second] = line.split(/\s+/)
  if (first === 'barrier') return
  if (first === 'end') {
    feed.end()
    return
  }
  if (first === 'advance') {
    host.clock.advance(parseDuration(line.slice('advance'.length)) as number)
    return
  }
  const object = tEnv.session.catalog.get([first])
  assert.equal(object.kind, 'table', `${first} is a table`)
  if (second === 'watermark') {
    const value = parseValue(line.split(/\s+/).slice(2).join(' '), { kind: 'TIMESTAMP', precision: 3, nullable: true })
    feed.push({ kind: 'watermark', table: first, watermark: Number(value) })
    return
  }
  const rowKind = parseRowKind(second)
  assert.notEqual(rowKind, undefined, `row kind of '${line}'`)
  const values = splitValues(line.slice(line.indexOf(second) + second.length))
  const columns =
    object.kind === 'table' ? object.columns.filter((column) => column.kind === 'physical') : schemaOf(object)
  assert.equal(
    values.length,
    columns.length,
    `'${line}' has a value for each of ${columns.map((c) => c.name).join(', ')}`,
  )
  const parsed = values.map((text, i) => (text === null ? null : parseValue(text, columns[i].type)))
  feed.push({ kind: 'row', table: first, rowKind: rowKind as number, values: parsed } satisfies FeedElement)
}

function parseValue(text: string, type: Schema[number]['type']) {
  const long =
    (type.kind === 'TIMESTAMP' || type.kind === 'TIMESTAMP_LTZ') && /^\d\d:/.test(text) ? `${DAY} ${text}` : text
  return castValue(long, STRING, type, { safe: false, legacy: false, timeZone: 'UTC' })
}

function rowText(values: readonly (string | null)[]): string {
  const short = values.map((text) =>
    text?.startsWith(`${DAY} `) ? text.slice(DAY.length + 1).replace(/\.0+$/, '') : text,
  )
  return joinValues(short)
}

/** A job driven by hand: `drain` runs it until nothing is left to do. */
class GoldenRun {
  readonly #tEnv: TableEnvironment
  readonly #plan: CompiledPlan
  readonly #schema: Schema
  readonly #variant: Variant
  #buffer = new CollectBuffer()
  #job: Job
  #lines: string[] = []

  constructor(tEnv: TableEnvironment, plan: CompiledPlan, schema: Schema, variant: Variant) {
    this.#tEnv = tEnv
    this.#plan = plan
    this.#schema = schema
    this.#variant = variant
    this.#job = this.#create({})
  }

  #create(extra: SubmitOptions): Job {
    return this.#tEnv.session.createJob(this.#plan, 'golden', {
      collect: this.#buffer,
      batchSize: this.#variant.batchSize,
      expressions: this.#variant.expressions,
      backend: this.#variant.backend === 'disk' ? diskWithoutCache() : memoryBackend,
      ...extra,
    })
  }

  get finished(): boolean {
    return this.#job.finished
  }

  start(): Promise<void> {
    return this.#job.open()
  }

  async drain(): Promise<void> {
    // Sinks flush and subtasks end through promises: give them their turn until nothing moves.
    for (let quiet = 0; quiet < 3; quiet++) {
      while (this.#job.step()) {
        this.#collect()
        quiet = 0
      }
      await new Promise((resolve) => setImmediate(resolve))
    }
    this.#collect()
  }

  #collect(): void {
    for (const batch of this.#buffer.drain()) {
      for (let row = 0; row < batch.length; row++) {
        const values = rowAt(batch, this.#schema, row).map((value, c) =>
          value === null ? null : printText(value, this.#schema[c].type, { timeZone: 'UTC' } as never),
        )
        this.#lines.push(`${rowKindText(batch.kinds === null ? 0 : batch.kinds[row])} ${rowText(values)}`)
      }
    }
  }

  async barrier(restore: boolean, feed: Feed): Promise<void> {
    const pending = this.#job.snapshot()
    await this.drain()
    const snapshot = await pending
    if (!restore) return
    await this.#job.cancel()
    const position = feed.next
    this.#job = this.#create({ restore: snapshot })
    await this.#job.open()
    assert.equal(feed.next, position)
  }

  take(): string[] {
    const lines = this.#lines
    this.#lines = []
    return lines
  }

  stop(): Promise<void> {
    return this.#job.cancel()
  }
}
