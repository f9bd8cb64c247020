/**
 * window-aggregate
 *
 * What   an aggregate that groups by window_start and window_end of a window function becomes a window aggregate; where
 *        nothing but plain projections and filters stands between the two, the window function is fused into it
 * Why    a window's result is final when the watermark passes its end: insert-only output, and state that goes away; fused,
 *        rows are not copied once per window
 * Not    fused when something computes with the window's bounds in between; no window aggregate when only one of the bounds is
 *        a key, or when a session's PARTITION BY is not exactly the rest of GROUP BY (`plan/window-columns.ts`)
 */
import { fail } from '../../base/errors.ts'
import type { Expr } from '../../expr/expr.ts'
import { inputsOf } from '../../expr/expr.ts'
import { filter, inputAt, project, substitute } from '../bind/build.ts'
import { type AggregateRel, mapRel, type Rel, type WindowAggregateRel, type WindowTableFunctionRel } from '../nodes.ts'
import { groupsByWindow, windowColumns } from '../window-columns.ts'
import type { Rule } from './rule.ts'

export const windowAggregate: Rule = {
  name: 'window-aggregate',
  apply: (rel) => mapRel(rel, (node) => (node.kind === 'aggregate' ? toWindowAggregate(node) : node)),
}

export const fuseWindow: Rule = {
  name: 'fuse-window',
  apply: (rel) => mapRel(rel, (node) => (node.kind === 'window-aggregate' ? fuse(node) : node)),
}

type Property = WindowAggregateRel['properties'][number]

function toWindowAggregate(rel: AggregateRel): Rel {
  const columns = windowColumns(rel.input)
  if (columns === undefined || !groupsByWindow(rel, columns)) return rel
  const { shape } = columns.window
  if (shape.type === 'hop' && shape.size % shape.slide !== 0) {
    const problem = `the size must be a multiple of the slide for an aggregate, but they are ${shape.size} ms and ${shape.slide} ms`
    fail('PLAN_WINDOW_ARGUMENT', { name: 'HOP', problem }, rel.place)
  }
  const propertyOf = (column: number): Property | undefined =>
    columns.start.includes(column)
      ? 'start'
      : columns.end.includes(column)
        ? 'end'
        : columns.time.includes(column)
          ? 'time'
          : undefined
  const grouping = rel.grouping.filter((column) => propertyOf(column) === undefined)
  const properties = (['start', 'end', 'time'] as const).filter((p) =>
    rel.grouping.some((column) => propertyOf(column) === p),
  )
  const field = (column: number) => rel.schema[rel.grouping.indexOf(column)]
  const fieldOf = (p: Property) => rel.schema[rel.grouping.findIndex((column) => propertyOf(column) === p)]
  const schema = [
    ...grouping.map(field),
    ...rel.calls.map(({ name, type }) => ({ name, type })),
    ...properties.map(fieldOf),
  ]
  const aggregate: WindowAggregateRel = {
    kind: 'window-aggregate',
    input: rel.input,
    windowing: {
      kind: 'attached',
      // The window's end stands for the time here; whose sessions they were is known to the window function only.
      window: {
        ...columns.window,
        timeColumn: columns.end[0],
        shape: shape.type === 'session' ? { ...shape, partition: [] } : shape,
      },
      startColumn: columns.start[0],
      endColumn: columns.end[0],
    },
    grouping,
    calls: rel.calls,
    properties,
    schema,
    ...(rel.place && { place: rel.place }),
  }
  const at = grouping.length + rel.calls.length
  const exprs = [
    ...rel.grouping.map((column) => {
      const property = propertyOf(column)
      return inputAt(schema, property === undefined ? grouping.indexOf(column) : at + properties.indexOf(property))
    }),
    ...rel.calls.map((_, i) => inputAt(schema, grouping.length + i)),
  ]
  return project(
    aggregate,
    exprs,
    rel.schema.map((f) => f.name),
    rel.place,
  )
}

// ---- Fusion ----------------------------------------------------------------------------------------------------------

/** What stands between the aggregate and the window function, over the window function's output. */
interface Between {
  readonly window: WindowTableFunctionRel
  readonly exprs: readonly Expr[]
  readonly conditions: readonly Expr[]
}

function between(rel: Rel): Between | undefined {
  if (rel.kind === 'window-table-function') {
    return { window: rel, exprs: rel.schema.map((_, i) => inputAt(rel.schema, i)), conditions: [] }
  }
  if (rel.kind !== 'project' && rel.kind !== 'filter') return undefined
  const below = between(rel.input)
  if (below === undefined) return undefined
  return rel.kind === 'filter'
    ? { ...below, conditions: [...below.conditions, substitute(rel.condition, below.exprs)] }
    : { ...below, exprs: rel.exprs.map((expr) => substitute(expr, below.exprs)) }
}

function fuse(rel: WindowAggregateRel): Rel {
  const found = rel.windowing.kind === 'attached' ? between(rel.input) : undefined
  if (found === undefined) return rel
  const { window, exprs, conditions } = found
  const width = window.input.schema.length
  const readsWindow = (expr: Expr) => [...inputsOf(expr)].some((i) => i >= width)
  const args = rel.calls.flatMap((call) => [...call.args, ...(call.filter === undefined ? [] : [call.filter])])
  const used = [...new Set([...rel.grouping, ...args])]
  if (conditions.some(readsWindow) || used.some((column) => readsWindow(exprs[column]))) return rel
  const { shape } = window.window
  if (
    shape.type === 'session' &&
    !samePartition(
      shape.partition,
      rel.grouping.map((column) => exprs[column]),
    )
  )
    return rel

  // The row in front: what keys and arguments need, then the time column and a session's partition.
  const row = used.map((column) => exprs[column])
  const names = used.map((column) => rel.input.schema[column].name)
  const time = row.push(inputAt(window.input.schema, window.window.timeColumn)) - 1
  names.push(window.input.schema[window.window.timeColumn].name)
  const filtered = conditions.reduce<Rel>((input, condition) => filter(input, condition, rel.place), window.input)
  const input = project(filtered, row, names)
  const at = (column: number) => used.indexOf(column)
  const grouping = rel.grouping.map(at)
  return {
    ...rel,
    input,
    windowing: {
      kind: 'assign',
      window: {
        ...window.window,
        timeColumn: time,
        shape: shape.type === 'session' ? { ...shape, partition: grouping } : shape,
      },
    },
    grouping,
    calls: rel.calls.map((call) => ({
      ...call,
      args: call.args.map(at),
      ...(call.filter !== undefined && { filter: at(call.filter) }),
    })),
  }
}

function samePartition(partition: readonly number[], keys: readonly Expr[]): boolean {
  const columns = keys.map((key) => (key.kind === 'input' ? key.index : -1))
  return partition.length === columns.length && partition.every((column) => columns.includes(column))
}
