/** Checkpoints in the form of Flink's REST answers. */
import type { CheckpointRecord } from '../../engine/job-client.ts'
import type { CheckpointStatistic, Checkpoints, Quantiles } from '../api-types.ts'
import { maskText } from '../mask.ts'
import type { RunningJob } from '../running-job.ts'
import { snapshotUrl } from '../snapshot-path.ts'

function quantiles(values: readonly number[]): Quantiles {
  const sorted = [...values].sort((a, b) => a - b)
  const at = (q: number) => sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] ?? 0
  const avg = sorted.length === 0 ? 0 : Math.round(sorted.reduce((a, b) => a + b, 0) / sorted.length)
  const [min = 0] = sorted
  return { min, max: at(1), avg, p50: at(0.5), p90: at(0.9), p95: at(0.95), p99: at(0.99), p999: at(0.999) }
}

const CLASSES = { COMPLETED: 'completed', IN_PROGRESS: 'in_progress', FAILED: 'failed' } as const

function checkpointStatistic(job: RunningJob, record: CheckpointRecord): CheckpointStatistic {
  const { id, kind, status, triggered, duration = -1, size = 0, fullSize = size, path, failure } = record
  const end = duration < 0 ? -1 : triggered + duration
  const { subtasks } = job
  return {
    className: CLASSES[status],
    id,
    status,
    is_savepoint: kind === 'savepoint',
    savepointFormat: kind === 'savepoint' ? 'CANONICAL' : null,
    trigger_timestamp: triggered,
    latest_ack_timestamp: status === 'COMPLETED' ? end : -1,
    checkpointed_size: size,
    state_size: fullSize,
    end_to_end_duration: duration,
    alignment_buffered: 0,
    processed_data: 0,
    persisted_data: 0,
    num_subtasks: subtasks,
    num_acknowledged_subtasks: status === 'COMPLETED' ? subtasks : 0,
    checkpoint_type: kind === 'savepoint' ? 'SAVEPOINT' : 'CHECKPOINT',
    tasks: {},
    ...(path === undefined ? {} : { external_path: snapshotUrl(path), discarded: false }),
    ...(status === 'FAILED' ? { failure_timestamp: end, failure_message: maskText(failure ?? '') } : {}),
  }
}

export function oneCheckpoint(job: RunningJob, id: number): CheckpointStatistic | undefined {
  const found = job.checkpoints.find(id)
  return found === undefined ? undefined : checkpointStatistic(job, found)
}

export function checkpoints(job: RunningJob): Checkpoints {
  const { counts, history, latestCompleted, latestSavepoint, latestFailed, latestRestored } = job.checkpoints.view()
  const completed = history.filter(({ status }) => status === 'COMPLETED')
  const zero = quantiles(completed.map(() => 0))
  const shown = (record: CheckpointRecord | undefined) =>
    record === undefined ? null : checkpointStatistic(job, record)
  const { restored, total, inProgress, failed } = counts
  return {
    counts: { restored, total, in_progress: inProgress, completed: counts.completed, failed },
    summary: {
      checkpointed_size: quantiles(completed.map(({ size = 0 }) => size)),
      state_size: quantiles(completed.map(({ size = 0, fullSize = size }) => fullSize)),
      end_to_end_duration: quantiles(completed.map(({ duration = 0 }) => duration)),
      alignment_buffered: zero,
      processed_data: zero,
      persisted_data: zero,
    },
    latest: {
      completed: shown(latestCompleted),
      savepoint: shown(latestSavepoint),
      failed: shown(latestFailed),
      restored:
        latestRestored === undefined
          ? null
          : {
              id: latestRestored.id,
              restore_timestamp: latestRestored.at,
              is_savepoint: latestRestored.path !== undefined && !/chk-\d+$/.test(latestRestored.path),
              external_path: latestRestored.path === undefined ? '' : snapshotUrl(latestRestored.path),
            },
    },
    history: history.map((record) => checkpointStatistic(job, record)),
  }
}
