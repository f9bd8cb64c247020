/**
 * The way of a batch from one operator to the next: direct call inside a chain, channels between subtasks.
 *
 * Laws
 * - Rows with equal keys reach the same subtask, in their order; watermarks, barriers, idleness and the end reach every
 *   subtask, behind all rows that were emitted before them.
 * - An output that is cut `rowByRow` hands each row to all its consumers before the next row.
 */
import type { Distribution, Operator, Output } from '../operators/contract.ts'
import { keyGroupAssigner, subtaskOf } from '../state/key-group.ts'
import { type Batch, gather, type Schema, slice } from '../types/batch.ts'
import type { Channel } from './channel.ts'
import type { OperatorMetrics } from './metrics.ts'

export interface Consumer {
  batch(batch: Batch): void
  watermark(watermark: number): void
}

/** Job-wide numbering of elements (see `Channel`). */
export interface Sequence {
  next: number
}

/** The consumer that is the next operator of the chain. */
export function chained(operator: Operator, metrics: OperatorMetrics): Consumer {
  return {
    batch(batch) {
      metrics.rowsIn += batch.length
      operator.onBatch(batch, 0)
    },
    watermark(watermark) {
      operator.onWatermark(watermark)
    },
  }
}

/** The output of one operator. */
export class ChainOutput implements Output {
  readonly consumers: Consumer[] = []
  readonly #metrics: OperatorMetrics
  readonly #rowByRow: boolean
  readonly #subtask: number

  constructor(metrics: OperatorMetrics, rowByRow: boolean, subtask: number) {
    this.#metrics = metrics
    this.#rowByRow = rowByRow
    this.#subtask = subtask
  }

  emit(batch: Batch): void {
    if (batch.length === 0) return
    this.#metrics.rowsOut += batch.length
    this.#metrics.batchesOut++
    if (this.#metrics.taps !== null) for (const tap of this.#metrics.taps) tap.push(batch, this.#subtask)
    const { consumers } = this
    if (this.#rowByRow && batch.length > 1) {
      for (let row = 0; row < batch.length; row++) {
        const one = slice(batch, row, row + 1)
        for (const consumer of consumers) consumer.batch(one)
      }
      return
    }
    for (let i = 0; i < consumers.length; i++) consumers[i].batch(batch)
  }

  watermark(watermark: number): void {
    this.#metrics.watermark = watermark
    for (const consumer of this.consumers) consumer.watermark(watermark)
  }
}

/** An edge to the subtasks of another vertex. */
export class Exchange implements Consumer {
  readonly #channels: readonly Channel[]
  readonly #sequence: Sequence
  readonly #partition: ((batch: Batch) => Int32Array) | undefined
  #rows: Int32Array[] = []
  #next = 0

  constructor(
    distribution: Distribution,
    schema: Schema,
    channels: readonly Channel[],
    sequence: Sequence,
    maxParallelism: number,
  ) {
    this.#channels = channels
    this.#sequence = sequence
    if (distribution.kind === 'hash' && channels.length > 1) {
      const assign = keyGroupAssigner(schema, distribution.keys, maxParallelism)
      const owner = Int32Array.from({ length: maxParallelism }, (_, group) =>
        subtaskOf(group, channels.length, maxParallelism),
      )
      let target = new Int32Array(0)
      this.#partition = (batch) => {
        if (target.length < batch.length) target = new Int32Array(batch.length)
        assign(batch, target)
        for (let i = 0; i < batch.length; i++) target[i] = owner[target[i]]
        return target
      }
    }
  }

  get full(): boolean {
    return this.#channels.some((channel) => channel.full)
  }

  batch(batch: Batch): void {
    const channels = this.#channels
    if (channels.length === 1) {
      channels[0].push({ kind: 'batch', batch, sequence: this.#sequence.next++ })
    } else if (this.#partition === undefined) {
      const channel = channels[this.#next]
      this.#next = (this.#next + 1) % channels.length
      channel.push({ kind: 'batch', batch, sequence: this.#sequence.next++ })
    } else {
      this.#scatter(batch, this.#partition(batch))
    }
  }

  #scatter(batch: Batch, target: Int32Array): void {
    const channels = this.#channels
    const counts = new Int32Array(channels.length)
    if (this.#rows.length === 0 || this.#rows[0].length < batch.length) {
      this.#rows = channels.map(() => new Int32Array(batch.length))
    }
    for (let row = 0; row < batch.length; row++) {
      const to = target[row]
      this.#rows[to][counts[to]++] = row
    }
    for (let to = 0; to < channels.length; to++) {
      if (counts[to] === 0) continue
      const part = counts[to] === batch.length ? batch : gather(batch, this.#rows[to], counts[to])
      channels[to].push({ kind: 'batch', batch: part, sequence: this.#sequence.next++ })
    }
  }

  watermark(watermark: number): void {
    for (const channel of this.#channels)
      channel.push({ kind: 'watermark', watermark, sequence: this.#sequence.next++ })
  }

  idle(idle: boolean): void {
    for (const channel of this.#channels) channel.push({ kind: 'idle', idle, sequence: this.#sequence.next++ })
  }

  barrier(checkpoint: number, suspend: boolean): void {
    for (const channel of this.#channels) {
      channel.push({ kind: 'barrier', checkpoint, suspend, sequence: this.#sequence.next++ })
    }
  }

  end(): void {
    for (const channel of this.#channels) channel.push({ kind: 'end', sequence: this.#sequence.next++ })
  }
}
