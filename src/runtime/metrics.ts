/** Counters and gauges of one operator in one subtask; plain numbers on the hot path, read when somebody looks. */
import type { Counter, SplitStatus } from '../operators/contract.ts'
import type { Tap } from './tap.ts'

export class OperatorMetrics {
  rowsIn = 0
  rowsOut = 0
  batchesOut = 0
  /** Last watermark that left the operator, epoch ms. */
  watermark = Number.NEGATIVE_INFINITY
  /** Milliseconds in which it took no rows. */
  fullMs = 0
  /** Who looks at the rows that leave the operator; null while nobody does, which is all that a batch asks. */
  taps: readonly Tap[] | null = null
  readonly counters = new Map<string, { value: number } & Counter>()
  readonly gauges = new Map<string, () => number>()

  counter(name: string): Counter {
    let counter = this.counters.get(name)
    if (counter === undefined) {
      counter = {
        value: 0,
        add(n: number) {
          this.value += n
        },
      }
      this.counters.set(name, counter)
    }
    return counter
  }
}

export interface OperatorMetricsView {
  readonly node: number
  readonly kind: string
  readonly description: string
  readonly subtask: number
  readonly rowsIn: number
  readonly rowsOut: number
  readonly batchesOut: number
  readonly watermark: number
  readonly counters: Readonly<Record<string, number>>
  readonly gauges: Readonly<Record<string, number>>
  /** Milliseconds in which the operator took no rows and held up those in front of it (back-pressure). */
  readonly fullMs: number
  /** Of a source. */
  readonly splits?: readonly SplitStatus[]
  /** Why nothing comes out, where the operator can tell. */
  readonly waitingFor?: string
}
