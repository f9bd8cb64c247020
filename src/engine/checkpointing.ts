/**
 * Periodic snapshots of a running job, as `execution.checkpointing.interval` and `execution.checkpointing.dir` ask for.
 *
 * Laws
 * - Without an interval nothing is taken; without a folder snapshots are taken all the same, so that sinks flush and sources
 *   commit their offsets, and their state is dropped.
 * - The newest `execution.checkpointing.num-retained` folders are kept, older ones removed after a newer one is complete.
 * - More failed snapshots in a row than `execution.checkpointing.tolerable-failed-checkpoints` (default 0) fail the job.
 */
import type { Host } from '../base/host.ts'
import type { SessionOptions } from '../catalog/session-options.ts'
import type { Job } from '../runtime/job.ts'
import { writeSnapshot } from '../runtime/snapshot-store.ts'

/** Returns how to stop. */
export function startCheckpointing(job: Job, options: SessionOptions, host: Host): () => void {
  const interval = options.duration('execution.checkpointing.interval')
  if (interval === undefined || interval <= 0) return () => {}
  const folder = options.get('execution.checkpointing.dir')
  const retained = Number(options.get('execution.checkpointing.num-retained') ?? 1)
  const tolerable = Number(options.get('execution.checkpointing.tolerable-failed-checkpoints') ?? 0)
  const kept: string[] = []
  let stopped = false
  let failures = 0
  let cancelTimer: () => void = () => {}
  const take = async () => {
    const path = folder === undefined ? undefined : `${folder}/chk-${job.nextCheckpoint}`
    try {
      await job.checkpoint({
        store: async (s) => {
          if (path !== undefined) await writeSnapshot(host.storage, path, s)
        },
      })
      failures = 0
      if (path === undefined) return
      kept.push(path)
      while (kept.length > retained) await host.storage.remove(kept.shift() as string)
    } catch (error) {
      failures++
      if (!stopped && failures > tolerable) job.fail(error)
    }
  }
  const schedule = () => {
    cancelTimer = host.clock.after(interval, () => {
      take().finally(() => {
        if (!stopped) schedule()
      })
    })
  }
  schedule()
  return () => {
    stopped = true
    cancelTimer()
  }
}
