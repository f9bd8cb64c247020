/**
 * What became of the checkpoints of a job: the answer to Flink's REST page of checkpoints, as plain data.
 *
 * Law: every checkpoint that was triggered is counted once as completed or failed when it ends; the newest `HISTORY` are kept.
 */
export interface CheckpointRecord {
  readonly id: number
  readonly kind: 'checkpoint' | 'savepoint'
  readonly status: 'IN_PROGRESS' | 'COMPLETED' | 'FAILED'
  /** Epoch ms. */
  readonly triggered: number
  /** Milliseconds from the trigger to the end; absent while in progress. */
  readonly duration?: number
  /** Bytes written for it, and bytes of all files that it needs. */
  readonly size?: number
  readonly fullSize?: number
  /** Where it stands; absent when it is kept in memory. */
  readonly path?: string
  readonly failure?: string
}

export interface CheckpointStatisticsView {
  readonly counts: {
    readonly restored: number
    readonly total: number
    readonly inProgress: number
    readonly completed: number
    readonly failed: number
  }
  /** Newest first. */
  readonly history: readonly CheckpointRecord[]
  readonly latestCompleted?: CheckpointRecord
  readonly latestSavepoint?: CheckpointRecord
  readonly latestFailed?: CheckpointRecord
  readonly latestRestored?: { readonly id: number; readonly at: number; readonly path?: string }
}

const HISTORY = 100

export class CheckpointStatistics {
  /** Told of every checkpoint and savepoint when it has ended. */
  onEnd: (record: CheckpointRecord) => void = () => {}
  #history: CheckpointRecord[] = []
  #restored = 0
  #completed = 0
  #failed = 0
  #latest: Partial<Record<'completed' | 'savepoint' | 'failed', CheckpointRecord>> = {}
  #latestRestored: CheckpointStatisticsView['latestRestored']

  triggered(id: number, kind: CheckpointRecord['kind'], now: number): CheckpointRecord {
    const record: CheckpointRecord = { id, kind, status: 'IN_PROGRESS', triggered: now }
    this.#history = [record, ...this.#history].slice(0, HISTORY)
    return record
  }

  completed(of: CheckpointRecord, now: number, more: Pick<CheckpointRecord, 'path' | 'size' | 'fullSize'>): void {
    this.#completed++
    const record = this.#replace(of, { ...of, ...more, status: 'COMPLETED', duration: now - of.triggered })
    this.#latest[record.kind === 'savepoint' ? 'savepoint' : 'completed'] = record
    this.onEnd(record)
  }

  failed(of: CheckpointRecord, now: number, error: unknown): void {
    this.#failed++
    const failure = error instanceof Error ? error.message : String(error)
    const record = this.#replace(of, { ...of, status: 'FAILED', duration: now - of.triggered, failure })
    this.#latest.failed = record
    this.onEnd(record)
  }

  restored(id: number, at: number, path: string | undefined): void {
    this.#restored++
    this.#latestRestored = { id, at, path }
  }

  #replace(before: CheckpointRecord, after: CheckpointRecord): CheckpointRecord {
    this.#history = this.#history.map((each) => (each === before ? after : each))
    return after
  }

  view(): CheckpointStatisticsView {
    const inProgress = this.#history.filter((each) => each.status === 'IN_PROGRESS').length
    const [completed, failed] = [this.#completed, this.#failed]
    return {
      counts: { restored: this.#restored, total: completed + failed + inProgress, inProgress, completed, failed },
      history: this.#history,
      latestCompleted: this.#latest.completed,
      latestSavepoint: this.#latest.savepoint,
      latestFailed: this.#latest.failed,
      latestRestored: this.#latestRestored,
    }
  }
}
