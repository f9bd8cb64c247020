/**
 * Which columns of a relation are the bounds of windows.
 *
 * Laws
 * - `window_start`, `window_end` and `window_time` of a window table function stay what they are through projections of plain
 *   columns, filters, and aggregations by window; any computation on them makes ordinary columns.
 * - An aggregation is one by window when it groups by both bounds and, for sessions, by exactly the columns whose sessions
 *   they are: other keys would see windows of each other, and Flink then plans an ordinary, updating aggregate.
 */
import type { WindowSpec } from '../operators/window.ts'
import type { AggregateRel, Rel } from './nodes.ts'

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
      return rel.joinType === 'semi' || rel.joinType === 'anti' ? windowColumns(rel.left) : undefined
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
