/**
 * Which columns of a relation are the bounds of windows.
 *
 * Laws
 * - `window_start`, `window_end` and `window_time` of a window table function stay what they are through projections of plain
 *   columns, filters, and aggregations by window; any computation on them makes ordinary columns.
 * - An aggregation is one by window when it groups by both bounds and, for sessions, by exactly the columns whose sessions
 *   they are: other keys would see windows of each other, and Flink then plans an ordinary, updating aggregate.
 * - A join is one of windows when both sides have windows of the same kind over the same kind of time and both bounds are
 *   equated: then every result is final when its window is over. Anything else on windows is a regular join.
 */
import type { WindowSpec } from '../operators/window.ts'
import { conjunctsOf } from './bind/build.ts'
import type { AggregateRel, JoinRel, Rel } from './nodes.ts'
import { keyPair } from './rules/join-keys.ts'

export interface WindowColumns {
  readonly start: readonly number[]
  readonly end: readonly number[]
  readonly time: readonly number[]
  /** Of a session: where its PARTITION BY columns are; undefined when one is gone. */
  readonly partition: readonly number[] | undefined
  readonly window: WindowSpec
}

export function windowColumns(rel: Rel): WindowColumns | undefined {
  switch (rel.kind) {
    case 'window-table-function': {
      const at = rel.input.schema.length
      const { shape } = rel.window
      const partition = shape.type === 'session' ? shape.partition : []
      return { start: [at], end: [at + 1], time: [at + 2], partition, window: rel.window }
    }
    case 'project': {
      const places = (column: number) =>
        rel.exprs.flatMap((expr, i) => (expr.kind === 'input' && expr.index === column ? [i] : []))
      return moved(windowColumns(rel.input), places)
    }
    case 'filter':
    case 'correlate':
    case 'row-number':
    case 'window-rank':
    case 'lookup-join':
      return windowColumns(rel.input)
    case 'aggregate': {
      const below = windowColumns(rel.input)
      if (below === undefined || !groupsByWindow(rel, below)) return undefined
      return moved(below, (column) => rel.grouping.flatMap((key, i) => (key === column ? [i] : [])))
    }
    case 'window-aggregate': {
      const at = rel.grouping.length + rel.calls.length
      const of = (property: 'start' | 'end' | 'time') =>
        rel.properties.flatMap((p, i) => (p === property ? [at + i] : []))
      const { window } = rel.windowing
      const partition = window.shape.type === 'session' ? rel.grouping.map((_, i) => i) : []
      return { start: of('start'), end: of('end'), time: of('time'), partition, window }
    }
    case 'union': {
      const [first, ...rest] = rel.inputs.map(windowColumns)
      if (first === undefined || rest.some((other) => other === undefined)) return undefined
      const same = rest.every((other) => JSON.stringify(other) === JSON.stringify(first))
      return same ? first : undefined
    }
    case 'join':
      return joinColumns(rel)
    default:
      return undefined
  }
}

function moved(
  columns: WindowColumns | undefined,
  places: (column: number) => readonly number[],
): WindowColumns | undefined {
  if (columns === undefined) return undefined
  const all = (old: readonly number[]) => old.flatMap(places)
  const partition = columns.partition?.map((column) => places(column)[0])
  const found = { start: all(columns.start), end: all(columns.end), time: all(columns.time) }
  if (found.start.length + found.end.length + found.time.length === 0) return undefined
  const known = partition !== undefined && !partition.includes(undefined as never)
  return { ...found, partition: known ? partition : undefined, window: columns.window }
}

export function groupsByWindow(rel: Pick<AggregateRel, 'grouping'>, columns: WindowColumns): boolean {
  const { grouping } = rel
  if (!grouping.some((c) => columns.start.includes(c)) || !grouping.some((c) => columns.end.includes(c))) return false
  if (columns.window.shape.type !== 'session') return true
  const bounds = [...columns.start, ...columns.end, ...columns.time]
  const keys = grouping.filter((column) => !bounds.includes(column))
  const { partition } = columns
  return partition !== undefined && keys.length === partition.length && keys.every((key) => partition.includes(key))
}

// ---- Joins of windows ------------------------------------------------------------------------------------------------

export interface WindowJoin {
  readonly left: WindowColumns
  readonly right: WindowColumns
}

export function windowJoin(rel: JoinRel): WindowJoin | undefined {
  if (rel.times !== undefined) return undefined
  const left = windowColumns(rel.left)
  const right = windowColumns(rel.right)
  if (left === undefined || right === undefined || !sameWindows(left, right)) return undefined
  const equated = (a: readonly number[], b: readonly number[]) => boundEqualities(rel, a, b).length > 0
  return equated(left.start, right.start) && equated(left.end, right.end) ? { left, right } : undefined
}

function boundEqualities(rel: JoinRel, a: readonly number[], b: readonly number[]) {
  const width = rel.left.schema.length
  return conjunctsOf(rel.condition).filter((condition) => {
    const pair = keyPair(condition, width)
    if (pair?.left.kind !== 'input' || pair.right.kind !== 'input') return false
    return a.includes(pair.left.index) && b.includes(pair.right.index - width)
  })
}

function sameWindows({ window: a }: WindowColumns, { window: b }: WindowColumns): boolean {
  const shape = (window: typeof a) =>
    JSON.stringify({ ...window.shape, ...(window.shape.type === 'session' && { partition: [] }) })
  return a.time === b.time && a.timeZone === b.timeZone && shape(a) === shape(b)
}

/** Bounds of sides that a window join does not pad are those of its result. */
function joinColumns(rel: JoinRel): WindowColumns | undefined {
  if (rel.joinType === 'semi' || rel.joinType === 'anti') return windowColumns(rel.left)
  const found = windowJoin(rel)
  if (found === undefined) return undefined
  const width = rel.left.schema.length
  const shifted = (columns: readonly number[]) => columns.map((column) => column + width)
  const right: WindowColumns = {
    ...found.right,
    start: shifted(found.right.start),
    end: shifted(found.right.end),
    time: shifted(found.right.time),
    partition: found.right.partition && shifted(found.right.partition),
  }
  switch (rel.joinType) {
    case 'left':
      return found.left
    case 'right':
      return right
    case 'full':
      return undefined
    case 'inner':
      return {
        ...found.left,
        start: [...found.left.start, ...right.start],
        end: [...found.left.end, ...right.end],
        time: [...found.left.time, ...right.time],
      }
  }
}
