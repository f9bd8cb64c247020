/**
 * Runs a statement of the shell and shows what it gives.
 *
 * Law: a query is read to its end or until the signal aborts, and is cancelled at the place where it runs.
 */
import type { ResultPage, SqlBackend } from './backend.ts'
import { LiveTable, printList, Tableau } from './view.ts'

export interface Screen {
  write(line: string): void
  /** Draw over the lines that were drawn last; absent without a terminal. */
  readonly redraw?: (lines: readonly string[]) => void
  readonly height: number
  readonly width: number
}

/** @param fallback the result mode where the session says none */
export async function runStatement(
  backend: SqlBackend,
  statement: string,
  screen: Screen,
  signal: AbortSignal,
  fallback: 'table' | 'tableau',
): Promise<void> {
  const operation = await backend.start(statement)
  const cancel = () => void backend.cancel(operation)
  signal.addEventListener('abort', cancel, { once: true })
  try {
    let token = 0
    let page = await ready(backend, operation, token, signal)
    if (page === undefined) return
    if (page.isQueryResult !== true) {
      const rows = [...(page.results?.data ?? [])]
      const { results, jobID } = page
      while (page?.nextResultUri !== undefined && page.resultKind !== 'SUCCESS') {
        page = await ready(backend, operation, ++token, signal)
        rows.push(...(page?.results?.data ?? []))
      }
      if (jobID !== undefined) screen.write(`Job ID: ${jobID}`)
      else if (rows.length === 1 && rows[0].fields[0] === 'OK' && results?.columns.length === 1)
        screen.write('[INFO] OK')
      else if (results !== undefined) printList(results.columns, rows, (line) => screen.write(line))
      return
    }
    const mode = ((await backend.option('sql-client.execution.result-mode')) ?? fallback).toLowerCase()
    const columns = page.results?.columns ?? []
    const most = Number((await backend.option('sql-client.execution.max-table-result.rows')) ?? 1_000_000)
    const table =
      mode === 'table' && screen.redraw !== undefined ? new LiveTable(columns, most > 0 ? most : undefined) : undefined
    const tableau = table === undefined ? new Tableau(columns, (line) => screen.write(line)) : undefined
    const draw = (state: string) => screen.redraw?.(table?.lines(screen.height, screen.width, state) ?? [])
    for (;;) {
      const rows = page.results?.data ?? []
      tableau?.add(rows)
      table?.add(rows)
      const ended = page.nextResultUri === undefined
      if (table !== undefined && (rows.length > 0 || ended || token === 0))
        draw(ended ? 'end' : 'running, Ctrl-C stops')
      if (ended) break
      page = (await ready(backend, operation, ++token, signal)) ?? { resultType: 'EOS' }
      if (signal.aborted) {
        if (table !== undefined) draw('stopped')
        break
      }
    }
    tableau?.end()
    await backend.cancel(operation)
  } finally {
    signal.removeEventListener('abort', cancel)
  }
}

/** The page of a token once it is there; undefined when the statement was stopped meanwhile. */
async function ready(
  backend: SqlBackend,
  operation: string,
  token: number,
  signal: AbortSignal,
): Promise<ResultPage | undefined> {
  for (;;) {
    if (signal.aborted) return undefined
    try {
      const page = await backend.page(operation, token)
      if (page.resultType !== 'NOT_READY') return page
    } catch (error) {
      if (signal.aborted) return undefined
      throw error
    }
  }
}
