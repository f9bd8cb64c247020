/** The command line as a process, for tests of what a person sees. */
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../../', import.meta.url))

export interface CliResult {
  readonly code: number
  readonly out: string
  readonly err: string
}

export interface RunningCli {
  readonly child: ChildProcessWithoutNullStreams
  readonly done: Promise<CliResult>
  /** What was written to standard output and standard error so far. */
  output(): string
}

interface CliOptions {
  readonly cwd?: string
  readonly env?: NodeJS.ProcessEnv
}

export function startCli(args: readonly string[], { cwd = root, env = process.env }: CliOptions = {}): RunningCli {
  const bin = `${root}src/cli/bin.ts`
  const child = spawn(process.execPath, ['--conditions=rivulet-source', bin, ...args], { cwd, env })
  let out = ''
  let err = ''
  child.stdout.on('data', (chunk: Buffer) => {
    out += chunk
  })
  child.stderr.on('data', (chunk: Buffer) => {
    err += chunk
  })
  const done = new Promise<CliResult>((resolve) => {
    child.on('close', (code, signal) => resolve({ code: code ?? (signal === null ? 1 : 128), out, err }))
  })
  return { child, done, output: () => out + err }
}

export function runCli(args: readonly string[], options: CliOptions = {}): Promise<CliResult> {
  return startCli(args, options).done
}
