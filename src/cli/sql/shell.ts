/**
 * The interactive SQL shell: statements of several lines, history, completion with Tab.
 *
 * Law: an error never ends the shell. Ctrl-C stops the running query, else drops what was typed; Ctrl-D and QUIT leave.
 */
import { homedir } from 'node:os'
import { join } from 'node:path'
import type { SqlBackend } from './backend.ts'
import { Editor } from './editor.ts'
import { HistoryFile } from './history.ts'
import { hasContent, splitStatements } from './input.ts'
import { runStatement, type Screen } from './runner.ts'

const HELP = [
  'A statement ends with a semicolon and may have several lines: the arrows move in it,',
  'and above its first line they bring back earlier ones that begin as what was typed.',
  'Tab completes words, tables, columns, functions and options.',
  '  Ctrl-C                   stop the query that runs, or drop what was typed',
  '  Ctrl-D                   leave',
  '  \\help, HELP              this text',
  '  \\q, QUIT, EXIT           leave',
  '  \\clear, CLEAR            clear the screen',
  "  SET 'sql-client.execution.result-mode' = 'table' | 'changelog' | 'tableau'",
  '                           a table that changes as rows come, or the changes themselves',
  '  SHOW TABLES; DESCRIBE t; EXPLAIN SELECT …; EXPLAIN CHANGELOG_MODE SELECT …',
]

export interface ShellOptions {
  readonly backend: SqlBackend
  readonly errorLines: (error: unknown) => readonly string[]
  /** Where earlier statements are kept; default `~/.rivulet_history`. */
  readonly historyFile?: string
  /** Ends the shell. */
  readonly signal: AbortSignal
}

export async function runShell({ backend, errorLines, historyFile, signal }: ShellOptions): Promise<void> {
  const { stdin: input, stdout: output } = process
  const history = new HistoryFile(historyFile ?? join(homedir(), '.rivulet_history'))
  let running: AbortController | undefined
  const editor = new Editor({
    input,
    output,
    prompt: 'rivulet> ',
    more: '       > ',
    history: history.entries,
    isComplete: (text) => isCommand(text) || splitsWhole(text),
    complete: (text, at) => backend.complete(text, at),
    interrupt: () => running?.abort(),
  })
  const screen = terminalScreen()
  const run = async (text: string) => {
    const { statements, rest } = splitStatements(`${text}\n`)
    if (statements.length > 0) history.add(text)
    for (const statement of hasContent(rest) ? [...statements, rest.trim()] : statements) {
      running = new AbortController()
      try {
        await runStatement(backend, statement, screen, running.signal, 'table')
      } catch (error) {
        for (const line of errorLines(error)) output.write(`${line}\n`)
        return
      } finally {
        running = undefined
      }
    }
  }
  const stop = () => {
    running?.abort()
    editor.close()
  }
  signal.addEventListener('abort', stop, { once: true })
  output.write('Rivulet SQL. Statements end with ;   \\help helps, \\q leaves.\n\n')
  try {
    while (!signal.aborted) {
      const text = await editor.read()
      const command = text === undefined ? '\\q' : commandOf(text)
      if (LEAVE.includes(command)) break
      if (HELPS.includes(command)) for (const line of HELP) output.write(`${line}\n`)
      else if (CLEARS.includes(command)) output.write('\u001b[2J\u001b[H')
      else if (command.startsWith('\\'))
        output.write(`There is no command ${command}; \\help shows those that there are.\n`)
      else await run(text as string)
    }
  } finally {
    signal.removeEventListener('abort', stop)
    editor.close()
  }
}

const LEAVE = ['\\q', '\\quit', 'quit', 'exit']
const HELPS = ['\\help', '\\h', '\\?', 'help']
const CLEARS = ['\\clear', 'clear']
const commandOf = (text: string) => text.trim().replace(/\s*;$/, '').toLowerCase()

function isCommand(text: string): boolean {
  const command = commandOf(text)
  return command.startsWith('\\') || [...LEAVE, ...HELPS, ...CLEARS].includes(command)
}

/** Nothing to run, or whole statements and nothing behind them. */
function splitsWhole(text: string): boolean {
  return !hasContent(splitStatements(`${text}\n`).rest)
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
