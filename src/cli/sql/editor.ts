/**
 * A text of several lines, edited on a terminal.
 *
 * Laws
 * - Enter submits a text that is complete wherever the cursor is, and makes a new line in any other; what is pasted never submits.
 * - What was typed while nobody read is not lost: it comes with the next text.
 * - Lines are wrapped here and not by the terminal, so that it is known where everything stands; of a text that is higher
 *   than the terminal, the part around the cursor is shown.
 */
import { emitKeypressEvents, type Key } from 'node:readline'
import { displayWidth } from '../../engine/print-table.ts'

export interface Terminal {
  readonly input: NodeJS.ReadableStream & { setRawMode?(raw: boolean): unknown }
  readonly output: NodeJS.WritableStream & { readonly columns?: number; readonly rows?: number }
}

export interface EditorOptions extends Terminal {
  readonly prompt: string
  /** In front of the second line and those behind it, as wide as `prompt`. */
  readonly more: string
  /** Earlier texts, the newest last; the editor adds what is submitted. */
  readonly history: string[]
  isComplete(text: string): boolean
  complete(text: string, at: number): Promise<readonly string[]>
  /** Ctrl-C while nothing is read. */
  interrupt(): void
}

/** Part of a word that completion replaces: a key of an option has dots and dashes. */
const WORD = /[\p{L}\p{N}_$.-]*$/u
const PASTES = ['\u001b[?2004h', '\u001b[?2004l'] as const

export class Editor {
  readonly #options: EditorOptions
  #text = ''
  #at = 0
  /** Which entry of the history is shown; its length = what is being typed, kept in `#draft`. */
  #entry = 0
  #draft = ''
  #killed = ''
  #pasting = false
  /** What completion lists, until the next key. */
  #below: readonly string[] = []
  /** The row of the drawn area that the terminal's cursor is in. */
  #row = 0
  #done: ((text: string | undefined) => void) | undefined
  #keys: [string, Key][] = []
  #working = false

  constructor(options: EditorOptions) {
    this.#options = options
    const { input, output } = options
    emitKeypressEvents(input)
    input.setRawMode?.(true)
    output.write(PASTES[0])
    input.on('keypress', this.#onKey)
    input.on('end', this.#onEnd)
    output.on('resize', this.#onResize)
    input.resume()
  }

  /** Resolves with a text, or undefined at the end of the input. */
  read(): Promise<string | undefined> {
    this.#text = ''
    this.#at = 0
    this.#entry = this.#options.history.length
    this.#row = 0
    this.#draw()
    const read = new Promise<string | undefined>((resolve) => {
      this.#done = resolve
    })
    void this.#work()
    return read
  }

  close(): void {
    const { input, output } = this.#options
    input.off('keypress', this.#onKey)
    input.off('end', this.#onEnd)
    output.off('resize', this.#onResize)
    output.write(PASTES[1])
    input.setRawMode?.(false)
    input.pause()
    this.#end(undefined)
  }

  #onEnd = () => this.#end(undefined)
  #onResize = () => {
    if (this.#done !== undefined) this.#draw()
  }

  #onKey = (text: string | undefined, key: Key): void => {
    if (this.#done === undefined && key.ctrl === true && key.name === 'c') {
      this.#keys = []
      this.#options.interrupt()
    } else if (this.#keys.length < 100_000) this.#keys.push([text ?? '', key])
    void this.#work()
  }

  /** One key after the other: completion takes its time. */
  async #work(): Promise<void> {
    if (this.#working) return
    this.#working = true
    for (let key: [string, Key] | undefined; this.#done !== undefined; ) {
      key = this.#keys.shift()
      if (key === undefined) break
      await this.#press(...key)
    }
    this.#working = false
  }

  #end(text: string | undefined): void {
    const done = this.#done
    this.#done = undefined
    done?.(text)
  }

  async #press(text: string, key: Key): Promise<void> {
    const { name = '', ctrl = false, meta = false } = key
    this.#below = []
    if (name === 'paste-start' || name === 'paste-end') this.#pasting = name === 'paste-start'
    else if (this.#pasting) this.#insert(name === 'return' || name === 'enter' ? '\n' : name === 'tab' ? '  ' : text)
    else if (name === 'return' || name === 'enter') {
      if (this.#options.isComplete(this.#text)) return this.#submit()
      this.#insert('\n')
    } else if (name === 'tab') await this.#complete()
    else if (ctrl && name === 'c') return this.#drop()
    else if (ctrl && name === 'd' && this.#text === '') return this.#leave()
    else if (ctrl && name === 'z') this.#suspend()
    else if (ctrl && name === 'l') {
      this.#options.output.write('\u001b[2J\u001b[H')
      this.#row = 0
    } else {
      const edit = this.#edits[`${ctrl ? 'ctrl-' : ''}${meta ? 'alt-' : ''}${name}`]
      if (edit !== undefined) edit()
      else if (!ctrl && !meta && text >= ' ' && text !== '\u007f') this.#insert(text)
    }
    if (this.#done !== undefined && !this.#pasting) this.#draw()
  }

  readonly #edits: Readonly<Record<string, () => void>> = {
    left: () => this.#move(this.#step(-1)),
    right: () => this.#move(this.#step(1)),
    'ctrl-b': () => this.#move(this.#step(-1)),
    'ctrl-f': () => this.#move(this.#step(1)),
    home: () => this.#move(this.#lineStart()),
    end: () => this.#move(this.#lineEnd()),
    'ctrl-a': () => this.#move(this.#lineStart()),
    'ctrl-e': () => this.#move(this.#lineEnd()),
    'ctrl-left': () => this.#move(this.#wordStart()),
    'ctrl-right': () => this.#move(this.#wordEnd()),
    'alt-b': () => this.#move(this.#wordStart()),
    'alt-f': () => this.#move(this.#wordEnd()),
    up: () => this.#vertical(-1),
    down: () => this.#vertical(1),
    'ctrl-p': () => this.#recall(-1),
    'ctrl-n': () => this.#recall(1),
    backspace: () => this.#cut(this.#step(-1), this.#at),
    'ctrl-h': () => this.#cut(this.#step(-1), this.#at),
    delete: () => this.#cut(this.#at, this.#step(1)),
    'ctrl-d': () => this.#cut(this.#at, this.#step(1)),
    'ctrl-k': () => this.#kill(this.#at, Math.max(this.#lineEnd(), Math.min(this.#at + 1, this.#lineEnd() + 1))),
    'ctrl-u': () => this.#kill(this.#lineStart(), this.#at),
    'ctrl-w': () => this.#kill(this.#wordStart(), this.#at),
    'alt-d': () => this.#kill(this.#at, this.#wordEnd()),
    'alt-backspace': () => this.#kill(this.#wordStart(), this.#at),
    'ctrl-y': () => this.#insert(this.#killed),
  }

  // --- the text ------------------------------------------------------------------------------------------------------

  #insert(text: string): void {
    this.#text = this.#text.slice(0, this.#at) + text + this.#text.slice(this.#at)
    this.#at += text.length
  }

  #cut(from: number, to: number): void {
    this.#text = this.#text.slice(0, from) + this.#text.slice(to)
    this.#at = from
  }

  #kill(from: number, to: number): void {
    if (from < to) this.#killed = this.#text.slice(from, to)
    this.#cut(from, to)
  }

  #move(to: number): void {
    this.#at = Math.max(0, Math.min(to, this.#text.length))
  }

  /** The place one character on: a surrogate pair is one. */
  #step(by: 1 | -1): number {
    const pair =
      by === 1 ? this.#text.slice(this.#at, this.#at + 2) : this.#text.slice(Math.max(0, this.#at - 2), this.#at)
    const width = /^[\ud800-\udbff][\udc00-\udfff]$/.test(pair) ? 2 : 1
    return Math.max(0, Math.min(this.#text.length, this.#at + by * width))
  }

  #lineStart = () => this.#text.lastIndexOf('\n', this.#at - 1) + 1
  #lineEnd = () => {
    const end = this.#text.indexOf('\n', this.#at)
    return end < 0 ? this.#text.length : end
  }
  #wordStart = () => /[\p{L}\p{N}_]*[^\p{L}\p{N}_]*$/u.exec(this.#text.slice(0, this.#at))?.index ?? 0
  #wordEnd = () => this.#at + (/^[^\p{L}\p{N}_]*[\p{L}\p{N}_]*/u.exec(this.#text.slice(this.#at))?.[0].length ?? 0)

  /** A line up or down, and from the first and the last one to the history. */
  #vertical(by: 1 | -1): void {
    const start = this.#lineStart()
    const column = this.#at - start
    if (by === -1 && start === 0) this.#recall(-1)
    else if (by === -1) this.#move(Math.min(this.#text.lastIndexOf('\n', start - 2) + 1 + column, start - 1))
    else {
      const end = this.#lineEnd()
      const next = this.#text.indexOf('\n', end + 1)
      if (end === this.#text.length) this.#recall(1)
      else this.#move(Math.min(end + 1 + column, next < 0 ? this.#text.length : next))
    }
  }

  /** The next entry of the history that begins as what was typed does. */
  #recall(by: 1 | -1): void {
    const { history } = this.#options
    if (this.#entry === history.length) this.#draft = this.#text
    for (let entry = this.#entry + by; entry >= 0 && entry <= history.length; entry += by) {
      const text = entry === history.length ? this.#draft : history[entry]
      if (!text.startsWith(this.#draft) || (text === this.#text && entry < history.length)) continue
      this.#entry = entry
      this.#text = text
      this.#at = text.length
      return
    }
  }

  async #complete(): Promise<void> {
    const before = this.#text.slice(0, this.#at)
    // No completion is no reason to stop typing.
    const found = await this.#options.complete(this.#text, this.#at).catch(() => [])
    const word = WORD.exec(before)?.[0] ?? ''
    const fits = found.some((each) => each.toLowerCase().startsWith(word.toLowerCase()))
    const part = fits ? word : word.slice(word.lastIndexOf('.') + 1)
    if (found.length === 0) return
    const common = commonStart(found)
    if (common.length > part.length || found.length === 1) {
      const quoted = before[before.length - part.length - 1] === "'"
      this.#at -= part.length
      this.#text = this.#text.slice(0, this.#at) + this.#text.slice(this.#at + part.length)
      this.#insert(found.length > 1 ? common : `${found[0]}${quoted ? "'" : ' '}`)
    } else this.#below = columnsOf(found, this.#width)
  }

  // --- ends ----------------------------------------------------------------------------------------------------------

  #submit(): void {
    const text = this.#text
    this.#at = text.length
    this.#draw()
    this.#options.output.write('\n')
    this.#end(text)
  }

  #drop(): void {
    this.#at = this.#text.length
    this.#draw()
    this.#options.output.write('^C\n')
    this.#text = ''
    this.#at = 0
    this.#row = 0
    this.#entry = this.#options.history.length
    this.#draw()
  }

  #leave(): void {
    this.#options.output.write('\n')
    this.#end(undefined)
  }

  #suspend(): void {
    const { input } = this.#options
    if (process.platform === 'win32') return
    input.setRawMode?.(false)
    process.once('SIGCONT', () => {
      input.setRawMode?.(true)
      this.#row = 0
      this.#draw()
    })
    process.kill(process.pid, 'SIGTSTP')
  }

  // --- the screen ----------------------------------------------------------------------------------------------------

  /** One less than the terminal has: behind its last column terminals differ. */
  get #width(): number {
    return Math.max(20, (this.#options.output.columns ?? 80) - 1)
  }

  #draw(): void {
    const { output, prompt, more } = this.#options
    const rows: string[] = []
    let cursor = { row: 0, column: 0 }
    let place = 0
    this.#text.split('\n').forEach((line, n) => {
      let row = n === 0 ? prompt : more
      let width = displayWidth(row)
      for (const char of [...line, '']) {
        const wide = char === '' ? 0 : displayWidth(char)
        if (width + wide > this.#width) {
          rows.push(row)
          row = ''
          width = 0
        }
        if (place === this.#at) cursor = { row: rows.length, column: width }
        row += char === '\t' ? ' ' : char
        width += wide
        // The end of a line counts for its line break.
        place += char === '' ? 1 : char.length
      }
      rows.push(row)
    })
    const height = Math.max(2, (output.rows ?? 24) - 1)
    const first = Math.max(0, Math.min(cursor.row - (height >> 1), rows.length - height))
    const shown = [...rows.slice(first, first + height)]
    shown.push(...this.#below.slice(0, Math.max(0, height - shown.length)))
    const row = cursor.row - first
    const up = shown.length - 1 - row
    output.write(
      `${this.#row > 0 ? `\u001b[${this.#row}A` : ''}\r\u001b[J${shown.join('\r\n')}${up > 0 ? `\u001b[${up}A` : ''}\r${cursor.column > 0 ? `\u001b[${cursor.column}C` : ''}`,
    )
    this.#row = row
  }
}

/** What all have in common from their beginning, whatever the case; as the first one writes it. */
function commonStart(texts: readonly string[]): string {
  const [first] = texts
  let length = first.length
  for (const text of texts) {
    let i = 0
    while (i < length && i < text.length && text[i].toLowerCase() === first[i].toLowerCase()) i++
    length = i
  }
  return first.slice(0, length)
}

function columnsOf(texts: readonly string[], width: number): string[] {
  const cell = Math.max(...texts.map(displayWidth)) + 2
  const perRow = Math.max(1, Math.floor(width / cell))
  const rows: string[] = []
  for (let i = 0; i < texts.length; i += perRow) {
    const row = texts.slice(i, i + perRow)
    rows.push(
      row
        .map((text) => text + ' '.repeat(cell - displayWidth(text)))
        .join('')
        .trimEnd(),
    )
  }
  return rows
}
