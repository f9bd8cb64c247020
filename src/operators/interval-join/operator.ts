/**
 * Interval join: rows of both sides with lower ≤ left time − right time ≤ upper.
 *
 * Input      left and right, insert-only, co-partitioned by the join key
 * Output     insert-only. A row's partners in Flink's order (`order.ts`); an outer row without partner is padded with NULLs when
 *            no partner can come any more: at once when it is late, else when its rows are cleaned up
 * State      `state.ts`
 * Watermark  held back by the longer of the two distances, so that no emitted row is late by it (event time)
 * Law        a row that the other side can no longer join is not kept; one that is kept joins every later partner once
 */
import { compilePredicate } from '../../expr/compile.ts'
import type { KeyedList, KeyedTable } from '../../state/contract.ts'
import type { Batch, Column, ColumnBuilder } from '../../types/batch.ts'
import { type Counter, MAX_WATERMARK, type Operator, type OperatorContext, type OperatorRuntime } from '../contract.ts'
import { gatherPadded, Output } from '../joined-rows.ts'
import { TimerHeap } from '../timer-heap.ts'
import type { IntervalJoinNode } from './node.ts'
import { FIRST_CAPACITY, grownCapacity, visitingOrder } from './order.ts'
import { CAPACITY, CLEAN, PLACE, TIMES } from './state.ts'

/** No timer. */
const NONE = Number.MAX_SAFE_INTEGER
/** Values of a row's `joined`; a row that is gone stays readable until its batch was emitted. */
const JOINED = 1
const GONE = 2

export const intervalJoinRuntime: OperatorRuntime<IntervalJoinNode> = {
  kind: 'interval-join',
  timerColumns: { keys: CLEAN },
  create: (node, context) => new IntervalJoin(node, context),
}

interface Side {
  readonly at: 0 | 1
  readonly list: KeyedList
  readonly keys: readonly number[]
  readonly width: number
  readonly timeColumn: number
  readonly outer: boolean
  /** How long after its time a row of this side may find partners. */
  readonly reach: number
  /** Rows up to this time may be gone. */
  expiration: number
}

class IntervalJoin implements Operator {
  private readonly node: IntervalJoinNode
  private readonly context: OperatorContext
  private readonly keys: KeyedTable
  private readonly sides: readonly [Side, Side]
  private readonly condition: ((batch: Batch, rows: Int32Array) => number) | undefined
  private readonly empty: boolean
  readonly watermarkDelay: number
  private watermark = Number.NEGATIVE_INFINITY
  private readonly nullKeys: readonly Counter[]
  private slots = new Int32Array(0)
  private readonly timers = new TimerHeap()
  private gone: [side: Side, slot: number, row: number][] = []

  constructor(node: IntervalJoinNode, context: OperatorContext) {
    this.node = node
    this.context = context
    this.keys = context.state.table('keys')
    // Timers are in Flink's order, by slot, over batches.
    this.keys.hold()
    this.nullKeys = ['leftNumNullKeys', 'rightNumNullKeys'].map((name) => context.counter(name))
    this.empty = node.lower > node.upper
    const { joinType } = node
    const side = (at: 0 | 1): Side => ({
      at,
      list: context.state.list(at === 0 ? 'left' : 'right'),
      keys: at === 0 ? node.leftKeys : node.rightKeys,
      width: context.inputs[at].length,
      timeColumn: at === 0 ? node.leftTime : node.rightTime,
      outer: joinType === 'full' || joinType === (at === 0 ? 'left' : 'right'),
      reach: at === 0 ? -node.lower : node.upper,
      expiration: 0,
    })
    this.sides = [side(0), side(1)]
    const delays = node.time === 'rowtime' && !this.empty
    this.watermarkDelay = delays ? Math.max(this.sides[0].reach, this.sides[1].reach) : 0
    if (node.condition !== undefined) {
      this.condition = compilePredicate(node.condition, {
        input: [...context.inputs[0], ...context.inputs[1]],
        lookup: context.functions,
        context: context.evaluation,
        mode: context.expressions,
      })
    }
  }

  restored(watermark: number): void {
    this.watermark = watermark
    const entries = this.context.state.operator('expirations').get() as readonly (readonly (number | null)[])[]
    for (const { at } of this.sides) {
      if (entries.length > 0)
        this.sides[at].expiration = Math.min(...entries.map((entry) => entry[at] ?? MAX_WATERMARK))
    }
    this.restoreTimers()
  }

  beforeBarrier(): void {
    // JSON has no Infinity.
    const entry = this.sides.map(({ expiration }) => (expiration === MAX_WATERMARK ? null : expiration))
    this.context.state.operator('expirations').set([entry])
    const { values } = this.keys
    this.timers.places((slot, time, place) => {
      for (const at of [0, 1] as const) {
        if (Number(values[CLEAN[at]].values[slot]) !== time || values[PLACE[at]].values[slot] === place) continue
        this.keys.touch(slot)
        values[PLACE[at]].values[slot] = place
      }
    })
  }

  private restoreTimers(): void {
    const { values } = this.keys
    const timers = [...this.keys.slots()].flatMap((slot) => {
      const [left, right] = CLEAN.map((column) => Number(values[column].values[slot]))
      const [first, second] = PLACE.map((column) => Number(values[column].values[slot]))
      const own = left === NONE ? [] : [{ slot, time: left, place: first }]
      // Two timers of one key and time are one.
      return right === NONE || right === left ? own : [...own, { slot, time: right, place: second }]
    })
    for (const { slot, time } of timers.sort((a, b) => a.place - b.place)) this.timers.add(slot, time)
  }

  private get now(): number {
    return this.node.time === 'proctime' ? this.context.evaluation.now() : Math.max(this.watermark, 0)
  }

  // ---- Rows ----------------------------------------------------------------------------------------------------------

  onBatch(batch: Batch, input: number): void {
    const own = this.sides[input]
    const other = this.sides[1 - input]
    const output = new Output()
    if (this.empty) {
      if (own.outer) for (let i = 0; i < batch.length; i++) output.add(0, i, -1)
      this.emit(batch, own, other, output)
      return
    }
    const { length } = batch
    if (this.slots.length < length) this.slots = new Int32Array(length)
    this.keys.lookup(batch, own.keys, this.slots, 'update')
    this.begin()
    const now = this.now
    const times = this.timesOf(batch, own, now)
    const partners = this.partners(batch, own, other, times, now)
    const joined = new Int32Array(length)
    const cached: number[] = []
    const states = other.list.values[other.width + 1].values as Int32Array
    const otherTimes = other.list.values[other.width].values
    for (let i = 0; i < length; i++) {
      const slot = this.slots[i]
      const upper = times[i] + own.reach
      if (other.expiration < upper) {
        other.expiration = expirationAt(now, other.reach)
        for (const { row, passes } of partners[i]) {
          if (states[row] === GONE) continue
          if (passes) {
            output.add(0, i, row)
            joined[i] = JOINED
            states[row] = JOINED
          }
          // The last row of its time is followed by nothing of that time: rows of one time go together.
          if (Number(otherTimes[row]) <= other.expiration) this.leave(other, slot, row, states, output)
        }
      }
      if (now < upper) cached.push(i)
      else if (joined[i] === 0 && own.outer) output.add(0, i, -1)
      if (now < upper) this.arm(own, slot, times[i])
    }
    this.emit(batch, own, other, output)
    this.keep(batch, own, times, joined, cached)
    this.finish()
  }

  /** New keys have no timers and small maps. */
  private begin(): void {
    const { keys } = this
    const { values } = keys
    for (let i = 0; i < keys.insertedCount; i++) {
      const slot = keys.insertedSlots[i]
      for (const column of CLEAN) values[column].setExact(slot, NONE)
      for (const column of CAPACITY) values[column].values[slot] = FIRST_CAPACITY
    }
  }

  private timesOf(batch: Batch, own: Side, now: number): Float64Array {
    if (this.node.time === 'proctime') return new Float64Array(batch.length).fill(now)
    const { values } = batch.columns[own.timeColumn]
    return Float64Array.from({ length: batch.length }, (_, i) => Number(values[i]))
  }

  /** Per row, in visiting order, the rows of the other side that it joins or that are due to go. */
  private partners(
    batch: Batch,
    own: Side,
    other: Side,
    times: Float64Array,
    now: number,
  ): readonly (readonly { readonly row: number; readonly passes: boolean }[])[] {
    const expiration = expirationAt(now, other.reach)
    const rowTimes = other.list.values[other.width].values
    const capacities = this.keys.values[CAPACITY[other.at]].values
    const found: (readonly number[])[] = []
    const ownRows: number[] = []
    const otherRows: number[] = []
    for (let i = 0; i < batch.length; i++) {
      const slot = this.slots[i]
      const [from, to] = [times[i] - other.reach, times[i] + own.reach]
      const matches = (time: number) => time >= from && time <= to
      const rows =
        other.list.count(slot) === 0
          ? []
          : visitingOrder(
              other.list,
              slot,
              other.width,
              Number(capacities[slot]),
              (time) => time <= expiration || matches(time),
            )
      found.push(rows)
      if (this.hasNullKey(batch, own, i)) {
        this.nullKeys[own.at].add(1)
        continue
      }
      for (const row of rows) {
        if (!matches(Number(rowTimes[row]))) continue
        ownRows.push(i)
        otherRows.push(row)
      }
    }
    const passed = this.passing(batch, own, other, Int32Array.from(ownRows), Int32Array.from(otherRows))
    let pair = 0
    return found.map((rows, i) =>
      rows.map((row) => {
        const isPair = pair < ownRows.length && ownRows[pair] === i && otherRows[pair] === row
        return { row, passes: isPair && passed[pair++] === 1 }
      }),
    )
  }

  private hasNullKey(batch: Batch, own: Side, i: number): boolean {
    return this.node.filterNulls.some((filters, k) => {
      if (!filters) return false
      const { physical, values, nulls } = batch.columns[own.keys[k]]
      return physical === 'object' ? values[i] === null : nulls !== null && nulls[i] !== 0
    })
  }

  /** 1 for every pair that fulfils the condition. */
  private passing(batch: Batch, own: Side, other: Side, ownRows: Int32Array, otherRows: Int32Array): Uint8Array {
    const count = ownRows.length
    const result = new Uint8Array(count)
    if (this.condition === undefined) return result.fill(1)
    if (count === 0) return result
    const ownColumns = batch.columns.map((column) => gatherPadded(column, ownRows, count, false))
    const otherColumns = this.gather(other, otherRows, count, false)
    const columns = own.at === 0 ? [...ownColumns, ...otherColumns] : [...otherColumns, ...ownColumns]
    const rows = new Int32Array(count)
    const accepted = this.condition({ length: count, columns, kinds: null }, rows)
    for (let i = 0; i < accepted; i++) result[rows[i]] = 1
    return result
  }

  /** A row of the other side can find no partner any more. */
  private leave(side: Side, slot: number, row: number, states: Int32Array, output: Output): void {
    if (side.outer && states[row] === 0) output.add(0, -1, row)
    states[row] = GONE
    this.gone.push([side, slot, row])
  }

  private keep(batch: Batch, own: Side, times: Float64Array, joined: Int32Array, cached: readonly number[]): void {
    const { list, width } = own
    const rows = {
      length: batch.length,
      columns: [
        ...batch.columns,
        { physical: 'exact' as const, values: times, nulls: null },
        { physical: 'int32' as const, values: joined, nulls: null },
      ],
    }
    const columns = rows.columns.map((_, c) => c)
    for (const i of cached) {
      const slot = this.slots[i]
      const isNew = list.match(slot, rows, [width], i) < 0
      list.append(slot, rows, columns, i)
      if (isNew) this.countTime(own, slot, 1)
    }
  }

  private countTime(side: Side, slot: number, change: number): void {
    const sizes = this.keys.values[TIMES[side.at]].values as Int32Array
    const capacities = this.keys.values[CAPACITY[side.at]].values as Int32Array
    sizes[slot] += change
    if (change > 0) capacities[slot] = grownCapacity(capacities[slot], sizes[slot])
  }

  // ---- Timers --------------------------------------------------------------------------------------------------------

  /** The side's rows of the key are looked through when the earliest of them can find no partner any more. */
  private arm(side: Side, slot: number, time: number): void {
    const timers = this.keys.values[CLEAN[side.at]]
    if (Number(timers.values[slot]) !== NONE) return
    const at = time + side.reach + this.node.minCleanUpMs + 1
    const others = this.keys.values[CLEAN[side.at === 0 ? 1 : 0]].values
    if (Number(others[slot]) !== at) this.timers.add(slot, at)
    timers.setExact(slot, at)
  }

  onWatermark(watermark: number): void {
    this.watermark = watermark
    if (this.node.time === 'proctime' || this.empty) {
      this.context.out.watermark(watermark)
      return
    }
    this.fire(watermark)
    this.context.out.watermark(watermark - this.watermarkDelay)
  }

  onProcessingTime(now: number): void {
    if (this.node.time === 'proctime') this.fire(now)
  }

  private fire(time: number): void {
    const { keys } = this
    const output = new Output()
    while (this.timers.isDue(time)) {
      const { next } = this.timers
      const slot = this.timers.take()
      keys.touch(slot)
      // Right rows before left ones, as their timers are looked at.
      for (const side of [this.sides[1], this.sides[0]]) {
        if (Number(keys.values[CLEAN[side.at]].values[slot]) === next) this.cleanUp(side, slot, this.now, output)
      }
    }
    this.emitStored(output)
    this.finish()
  }

  private cleanUp(side: Side, slot: number, now: number, output: Output): void {
    const { list, width } = side
    const timer = this.keys.values[CLEAN[side.at]]
    const capacities = this.keys.values[CAPACITY[side.at]].values as Int32Array
    side.expiration = expirationAt(now, side.reach)
    const { expiration } = side
    const states = list.values[width + 1].values as Int32Array
    const times = list.values[width].values
    for (const row of visitingOrder(list, slot, width, capacities[slot], (at) => at <= expiration)) {
      if (side.outer && states[row] === 0) output.add(0, side.at === 0 ? row : -1, side.at === 0 ? -1 : row)
      states[row] = GONE
      this.gone.push([side, slot, row])
    }
    let earliest = NONE
    for (let row = list.first(slot); row >= 0; row = list.next(row)) {
      if (states[row] !== GONE) earliest = Math.min(earliest, Number(times[row]))
    }
    timer.setExact(slot, NONE)
    if (earliest !== NONE) this.arm(side, slot, earliest)
    else capacities[slot] = FIRST_CAPACITY
  }

  /** Rows that are gone leave the state, and keys without rows and timers. */
  private finish(): void {
    const { keys } = this
    for (const [side, slot, row] of this.gone) {
      const time = Number(side.list.values[side.width].values[row])
      side.list.removeRow(slot, row)
      if (!this.hasTime(side, slot, time)) this.countTime(side, slot, -1)
    }
    const touched = new Set(this.gone.map(([, slot]) => slot))
    this.gone = []
    for (let i = 0; i < keys.insertedCount; i++) touched.add(keys.insertedSlots[i])
    const timers = CLEAN.map((column) => keys.values[column].values)
    for (const slot of touched) {
      if (
        timers.every((values) => Number(values[slot]) === NONE) &&
        this.sides.every(({ list }) => list.count(slot) === 0)
      )
        keys.remove(slot)
    }
  }

  private hasTime({ list, width }: Side, slot: number, time: number): boolean {
    const times = list.values[width].values
    for (let row = list.first(slot); row >= 0; row = list.next(row)) if (Number(times[row]) === time) return true
    return false
  }

  // ---- Output --------------------------------------------------------------------------------------------------------

  private emit(batch: Batch, own: Side, other: Side, { count, ownRows, otherRows, padsOwn, padsOther }: Output): void {
    if (count === 0) return
    const ownColumns = batch.columns.map((column) => gatherPadded(column, ownRows, count, padsOwn))
    const otherColumns = this.gather(other, otherRows, count, padsOther)
    const columns = own.at === 0 ? [...ownColumns, ...otherColumns] : [...otherColumns, ...ownColumns]
    this.context.out.emit({ length: count, columns, kinds: null })
  }

  /** Rows of the state on both sides: left in `ownRows`, right in `otherRows`. */
  private emitStored({ count, ownRows, otherRows }: Output): void {
    if (count === 0) return
    const [left, right] = this.sides
    const columns = [...this.gather(left, ownRows, count, true), ...this.gather(right, otherRows, count, true)]
    this.context.out.emit({ length: count, columns, kinds: null })
  }

  private gather({ list, width }: Side, rows: Int32Array, count: number, pads: boolean): Column[] {
    const columns: readonly ColumnBuilder[] = list.values.slice(0, width)
    return columns.map((builder) => gatherPadded(builder.column(), rows, count, pads))
  }

  nextEventTime(): number {
    return this.node.time === 'rowtime' ? this.timers.next : MAX_WATERMARK
  }

  nextProcessingTime(): number {
    return this.node.time === 'proctime' ? this.timers.next : MAX_WATERMARK
  }
}

/** Rows up to this time find no partner any more when it is `now`; at the end of the input that is all of them. */
function expirationAt(now: number, reach: number): number {
  return now === MAX_WATERMARK ? MAX_WATERMARK : now - reach - 1
}
