/**
 * The checkpoints of one job in one folder: `chk-1`, `chk-2`, … with a manifest each, and `shared/` with their state files.
 *
 * Laws
 * - A checkpoint of changes names the files of the full one that it builds on and of all changes between; when these have
 *   grown larger than the full one, or are `MAX_CHAIN` files, the next checkpoint is full (rebase): restoring stays bounded.
 * - The newest `retained` checkpoints are kept. A shared file goes with the last manifest that names it, and manifests go
 *   before files, so that no manifest ever names a file that was removed.
 * - What a failed attempt has left of itself is removed; a manifest that may have been written is not reused.
 */
import { fail } from '../base/errors.ts'
import type { SnapshotMode } from '../state/contract.ts'
import {
  checkpointFolders,
  type Damage,
  damageOf,
  type JobSnapshot,
  MANIFEST,
  type Manifest,
  type OperatorPart,
  readManifest,
  type SnapshotFiles,
  type StateFile,
  writeSnapshot,
} from './snapshot-store.ts'

const MAX_CHAIN = 16

export interface StoredCheckpoint {
  readonly path: string
  /** Bytes written for it. */
  readonly bytes: number
  /** Bytes of all files that it needs. */
  readonly fullBytes: number
}

export class CheckpointStore {
  readonly folder: string
  readonly #files: SnapshotFiles
  readonly #job: string
  readonly #retained: number
  /** Oldest first. */
  #kept: { readonly path: string; readonly manifest: Manifest }[] = []

  constructor(files: SnapshotFiles, folder: string, job: string, retained: number) {
    this.#files = files
    this.folder = folder
    this.#job = job
    this.#retained = Math.max(1, retained)
  }

  get newest(): string | undefined {
    return this.#kept.at(-1)?.path
  }

  /** The next checkpoint may be one of changes. */
  changes(): boolean {
    const parts = this.#kept.at(-1)?.manifest.parts ?? []
    let base = 0
    let changes = 0
    for (const { files } of parts) {
      if (files.length > MAX_CHAIN) return false
      files.forEach((file) => {
        if (file.keyed.some((block) => block.changes === true)) changes += file.length
        else base += file.length
      })
    }
    return parts.length > 0 && changes <= base
  }

  /** @param signal aborts when the checkpoint was given up: it is not there then, whatever was written */
  async store(snapshot: JobSnapshot, mode: SnapshotMode, signal?: AbortSignal): Promise<StoredCheckpoint> {
    const path = `${this.folder}/chk-${snapshot.checkpoint}`
    const base = mode === 'changes' ? this.#kept.at(-1)?.manifest : undefined
    const written: string[] = []
    const place = ({ node, subtask }: OperatorPart) => {
      const file = `../shared/${snapshot.checkpoint}-${node}-${subtask}.state`
      written.push(file)
      return file
    }
    // A subtask that ended gives all that it ended with, also in a checkpoint of changes: nothing before counts, and what is
    // empty now must not come back.
    const earlier = (part: OperatorPart): readonly StateFile[] =>
      (part.whole === true ? undefined : base)?.parts.find(
        (each) => each.node === part.node && each.subtask === part.subtask,
      )?.files ?? []
    try {
      const how = { job: this.#job, place, earlier, signal }
      const { manifest, bytes } = await writeSnapshot(this.#files, path, snapshot, how)
      signal?.throwIfAborted()
      this.#kept.push({ path, manifest })
      const files = filesOf(manifest)
      return { path, bytes, fullBytes: [...files.values()].reduce((sum, length) => sum + length, 0) }
    } catch (error) {
      await this.#discard(path, written).catch(() => {
        // Where nothing can be written often nothing can be removed; the first error says what is wrong.
      })
      throw error
    }
  }

  async #discard(path: string, written: readonly string[]): Promise<void> {
    await this.#files.remove(path)
    for (const file of written) await this.#files.remove(`${this.folder}/${file.slice(3)}`)
  }

  /** Remove what is older than the newest `retained`; call when the newest has been committed. */
  async retire(): Promise<void> {
    while (this.#kept.length > this.#retained) {
      const [oldest] = this.#kept
      await this.#files.remove(oldest.path)
      this.#kept.shift()
      const needed = new Set(this.#kept.flatMap(({ manifest }) => [...filesOf(manifest).keys()]))
      for (const file of filesOf(oldest.manifest).keys()) {
        if (!needed.has(file)) await this.#files.remove(`${this.folder}/${file.slice(3)}`)
      }
    }
  }

  /** Remove everything: the job is done, and nobody asked to keep its checkpoints. */
  async removeAll(): Promise<void> {
    this.#kept = []
    await this.#files.remove(this.folder)
  }
}

function filesOf(manifest: Manifest): Map<string, number> {
  return new Map(manifest.parts.flatMap((part) => part.files.map(({ file, length }) => [file, length] as const)))
}

interface Newest {
  readonly path: string
  readonly timestamp: number
}

/**
 * The newest checkpoint of a job below a folder that holds one folder per run; undefined when there is none. Behind a manifest
 * that cannot be read may be a newer one than all others: that is an error, with what can be used instead.
 * @param runs the runs that count; all without it
 */
export async function findLastCheckpoint(
  files: SnapshotFiles,
  folder: string,
  job: string | undefined,
  runs?: readonly string[],
): Promise<string | undefined> {
  let best: Newest | undefined
  let damage: Damage | undefined
  for (const run of await files.list(folder)) {
    if (runs?.includes(run) === false) continue
    const found = await newestOfRun(files, `${folder}/${run}`, job)
    damage ??= found.damage
    if (found.newest !== undefined && (best === undefined || found.newest.timestamp >= best.timestamp)) {
      best = found.newest
    }
  }
  if (damage !== undefined) fail('RUNTIME_SNAPSHOT_DAMAGED', { ...damage, usable: best?.path })
  return best?.path
}

/** The newest checkpoint that can be read, and what is damaged before it; nothing when the run is another job's. */
async function newestOfRun(
  files: SnapshotFiles,
  folder: string,
  job: string | undefined,
): Promise<{ readonly newest?: Newest; readonly damage?: Damage }> {
  let damage: Damage | undefined
  for (const name of (await checkpointFolders(files, folder)).reverse()) {
    const path = `${folder}/${name}`
    if (!(await files.exists(`${path}/${MANIFEST}`))) continue
    try {
      const manifest = await readManifest(files, path)
      if (job !== undefined && manifest.job !== undefined && manifest.job !== job) return {}
      return { newest: { path, timestamp: manifest.timestamp }, damage }
    } catch (error) {
      const found = damageOf(error)
      if (found === undefined) throw error
      damage ??= found
    }
  }
  return { damage }
}
