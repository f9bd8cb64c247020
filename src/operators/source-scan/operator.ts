/**
 * Reads a table.
 *
 * Output     what the connector's changelog is; computed columns and the pushed filter applied
 * State      `splits`: position and watermark per split
 * Watermark  per split, minimum over the active splits; on-event: after each row that raises it (batches are cut where
 *            something downstream would act on it), on-periodic: at the interval, between batches
 * Law        rows of a split in order, each once from the restored position on; a row is forwarded before the watermark that
 *            it raised
 */

import { fail } from '../../base/errors.ts'
import type { SourceReader, SplitState } from '../../connectors/contract.ts'
import { compileCalc, compileScalar } from '../../expr/compile.ts'
import { type Batch, slice } from '../../types/batch.ts'
import type { Exact } from '../../types/value.ts'
import {
  MAX_WATERMARK,
  type OperatorContext,
  type OperatorRuntime,
  type SourceOperator,
  type SplitStatus,
} from '../contract.ts'
import type { SourceScanNode, WatermarkSpec } from './node.ts'
import { SplitWatermarks } from './watermarks.ts'

interface SplitEntry extends SplitState {
  /** JSON has no −Infinity: null is "none yet". */
  readonly watermark: number | null
}

class SourceScan implements SourceOperator {
  readonly #node: SourceScanNode
  readonly #context: OperatorContext
  readonly #project: (batch: Batch) => Batch
  readonly #filter: (batch: Batch) => Batch | null
  readonly #watermarkOf: ((batch: Batch) => WatermarkColumn) | undefined
  readonly #watermarks: SplitWatermarks
  readonly #clock: OperatorContext['host']['clock']
  #reader: SourceReader | undefined
  #restored = false
  #onReady: () => void = () => {}
  #nextTick = Number.NEGATIVE_INFINITY
  #snapshots = new Map<number, readonly SplitState[]>()
  #refusesNull = false
  /** Rows per split, and when the last ones came, monotonic ms. */
  readonly #seen = new Map<string, { rows: number; last: number }>()
  idle = false

  constructor(node: SourceScanNode, context: OperatorContext) {
    this.#node = node
    this.#context = context
    this.#clock = context.host.clock
    const common = { lookup: context.functions, context: context.evaluation, mode: context.expressions }
    const projected = compileCalc({ input: node.produced, projections: node.projections, ...common })
    this.#project = (batch) => projected.run(batch) as Batch
    if (node.condition === undefined) {
      this.#filter = (batch) => batch
    } else {
      const projections = node.schema.map(({ type }, index) => ({ kind: 'input' as const, index, type }))
      const filter = compileCalc({ input: node.schema, condition: node.condition, projections, ...common })
      this.#filter = (batch) => filter.run(batch)
    }
    if (node.watermark !== undefined) {
      const watermark = compileScalar(node.watermark.expr, { input: node.schema, ...common })
      this.#watermarkOf = (batch) => watermark(batch) as WatermarkColumn
    }
    this.#watermarks = new SplitWatermarks(node.watermark?.idleTimeoutMs)
  }

  restored(watermark: number): void {
    this.#restored = true
    this.#watermarks.emitted = watermark
  }

  async open(): Promise<void> {
    const context = this.#context
    const entries = context.state.operator('splits').get() as readonly SplitEntry[]
    const source = context.tables.source(this.#node.table)
    this.#refusesNull = source.watermarkPushDown !== true
    this.#reader = source.createReader({
      host: context.host,
      subtask: context.subtask,
      parallelism: context.parallelism,
      produced: this.#node.produced,
      limit: this.#node.limit,
      restored: this.#restored ? entries.map(({ split, position }) => ({ split, position })) : undefined,
      maxRows: 4096,
      counter: context.counter,
      gauge: context.gauge,
      badRecord: context.badRecord,
    })
    this.#reader.onAvailable(() => this.#onReady())
    await this.#reader.open()
    const now = this.#clock.monotonic()
    const own = new Set(this.#reader.splits())
    for (const { split, watermark } of entries) {
      if (own.has(split)) this.#watermarks.restore(split, watermark ?? Number.NEGATIVE_INFINITY, now)
    }
  }

  onReady(callback: () => void): void {
    this.#onReady = callback
  }

  run(maxRows: number): 'progress' | 'idle' | 'end' {
    const reader = this.#reader as SourceReader
    const spec = this.#node.watermark
    const now = this.#clock.monotonic()
    if (spec !== undefined && now >= this.#nextTick) this.#tick(spec, now)
    const polled = reader.poll(maxRows)
    if (polled === 'empty') return 'idle'
    if (polled === 'end') {
      this.#context.out.watermark(MAX_WATERMARK)
      return 'end'
    }
    if (polled.batch.length > 0) this.#take(polled.split, this.#project(polled.batch), now)
    if (polled.watermark !== undefined) {
      this.#watermarks.update(reader.splits(), now)
      this.#watermarks.advance(polled.split, polled.watermark, now)
      this.#forward(this.#watermarks.combined())
    }
    return 'progress'
  }

  #take(split: string, batch: Batch, now: number): void {
    const seen = this.#seen.get(split)
    if (seen === undefined) this.#seen.set(split, { rows: batch.length, last: now })
    else {
      seen.rows += batch.length
      seen.last = now
    }
    const spec = this.#node.watermark
    if (spec !== undefined && this.#refusesNull) refuseNull(batch, spec.rowtime, this.#node.schema[spec.rowtime].name)
    if (spec === undefined || this.#watermarkOf === undefined) this.#emit(batch)
    else if (spec.emit === 'on-event') this.#emitCutting(split, batch, this.#watermarkOf(batch), now)
    else {
      this.#watermarks.advance(split, highest(this.#watermarkOf(batch), batch.length), now)
      this.#emit(batch)
    }
  }

  #emit(batch: Batch): void {
    const rows = this.#filter(batch)
    if (rows !== null && rows.length > 0) this.#context.out.emit(rows)
  }

  /** on-event: a row, then the watermark that it raised. */
  #emitCutting(split: string, batch: Batch, column: WatermarkColumn, now: number): void {
    this.#watermarks.update((this.#reader as SourceReader).splits(), now)
    const others = this.#watermarks.combined(split)
    let own = this.#watermarks.of(split)
    let start = 0
    let bound = this.#context.downstreamEventTime()
    for (let row = 0; row < batch.length; row++) {
      const watermark = watermarkAt(column, row)
      if (watermark <= own) continue
      own = watermark
      const combined = Math.min(own, others)
      if (combined <= this.#watermarks.emitted || combined < bound) continue
      this.#emit(slice(batch, start, row + 1))
      start = row + 1
      this.#forward(combined)
      bound = this.#context.downstreamEventTime()
    }
    if (start < batch.length) this.#emit(slice(batch, start, batch.length))
    this.#watermarks.advance(split, own, now)
    this.#forward(Math.min(own, others))
  }

  /** The periodic emission, and the look for idle splits. */
  #tick(spec: WatermarkSpec, now: number): void {
    this.#nextTick = now + (spec.emit === 'on-periodic' ? spec.intervalMs : 0)
    this.#watermarks.update((this.#reader as SourceReader).splits(), now)
    this.idle = this.#watermarks.checkIdle(now)
    if (this.idle) return
    const combined = this.#watermarks.combined()
    // No split at all says nothing about time; the end of the input is announced by `end`.
    if (combined !== Number.POSITIVE_INFINITY) this.#forward(combined)
  }

  #forward(watermark: number): void {
    if (watermark <= this.#watermarks.emitted) return
    this.#watermarks.emitted = watermark
    this.#context.out.watermark(watermark)
  }

  nextProcessingTime(): number {
    if (this.#node.watermark === undefined || this.#reader === undefined) return Number.POSITIVE_INFINITY
    const pending = this.#watermarks.combined()
    const due = pending > this.#watermarks.emitted && pending !== Number.POSITIVE_INFINITY
    const next = Math.min(due ? this.#nextTick : Number.POSITIVE_INFINITY, this.#watermarks.nextIdle())
    // The operator's timers are on the monotonic clock, the driver's on the wall clock.
    return next === Number.POSITIVE_INFINITY ? next : this.#clock.now() + Math.max(0, next - this.#clock.monotonic())
  }

  onProcessingTime(): void {
    if (this.#node.watermark !== undefined) this.#tick(this.#node.watermark, this.#clock.monotonic())
  }

  beforeBarrier(checkpoint?: number): void {
    const positions = (this.#reader as SourceReader).snapshot()
    if (checkpoint !== undefined) this.#snapshots.set(checkpoint, positions)
    const entries: SplitEntry[] = positions.map(({ split, position }) => {
      const watermark = this.#watermarks.of(split)
      return { split, position, watermark: watermark === Number.NEGATIVE_INFINITY ? null : watermark }
    })
    this.#context.state.operator('splits').set(entries)
  }

  async flush(): Promise<void> {
    await this.#reader?.flush?.()
  }

  checkpointComplete(checkpoint: number): void {
    const positions = this.#snapshots.get(checkpoint)
    for (const earlier of [...this.#snapshots.keys()]) if (earlier <= checkpoint) this.#snapshots.delete(earlier)
    if (positions !== undefined) this.#reader?.checkpointComplete?.(positions)
  }

  splits(): readonly SplitStatus[] {
    const reader = this.#reader
    if (reader === undefined) return []
    const toWall = this.#clock.now() - this.#clock.monotonic()
    const progress = new Map(reader.progress?.().map((each) => [each.split, each]))
    return reader.splits().map((split) => {
      const seen = this.#seen.get(split)
      return {
        split,
        rows: seen?.rows ?? 0,
        ...(seen !== undefined && { lastRow: Math.round(seen.last + toWall) }),
        watermark: this.#watermarks.of(split),
        idle: this.#watermarks.isIdle(split),
        ...progress.get(split),
      }
    })
  }

  waitingFor(): string | undefined {
    return this.#node.watermark === undefined ? undefined : this.#watermarks.waitingFor(this.#clock.monotonic())
  }

  onBatch(): void {}
  onWatermark(): void {}

  drain(): void {
    this.#context.out.watermark(MAX_WATERMARK)
  }

  async close(): Promise<void> {
    await this.#reader?.close()
  }
}

interface WatermarkColumn {
  readonly values: Float64Array | Exact[]
  readonly nulls: Uint8Array | null
}

function refuseNull(batch: Batch, rowtime: number, column: string): void {
  const nulls = batch.columns[rowtime].nulls
  if (nulls?.subarray(0, batch.length).includes(1) === true) fail('RUNTIME_ROWTIME_NULL', { column })
}

function watermarkAt(column: WatermarkColumn, row: number): number {
  return column.nulls !== null && column.nulls[row] !== 0 ? Number.NEGATIVE_INFINITY : Number(column.values[row])
}

function highest(column: WatermarkColumn, length: number): number {
  let maximum = Number.NEGATIVE_INFINITY
  const { values, nulls } = column
  if (nulls === null && values instanceof Float64Array) {
    for (let row = 0; row < length; row++) if (values[row] > maximum) maximum = values[row]
  } else {
    for (let row = 0; row < length; row++) maximum = Math.max(maximum, watermarkAt(column, row))
  }
  return maximum
}

export const sourceScanRuntime: OperatorRuntime<SourceScanNode> = {
  kind: 'source-scan',
  create: (node, context) => new SourceScan(node, context),
}
