/** `rivulet sql`: the SQL shell. */
import { existsSync, readFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { fail, isRivuletError, renderError } from '../../base/errors.ts'
import { exportOf } from '../../engine/load-function.ts'
import { filePath, importBundled } from '../bundle.ts'
import type { Command } from '../command.ts'
import { embedded, remote } from '../sql/backend.ts'
import { hasContent, splitStatements } from '../sql/input.ts'
import { runStatement, type Screen } from '../sql/runner.ts'
import { runShell } from '../sql/shell.ts'
import { definitions } from './session-flags.ts'

export const sql: Command = {
  name: 'sql',
  usage: 'sql [--gateway URL] [-i FILE] [-f FILE | -e STATEMENTS] [-D key=value]…',
  summary: 'Write and run SQL: a shell, a file or a line.',
  details: [
    'Without -f and -e it reads from the terminal: statements end with a semicolon, Tab completes, \\help helps.',
    "It runs them in this process, or with --gateway at a SQL Gateway: Rivulet's or Flink's.",
    'Exit code: 0 done, 1 a job failed, 2 usage or SQL is wrong.',
  ].join('\n'),
  flags: {
    gateway: { type: 'string', value: 'URL', help: 'Address of a SQL Gateway, such as http://127.0.0.1:8081.' },
    init: { type: 'string', short: 'i', value: 'FILE', help: 'Statements to run first.' },
    file: { type: 'string', short: 'f', value: 'FILE', help: 'Run the statements of a file and leave.' },
    execute: { type: 'string', short: 'e', value: 'STATEMENTS', help: 'Run these statements and leave.' },
    define: {
      type: 'string',
      short: 'D',
      value: 'key=value',
      multiple: true,
      help: "An option of the session, as SET 'key' = 'value' would give it; may be repeated.",
    },
    history: { type: 'string', value: 'FILE', help: 'Where earlier statements are kept.' },
  },
  async run(call) {
    const { io } = call
    if (call.positionals.length > 0) {
      fail('CLI_USAGE', { detail: `A file is given with -f: rivulet sql -f ${call.positionals[0]}.`, command: 'sql' })
    }
    const [init, file, line] = [call.string('init'), call.string('file'), call.string('execute')]
    if (file !== undefined && line !== undefined) {
      fail('CLI_USAGE', { detail: 'Give a file (-f) or statements (-e), not both.', command: 'sql' })
    }
    const configuration = definitions(call, 'sql')
    const gateway = call.string('gateway')
    const backend =
      gateway !== undefined
        ? await remote(gateway, configuration)
        : await embedded(
            {
              print: io.out,
              loadFunction: async (specifier, exportName) => {
                const path = filePath(specifier, file === undefined ? process.cwd() : dirname(resolve(file)))
                if (!existsSync(path)) {
                  const detail = `there is no file '${path}'.`
                  fail('ENGINE_FUNCTION_MODULE', { module: `${specifier}#${exportName}`, detail })
                }
                return exportOf(await importBundled(path), specifier, exportName)
              },
            },
            configuration,
          )
    const screen: Screen = { write: io.out, height: 24, width: 80 }
    const runAll = async (text: string) => {
      const { statements, rest } = splitStatements(text)
      for (const statement of [...statements, ...(hasContent(rest) ? [rest.trim()] : [])]) {
        if (io.signal.aborted) return
        await runStatement(backend, statement, screen, io.signal, 'tableau')
      }
    }
    try {
      if (init !== undefined) await runAll(textOf(init))
      if (line !== undefined) await runAll(line)
      else if (file !== undefined) await runAll(textOf(file))
      else if (process.stdin.isTTY !== true) await runAll(readFileSync(0, 'utf8'))
      else {
        await runShell({
          backend,
          signal: io.signal,
          historyFile: call.string('history'),
          errorLines: (error) => (isRivuletError(error) ? renderError(error, io.terminal) : String(error)).split('\n'),
        })
      }
      return 0
    } finally {
      await backend.close()
    }
  },
}

function textOf(file: string): string {
  if (!existsSync(file)) fail('CLI_NO_SUCH_FILE', { file })
  return readFileSync(file, 'utf8')
}
