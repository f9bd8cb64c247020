/** Flink's own programs for these tests: installed on first use, or the test fails with what is missing. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const script = fileURLToPath(new URL('../../scripts/flink-home.sh', import.meta.url))

/** @param what nothing: the home of a Flink; `jdbc`: the class path of its JDBC driver */
export function flinkProgram(...what: readonly string[]): string {
  return execFileSync('bash', [script, ...what], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] }).trim()
}

export interface Program {
  readonly child: ChildProcess
  readonly done: Promise<{ readonly code: number | null; readonly text: string }>
  /** Standard output and error so far. */
  text(): string
}

export function startProgram(command: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): Program {
  const child = spawn(command, args, { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] })
  let text = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk
    })
  }
  const done = new Promise<{ code: number | null; text: string }>((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code) => resolve({ code, text }))
  })
  return { child, done, text: () => text }
}
