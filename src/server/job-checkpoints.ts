/**
 * The checkpoints of a job over all its processes, as each of them told.
 *
 * Law: a process tells all that it knows every time; what an earlier one told last is kept behind it.
 */
import type { CheckpointRecord, CheckpointStatisticsView } from '../engine/job-client.ts'

const KEPT = 50

export class JobCheckpoints {
  #earlier: readonly CheckpointStatisticsView[] = []
  #current: CheckpointStatisticsView | undefined

  /** Another process takes the job over. */
  begin(): void {
    if (this.#current === undefined) return
    // One that was under way when its process ended never came to an end.
    const history = this.#current.history.filter(({ status }) => status !== 'IN_PROGRESS')
    this.#earlier = [
      { ...this.#current, history, counts: { ...this.#current.counts, inProgress: 0 } },
      ...this.#earlier,
    ]
    this.#current = undefined
  }

  told(view: CheckpointStatisticsView): void {
    this.#current = view
  }

  view(): CheckpointStatisticsView {
    const views = this.#current === undefined ? this.#earlier : [this.#current, ...this.#earlier]
    const sum = (key: keyof CheckpointStatisticsView['counts']) =>
      views.reduce((all, { counts }) => all + counts[key], 0)
    const latest = <K extends keyof CheckpointStatisticsView>(key: K) =>
      views.find((view) => view[key] !== undefined)?.[key]
    return {
      counts: {
        restored: sum('restored'),
        total: sum('completed') + sum('failed') + sum('inProgress'),
        inProgress: sum('inProgress'),
        completed: sum('completed'),
        failed: sum('failed'),
      },
      history: views.flatMap(({ history }) => history).slice(0, KEPT),
      latestCompleted: latest('latestCompleted'),
      latestSavepoint: latest('latestSavepoint'),
      latestFailed: latest('latestFailed'),
      latestRestored: latest('latestRestored'),
    }
  }

  find(id: number): CheckpointRecord | undefined {
    return this.view().history.find((each) => each.id === id)
  }
}
