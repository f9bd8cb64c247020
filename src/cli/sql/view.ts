/**
 * Results on the screen.
 *
 * tableau    rows as they come, with their row kind; also where there is no terminal
 * changelog  the same
 * table      the table that the changes make, drawn again as it changes (a terminal is needed)
 */
import { cell, displayWidth } from '../../engine/print-table.ts'
import type { ResultPage } from './backend.ts'

type Columns = NonNullable<ResultPage['results']>['columns']
type Data = NonNullable<ResultPage['results']>['data'][number]

const KINDS: Readonly<Record<string, string>> = {
  INSERT: '+I',
  UPDATE_BEFORE: '-U',
  UPDATE_AFTER: '+U',
  DELETE: '-D',
}
const WIDTHS: Readonly<Record<string, number>> = {
  BOOLEAN: 5,
  TINYINT: 4,
  SMALLINT: 6,
  INTEGER: 11,
  BIGINT: 20,
  DATE: 10,
}

const shown = (field: string | null) => (field === null ? '<NULL>' : field.replaceAll('\n', ' '))

function widthOf({ name, logicalType: { type, precision = 0 } }: Columns[number]): number {
  const known = WIDTHS[type]
  if (known !== undefined) return Math.max(name.length, known)
  if (type === 'DECIMAL') return Math.max(name.length, precision + 2)
  if (type.startsWith('TIMESTAMP')) return Math.max(name.length, 20 + precision)
  return Math.max(name.length, 30)
}

/** A table whose rows come one after the other: widths must be known before. */
export class Tableau {
  readonly #write: (line: string) => void
  readonly #widths: readonly number[]
  readonly #rule: string
  #count = 0

  constructor(columns: Columns, write: (line: string) => void) {
    this.#write = write
    this.#widths = columns.map(widthOf)
    this.#rule = `+----+${this.#widths.map((width) => '-'.repeat(width + 2)).join('+')}+`
    write(this.#rule)
    write(
      this.#line(
        'op',
        columns.map(({ name }) => name),
      ),
    )
    write(this.#rule)
  }

  #line(op: string, cells: readonly string[]): string {
    return `| ${op} |${cells.map((text, i) => ` ${cell(text, this.#widths[i])} `).join('|')}|`
  }

  add(rows: readonly Data[]): void {
    for (const { kind, fields } of rows) this.#write(this.#line(KINDS[kind] ?? '  ', fields.map(shown)))
    this.#count += rows.length
  }

  end(): void {
    this.#write(this.#rule)
    this.#write(`${this.#count} row${this.#count === 1 ? '' : 's'} in set`)
  }
}

/** The present rows of a changelog, at most `limit` of them: the oldest go first. */
export class LiveTable {
  readonly #columns: Columns
  readonly #limit: number
  /** By their text, the one that changed last at the end. */
  readonly #rows = new Map<string, { readonly cells: readonly string[]; times: number }>()
  #count = 0
  #changes = 0

  constructor(columns: Columns, limit = Number.POSITIVE_INFINITY) {
    this.#columns = columns
    this.#limit = limit
  }

  add(rows: readonly Data[]): void {
    for (const { kind, fields } of rows) {
      this.#changes++
      const key = JSON.stringify(fields)
      if (kind === 'INSERT' || kind === 'UPDATE_AFTER') {
        const times = (this.#rows.get(key)?.times ?? 0) + 1
        this.#rows.delete(key)
        this.#rows.set(key, { cells: fields.map(shown), times })
        this.#count++
        if (this.#count > this.#limit) this.#take(this.#rows.keys().next().value as string)
      } else this.#take(key)
    }
  }

  #take(key: string): void {
    const row = this.#rows.get(key)
    if (row === undefined) return
    this.#count--
    if (--row.times === 0) this.#rows.delete(key)
  }

  #last(count: number): readonly (readonly string[])[] {
    let before = this.#rows.size - count
    const found: (readonly string[])[] = []
    for (const { cells, times } of this.#rows.values()) {
      if (before-- > 0) continue
      for (let i = 0; i < Math.min(times, count); i++) found.push(cells)
    }
    return found.slice(-count)
  }

  /** The last rows that fit, with the head. */
  lines(height: number, width: number, state: string): string[] {
    const visible = this.#last(Math.max(1, height - 4))
    const widths = this.#columns.map(({ name }, i) =>
      Math.min(40, Math.max(displayWidth(name), 6, ...visible.map((row) => displayWidth(row[i])))),
    )
    const line = (cells: readonly string[]) => cells.map((text, i) => cell(text, widths[i])).join('  ')
    const hidden = this.#count - visible.length
    return [
      line(this.#columns.map(({ name }) => name)),
      widths.map((each) => '-'.repeat(each)).join('  '),
      ...visible.map(line),
      `${this.#count} row${this.#count === 1 ? '' : 's'}${hidden > 0 ? ` (${hidden} above)` : ''} · ${this.#changes} changes · ${state}`,
    ].map((text) => (displayWidth(text) > width ? `${[...text].slice(0, width - 1).join('')}…` : text))
  }
}

/** A list such as that of SHOW TABLES, or one text as it is. */
export function printList(columns: Columns, rows: readonly Data[], write: (line: string) => void): void {
  if (columns.length === 1 && rows.length === 1 && rows[0].fields[0]?.includes('\n') === true) {
    for (const line of rows[0].fields[0].trimEnd().split('\n')) write(line)
    return
  }
  const cells = rows.map(({ fields }) => fields.map(shown))
  const widths = columns.map(({ name }, i) => Math.max(displayWidth(name), ...cells.map((row) => displayWidth(row[i]))))
  const rule = `+${widths.map((width) => '-'.repeat(width + 2)).join('+')}+`
  const line = (texts: readonly string[]) => `|${texts.map((text, i) => ` ${cell(text, widths[i])} `).join('|')}|`
  write(rule)
  write(line(columns.map(({ name }) => name)))
  write(rule)
  for (const row of cells) write(line(row))
  write(rule)
  write(`${rows.length} row${rows.length === 1 ? '' : 's'} in set`)
}
