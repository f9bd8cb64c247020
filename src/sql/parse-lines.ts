import { isRivuletError } from '../base/errors.ts'
import { lineColumn } from '../base/span.ts'
import { parseStatement } from './index.ts'

/**
 * Does the parser accept each statement? Reads one JSON object `{ id, sql }` a line and gives one
 * `{ id, ok, error? }` a line, in the same order; the error has its code, line and column.
 */
export function parseLines(input: string): string {
  const lines: string[] = []
  for (const line of input.split('\n')) {
    if (line.trim() === '') continue
    const { id, sql } = JSON.parse(line) as { readonly id: unknown; readonly sql: string }
    try {
      parseStatement(sql, { doubleQuotes: true })
      lines.push(JSON.stringify({ id, ok: true }))
    } catch (error) {
      if (!isRivuletError(error)) throw error
      lines.push(
        JSON.stringify({ id, ok: false, error: `${error.code}${place(sql, error.span?.start)}: ${error.message}` }),
      )
    }
  }
  return lines.length === 0 ? '' : `${lines.join('\n')}\n`
}

function place(sql: string, offset: number | undefined): string {
  if (offset === undefined) return ''
  const { line, column } = lineColumn(sql, offset)
  return ` at ${line}:${column}`
}
