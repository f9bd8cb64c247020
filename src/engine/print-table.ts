/**
 * Rows as a table of text, as Flink's `print()` draws it: a column `op` with the row kind, one width per column, known in
 * advance so that rows of a stream can be printed as they come.
 */
import { rowAt, type Schema } from '../types/batch.ts'
import { printText } from '../types/format.ts'
import type { LogicalType } from '../types/logical-type.ts'
import { rowKindText } from '../types/row-kind.ts'
import type { Value } from '../types/value.ts'
import type { TableResult } from './result.ts'
import type { Row } from './row.ts'

const MAX_WIDTH = 30

function widthOf(name: string, type: LogicalType): number {
  switch (type.kind) {
    case 'BOOLEAN':
      return Math.max(name.length, 5)
    case 'TINYINT':
      return Math.max(name.length, 4)
    case 'SMALLINT':
      return Math.max(name.length, 6)
    case 'INTEGER':
      return Math.max(name.length, 11)
    case 'BIGINT':
      return Math.max(name.length, 20)
    case 'DECIMAL':
      return Math.max(name.length, type.precision + 2)
    case 'DATE':
      return Math.max(name.length, 10)
    case 'TIME':
      return Math.max(name.length, type.precision === 0 ? 8 : 9 + type.precision)
    case 'TIMESTAMP':
    case 'TIMESTAMP_LTZ':
      return Math.max(name.length, type.precision === 0 ? 19 : 20 + type.precision)
    default:
      return Math.max(name.length, MAX_WIDTH)
  }
}

/** Columns of a terminal that a text takes: CJK characters and emoji take two. */
export function displayWidth(text: string): number {
  let width = 0
  for (const char of text) {
    const code = char.codePointAt(0) ?? 0
    const wide =
      (code >= 0x1100 && code <= 0x115f) ||
      (code >= 0x2e80 && code <= 0xa4cf) ||
      (code >= 0xac00 && code <= 0xd7a3) ||
      (code >= 0xf900 && code <= 0xfaff) ||
      (code >= 0xfe30 && code <= 0xfe4f) ||
      (code >= 0xff00 && code <= 0xff60) ||
      (code >= 0xffe0 && code <= 0xffe6) ||
      (code >= 0x1f300 && code <= 0x1faff) ||
      (code >= 0x20000 && code <= 0x3fffd)
    width += wide ? 2 : 1
  }
  return width
}

/** Right-aligned, cut with `...` where it is too long. */
export function cell(text: string, width: number): string {
  let shown = text
  if (displayWidth(shown) > width) {
    const chars = [...shown]
    while (displayWidth(chars.join('')) > width - 3) chars.pop()
    shown = `${chars.join('')}...`
  }
  return `${' '.repeat(Math.max(0, width - displayWidth(shown)))}${shown}`
}

/** A cell as Flink's SQL client prints it. */
function cellText(value: Value, type: LogicalType, timeZone: string): string {
  return value === null ? '<NULL>' : printText(value, type, { timeZone })
}

export async function printTable(result: TableResult, write: (line: string) => void): Promise<void> {
  const { list } = result
  if (list !== undefined) printList(result.schema, list, write)
  else await printQuery(result, write)
}

/** Rows of a query as they come: widths by type, the row kind in front. */
async function printQuery(result: TableResult, write: (line: string) => void): Promise<void> {
  const { schema, timeZone } = result
  const widths = schema.map(({ name, type }) => widthOf(name, type))
  const rule = `+----+${widths.map((width) => '-'.repeat(width + 2)).join('+')}+`
  const line = (op: string, cells: readonly string[]) =>
    `| ${op} |${cells.map((text, i) => ` ${cell(text, widths[i])} `).join('|')}|`
  // A query that fails before its first row has no table.
  let begun = false
  const begin = () => {
    if (begun) return
    begun = true
    write(rule)
    write(
      line(
        'op',
        schema.map(({ name }) => name),
      ),
    )
    write(rule)
  }
  let count = 0
  for await (const batches of result.batches()) {
    begin()
    for (const batch of batches) {
      for (let i = 0; i < batch.length; i++) {
        const kind = rowKindText(batch.kinds === null ? 0 : batch.kinds[i])
        const cells = rowAt(batch, schema, i).map((value, c) => cellText(value, schema[c].type, timeZone))
        write(line(kind, cells))
        count++
      }
    }
  }
  begin()
  write(rule)
  write(`${count} row${count === 1 ? '' : 's'} in set`)
}

/** What a statement says: one text as it is (EXPLAIN, SHOW CREATE), else a table as wide as its contents. */
function printList(schema: Schema, rows: readonly Row[], write: (line: string) => void): void {
  if (schema.length === 1 && rows.length === 1 && String(rows[0].values[0]).includes('\n')) {
    for (const line of String(rows[0].values[0]).trimEnd().split('\n')) write(line)
    return
  }
  const texts = rows.map((row) =>
    row.values.map((value) => (value === null ? '<NULL>' : String(value).replaceAll('\n', ' '))),
  )
  const widths = schema.map(({ name }, c) => Math.max(displayWidth(name), ...texts.map((row) => displayWidth(row[c]))))
  const rule = `+${widths.map((width) => '-'.repeat(width + 2)).join('+')}+`
  const line = (cells: readonly string[]) => `|${cells.map((text, i) => ` ${cell(text, widths[i])} `).join('|')}|`
  write(rule)
  write(line(schema.map(({ name }) => name)))
  write(rule)
  for (const row of texts) write(line(row))
  write(rule)
  write(`${rows.length} row${rows.length === 1 ? '' : 's'} in set`)
}
