/**
 * MATCH_RECOGNIZE.
 *
 * Input      insert-only
 * Output     +I per match: the partition's columns, then the measures
 * State      partitions: key → timer, and the rows and matches of the partition (`matcher.ts`)
 * Watermark  passed on, behind the matches that it completes; a row that is not later than it is dropped and counted
 * Law        the rows of a partition are matched in order of time, of the other keys and of arrival. By event time they wait
 *            for the watermark; by processing time they are matched as they come, with more keys when their millisecond is over.
 */
import { builtInAggregates } from '../../functions/aggregate/index.ts'
import type { KeyedTable } from '../../state/contract.ts'
import { type Batch, batchOf, rowAt } from '../../types/batch.ts'
import type { Value } from '../../types/value.ts'
import { MAX_WATERMARK, MIN_WATERMARK, type Operator, type OperatorContext, type OperatorRuntime } from '../contract.ts'
import { LateRows } from '../late-rows.ts'
import { compareBy } from '../sort-order.ts'
import { compileMatchExpr, type MatchEvaluator } from './expression.ts'
import { type Cells, Matcher, type MatchState } from './matcher.ts'
import type { MatchNode } from './node.ts'

export const matchRuntime: OperatorRuntime<MatchNode> = {
  kind: 'match',
  create: (node, context) => new Match(node, context),
}

class Match implements Operator {
  private readonly node: MatchNode
  private readonly context: OperatorContext
  private readonly partitions: KeyedTable
  private readonly matcher: Matcher
  private readonly measures: readonly MatchEvaluator[]
  private readonly compare: (left: Cells, right: Cells) => number
  private readonly late: LateRows
  private watermark = MIN_WATERMARK
  private found: Value[][] = []

  constructor(node: MatchNode, context: OperatorContext) {
    this.node = node
    this.context = context
    this.partitions = context.state.table('partitions')
    this.late = new LateRows(context)
    this.compare = compareBy(context.inputs[0], node.order)
    const aggregates = context.aggregates ?? builtInAggregates
    const environment = { lookup: context.functions, context: context.evaluation, aggregates }
    this.measures = node.measures.map((measure) => compileMatchExpr(measure, environment))
    this.matcher = new Matcher(node, environment, (state, match) => {
      const first = state.rows.get(match.start) as Cells
      const measured = this.measures.map((measure) => measure(state, match.node, -1, -1))
      this.found.push([...node.partition.map((column) => first[column]), ...measured])
    })
  }

  restored(watermark: number): void {
    this.watermark = watermark
  }

  onBatch(batch: Batch): void {
    const { node, partitions, matcher } = this
    const slots = new Int32Array(batch.length)
    partitions.lookup(batch, node.partition, slots, 'update')
    const times = batch.columns[node.timeColumn].values
    const byArrival = node.time === 'proctime' && node.order.length === 0
    const now = node.time === 'proctime' ? this.context.evaluation.now() : 0
    for (let i = 0; i < batch.length; i++) {
      const slot = slots[i]
      const state = this.stateAt(slot)
      const time = node.time === 'proctime' ? now : Number(times[i])
      if (node.time === 'rowtime' && time <= this.watermark) {
        this.late.add(1, this.watermark - time)
        continue
      }
      const cells = rowAt(batch, this.context.inputs[0], i)
      if (byArrival) {
        matcher.advance(state, time)
        matcher.process(state, cells, time)
      } else {
        // A millisecond of processing time is over when the next one begins.
        const due = node.time === 'proctime' ? time + 1 : time
        const waiting = state.pending.get(due)
        if (waiting === undefined) state.pending.set(due, [cells])
        else waiting.push(cells)
      }
    }
    for (const slot of new Set(slots)) {
      const state = this.stateAt(slot)
      if (matcher.isIdle(state)) partitions.remove(slot)
      else this.settle(slot, state)
    }
    this.flushFound()
  }

  private stateAt(slot: number): MatchState {
    const cells = this.partitions.values[1].values as unknown[]
    cells[slot] ??= this.matcher.create()
    return cells[slot] as MatchState
  }

  /** The key's timer is the next time at which something happens. */
  private settle(slot: number, state: MatchState): void {
    let next = this.matcher.deadline(state)
    for (const time of state.pending.keys()) if (time < next) next = time
    this.partitions.values[0].setExact(slot, Number.isFinite(next) ? next : NEVER)
    this.partitions.timeChanged(slot)
  }

  private fire(time: number): void {
    const { partitions, matcher } = this
    for (const slot of partitions.due(time)) {
      const state = this.stateAt(slot)
      const times = [...state.pending.keys()].filter((each) => each <= time).sort((left, right) => left - right)
      for (const each of times) {
        matcher.advance(state, each)
        const rows = state.pending.get(each) as Cells[]
        state.pending.delete(each)
        if (this.node.order.length > 0) rows.sort(this.compare)
        for (const cells of rows) matcher.process(state, cells, each)
      }
      matcher.advance(state, time)
      if (matcher.isIdle(state)) partitions.remove(slot)
      else this.settle(slot, state)
    }
    this.flushFound()
  }

  private flushFound(): void {
    if (this.found.length === 0) return
    const rows = this.found
    this.found = []
    this.context.out.emit(batchOf(this.node.schema, rows))
  }

  onWatermark(watermark: number): void {
    this.watermark = watermark
    if (this.node.time === 'rowtime') this.fire(watermark)
    this.context.out.watermark(watermark)
  }

  onEnd(): void {
    if (this.node.time === 'proctime' && this.node.order.length > 0) this.fire(MAX_WATERMARK)
  }

  nextEventTime(): number {
    return this.node.time === 'rowtime' ? MIN_WATERMARK : Number.POSITIVE_INFINITY
  }

  nextProcessingTime(): number {
    if (this.node.time === 'rowtime') return Number.POSITIVE_INFINITY
    const next = this.partitions.earliest()
    return next === undefined || next === NEVER ? Number.POSITIVE_INFINITY : next
  }

  onProcessingTime(now: number): void {
    this.fire(now)
  }

  waitingFor(): string | undefined {
    return this.partitions.size > 0 && this.node.time === 'rowtime'
      ? `${this.partitions.size} partitions have rows or partial matches that wait for the watermark`
      : undefined
  }
}

/** A timer that no watermark but the last reaches. */
const NEVER = Number.MAX_SAFE_INTEGER
