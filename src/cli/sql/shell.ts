/**
 * The interactive SQL shell: lines until a semicolon, history, completion with Tab.
 *
 * Law: an error never ends the shell. Ctrl-C stops the running query, else drops what was typed; Ctrl-D and QUIT leave.
 */
import { appendFileSync, existsSync, readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { SqlBackend } from './backend.ts'
import { hasContent, splitStatements } from './input.ts'
import { runStatement, type Screen } from './runner.ts'

const HELP = [
  'Statements end with a semicolon and may have several lines. Tab completes, the arrows bring back earlier ones.',
  '  \\help, HELP              this text',
  '  \\q, QUIT, EXIT           leave',
  '  \\clear, CLEAR            clear the screen',
  "  SET 'sql-client.execution.result-mode' = 'table' | 'changelog' | 'tableau'",
  '                           a table that changes as rows come, or the changes themselves',
  '  SHOW TABLES; DESCRIBE t; EXPLAIN SELECT …; EXPLAIN CHANGELOG_MODE SELECT …',
]

const HISTORY = 1000

export interface ShellOptions {
  readonly backend: SqlBackend
  readonly errorLines: (error: unknown) => readonly string[]
  /** Where earlier statements are kept; default `~/.rivulet_history`. */
  readonly historyFile?: string
}

export async function runShell({ backend, errorLines, historyFile }: ShellOptions): Promise<void> {
  const { stdin: input, stdout: output } = process
  const file = historyFile ?? join(homedir(), '.rivulet_history')
  const history = existsSync(file)
    ? readFileSync(file, 'utf8').split('\n').filter(Boolean).slice(-HISTORY).reverse()
    : []
  let pending = ''
  let running: AbortController | undefined
  const lines = createInterface({
    input,
    output,
    history,
    historySize: HISTORY,
    prompt: 'rivulet> ',
    completer: (line: string, done: (error: null, result: [string[], string]) => void) => {
      const text = `${pending}${line}`
      backend.complete(text, text.length).then(
        (found) => {
          const word = /[\p{L}\p{N}_$.-]*$/u.exec(line)?.[0] ?? ''
          const part = word.slice(word.lastIndexOf('.') + 1)
          const fits = found.some((each) => each.toLowerCase().startsWith(word.toLowerCase()))
          done(null, [[...found], fits ? word : part])
        },
        // No completion is no reason to stop typing.
        () => done(null, [[], line]),
      )
    },
  })
  const screen = terminalScreen()
  const prompt = () => {
    lines.setPrompt(pending === '' ? 'rivulet> ' : '       > ')
    lines.prompt()
  }
  lines.on('SIGINT', () => {
    if (running !== undefined) running.abort()
    else {
      pending = ''
      output.write('\n')
      prompt()
    }
  })
  output.write('Rivulet SQL. Statements end with ;   \\help helps, \\q leaves.\n\n')
  prompt()
  for await (const line of lines) {
    const command = pending === '' ? line.trim().replace(/;$/, '').toLowerCase() : ''
    if (['\\q', '\\quit', 'quit', 'exit'].includes(command)) break
    if (command === '\\help' || command === 'help') for (const text of HELP) output.write(`${text}\n`)
    else if (command === '\\clear' || command === 'clear') output.write('\u001b[2J\u001b[H')
    else {
      const { statements, rest } = splitStatements(`${pending}${line}\n`)
      pending = hasContent(rest) ? rest : ''
      for (const statement of statements) {
        appendFileSync(file, `${statement.replaceAll('\n', ' ')};\n`, { mode: 0o600 })
        running = new AbortController()
        try {
          await runStatement(backend, statement, screen, running.signal, 'table')
        } catch (error) {
          for (const text of errorLines(error)) output.write(`${text}\n`)
          break
        } finally {
          running = undefined
        }
      }
    }
    prompt()
  }
  lines.close()
}

function terminalScreen(): Screen {
  const { stdout } = process
  let drawn = 0
  return {
    write: (line) => {
      drawn = 0
      stdout.write(`${line}\n`)
    },
    redraw: (lines) => {
      if (drawn > 0) stdout.write(`\u001b[${drawn}A\u001b[J`)
      stdout.write(lines.map((line) => `${line}\n`).join(''))
      drawn = lines.length
    },
    get height() {
      return stdout.rows ?? 24
    },
    get width() {
      return stdout.columns ?? 80
    },
  }
}
