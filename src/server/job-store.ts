/**
 * Jobs on disk: `jobs/ID/job.json` is what the server knows of a job, beside it the job's code and its log.
 *
 * Laws
 * - A record is replaced atomically; a job is on disk before its submission is answered.
 * - The folder is readable by its owner only: configurations hold passwords.
 * - One server per folder: `server.pid` names it, and a pid that no longer runs does not count.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fail } from '../base/errors.ts'
import type { ExceptionEntry, JobState } from './api-types.ts'
import type { DeployedJob } from './messages.ts'

export interface JobRecord {
  readonly id: string
  readonly kind: 'sql' | 'module'
  /** The file as the user named it. */
  readonly file: string
  readonly folder: string
  readonly args: readonly string[]
  readonly configuration: Readonly<Record<string, string>>
  /** Slots: the parallelism that the submission asked for. */
  readonly slots: number
  name: string
  state: JobState
  readonly timestamps: Partial<Record<JobState, number>>
  exceptions: ExceptionEntry[]
  deployed?: DeployedJob
  restarts: number
  /** The runs that were deployed so far, by the names of their folders of checkpoints; absent in records of earlier versions. */
  runs?: readonly string[]
}

export const TERMINAL: ReadonlySet<JobState> = new Set(['FINISHED', 'CANCELED', 'FAILED'])

export class JobStore {
  readonly folder: string

  constructor(folder: string) {
    this.folder = folder
    mkdirSync(join(folder, 'jobs'), { recursive: true, mode: 0o700 })
    const lock = join(folder, 'server.pid')
    const pid = existsSync(lock) ? Number(readFileSync(lock, 'utf8')) : 0
    if (pid > 0 && pid !== process.pid && isRunning(pid)) fail('SERVER_DATA_IN_USE', { folder, pid })
    writeFileSync(lock, String(process.pid))
  }

  release(): void {
    rmSync(join(this.folder, 'server.pid'), { force: true })
  }

  folderOf(id: string): string {
    return join(this.folder, 'jobs', id)
  }

  logOf(id: string): string {
    return join(this.folderOf(id), 'job.log')
  }

  codeOf({ id, kind }: JobRecord): string {
    return join(this.folderOf(id), kind === 'sql' ? 'job.sql' : 'job.mjs')
  }

  create(record: JobRecord, text?: string): void {
    mkdirSync(this.folderOf(record.id), { recursive: true, mode: 0o700 })
    if (text !== undefined) writeFileSync(this.codeOf(record), text, { mode: 0o600 })
    this.save(record)
  }

  save(record: JobRecord): void {
    const path = join(this.folderOf(record.id), 'job.json')
    writeFileSync(`${path}.new`, JSON.stringify(record), { mode: 0o600 })
    renameSync(`${path}.new`, path)
  }

  load(): JobRecord[] {
    return readdirSync(join(this.folder, 'jobs'))
      .map((id) => join(this.folderOf(id), 'job.json'))
      .filter((path) => existsSync(path))
      .map((path) => JSON.parse(readFileSync(path, 'utf8')) as JobRecord)
      .sort((a, b) => (a.timestamps.INITIALIZING ?? 0) - (b.timestamps.INITIALIZING ?? 0))
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
