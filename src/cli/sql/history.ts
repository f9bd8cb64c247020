/** Earlier statements of the shell in a file that only its owner reads: one a line, line breaks written as \\n. */
import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs'

const KEPT = 1000

export class HistoryFile {
  readonly #path: string
  /** The newest last. */
  readonly entries: string[]

  constructor(path: string) {
    this.#path = path
    const lines = existsSync(path) ? readFileSync(path, 'utf8').split('\n').filter(Boolean) : []
    this.entries = lines.slice(-KEPT).map((line) => line.replace(/\\([\\n])/g, (_, c) => (c === 'n' ? '\n' : c)))
    if (lines.length > 2 * KEPT) writeFileSync(path, this.entries.map(written).join(''), { mode: 0o600 })
  }

  add(text: string): void {
    const entry = text.trim()
    if (entry === '' || entry === this.entries.at(-1)) return
    this.entries.push(entry)
    appendFileSync(this.#path, written(entry), { mode: 0o600 })
  }
}

function written(entry: string): string {
  return `${entry.replaceAll('\\', '\\\\').replaceAll('\n', '\\n')}\n`
}
