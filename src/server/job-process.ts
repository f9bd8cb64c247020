/**
 * Where a job runs, as the coordinator sees it: a worker process of its own, or for `rivulet run --dashboard` this very process.
 *
 * Law: whoever runs a job answers `cancel`, and after `end` nothing of it is left.
 */
import { fork } from 'node:child_process'
import { closeSync, openSync } from 'node:fs'
import type { FromWorker, ToWorker } from './messages.ts'

export interface JobProcess {
  readonly pid: number | undefined
  send(message: ToWorker): void
  /** A job whose code never yields cannot hear a cancel. */
  kill(): void
  /** The coordinator ends. */
  end(): Promise<void>
}

export interface ProcessEvents {
  message(message: Exclude<FromWorker, { type: 'ended' }>): void
  /** @param ended the job's own last word; absent when the process died */
  exit(ended: Extract<FromWorker, { type: 'ended' }> | undefined, how: string): void
}

export function forkWorker(entry: URL, logFile: string, events: ProcessEvents): JobProcess {
  const log = openSync(logFile, 'a', 0o600)
  const child = fork(entry, [], {
    execArgv: process.execArgv.filter((flag) => /^(-C|--conditions|--max-old-space-size)/.test(flag)),
    stdio: ['ignore', log, log, 'ipc'],
    serialization: 'json',
  })
  closeSync(log)
  let ended: Extract<FromWorker, { type: 'ended' }> | undefined
  child.on('message', (message: FromWorker) => {
    if (message.type === 'ended') ended = message
    else events.message(message)
  })
  child.on('error', (error) => {
    // A process that could not be started emits no exit.
    if (child.pid === undefined) events.exit(undefined, `an error: ${error.message}`)
  })
  child.on('exit', (code, signal) => events.exit(ended, signal ?? `exit code ${code}`))
  return {
    pid: child.pid,
    send(message) {
      // A worker that ends meanwhile is seen by its exit.
      child.send(message, () => {})
    },
    kill: () => child.exitCode === null && child.kill('SIGKILL'),
    async end() {
      if (child.exitCode !== null || child.signalCode !== null) return
      const gone = new Promise((resolve) => child.once('exit', resolve))
      child.kill('SIGKILL')
      await gone
    },
  }
}
