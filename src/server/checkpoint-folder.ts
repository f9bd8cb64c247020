/**
 * What a job's checkpoint folder holds: the one place that knows the names `<attempt>/chk-N` and `manifest.json`.
 *
 * Law: a folder without a manifest is no checkpoint (`runtime/snapshot-store.ts` writes it last).
 */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { CheckpointStatistic } from './api-types.ts'

/** A path as people write it: a path, or a `file:` URL in any of its forms. */
export function localPath(path: string): string {
  if (!path.startsWith('file:')) return path
  return path.startsWith('file://') ? fileURLToPath(path) : path.slice('file:'.length)
}

export function isSnapshot(folder: string): boolean {
  return existsSync(join(folder, 'manifest.json'))
}

interface CompleteCheckpoint {
  readonly id: number
  readonly folder: string
  /** Epoch ms; rises from one checkpoint of a job to the next, over its attempts. */
  readonly timestamp: number
}

/** `<dir>/<attempt>/chk-<n>` of all attempts, oldest first. */
function complete(dir: string): CompleteCheckpoint[] {
  if (!existsSync(dir)) return []
  return readdirSync(dir)
    .flatMap((attempt) => foldersIn(join(dir, attempt)))
    .sort((a, b) => a.timestamp - b.timestamp)
}

function foldersIn(attempt: string): CompleteCheckpoint[] {
  if (!statSync(attempt).isDirectory()) return []
  return readdirSync(attempt).flatMap((name) => {
    const id = /^chk-(\d+)$/.exec(name)?.[1]
    const folder = join(attempt, name)
    if (id === undefined || !isSnapshot(folder)) return []
    const { timestamp } = JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8')) as { timestamp: number }
    return [{ id: Number(id), folder, timestamp }]
  })
}

/** The newest complete checkpoint of a folder. */
export function newestCheckpoint(dir: string): string | undefined {
  return complete(dir).at(-1)?.folder
}

/** Complete checkpoints of one attempt that are not in `seen` yet; a folder that is being removed meanwhile is left out. */
export function newCheckpoints(attempt: string, seen: Set<number>, subtasks: number): CheckpointStatistic[] {
  if (!existsSync(attempt)) return []
  const found: CheckpointStatistic[] = []
  const ids = readdirSync(attempt).flatMap((name) => /^chk-(\d+)$/.exec(name)?.[1] ?? [])
  for (const id of ids.map(Number).sort((a, b) => a - b)) {
    const folder = join(attempt, `chk-${id}`)
    if (seen.has(id) || !isSnapshot(folder)) continue
    try {
      found.push(statistic(id, folder, subtasks, 'CHECKPOINT'))
      seen.add(id)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    }
  }
  return found
}

export function statistic(
  id: number,
  folder: string,
  subtasks: number,
  type: CheckpointStatistic['checkpoint_type'],
): CheckpointStatistic {
  const manifest = join(folder, 'manifest.json')
  const { timestamp } = JSON.parse(readFileSync(manifest, 'utf8')) as { timestamp: number }
  const end = Math.round(statSync(manifest).mtimeMs)
  const size = readdirSync(folder).reduce((sum, name) => sum + statSync(join(folder, name)).size, 0)
  return {
    className: 'completed',
    id,
    status: 'COMPLETED',
    is_savepoint: type !== 'CHECKPOINT',
    savepointFormat: type === 'CHECKPOINT' ? null : 'CANONICAL',
    trigger_timestamp: timestamp,
    latest_ack_timestamp: end,
    checkpointed_size: size,
    state_size: size,
    end_to_end_duration: Math.max(0, end - timestamp),
    alignment_buffered: 0,
    processed_data: 0,
    persisted_data: 0,
    num_subtasks: subtasks,
    num_acknowledged_subtasks: subtasks,
    checkpoint_type: type,
    tasks: {},
    external_path: `file:${folder}`,
    discarded: false,
  }
}
