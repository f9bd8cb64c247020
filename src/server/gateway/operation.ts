/**
 * One statement of a session: it runs, and its rows are fetched page by page.
 *
 * Laws
 * - A page has a token; the next token is one more. The last page may be asked for again, no other.
 * - A query whose rows are not taken stands still: no more than a page waits here, the rest waits in the job.
 * - A page of a running query comes when there are rows, or empty after `WAIT_MS`, so that clients need not be slowed down.
 */
import type { Host } from '../../base/host.ts'
import type { TableEnvironment } from '../../engine/environment.ts'
import type { TableResult } from '../../engine/result.ts'
import { fieldWriter, type RowFormat, typeJson } from '../../engine/result-json.ts'
import { GatewayError } from './errors.ts'

export type OperationStatus = 'RUNNING' | 'FINISHED' | 'CANCELED' | 'CLOSED' | 'ERROR'

const WAIT_MS = 100
const PAGE_ROWS = 5000
const KINDS = ['INSERT', 'UPDATE_BEFORE', 'UPDATE_AFTER', 'DELETE'] as const

interface WaitingRow {
  readonly kind: number
  /** JSON texts of the fields in both formats, made when they are asked for. */
  fields(format: RowFormat): readonly string[]
}

export class Operation {
  readonly handle: string
  readonly isQuery: boolean
  readonly #host: Host
  readonly #timeZone: () => string
  #status: OperationStatus = 'RUNNING'
  #result: TableResult | undefined
  #rows: WaitingRow[] = []
  #ended = false
  #failure: { readonly error: unknown } | undefined
  #token = 0
  #lastPage: { readonly token: number; readonly format: RowFormat; readonly text: string } | undefined
  #wake: () => void = () => {}
  #taken: () => void = () => {}

  constructor(
    handle: string,
    environment: TableEnvironment,
    host: Host,
    isQuery: boolean,
    execute: () => Promise<TableResult>,
  ) {
    this.handle = handle
    this.isQuery = isQuery
    this.#host = host
    this.#timeZone = () => environment.session.timeZone
    void this.#run(execute)
  }

  get status(): OperationStatus {
    return this.#status
  }

  async #run(execute: () => Promise<TableResult>): Promise<void> {
    try {
      const result = await execute()
      this.#result = result
      if (this.#status !== 'RUNNING') {
        await result.close()
        return
      }
      this.#wake()
      if (result.list === undefined) await this.#pump(result)
      else {
        const fields = result.list.map((row) =>
          row.values.map((value) => (value === null ? 'null' : JSON.stringify(value))),
        )
        const texts = result.list.map((row) =>
          row.values.map((value) => (value === null ? 'null' : JSON.stringify(String(value)))),
        )
        this.#rows = fields.map((json, i) => ({ kind: 0, fields: (format) => (format === 'JSON' ? json : texts[i]) }))
      }
      if (this.#status === 'RUNNING') this.#status = 'FINISHED'
    } catch (error) {
      if (this.#status === 'RUNNING') {
        this.#status = 'ERROR'
        this.#failure = { error }
      }
    }
    this.#ended = true
    this.#wake()
  }

  async #pump(result: TableResult): Promise<void> {
    const { schema } = result
    const writers = {
      JSON: fieldWriter(schema, 'JSON', this.#timeZone()),
      PLAIN_TEXT: fieldWriter(schema, 'PLAIN_TEXT', this.#timeZone()),
    }
    for await (const batches of result.batches()) {
      for (const batch of batches) {
        for (let row = 0; row < batch.length; row++) {
          const kind = batch.kinds === null ? 0 : batch.kinds[row]
          this.#rows.push({ kind, fields: (format) => writers[format](batch, row) })
        }
      }
      this.#wake()
      while (this.#rows.length >= PAGE_ROWS && this.#status === 'RUNNING') {
        await new Promise<void>((resolve) => {
          this.#taken = resolve
        })
      }
      if (this.#status !== 'RUNNING') return
    }
  }

  /** Resolves with the JSON text of a page. */
  async fetch(token: number, format: RowFormat, uri: (token: number) => string): Promise<string> {
    const last = this.#lastPage
    if (last !== undefined && last.token === token && last.format === format) return last.text
    if (token !== this.#token) {
      throw new GatewayError(
        500,
        `Expecting token to be ${this.#token}${this.#token > 0 ? ` or ${this.#token - 1}` : ''}, but found ${token}.`,
      )
    }
    if (this.#result === undefined && !this.#ended) await this.#waitForChange()
    const result = this.#result
    if (result === undefined) {
      if (this.#failure !== undefined) throw this.#failure.error
      if (this.#status !== 'RUNNING') throw new GatewayError(500, `The operation was ${this.#status.toLowerCase()}.`)
      return JSON.stringify({ resultType: 'NOT_READY', nextResultUri: uri(token) })
    }
    if (this.#rows.length === 0 && !this.#ended) await this.#waitForChange()
    if (this.#rows.length === 0 && this.#failure !== undefined) throw this.#failure.error
    const rows = this.#rows.splice(0, PAGE_ROWS)
    this.#taken()
    const more = rows.length > 0 || !this.#ended
    const text = this.#page(result, rows, format, more ? uri(token + 1) : undefined)
    this.#lastPage = { token, format, text }
    if (more) this.#token = token + 1
    return text
  }

  #page(result: TableResult, rows: readonly WaitingRow[], format: RowFormat, next: string | undefined): string {
    const { jobId } = result
    const columns = result.schema.map(({ name, type }) => ({ name, logicalType: typeJson(type), comment: null }))
    const data = rows.map((row) => `{"kind":"${KINDS[row.kind]}","fields":[${row.fields(format).join(',')}]}`)
    const head = JSON.stringify({
      resultType: next === undefined ? 'EOS' : 'PAYLOAD',
      isQueryResult: this.isQuery,
      ...(jobId !== undefined && { jobID: jobId }),
      resultKind: result.resultKind,
    })
    const results = `"results":{"columns":${JSON.stringify(columns)},"rowFormat":"${format}","data":[${data.join(',')}]}`
    const tail = next === undefined ? '' : `,"nextResultUri":${JSON.stringify(next)}`
    return `${head.slice(0, -1)},${results}${tail}}`
  }

  #waitForChange(): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        cancelTimer()
        this.#wake = () => {}
        resolve()
      }
      const cancelTimer = this.#host.clock.after(WAIT_MS, done)
      this.#wake = done
    })
  }

  /** Rejects when it has ended already, as Flink does. */
  async cancel(): Promise<void> {
    if (this.#status !== 'RUNNING') {
      throw new GatewayError(500, `The operation is ${this.#status} and can not be canceled.`)
    }
    await this.#end('CANCELED')
  }

  async close(): Promise<void> {
    await this.#end('CLOSED')
  }

  async #end(status: OperationStatus): Promise<void> {
    const running = this.#status === 'RUNNING'
    this.#status = status
    this.#taken()
    this.#wake()
    // The job of an INSERT goes on; that of a query lives for its reader.
    if (running && this.isQuery) await this.#result?.close()
  }
}
