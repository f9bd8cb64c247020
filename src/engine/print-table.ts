/**
 * Rows as a table of text, as Flink's `print()` draws it: a column `op` with the row kind, one width per column, known in
 * advance so that rows of a stream can be printed as they come.
 */
import type { LogicalType } from '../types/logical-type.ts'
import type { TableResult } from './result.ts'

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

function valueText(value: unknown): string {
  if (value === null) return '<NULL>'
  if (typeof value === 'boolean') return value ? 'TRUE' : 'FALSE'
  return typeof value === 'object' && Object.getPrototypeOf(value) === Object.prototype
    ? JSON.stringify(value)
    : String(value)
}

export async function printTable(result: TableResult, write: (line: string) => void): Promise<void> {
  const widths = result.schema.map(({ name, type }) => widthOf(name, type))
  const rule = `+----+${widths.map((width) => '-'.repeat(width + 2)).join('+')}+`
  const line = (op: string, cells: readonly string[]) =>
    `| ${op} |${cells.map((text, i) => ` ${cell(text, widths[i])} `).join('|')}|`
  write(rule)
  write(
    line(
      'op',
      result.schema.map(({ name }) => name),
    ),
  )
  write(rule)
  let count = 0
  for await (const row of result) {
    count++
    write(line(row.kind, row.values.map(valueText)))
  }
  write(rule)
  write(`${count} row${count === 1 ? '' : 's'} in set`)
}
