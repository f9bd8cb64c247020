/**
 * Regular join of two changelogs.
 *
 * Input      left and right, any changelog, co-partitioned by the join key
 * Output     left columns, right columns (SEMI, ANTI: left only). A row's matches in order of their arrival. An outer row without
 *            match stands padded with NULLs: +I, and -D when its first match comes; retractions the other way round. INNER, and
 *            the inner side of an outer join, keep the kind of the row that caused them where no padded row is involved
 * State      left, right: rows by join key, with the number of their matches on sides that are outer (or left of SEMI, ANTI)
 * Watermark  passed on
 * Law        after each row the output describes the join of both tables. Matches of a batch are found before its first row is
 *            joined: the other side does not change meanwhile, but for its counts of matches
 */
import { compilePredicate } from '../../expr/compile.ts'
import type { KeyedList } from '../../state/contract.ts'
import type { Batch, Column, Schema } from '../../types/batch.ts'
import { isAccumulate, RowKind } from '../../types/row-kind.ts'
import type { Counter, Operator, OperatorContext, OperatorRuntime } from '../contract.ts'
import { gatherPadded, Output } from '../joined-rows.ts'
import type { JoinNode } from './node.ts'
import { countsMatches } from './state.ts'

/** Pairs of rows that are looked at before they are joined; bounds memory where keys have many rows. */
const CHUNK = 16_384

export const joinRuntime: OperatorRuntime<JoinNode> = {
  kind: 'join',
  create: (node, context) => new Join(node, context),
}

interface Side {
  readonly list: KeyedList
  readonly keys: readonly number[]
  readonly schema: Schema
  /** Padded with NULLs when it has no match. */
  readonly outer: boolean
  readonly countsMatches: boolean
  /** A row replaces the one with the same unique key. */
  readonly unique: boolean
  readonly identity: readonly number[]
  readonly columns: readonly number[]
}

class Join implements Operator {
  private readonly node: JoinNode
  private readonly context: OperatorContext
  private readonly sides: readonly [Side, Side]
  private readonly condition: ((batch: Batch, rows: Int32Array) => number) | undefined
  private readonly nullKeys: readonly Counter[]
  private ownSlots = new Int32Array(0)
  private otherSlots = new Int32Array(0)
  // Pairs of input row and row of the other side, in order; row i has those from starts[i] to starts[i + 1].
  private pairRows = new Int32Array(CHUNK)
  private pairs = new Int32Array(CHUNK)
  private starts = new Int32Array(1)
  private passed = new Int32Array(CHUNK)

  constructor(node: JoinNode, context: OperatorContext) {
    this.node = node
    this.context = context
    this.nullKeys = ['leftNumNullKeys', 'rightNumNullKeys'].map((name) => context.counter(name))
    const { joinType } = node
    const side = (name: 'left' | 'right', at: 0 | 1): Side => {
      const schema = context.inputs[at]
      const key = at === 0 ? node.leftKey : node.rightKey
      const counts = countsMatches(joinType, name)
      const all = schema.map((_, c) => c)
      return {
        list: context.state.list(name),
        keys: at === 0 ? node.leftKeys : node.rightKeys,
        schema,
        outer: counts && joinType !== 'semi' && joinType !== 'anti',
        countsMatches: counts,
        unique: key.kind !== 'none',
        identity: key.kind === 'none' ? all : key.kind === 'unique' ? key.columns : [],
        columns: counts ? [...all, schema.length] : all,
      }
    }
    this.sides = [side('left', 0), side('right', 1)]
    if (node.condition !== undefined) {
      this.condition = compilePredicate(node.condition, {
        input: [...context.inputs[0], ...context.inputs[1]],
        lookup: context.functions,
        context: context.evaluation,
        mode: context.expressions,
      })
    }
  }

  onWatermark(watermark: number): void {
    this.context.out.watermark(watermark)
  }

  nextEventTime(): number {
    return Number.POSITIVE_INFINITY
  }

  onBatch(batch: Batch, input: number): void {
    const { length } = batch
    if (this.ownSlots.length < length) {
      this.ownSlots = new Int32Array(length)
      this.otherSlots = new Int32Array(length)
      this.starts = new Int32Array(length + 1)
    }
    const own = this.sides[input]
    const other = this.sides[1 - input]
    own.list.lookup(batch, own.keys, this.ownSlots, 'update')
    other.list.lookup(batch, own.keys, this.otherSlots, 'read')
    this.dropNullKeys(batch, own, input)
    if (other.countsMatches) this.touchOthers(other, length)
    const matches = own.countsMatches ? new Int32Array(length) : undefined
    for (let from = 0; from < length; ) {
      const to = this.findPairs(other.list, from, length)
      this.filterPairs(batch, own, other, input, from, to)
      if (matches !== undefined) {
        for (let i = from; i < to; i++) matches[i] = this.starts[i + 1] - this.starts[i]
      }
      const output = new Output()
      if (this.node.joinType === 'semi' || this.node.joinType === 'anti') {
        if (input === 0) this.joinSemiLeft(batch, from, to, output)
        else this.joinSemiRight(batch, other, from, to, output)
      } else this.join(batch, own, other, from, to, output)
      this.emit(batch, own, other, input, output)
      from = to
    }
    this.updateState(batch, own, matches)
  }

  /** The other side's rows count their matches. */
  private touchOthers({ list }: Side, length: number): void {
    for (let i = 0; i < length; i++) if (this.otherSlots[i] >= 0) list.touch(this.otherSlots[i])
  }

  /** NULL = NULL is not true: such rows have no match and need not be kept. */
  private dropNullKeys(batch: Batch, own: Side, side: number): void {
    const { filterNulls } = this.node
    let dropped = 0
    for (const [k, c] of own.keys.entries()) {
      if (!filterNulls[k]) continue
      const { physical, values, nulls } = batch.columns[c]
      if (physical !== 'object' && nulls === null) continue
      for (let i = 0; i < batch.length; i++) {
        if (physical === 'object' ? values[i] !== null : nulls === null || nulls[i] === 0) continue
        if (this.ownSlots[i] !== -1) dropped++
        this.ownSlots[i] = -1
        this.otherSlots[i] = -1
      }
    }
    if (dropped > 0) this.nullKeys[side].add(dropped)
  }

  /** Candidates of the rows from `from` on, until there are many; gives the row behind the last. */
  private findPairs(list: KeyedList, from: number, length: number): number {
    const { otherSlots, starts } = this
    const { heads, links } = list
    let { pairs, pairRows } = this
    let count = 0
    let i = from
    starts[from] = 0
    for (; i < length && count < CHUNK; i++) {
      const slot = otherSlots[i]
      if (slot >= 0) {
        for (let row = heads[slot]; row >= 0; row = links[row]) {
          if (count === pairs.length) {
            pairs = grown(pairs)
            pairRows = grown(pairRows)
          }
          pairs[count] = row
          pairRows[count++] = i
        }
      }
      starts[i + 1] = count
    }
    this.pairs = pairs
    this.pairRows = pairRows
    return i
  }

  /** Keep the pairs for which the condition is true. */
  private filterPairs(batch: Batch, own: Side, other: Side, input: number, from: number, to: number): void {
    const { condition, pairs, pairRows, starts } = this
    const count = starts[to]
    if (condition === undefined || count === 0) return
    if (this.passed.length < count) this.passed = new Int32Array(count)
    const ownColumns = own.schema.map((_, c) => gatherPadded(batch.columns[c], pairRows, count, false))
    const otherColumns = other.schema.map((_, c) => gatherPadded(other.list.values[c].column(), pairs, count, false))
    const columns = input === 0 ? [...ownColumns, ...otherColumns] : [...otherColumns, ...ownColumns]
    const kept = condition({ length: count, columns, kinds: null }, this.passed)
    let at = 0
    for (let i = from; i < to; i++) {
      const end = starts[i + 1]
      starts[i] = at
      // Pairs of row i that passed move to the front; those behind have not been read yet.
      while (at < kept && this.passed[at] < end) {
        pairs[at] = pairs[this.passed[at]]
        pairRows[at] = i
        at++
      }
    }
    starts[to] = at
    // `starts[i + 1]` was read before it is overwritten as `starts[i]` of the next row; the last one is the end.
  }

  private join(batch: Batch, own: Side, other: Side, from: number, to: number, output: Output): void {
    const { pairs, starts } = this
    const { kinds } = batch
    const counts = other.outer ? matchColumn(other) : undefined
    for (let i = from; i < to; i++) {
      const kind = kinds === null ? RowKind.INSERT : kinds[i]
      const accumulate = isAccumulate(kind)
      const start = starts[i]
      const end = starts[i + 1]
      if (start === end) {
        if (own.outer) output.add(accumulate ? RowKind.INSERT : RowKind.DELETE, i, -1)
        continue
      }
      if (accumulate) {
        if (counts !== undefined) {
          for (let p = start; p < end; p++) if (counts[pairs[p]]++ === 0) output.add(RowKind.DELETE, -1, pairs[p])
        }
        const outKind = own.outer || other.outer ? RowKind.INSERT : kind
        for (let p = start; p < end; p++) output.add(outKind, i, pairs[p])
      } else {
        const outKind = own.outer ? RowKind.DELETE : kind
        for (let p = start; p < end; p++) output.add(outKind, i, pairs[p])
        if (counts !== undefined) {
          for (let p = start; p < end; p++) if (counts[pairs[p]]-- === 1) output.add(RowKind.INSERT, -1, pairs[p])
        }
      }
    }
  }

  private joinSemiLeft(batch: Batch, from: number, to: number, output: Output): void {
    const anti = this.node.joinType === 'anti'
    for (let i = from; i < to; i++) {
      const none = this.starts[i] === this.starts[i + 1]
      if (none === anti) output.add(batch.kinds === null ? RowKind.INSERT : batch.kinds[i], i, -1)
    }
  }

  private joinSemiRight(batch: Batch, left: Side, from: number, to: number, output: Output): void {
    const anti = this.node.joinType === 'anti'
    const { pairs, starts } = this
    const counts = matchColumn(left)
    for (let i = from; i < to; i++) {
      const kind = batch.kinds === null ? RowKind.INSERT : batch.kinds[i]
      for (let p = starts[i]; p < starts[i + 1]; p++) {
        if (isAccumulate(kind)) {
          if (counts[pairs[p]]++ === 0) output.add(anti ? RowKind.DELETE : kind, -1, pairs[p])
        } else if (counts[pairs[p]]-- === 1) output.add(anti ? RowKind.INSERT : kind, -1, pairs[p])
      }
    }
  }

  private emit(batch: Batch, own: Side, other: Side, input: number, output: Output): void {
    const { count, ownRows, otherRows, kinds } = output
    if (count === 0) return
    const semi = this.node.joinType === 'semi' || this.node.joinType === 'anti'
    const ownColumns = (): Column[] =>
      own.schema.map((_, c) => gatherPadded(batch.columns[c], ownRows, count, output.padsOwn))
    const otherColumns = (): Column[] =>
      other.schema.map((_, c) => gatherPadded(other.list.values[c].column(), otherRows, count, output.padsOther))
    let columns: Column[]
    if (semi) columns = input === 0 ? ownColumns() : otherColumns()
    else columns = input === 0 ? [...ownColumns(), ...otherColumns()] : [...otherColumns(), ...ownColumns()]
    this.context.out.emit({ length: count, columns, kinds: output.insertOnly ? null : kinds })
  }

  private updateState(batch: Batch, own: Side, matches: Int32Array | undefined): void {
    const { list, columns, identity } = own
    const { kinds } = batch
    const rows =
      matches === undefined
        ? batch
        : {
            length: batch.length,
            columns: [...batch.columns, { physical: 'int32' as const, values: matches, nulls: null }],
          }
    if (kinds === null && !own.unique) {
      list.appendAll(this.ownSlots, rows, columns)
      return
    }
    for (let i = 0; i < batch.length; i++) {
      const slot = this.ownSlots[i]
      if (slot < 0) continue
      const accumulate = kinds === null || isAccumulate(kinds[i])
      const found = accumulate && !own.unique ? -1 : list.match(slot, rows, identity, i)
      if (!accumulate) {
        if (found >= 0) list.removeRow(slot, found)
      } else if (found >= 0) list.replace(found, rows, columns, i)
      else list.append(slot, rows, columns, i)
    }
  }
}

function matchColumn(side: Side): Int32Array {
  return side.list.values[side.schema.length].values as Int32Array
}

function grown(array: Int32Array<ArrayBuffer>): Int32Array<ArrayBuffer> {
  const result = new Int32Array(array.length * 2)
  result.set(array)
  return result
}
