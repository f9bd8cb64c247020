/** The editor of the shell, on a terminal of a few rows that understands what the editor writes. */
import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough, Writable } from 'node:stream'
import { describe, it } from 'node:test'
import { Editor, type EditorOptions } from './editor.ts'
import { HistoryFile } from './history.ts'

const KEYS = {
  enter: '\r',
  tab: '\t',
  up: '\u001b[A',
  down: '\u001b[B',
  right: '\u001b[C',
  left: '\u001b[D',
  home: '\u001b[H',
  backspace: '\u007f',
  c: '\u0003',
  d: '\u0004',
  k: '\u000b',
  w: '\u0017',
  y: '\u0019',
  paste: '\u001b[200~',
  pasted: '\u001b[201~',
} as const

class Screen extends Writable {
  readonly columns = 30
  readonly rows = 6
  #lines: string[] = ['']
  #row = 0
  #column = 0

  override _write(chunk: Buffer, _: string, done: () => void): void {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: what a terminal is told
    for (const [piece] of chunk.toString().matchAll(/\u001b\[\??(\d*)([A-Za-z])|[\s\S]/gu)) this.#do(piece)
    done()
  }

  #do(piece: string): void {
    const n = Number(/\d+/.exec(piece)?.[0] ?? 1)
    if (piece.endsWith('A') && piece.length > 1) this.#row = Math.max(0, this.#row - n)
    else if (piece.endsWith('C') && piece.length > 1) this.#column += n
    else if (piece.endsWith('J') && piece.length > 1) {
      this.#lines = [...this.#lines.slice(0, this.#row), (this.#lines[this.#row] ?? '').slice(0, this.#column)]
    } else if (piece === '\r') this.#column = 0
    else if (piece === '\n') {
      this.#row++
      this.#column = 0
    } else if (piece.length === 1) {
      const line = (this.#lines[this.#row] ?? '').padEnd(this.#column)
      this.#lines[this.#row] = line.slice(0, this.#column) + piece + line.slice(this.#column + 1)
      this.#column++
    }
  }

  get text(): string {
    return Array.from(this.#lines, (line) => (line ?? '').trimEnd()).join('\n')
  }

  get cursor(): readonly [row: number, column: number] {
    return [this.#row, this.#column]
  }
}

async function edit(use: (at: Desk) => Promise<void>, more: Partial<EditorOptions> = {}): Promise<void> {
  const input = new PassThrough()
  const output = new Screen()
  const interrupts: number[] = []
  const editor = new Editor({
    input,
    output,
    prompt: '> ',
    more: '. ',
    history: [],
    isComplete: (text) => text.trim() === '' || text.endsWith(';'),
    complete: async () => [],
    interrupt: () => interrupts.push(1),
    ...more,
  })
  const type = async (...keys: string[]) => {
    for (const key of keys) input.write(key)
    // Keys are taken one by one, each in a turn of its own.
    for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve))
  }
  try {
    await use({ editor, output, type, interrupts })
  } finally {
    editor.close()
  }
}

interface Desk {
  readonly editor: Editor
  readonly output: Screen
  readonly type: (...keys: string[]) => Promise<void>
  readonly interrupts: readonly number[]
}

describe('the editor', () => {
  it('goes on in a new line until the text is complete, and edits every line', () =>
    edit(async ({ editor, output, type }) => {
      const read = editor.read()
      await type('SELEC 1', KEYS.enter, 'FROM t')
      assert.equal(output.text, '> SELEC 1\n. FROM t')
      await type(KEYS.up, KEYS.left, 'T')
      assert.equal(output.text, '> SELECT 1\n. FROM t')
      await type(KEYS.down, ';')
      await type(KEYS.home, KEYS.up, KEYS.enter)
      assert.equal(await read, 'SELECT 1\nFROM t;')
    }))

  it('drops everything with Ctrl-C and leaves with Ctrl-D', () =>
    edit(async ({ editor, output, type, interrupts }) => {
      const read = editor.read()
      await type('a', KEYS.enter, 'b', KEYS.c)
      assert.match(output.text, /b\^C\n>$/)
      await type('c;', KEYS.enter)
      assert.equal(await read, 'c;')
      await type(KEYS.c)
      assert.equal(interrupts.length, 1, 'while nobody reads it is the reader’s')
      const next = editor.read()
      await type(KEYS.d)
      assert.equal(await next, undefined)
    }))

  it('does not submit what is pasted, and loses nothing that is typed while nobody reads', () =>
    edit(async ({ editor, type }) => {
      await type('early', ';', KEYS.enter, 'late')
      assert.equal(await editor.read(), 'early;')
      const read = editor.read()
      await type(KEYS.paste, 'a;\rb;\r\tc', KEYS.pasted)
      await type(';', KEYS.enter)
      assert.equal(await read, 'latea;\nb;\n  c;')
    }))

  it('brings back entries that begin as what was typed', () =>
    edit(
      async ({ editor, output, type }) => {
        const read = editor.read()
        await type('SHOW', KEYS.up, KEYS.up)
        assert.equal(output.text, '> SHOW TABLES;')
        await type(KEYS.down)
        assert.equal(output.text, '> SHOW JOBS;')
        await type(KEYS.down)
        assert.equal(output.text, '> SHOW')
        await type(KEYS.c, KEYS.up, KEYS.enter)
        assert.equal(await read, 'DESCRIBE\nt;')
      },
      { history: ['SHOW TABLES;', 'SELECT 1;', 'SHOW JOBS;', 'DESCRIBE\nt;'] },
    ))

  it('completes one candidate, what several have in common, and lists them', () => {
    const asked: [string, number][] = []
    const candidates: Record<string, string[]> = {
      SEL: ['SELECT'],
      'SELECT g': ['gen_one', 'gen_two'],
      'SELECT gen_': ['gen_one', 'gen_two'],
      "SET 'a.b-": ['a.b-c'],
      't.': ['col'],
    }
    return edit(
      async ({ editor, output, type }) => {
        const read = editor.read()
        await type('SEL', KEYS.tab, 'g', KEYS.tab)
        assert.equal(output.text, '> SELECT gen_')
        await type(KEYS.tab)
        assert.equal(output.text, '> SELECT gen_\ngen_one  gen_two')
        assert.deepEqual(output.cursor, [0, 13])
        await type('o')
        assert.equal(output.text, '> SELECT gen_o', 'the list is gone')
        await type(KEYS.c, "SET 'a.b-", KEYS.tab)
        assert.match(output.text, /> SET 'a\.b-c'$/)
        await type(KEYS.c, 't.', KEYS.tab, ';', KEYS.enter)
        assert.equal(await read, 't.col ;')
        assert.deepEqual(asked[0], ['SEL', 3])
      },
      {
        complete: async (text, at) => {
          asked.push([text, at])
          return candidates[text.slice(0, at)] ?? []
        },
      },
    )
  })

  it('kills and yanks, and takes a pair of surrogates as one', () =>
    edit(async ({ editor, type }) => {
      const read = editor.read()
      await type(
        'one two',
        KEYS.w,
        'x',
        KEYS.home,
        KEYS.k,
        KEYS.y,
        ' ',
        KEYS.y,
        '😀',
        KEYS.left,
        '-',
        KEYS.right,
        KEYS.backspace,
        ';',
      )
      await type(KEYS.enter)
      assert.equal(await read, 'one x one x-;')
    }))

  it('wraps by the width of characters and shows the part around the cursor', () =>
    edit(async ({ editor, output, type }) => {
      void editor.read()
      await type('x'.repeat(26), '中')
      assert.equal(output.text, `> ${'x'.repeat(26)}\n中`, 'a wide character does not stand on the edge')
      assert.deepEqual(output.cursor, [1, 2])
      await type(KEYS.c)
      for (let i = 0; i < 12; i++) await type(`l${i}`, KEYS.enter)
      const rows = output.text.split('\n')
      assert.deepEqual(rows.slice(-5), ['. l8', '. l9', '. l10', '. l11', '.'])
      await type(...Array.from({ length: 12 }, () => KEYS.up))
      assert.equal(output.text.split('\n').slice(-5)[0], '> l0')
    }))
})

describe('the history', () => {
  it('keeps statements of several lines, for the owner only, and not more than a thousand', () => {
    const folder = mkdtempSync(join(tmpdir(), 'rivulet-history-'))
    try {
      const path = join(folder, 'history')
      const text = "SELECT REGEXP(a, '\\\\d') -- comment\nFROM t;"
      new HistoryFile(path).add(text)
      assert.deepEqual(new HistoryFile(path).entries, [text])
      writeFileSync(path, Array.from({ length: 2500 }, (_, i) => `SELECT ${i};\n`).join(''))
      assert.equal(new HistoryFile(path).entries.length, 1000)
      assert.equal(readFileSync(path, 'utf8').split('\n').length, 1001)
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  })
})
