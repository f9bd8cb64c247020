/**
 * The job as a process that is killed and started again, each time from its newest checkpoint.
 *
 * Law: only a process that was started here is ended, by its own id. One that ends by itself has failed, and says why.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Worker } from 'node:worker_threads'
import { type RunningCli, startCli } from '../harness/cli.ts'
import type { KillerData } from './killer.ts'

const SCRIPT = fileURLToPath(new URL('job.sql', import.meta.url))
const MANIFEST_TIMEOUT_MS = 120_000

interface ManifestView {
  readonly checkpoint: number
  readonly sinks?: readonly { readonly committables: readonly { readonly transactionalId: string }[] }[]
}

export class JobProcess {
  readonly #bootstrap: string
  readonly #folder: string
  #running: RunningCli | undefined
  #ended: string[] = []
  #failed: Promise<never> = new Promise(() => {})
  starts = 0

  constructor(bootstrap: string, folder: string) {
    this.#bootstrap = bootstrap
    this.#folder = folder
    process.on('exit', () => this.#running?.child.kill('SIGKILL'))
  }

  start(parallelism: number): void {
    this.#ended = readdirSync(this.#folder)
    this.starts++
    const running = startCli([
      'run',
      SCRIPT,
      '--from-last-checkpoint',
      `--parallelism=${parallelism}`,
      '--',
      `--kafka-servers=${this.#bootstrap}`,
      `--checkpoints=${this.#folder}`,
    ])
    this.#running = running
    this.#failed = running.done.then(({ code, out, err }) => {
      if (running.child.signalCode === 'SIGKILL') return new Promise<never>(() => {})
      throw new Error(`the job ended by itself (${code}):\n${out}${err}`)
    })
    this.#failed.catch(() => {
      // Whoever waits for the job next gets it.
    })
  }

  async kill(): Promise<void> {
    await this.end()
    await this.#dead()
  }

  /** Nothing runs any more, whatever has happened. */
  async end(): Promise<void> {
    this.#running?.child.kill('SIGKILL')
    await this.#running?.done
  }

  /** Throws if it ended by itself before it was killed. */
  async #dead(): Promise<void> {
    await this.#running?.done
    await Promise.race([this.#failed, new Promise(setImmediate)])
  }

  get pid(): number {
    return this.#running?.child.pid as number
  }

  /** Kill the job when its n-th new checkpoint is stored; gives the transactions that it was about to commit. */
  async killAtCheckpoint(nth: number): Promise<readonly string[]> {
    const transactions = await this.#wait(nth, this.pid)
    await this.#dead()
    return transactions
  }

  /** The same with another process in the job's place, which goes on. */
  killOtherAtCheckpoint(pid: number, nth: number): Promise<readonly string[]> {
    return this.#wait(nth, pid)
  }

  /** Resolves when the n-th new checkpoint is stored. */
  async checkpointed(nth: number): Promise<void> {
    await this.#wait(nth)
  }

  async #wait(nth: number, kill?: number): Promise<readonly string[]> {
    const workerData: KillerData = {
      pid: kill,
      folder: this.#folder,
      ended: this.#ended,
      nth,
      timeoutMs: MANIFEST_TIMEOUT_MS,
    }
    const worker = new Worker(new URL('killer.ts', import.meta.url), { workerData })
    const found = new Promise<string | undefined>((resolve, reject) => {
      worker.once('message', resolve).once('error', reject)
    })
    const path = await Promise.race([found, this.#failed]).finally(() => worker.terminate())
    if (path === undefined) throw new Error(`no checkpoint in ${MANIFEST_TIMEOUT_MS} ms:\n${this.#running?.output()}`)
    const { sinks = [] } = this.#manifest(path) ?? {}
    return sinks.flatMap(({ committables }) => committables.map((each) => each.transactionalId))
  }

  /** Undefined when a newer one has taken its place. */
  #manifest(path: string): ManifestView | undefined {
    try {
      return JSON.parse(readFileSync(join(this.#folder, path, 'manifest.json'), 'utf8'))
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
      throw error
    }
  }

  /** The number of the newest checkpoint of any run. */
  checkpoints(): number {
    const paths = readdirSync(this.#folder).flatMap((run) =>
      readdirSync(join(this.#folder, run))
        .filter((name) => name.startsWith('chk-'))
        .map((name) => `${run}/${name}`),
    )
    return Math.max(0, ...paths.map((path) => this.#manifest(path)?.checkpoint ?? 0))
  }
}
