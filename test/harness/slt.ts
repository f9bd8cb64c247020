/**
 * The text format of golden tests (`*.slt`).
 *
 * A file is blocks separated by blank lines; `#` begins a comment line.
 *
 *     set 'table.local-time-zone' = 'UTC'        options of the file's session
 *     ddl                                        statements that the blocks below stand on
 *     CREATE TABLE …;
 *
 *     stream NAME [order=free] [parallel=net]    a query and its changelog
 *     SELECT …
 *     ----
 *     > clicks +I ann 12:00:00                   input: a row
 *     > clicks watermark 12:00:05                a watermark that the source knows
 *     > barrier | advance 5s | end               a barrier; processing time passes; the inputs end
 *     +I ann 1                                   output caused by the input above
 *     = ann 2                                    the table at the end
 *
 *     plan NAME expect=RULE,…                    the plan's text, and the rules that must have fired
 *     error NAME                                 code and place of the error
 *
 * Values are separated by blanks; NULL, numbers, TRUE and bare words stand as they are, anything else in JSON's quotes. A
 * time alone (`12:00:05`) is a timestamp on 2024-01-01.
 */
export interface SltFile {
  readonly path: string
  readonly blocks: SltBlock[]
}

export type SltBlock =
  | { readonly kind: 'text'; readonly lines: readonly string[] }
  | { readonly kind: 'ddl'; readonly lines: readonly string[]; readonly sql: string }
  | {
      readonly kind: 'stream' | 'plan' | 'error'
      /** Comment lines and the header, as written. */
      readonly head: readonly string[]
      readonly name: string
      readonly attributes: ReadonlyMap<string, string>
      readonly sql: string
      /** Lines behind `----`. */
      readonly body: string[]
      readonly line: number
    }

export function parseSlt(path: string, text: string): SltFile {
  const blocks: SltBlock[] = []
  let start = 0
  const lines = text.split('\n')
  for (let i = 0; i <= lines.length; i++) {
    if (i < lines.length && lines[i].trim() !== '') continue
    if (i > start) blocks.push(parseBlock(path, lines.slice(start, i), start + 1))
    start = i + 1
  }
  return { path, blocks }
}

function parseBlock(path: string, lines: string[], line: number): SltBlock {
  const headerAt = lines.findIndex((each) => !each.startsWith('#'))
  const header = lines[headerAt]
  if (header === undefined) return { kind: 'text', lines }
  if (header === 'ddl') return { kind: 'ddl', lines, sql: lines.slice(headerAt + 1).join('\n') }
  const match = /^(stream|plan|error)\s+(.+)$/.exec(header)
  if (match === null) throw new Error(`${path}:${line + headerAt}: unknown block '${header}'`)
  const words = match[2].split(/\s+/)
  const attributes = new Map(
    words.filter((w) => w.includes('=')).map((w) => [w.slice(0, w.indexOf('=')), w.slice(w.indexOf('=') + 1)]),
  )
  const name = words.filter((word) => !word.includes('=')).join(' ')
  const rule = lines.indexOf('----')
  const sqlEnd = rule === -1 ? lines.length : rule
  return {
    kind: match[1] as 'stream' | 'plan' | 'error',
    head: lines.slice(0, headerAt + 1),
    name,
    attributes,
    sql: lines.slice(headerAt + 1, sqlEnd).join('\n'),
    body: rule === -1 ? [] : lines.slice(rule + 1),
    line: line + headerAt,
  }
}

export function printSlt(file: SltFile): string {
  const texts = file.blocks.map((block) =>
    block.kind === 'text' || block.kind === 'ddl'
      ? block.lines.join('\n')
      : [...block.head, block.sql, '----', ...block.body].join('\n'),
  )
  return `${texts.join('\n\n')}\n`
}

/** Split a line into values; `null` is NULL. */
export function splitValues(line: string): (string | null)[] {
  const values: (string | null)[] = []
  for (const match of line.matchAll(/"(?:[^"\\]|\\.)*"|\S+/g)) {
    const text = match[0]
    values.push(text === 'NULL' ? null : text.startsWith('"') ? JSON.parse(text) : text)
  }
  return values
}

export function joinValues(values: readonly (string | null)[]): string {
  return values
    .map((value) => {
      if (value === null) return 'NULL'
      return value === '' || value === 'NULL' || /[\s"]/.test(value) ? JSON.stringify(value) : value
    })
    .join(' ')
}
