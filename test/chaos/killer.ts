/**
 * Ends a process at the moment at which a job has stored a checkpoint and has not committed it: as soon as the n-th new
 * manifest is there. Runs as a worker, because a busy event loop would come too late.
 *
 * It looks from outside, so that what is killed is the product as it is.
 */
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { parentPort, workerData } from 'node:worker_threads'

export interface KillerData {
  /** Absent = only wait. */
  readonly pid: number | undefined
  /** Folder of the checkpoints, with a folder per run. */
  readonly folder: string
  /** Runs that have ended. */
  readonly ended: readonly string[]
  /** Kill at this new manifest, 1 = the first. */
  readonly nth: number
  readonly timeoutMs: number
}

const POLL_MS = 0.3

/** `<run>/chk-<n>` of every complete checkpoint of runs that have not ended. */
function storedCheckpoints(folder: string, ended: ReadonlySet<string>): string[] {
  return list(folder)
    .filter((run) => !ended.has(run))
    .flatMap((run) => list(join(folder, run)).map((name) => `${run}/${name}`))
    .filter((path) => path.includes('/chk-') && existsSync(join(folder, path, 'manifest.json')))
}

function list(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch (error) {
    // A run's folder is there from its first checkpoint on.
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw error
  }
}

function killAtManifest({ pid, folder, ended, nth, timeoutMs }: KillerData): string | undefined {
  const past = new Set(ended)
  const seen = new Set(storedCheckpoints(folder, past))
  const target = seen.size + nth
  const pause = new Int32Array(new SharedArrayBuffer(4))
  const deadline = performance.now() + timeoutMs
  while (performance.now() < deadline) {
    for (const path of storedCheckpoints(folder, past)) {
      seen.add(path)
      if (seen.size < target) continue
      if (pid !== undefined) process.kill(pid, 'SIGKILL')
      return path
    }
    Atomics.wait(pause, 0, 0, POLL_MS)
  }
  return undefined
}

if (parentPort !== null) parentPort.postMessage(killAtManifest(workerData as KillerData))
