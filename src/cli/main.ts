/**
 * The command line.
 *
 * Law: exit code 0 = done, 1 = a job failed, 2 = usage or SQL was wrong, 130 and 143 = stopped by SIGINT and SIGTERM. The
 * first signal stops cleanly, the second at once.
 */
import { isRivuletError } from '../base/errors.ts'
import { didYouMean } from '../base/nearest.ts'
import { isJobError } from '../engine/job-client.ts'
import { type Command, helpText, type Io, parseCall } from './command.ts'
import { broker } from './commands/broker.ts'
import { consume } from './commands/consume.ts'
import { dashboard } from './commands/dashboard.ts'
import { cancel, describe, doctor, list, logs, savepoint, stop } from './commands/jobs.ts'
import { state, tap } from './commands/look.ts'
import { packageCommand } from './commands/package.ts'
import { plan } from './commands/plan.ts'
import { produce } from './commands/produce.ts'
import { run } from './commands/run.ts'
import { server } from './commands/server.ts'
import { sql } from './commands/sql.ts'
import { submit } from './commands/submit.ts'
import { topics } from './commands/topics.ts'
import { errorJsonLines, errorLines } from './error-lines.ts'
import { version } from './version.ts'

export const commands: readonly Command[] = [
  run,
  sql,
  server,
  dashboard,
  submit,
  list,
  describe,
  doctor,
  logs,
  tap,
  state,
  cancel,
  stop,
  savepoint,
  plan,
  packageCommand,
  broker,
  topics,
  produce,
  consume,
]

/** Run one command line without touching the process; resolves with the exit code. */
export async function main(argv: readonly string[], io: Io): Promise<number> {
  const [name, ...args] = argv
  if (name === '--version' || name === '-v') {
    io.out(version)
    return 0
  }
  if (name === undefined || name === '--help' || name === '-h' || name === 'help') {
    io.out(overview())
    return name === undefined ? 2 : 0
  }
  const command = commands.find((each) => each.name === name)
  if (command === undefined) {
    const near = didYouMean(
      name,
      commands.map((each) => each.name),
    )
    io.err(`rivulet has no command '${name}'.${near === undefined ? '' : ` ${near}`}`)
    io.err(overview())
    return 2
  }
  const split = args.indexOf('--')
  const own = split === -1 ? args : args.slice(0, split)
  if (own.includes('--help') || own.includes('-h')) {
    io.out(helpText(command))
    return 0
  }
  try {
    return await command.run(parseCall(command, args, io))
  } catch (error) {
    const json = command.flags.json !== undefined && own.includes('--json')
    for (const line of json ? errorJsonLines(error) : errorLines(error, io.terminal)) io.err(line)
    return exitCodeOf(error)
  }
}

function overview(): string {
  const width = Math.max(...commands.map((command) => command.name.length))
  return [
    'Usage: rivulet COMMAND [ARGS]',
    '',
    'Streaming Flink SQL for TypeScript.',
    '',
    'Commands:',
    ...commands.map((command) => `  ${command.name.padEnd(width)}  ${command.summary}`),
    '',
    'rivulet COMMAND --help says more. rivulet --version prints the version.',
  ].join('\n')
}

/** What the user wrote was refused before any job ran (2); everything else is a job that failed (1). */
function exitCodeOf(error: unknown): number {
  const first = error instanceof AggregateError ? error.errors[0] : error
  return isRivuletError(first) && first.domain === 'user' && !isJobError(first) ? 2 : 1
}

/** Run as the process: signals, streams, exit code. */
/** Warnings of the engine look as its errors do; others as Node writes them. */
function showWarnings(): void {
  const [asNode] = process.rawListeners('warning')
  if (asNode === undefined) return
  process.removeAllListeners('warning')
  process.on('warning', (warning: Error & { code?: string; detail?: string }) => {
    if (warning.name !== 'RivuletWarning') asNode(warning)
    else process.stderr.write(`warning ${warning.code}: ${warning.message}\nhint: ${warning.detail}\n`)
  })
}

export async function runProcess(argv: readonly string[]): Promise<void> {
  const abort = new AbortController()
  let stoppedBy: 'SIGINT' | 'SIGTERM' | undefined
  const codes = { SIGINT: 130, SIGTERM: 143 } as const
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      if (stoppedBy !== undefined) process.exit(codes[signal])
      stoppedBy = signal
      abort.abort(new Error(`stopped by ${signal}`))
    })
  }
  showWarnings()
  // `rivulet consume … | head` closes the pipe: that is an end, not an error.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(0)
    throw error
  })
  const code = await main(argv, {
    out: (line) => process.stdout.write(`${line}\n`),
    err: (line) => process.stderr.write(`${line}\n`),
    terminal: process.stdout.isTTY === true,
    signal: abort.signal,
  })
  process.exitCode = stoppedBy === undefined ? code : codes[stoppedBy]
}
