/**
 * Which columns of a relation are the bounds of windows.
 *
 * Law: `window_start`, `window_end` and `window_time` of a window table function stay what they are through projections of
 * plain columns, filters, and aggregations that group by both bounds; any computation on them makes ordinary columns.
 */
import type { WindowSpec } from '../operators/window.ts'
import type { AggregateRel, Rel } from './nodes.ts'

export interface WindowColumns {
  readonly start: readonly number[]
  readonly end: readonly number[]
  readonly time: readonly number[]
  readonly window: WindowSpec
}

export function windowColumns(rel: Rel): WindowColumns | undefined {
  switch (rel.kind) {
    case 'window-table-function': {
      const at = rel.input.schema.length
      return { start: [at], end: [at + 1], time: [at + 2], window: rel.window }
    }
    case 'project': {
      const below = windowColumns(rel.input)
      const mapped = (columns: readonly number[]) =>
        rel.exprs.flatMap((expr, i) => (expr.kind === 'input' && columns.includes(expr.index) ? [i] : []))
      return (
        below && nonEmpty({ ...below, start: mapped(below.start), end: mapped(below.end), time: mapped(below.time) })
      )
    }
    case 'filter':
      return windowColumns(rel.input)
    case 'aggregate': {
      const below = windowColumns(rel.input)
      if (below === undefined || !groupsByWindow(rel, below)) return undefined
      const mapped = (columns: readonly number[]) =>
        rel.grouping.flatMap((column, i) => (columns.includes(column) ? [i] : []))
      return { ...below, start: mapped(below.start), end: mapped(below.end), time: mapped(below.time) }
    }
    case 'window-aggregate': {
      const at = rel.grouping.length + rel.calls.length
      const of = (property: 'start' | 'end' | 'time') =>
        rel.properties.flatMap((p, i) => (p === property ? [at + i] : []))
      return { start: of('start'), end: of('end'), time: of('time'), window: rel.windowing.window }
    }
    case 'join':
      return rel.joinType === 'semi' || rel.joinType === 'anti' ? windowColumns(rel.left) : undefined
    default:
      return undefined
  }
}

/** An aggregation is one per window when it groups by the window's start and end. */
export function groupsByWindow(rel: Pick<AggregateRel, 'grouping'>, columns: WindowColumns): boolean {
  return rel.grouping.some((c) => columns.start.includes(c)) && rel.grouping.some((c) => columns.end.includes(c))
}

function nonEmpty(columns: WindowColumns): WindowColumns | undefined {
  return columns.start.length + columns.end.length + columns.time.length === 0 ? undefined : columns
}
