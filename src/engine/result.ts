/**
 * The result of a statement.
 *
 * Laws
 * - Rows of a query are read once, by `for await`, `collect` or `print`; leaving the loop cancels the job.
 * - A statement without rows of its own (DDL, INSERT) has rows all the same, as in Flink: `OK`, the job id, a list.
 */
import { failure } from '../base/errors.ts'
import type { Batch, Schema } from '../types/batch.ts'
import { typeTextWithAttribute } from '../types/logical-type.ts'
import type { CollectBuffer } from './collect-buffer.ts'
import type { JobClient } from './job-client.ts'
import { Row, rowsOf } from './row.ts'

export type ResultKind = 'SUCCESS' | 'SUCCESS_WITH_CONTENT'

/** Where a result's rows come from: a running query, or a list. */
export type RowSource =
  | { readonly kind: 'rows'; readonly rows: readonly Row[]; readonly jobId?: string }
  | {
      readonly kind: 'query'
      readonly start: () => Promise<{ readonly job: JobClient; readonly buffer: CollectBuffer }>
    }

export class TableResult implements AsyncIterable<Row>, AsyncDisposable {
  readonly schema: Schema
  readonly resultKind: ResultKind
  readonly #source: RowSource
  #job: JobClient | undefined
  #taken = false
  #canceled = false

  /** IANA zone in which TIMESTAMP_LTZ is printed. */
  readonly timeZone: string

  constructor(schema: Schema, resultKind: ResultKind, source: RowSource, job?: JobClient, timeZone = 'UTC') {
    this.schema = schema
    this.resultKind = resultKind
    this.timeZone = timeZone
    this.#source = source
    this.#job = job
  }

  /** The job of an INSERT, or of a query that has been started. */
  get jobClient(): JobClient | undefined {
    return this.#job
  }

  /** The id of that job, also when it runs on a cluster and this process has no client of it. */
  get jobId(): string | undefined {
    return this.#job?.id ?? (this.#source.kind === 'rows' ? this.#source.jobId : undefined)
  }

  /** The rows of a statement that is no query; undefined for a query. */
  get list(): readonly Row[] | undefined {
    return this.#source.kind === 'rows' ? this.#source.rows : undefined
  }

  /** Columns as `[name, type]`, time attributes marked. */
  get columns(): readonly (readonly [name: string, type: string])[] {
    return this.schema.map(({ name, type }) => [name, typeTextWithAttribute(type)] as const)
  }

  /** For an INSERT: resolves at the end of the job. For a query: reads it to the end and drops the rows. */
  async wait(): Promise<void> {
    if (this.#source.kind === 'query' && !this.#taken) for await (const _ of this.batches());
    await this.#job?.wait()
  }

  /** Rows as batches of the engine; for tools that do without row objects. */
  async *batches(): AsyncGenerator<readonly Batch[]> {
    if (this.#source.kind !== 'query') return
    if (this.#taken) throw failure('ENGINE_RESULT_TAKEN', {})
    this.#taken = true
    const { job, buffer } = await this.#source.start()
    this.#job = job
    if (this.#canceled) await job.cancel()
    try {
      for (;;) {
        const batches = await buffer.next()
        if (batches.length === 0) return
        yield batches
      }
    } finally {
      await job.cancel()
    }
  }

  [Symbol.asyncIterator](): AsyncIterableIterator<Row> {
    const convert = rowsOf(this.schema)
    const source = this.#source.kind === 'rows' ? listOnce(this.#source.rows) : this.#rows(convert)
    let rows: readonly Row[] = []
    let next = 0
    // By hand rather than by a generator per row: rows come in lists, and only a list is waited for.
    return {
      async next(): Promise<IteratorResult<Row>> {
        while (next === rows.length) {
          const list = await source.next()
          if (list.done === true) return { done: true, value: undefined }
          rows = list.value
          next = 0
        }
        return { done: false, value: rows[next++] }
      },
      async return(): Promise<IteratorResult<Row>> {
        await source.return(undefined)
        return { done: true, value: undefined }
      },
      [Symbol.asyncIterator]() {
        return this
      },
    }
  }

  async *#rows(convert: (batch: Batch) => Row[]): AsyncGenerator<readonly Row[]> {
    for await (const batches of this.batches()) for (const batch of batches) yield convert(batch)
  }

  /** All rows, up to the end of the input, or `limit` rows of a stream without end. */
  async collect(limit = Number.POSITIVE_INFINITY): Promise<Row[]> {
    const rows: Row[] = []
    if (limit <= 0) return rows
    for await (const row of this) {
      rows.push(row)
      if (rows.length >= limit) break
    }
    return rows
  }

  /**
   * Write the rows as a table as they come.
   * @param write gets one line at a time, without newline; default: standard output, since printing is what was asked for
   */
  async print(write: (line: string) => void = (line) => process.stdout.write(`${line}\n`)): Promise<void> {
    const { printTable } = await import('./print-table.ts')
    await printTable(this, write)
  }

  /** Cancel the query or job. */
  async close(): Promise<void> {
    this.#canceled = true
    await this.#job?.cancel()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }
}

async function* listOnce(rows: readonly Row[]): AsyncGenerator<readonly Row[]> {
  yield rows
}

/** A result that is a list of rows, such as that of SHOW TABLES. */
export function listResult(
  schema: Schema,
  rows: readonly (readonly unknown[])[],
  kind: ResultKind,
  jobId?: string,
): TableResult {
  const names = schema.map(({ name }) => name)
  const list = rows.map((values) => new Row('+I', names, values))
  return new TableResult(schema, kind, { kind: 'rows', rows: list, jobId })
}
