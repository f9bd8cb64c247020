/**
 * Temporal join by event time: each left row with the version of the right table at its time.
 *
 * Input      left any changelog, right the changes of a versioned table (+I, +U, -D by key and rowtime)
 * Output     left columns, right columns, the kind of the left row; LEFT pads with NULLs where there is no version, it was
 *            deleted, or the condition is not true
 * State      keys: when a key has something to do; left: rows that wait; right: versions
 * Watermark  a left row is joined when the watermark reaches its time, rows of a key in order of arrival, keys in order of
 *            their earliest time; then the watermark is passed on
 * Law        a version holds from its rowtime until the next one's; of those at or before the watermark only the last is kept
 */
import { compilePredicate } from '../../expr/compile.ts'
import type { KeyedList, KeyedTable } from '../../state/contract.ts'
import type { Batch, Column } from '../../types/batch.ts'
import { isAccumulate } from '../../types/row-kind.ts'
import type { Operator, OperatorContext, OperatorRuntime } from '../contract.ts'
import { gatherPadded, Output } from '../joined-rows.ts'
import { TimerHeap } from '../timer-heap.ts'
import type { TemporalJoinNode } from './node.ts'

/** Nothing to do. */
const NONE = Number.MAX_SAFE_INTEGER

export const temporalJoinRuntime: OperatorRuntime<TemporalJoinNode> = {
  kind: 'temporal-join',
  timerColumns: { keys: [0] },
  create: (node, context) => new TemporalJoin(node, context),
}

class TemporalJoin implements Operator {
  private readonly node: TemporalJoinNode
  private readonly context: OperatorContext
  private readonly keys: KeyedTable
  private readonly left: KeyedList
  private readonly right: KeyedList
  private readonly leftKind: number
  private readonly rightKind: number
  private readonly condition: ((batch: Batch, rows: Int32Array) => number) | undefined
  private slots = new Int32Array(0)
  private readonly timers = new TimerHeap()

  constructor(node: TemporalJoinNode, context: OperatorContext) {
    this.node = node
    this.context = context
    this.keys = context.state.table('keys')
    // Timers are in Flink's order, by slot, over batches.
    this.keys.hold()
    this.left = context.state.list('left')
    this.right = context.state.list('right')
    this.leftKind = context.inputs[0].length
    this.rightKind = context.inputs[1].length
    if (node.condition !== undefined) {
      this.condition = compilePredicate(node.condition, {
        input: [...context.inputs[0], ...context.inputs[1]],
        lookup: context.functions,
        context: context.evaluation,
        mode: context.expressions,
      })
    }
  }

  restored(): void {
    const [timers, places] = this.keys.values.map(({ values }) => values as ArrayLike<number>)
    const slots = [...this.keys.slots()].filter((slot) => Number(timers[slot]) !== NONE)
    for (const slot of slots.sort((a, b) => places[a] - places[b])) this.timers.add(slot, Number(timers[slot]))
  }

  beforeBarrier(): void {
    const places = this.keys.values[1].values
    this.timers.places((slot, _, place) => {
      if (places[slot] === place) return
      this.keys.touch(slot)
      places[slot] = place
    })
  }

  onBatch(batch: Batch, input: number): void {
    const { node, keys } = this
    const { length, kinds } = batch
    if (this.slots.length < length) this.slots = new Int32Array(length)
    keys.lookup(batch, input === 0 ? node.leftKeys : node.rightKeys, this.slots, 'update')
    const timers = keys.values[0]
    for (let i = 0; i < keys.insertedCount; i++) timers.setExact(keys.insertedSlots[i], NONE)
    const kindValues = new Int32Array(length)
    if (kinds !== null) for (let i = 0; i < length; i++) kindValues[i] = kinds[i]
    const kindColumn: Column = { physical: 'int32', values: kindValues, nulls: null }
    const rows = { length, columns: [...batch.columns, kindColumn] }
    const columns = rows.columns.map((_, c) => c)
    const time = input === 0 ? node.leftTime : node.rightTime
    const times = batch.columns[time].values
    for (let i = 0; i < length; i++) {
      const slot = this.slots[i]
      if (input === 0) this.left.append(slot, rows, columns, i)
      else {
        const known = this.right.match(slot, rows, [time], i)
        if (known >= 0) this.right.replace(known, rows, columns, i)
        else this.right.append(slot, rows, columns, i)
      }
      this.wake(slot, Number(times[i]))
    }
  }

  private wake(slot: number, time: number): void {
    const timers = this.keys.values[0]
    const known = Number(timers.values[slot])
    if (known <= time) return
    if (known !== NONE) this.timers.remove(slot, known)
    timers.setExact(slot, time)
    this.timers.add(slot, time)
  }

  onWatermark(watermark: number): void {
    const due: number[] = []
    const output = new Output()
    while (this.timers.isDue(watermark)) {
      const slot = this.timers.take()
      due.push(slot)
      this.keys.touch(slot)
      const next = this.join(slot, watermark, output)
      this.keys.values[0].setExact(slot, next)
      if (next !== NONE) this.timers.add(slot, next)
    }
    if (due.length > 0) {
      this.emit(output)
      for (const slot of due) this.cleanUp(slot, watermark)
    }
    this.context.out.watermark(watermark)
  }

  /** Left rows that the watermark has reached, each with its version or −1; gives the time of the next one. */
  private join(slot: number, watermark: number, output: Output): number {
    const { node, left, right } = this
    const noPartner = node.filterNulls.some((filters, k) => filters && this.keys.keys[k].get(slot) === null)
    const versions: number[] = []
    for (let row = right.first(slot); row >= 0 && !noPartner; row = right.next(row)) versions.push(row)
    const versionTimes = right.values[node.rightTime].values
    versions.sort((a, b) => Number(versionTimes[a]) - Number(versionTimes[b]))
    const times = left.values[node.leftTime].values
    const leftKinds = left.values[this.leftKind].values as Int32Array
    const rightKinds = right.values[this.rightKind].values as Int32Array
    let next = NONE
    for (let row = left.first(slot); row >= 0; row = left.next(row)) {
      const time = Number(times[row])
      if (time > watermark) {
        next = Math.min(next, time)
        continue
      }
      let low = 0
      let high = versions.length
      while (low < high) {
        const middle = (low + high) >> 1
        if (Number(versionTimes[versions[middle]]) <= time) low = middle + 1
        else high = middle
      }
      const version = low === 0 ? -1 : versions[low - 1]
      output.add(leftKinds[row], row, version >= 0 && isAccumulate(rightKinds[version]) ? version : -1)
    }
    return next
  }

  private emit(output: Output): void {
    const { node } = this
    this.applyCondition(output)
    let { count, ownRows, otherRows, kinds } = output
    if (node.joinType === 'inner') {
      let kept = 0
      for (let i = 0; i < count; i++) {
        if (otherRows[i] < 0) continue
        ownRows[kept] = ownRows[i]
        otherRows[kept] = otherRows[i]
        kinds[kept++] = kinds[i]
      }
      count = kept
    }
    if (count === 0) return
    kinds = kinds.subarray(0, count)
    this.context.out.emit({
      length: count,
      columns: this.gather(ownRows, otherRows, count),
      kinds: kinds.every((kind) => kind === 0) ? null : kinds,
    })
  }

  private applyCondition({ count, ownRows, otherRows }: Output): void {
    if (this.condition === undefined || count === 0) return
    const passed = new Int32Array(count)
    const columns = this.gather(ownRows, otherRows, count)
    const accepted = this.condition({ length: count, columns, kinds: null }, passed)
    let next = 0
    for (let i = 0; i < count; i++) {
      if (next < accepted && passed[next] === i) next++
      else otherRows[i] = -1
    }
  }

  private gather(ownRows: Int32Array, otherRows: Int32Array, count: number): Column[] {
    const [left, right] = this.context.inputs
    return [
      ...left.map((_, c) => gatherPadded(this.left.values[c].column(), ownRows, count, false)),
      ...right.map((_, c) => gatherPadded(this.right.values[c].column(), otherRows, count, true)),
    ]
  }

  private cleanUp(slot: number, watermark: number): void {
    const { node, left, right, keys } = this
    const times = left.values[node.leftTime].values
    for (let row = left.first(slot); row >= 0; ) {
      const after = left.next(row)
      if (Number(times[row]) <= watermark) left.removeRow(slot, row)
      row = after
    }
    const versionTimes = right.values[node.rightTime].values
    let current = Number.NEGATIVE_INFINITY
    for (let row = right.first(slot); row >= 0; row = right.next(row)) {
      const time = Number(versionTimes[row])
      if (time <= watermark && time > current) current = time
    }
    for (let row = right.first(slot); row >= 0; ) {
      const after = right.next(row)
      if (Number(versionTimes[row]) < current) right.removeRow(slot, row)
      row = after
    }
    if (left.count(slot) === 0 && right.count(slot) === 0) keys.remove(slot)
  }

  nextEventTime(): number {
    return this.timers.next
  }
}
