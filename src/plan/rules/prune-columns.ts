/**
 * prune-columns
 *
 * What   follows from the result down which columns are needed; leaves out the others: expressions of projections, calls of
 *        aggregates, sides of joins, and at last columns of the scan, so that a source produces only what is read
 * Why    a format decodes bytes into the needed fields only; state holds no column that nobody asks for
 * Not    the watermark's column and what its expression reads (the watermark is part of the table's meaning); keys of
 *        aggregates and of changelog normalisation
 */

import { inputsOf } from '../../expr/expr.ts'
import type { AggregateCall } from '../../operators/aggregate-call.ts'
import { argumentsOf } from '../../operators/correlate/node.ts'
import type { SortKey } from '../../operators/sort-order.ts'
import type { LogicalType } from '../../types/logical-type.ts'
import { physicalOf } from '../../types/value.ts'
import { inputAt, joinSchema, project } from '../bind/build.ts'
import type {
  CorrelateRel,
  JoinRel,
  JoinTimes,
  LookupJoinRel,
  MatchRel,
  NormalizeRel,
  OverRel,
  Rel,
  ScanRel,
} from '../nodes.ts'
import { columnsOfMatch, remapMatch } from './prune-match.ts'
import { mapTableCall, type Rule, remap } from './rule.ts'

export const pruneColumns: Rule = {
  name: 'prune-columns',
  apply: (rel) => prune(rel, allOf(rel)).rel,
}

/** The relation with fewer columns, and where each old column is now (−1: gone). */
interface Pruned {
  readonly rel: Rel
  readonly to: readonly number[]
}

type Needed = ReadonlySet<number>

function allOf(rel: Rel): Needed {
  return new Set(rel.schema.map((_, i) => i))
}

function identity(rel: Rel): readonly number[] {
  return rel.schema.map((_, i) => i)
}

function prune(rel: Rel, needed: Needed): Pruned {
  switch (rel.kind) {
    case 'scan':
      return pruneScan(rel, needed)
    case 'values': {
      const kept = keptOf(rel, needed)
      if (kept.length === rel.schema.length) return { rel, to: identity(rel) }
      const rows = rel.rows.map((row) => kept.map((i) => row[i]))
      return { rel: { ...rel, rows, schema: kept.map((i) => rel.schema[i]) }, to: positions(rel, kept) }
    }
    case 'normalize':
      return pruneNormalize(rel, needed)
    case 'project': {
      const kept = keptOf(rel, needed)
      const used = new Set(kept.flatMap((i) => [...inputsOf(rel.exprs[i])]))
      const input = prune(rel.input, used)
      if (input.rel === rel.input && kept.length === rel.exprs.length) return { rel, to: identity(rel) }
      const exprs = kept.map((i) => remap(rel.exprs[i], input.to))
      return {
        rel: { ...rel, input: input.rel, exprs, schema: kept.map((i) => rel.schema[i]) },
        to: positions(rel, kept),
      }
    }
    case 'filter': {
      const input = prune(rel.input, new Set([...needed, ...inputsOf(rel.condition)]))
      if (input.rel === rel.input) return { rel, to: input.to }
      return {
        rel: { ...rel, input: input.rel, condition: remap(rel.condition, input.to), schema: input.rel.schema },
        to: input.to,
      }
    }
    case 'aggregate':
    case 'group-window-aggregate':
    case 'window-aggregate':
      return pruneAggregate(rel, needed)
    case 'window-table-function': {
      const width = rel.input.schema.length
      const { shape, timeColumn } = rel.window
      const partition = shape.type === 'session' ? shape.partition : []
      const wanted = new Set([...[...needed].filter((i) => i < width), timeColumn, ...partition])
      // Sessions keep their rows until they end; the other windows keep nothing.
      const input = shape.type === 'session' ? trimmed(rel.input, wanted) : prune(rel.input, wanted)
      if (input.rel === rel.input) return { rel, to: identity(rel) }
      const now = input.rel.schema.length
      const to = [...input.to, now, now + 1, now + 2]
      const window = {
        ...rel.window,
        timeColumn: to[timeColumn],
        shape: shape.type === 'session' ? { ...shape, partition: partition.map((i) => to[i]) } : shape,
      }
      const schema = [...input.rel.schema, ...rel.schema.slice(width)]
      return { rel: { ...rel, input: input.rel, window, schema }, to }
    }
    case 'row-number':
    case 'rank':
    case 'deduplicate':
    case 'window-rank':
    case 'temporal-sort':
      return pruneRanked(rel, needed)
    case 'match':
      return pruneMatch(rel)
    case 'join':
      return pruneJoin(rel, needed)
    case 'over':
      return pruneOver(rel, needed)
    case 'lookup-join':
      return pruneLookupJoin(rel, needed)
    case 'correlate':
      return pruneCorrelate(rel, needed)
    case 'union': {
      const kept = keptOf(rel, needed)
      const inputs = rel.inputs.map((input) => exactly(input, kept))
      if (inputs.every((input, i) => input === rel.inputs[i])) return { rel, to: identity(rel) }
      return { rel: { ...rel, inputs, schema: kept.map((i) => rel.schema[i]) }, to: positions(rel, kept) }
    }
    case 'sink':
    case 'collect': {
      const input = exactly(rel.input, identity(rel.input))
      return { rel: input === rel.input ? rel : { ...rel, input }, to: identity(rel) }
    }
  }
}

/** At least one column is kept, so that a row is a row. */
function keptOf(rel: Rel, needed: Needed): readonly number[] {
  const kept = identity(rel).filter((i) => needed.has(i))
  return kept.length > 0 || rel.schema.length === 0 ? kept : [smallest(rel.schema.map((field) => field.type))]
}

function smallest(types: readonly LogicalType[]): number {
  const cost = { int32: 0, float64: 1, exact: 2, object: 3 }
  const costs = types.map((type) => cost[physicalOf(type)])
  return costs.indexOf(Math.min(...costs))
}

function positions(rel: Rel, kept: readonly number[]): readonly number[] {
  return rel.schema.map((_, i) => kept.indexOf(i))
}

/** The relation with exactly these columns, in this order. */
function exactly(rel: Rel, columns: readonly number[]): Rel {
  const pruned = prune(rel, new Set(columns))
  const now = columns.map((i) => pruned.to[i])
  if (now.length === pruned.rel.schema.length && now.every((to, i) => to === i)) return pruned.rel
  return project(
    pruned.rel,
    now.map((i) => inputAt(pruned.rel.schema, i)),
    columns.map((i) => rel.schema[i].name),
    rel.place,
  )
}

/** For operators that keep whole rows: no column but these, even if a projection is needed for that. */
function trimmed(rel: Rel, needed: Needed): Pruned {
  const kept = keptOf(rel, needed)
  return { rel: exactly(rel, kept), to: positions(rel, kept) }
}

function pruneScan(rel: ScanRel, needed: Needed): Pruned {
  const used = new Set(needed)
  if (rel.condition !== undefined) for (const i of inputsOf(rel.condition)) used.add(i)
  if (rel.watermark !== undefined) {
    used.add(rel.watermark.rowtime)
    for (const i of inputsOf(rel.watermark.expr)) used.add(i)
  }
  const kept = keptOf(rel, used)
  const reads = new Set(kept.flatMap((i) => [...inputsOf(rel.projections[i])]))
  const producedKept = rel.produced.flatMap((_, i) => (reads.has(i) ? [i] : []))
  // A row of constants only (COUNT(*) of computed columns) still needs a record to come from.
  const produced = producedKept.length > 0 ? producedKept : [smallest(rel.produced.map((column) => column.type))]
  if (kept.length === rel.schema.length && produced.length === rel.produced.length) return { rel, to: identity(rel) }
  const to = positions(rel, kept)
  const producedTo = rel.produced.map((_, i) => produced.indexOf(i))
  const { watermark, condition, ...bare } = rel
  return {
    rel: {
      ...bare,
      produced: produced.map((i) => rel.produced[i]),
      projections: kept.map((i) => remap(rel.projections[i], producedTo)),
      schema: kept.map((i) => rel.schema[i]),
      ...(watermark && {
        watermark: { ...watermark, rowtime: to[watermark.rowtime], expr: remap(watermark.expr, to) },
      }),
      ...(condition && { condition: remap(condition, to) }),
    },
    to,
  }
}

function pruneNormalize(rel: NormalizeRel, needed: Needed): Pruned {
  const used = new Set([...needed, ...rel.key, ...(rel.condition === undefined ? [] : inputsOf(rel.condition))])
  const input = trimmed(rel.input, used)
  if (input.rel === rel.input) return { rel, to: input.to }
  const { condition, ...bare } = rel
  return {
    rel: {
      ...bare,
      input: input.rel,
      key: rel.key.map((i) => input.to[i]),
      schema: input.rel.schema,
      ...(condition && { condition: remap(condition, input.to) }),
    },
    to: input.to,
  }
}

type Aggregating = Rel & { readonly kind: 'aggregate' | 'group-window-aggregate' | 'window-aggregate' }

function pruneAggregate(rel: Aggregating, needed: Needed): Pruned {
  const keys = rel.grouping.length
  const calls = rel.calls.flatMap((_, i) => (needed.has(keys + i) ? [i] : []))
  const all: readonly string[] = rel.kind === 'aggregate' ? [] : rel.properties
  const behind = keys + rel.calls.length
  const properties = all.flatMap((_, i) => (needed.has(behind + i) ? [i] : []))
  const extra = columnsOfWindow(rel)
  const used = new Set([...rel.grouping, ...extra, ...calls.flatMap((i) => columnsOfCall(rel.calls[i]))])
  const input = prune(rel.input, used)
  const complete = calls.length === rel.calls.length && properties.length === all.length
  if (input.rel === rel.input && complete) return { rel, to: identity(rel) }
  const kept = [...rel.grouping.map((_, i) => i), ...calls.map((i) => keys + i), ...properties.map((i) => behind + i)]
  const common = {
    input: input.rel,
    grouping: rel.grouping.map((i) => input.to[i]),
    calls: calls.map((i): AggregateCall => {
      const call = rel.calls[i]
      return {
        ...call,
        args: call.args.map((arg) => input.to[arg]),
        ...(call.filter !== undefined && { filter: input.to[call.filter] }),
      }
    }),
    schema: kept.map((i) => rel.schema[i]),
  }
  const to = positions(rel, kept)
  switch (rel.kind) {
    case 'aggregate':
      return { rel: { ...rel, ...common }, to }
    case 'group-window-aggregate':
      return {
        rel: {
          ...rel,
          ...common,
          properties: properties.map((i) => rel.properties[i]),
          window: { ...rel.window, timeColumn: input.to[rel.window.timeColumn] },
        },
        to,
      }
    case 'window-aggregate':
      return {
        rel: {
          ...rel,
          ...common,
          properties: properties.map((i) => rel.properties[i]),
          windowing: windowingAt(rel.windowing, input.to),
        },
        to,
      }
  }
}

type Ranked = Rel & { readonly kind: 'row-number' | 'rank' | 'deduplicate' | 'window-rank' | 'temporal-sort' }

/** The rows are kept whole: nothing but what is asked for and what they are sorted and parted by. A number nobody reads goes. */
function pruneRanked(rel: Ranked, needed: Needed): Pruned {
  const width = rel.input.schema.length
  const used = new Set([...needed].filter((i) => i < width))
  const keys = rel.kind === 'deduplicate' ? rel.key : rel.kind === 'temporal-sort' ? [] : rel.partition
  const order = rel.kind === 'deduplicate' ? [] : rel.order.map((key) => key.column)
  for (const column of [...keys, ...order]) used.add(column)
  if (rel.kind === 'deduplicate' || rel.kind === 'temporal-sort') used.add(rel.timeColumn)
  if (rel.kind === 'rank' && rel.range.kind === 'variable') used.add(rel.range.column)
  if (rel.kind === 'window-rank') for (const column of [rel.startColumn, rel.endColumn]) used.add(column)
  const input = trimmed(rel.input, used)
  const numbered = rel.schema.length > width && (rel.kind === 'row-number' || needed.has(width))
  if (input.rel === rel.input && numbered === rel.schema.length > width) return { rel, to: identity(rel) }
  const at = (column: number) => input.to[column]
  const now = input.rel.schema.length
  const kept = identity(rel.input).filter((i) => input.to[i] !== -1)
  const schema = [...kept, ...(numbered ? [width] : [])].map((i) => rel.schema[i])
  const common = { input: input.rel, schema }
  const to = [...input.to, ...(rel.schema.length > width ? [numbered ? now : -1] : [])]
  const sorted = (keys: readonly SortKey[]) => keys.map((key) => ({ ...key, column: at(key.column) }))
  switch (rel.kind) {
    case 'row-number':
      return { rel: { ...rel, ...common, partition: rel.partition.map(at), order: sorted(rel.order) }, to }
    case 'rank': {
      const range = rel.range.kind === 'variable' ? { ...rel.range, column: at(rel.range.column) } : rel.range
      const parts = { partition: rel.partition.map(at), order: sorted(rel.order), range, outputRank: numbered }
      return { rel: { ...rel, ...common, ...parts }, to }
    }
    case 'deduplicate':
      return { rel: { ...rel, ...common, key: rel.key.map(at), timeColumn: at(rel.timeColumn) }, to }
    case 'window-rank': {
      const bounds = { startColumn: at(rel.startColumn), endColumn: at(rel.endColumn) }
      const parts = { partition: rel.partition.map(at), order: sorted(rel.order), outputRank: numbered }
      return { rel: { ...rel, ...common, ...bounds, ...parts }, to }
    }
    case 'temporal-sort':
      return { rel: { ...rel, ...common, timeColumn: at(rel.timeColumn), order: sorted(rel.order) }, to }
  }
}

function windowingAt(
  windowing: (Rel & { readonly kind: 'window-aggregate' })['windowing'],
  to: readonly number[],
): (Rel & { readonly kind: 'window-aggregate' })['windowing'] {
  if (windowing.kind === 'attached') {
    const start = windowing.startColumn === undefined ? {} : { startColumn: to[windowing.startColumn] }
    const endColumn = to[windowing.endColumn]
    return { ...windowing, ...start, endColumn, window: { ...windowing.window, timeColumn: endColumn } }
  }
  const { window } = windowing
  const shape =
    window.shape.type === 'session'
      ? { ...window.shape, partition: window.shape.partition.map((i) => to[i]) }
      : window.shape
  return { kind: 'assign', window: { ...window, shape, timeColumn: to[window.timeColumn] } }
}

function columnsOfWindow(rel: Aggregating): readonly number[] {
  if (rel.kind === 'aggregate') return []
  if (rel.kind === 'group-window-aggregate') return [rel.window.timeColumn]
  const { windowing } = rel
  if (windowing.kind === 'assign') return [windowing.window.timeColumn]
  return windowing.startColumn === undefined ? [windowing.endColumn] : [windowing.startColumn, windowing.endColumn]
}

function columnsOfCall(call: AggregateCall): readonly number[] {
  return call.filter === undefined ? call.args : [...call.args, call.filter]
}

/** Rows wait until they are matched: only the columns that are read are kept. */
function pruneMatch(rel: MatchRel): Pruned {
  const input = trimmed(rel.input, columnsOfMatch(rel))
  if (input.rel === rel.input) return { rel, to: identity(rel) }
  return { rel: { ...remapMatch(rel, input.to), input: input.rel }, to: identity(rel) }
}

function pruneJoin(rel: JoinRel, needed: Needed): Pruned {
  const width = rel.left.schema.length
  const { times } = rel
  const timed =
    times === undefined ? [] : [times.left, times.right, ...(times.kind === 'temporal' ? (times.key ?? []) : [])]
  const used = new Set([...needed, ...timed, ...(rel.condition === undefined ? [] : inputsOf(rel.condition))])
  const left = trimmed(rel.left, new Set([...used].filter((i) => i < width)))
  const right = trimmed(rel.right, new Set([...used].filter((i) => i >= width).map((i) => i - width)))
  const semi = rel.joinType === 'semi' || rel.joinType === 'anti'
  if (left.rel === rel.left && right.rel === rel.right) return { rel, to: identity(rel) }
  const now = left.rel.schema.length
  const to = [...left.to, ...right.to.map((i) => (i === -1 ? -1 : i + now))]
  const { condition, ...bare } = rel
  const joined: JoinRel = {
    ...bare,
    left: left.rel,
    right: right.rel,
    // Nullability as bound: a join that a filter made narrower keeps its columns nullable.
    schema: keepTypes(rel, joinSchema(left.rel.schema, right.rel.schema, rel.joinType, times), to),
    ...(times && { times: timesAt(times, to) }),
    ...(condition && { condition: remap(condition, to) }),
  }
  return { rel: joined, to: semi ? left.to : to }
}

/** The operator keeps its rows until the watermark comes: no column but those that something reads. */
function pruneOver(rel: OverRel, needed: Needed): Pruned {
  const width = rel.input.schema.length
  const calls = rel.calls.flatMap((_, i) => (needed.has(width + i) ? [i] : []))
  const { window } = rel
  const read = [...window.partition, ...calls.flatMap((i) => columnsOfCall(rel.calls[i]))]
  if (window.timeColumn !== undefined) read.push(window.timeColumn)
  const input = trimmed(rel.input, new Set([...[...needed].filter((i) => i < width), ...read]))
  if (input.rel === rel.input && calls.length === rel.calls.length) return { rel, to: identity(rel) }
  const now = input.rel.schema.length
  const at = (i: number) => input.to[i]
  const pruned: OverRel = {
    ...rel,
    input: input.rel,
    window: {
      ...window,
      partition: window.partition.map(at),
      ...(window.timeColumn !== undefined && { timeColumn: at(window.timeColumn) }),
    },
    calls: calls.map((i) => {
      const call = rel.calls[i]
      return { ...call, args: call.args.map(at), ...(call.filter !== undefined && { filter: at(call.filter) }) }
    }),
    schema: [...input.rel.schema, ...calls.map((i) => rel.schema[width + i])],
  }
  const to = rel.schema.map((_, i) =>
    i < width ? at(i) : calls.includes(i - width) ? now + calls.indexOf(i - width) : -1,
  )
  return { rel: pruned, to }
}

/** The columns of a join's times, renumbered old → new. */
export function timesAt(times: JoinTimes, to: readonly number[]): JoinTimes {
  const moved = { ...times, left: to[times.left], right: to[times.right] }
  if (moved.kind === 'interval' || moved.key === undefined) return moved
  return { ...moved, key: moved.key.map((column) => to[column]) }
}

function pruneLookupJoin(rel: LookupJoinRel, needed: Needed): Pruned {
  const width = rel.input.schema.length
  const used = new Set([...needed, ...(rel.condition === undefined ? [] : inputsOf(rel.condition))])
  const input = prune(rel.input, new Set([...used].filter((i) => i < width)))
  const lookup = pruneScan(rel.lookup, new Set([...used].filter((i) => i >= width).map((i) => i - width)))
  if (input.rel === rel.input && lookup.rel === rel.lookup) return { rel, to: identity(rel) }
  const now = input.rel.schema.length
  const to = [...input.to, ...lookup.to.map((i) => (i === -1 ? -1 : i + now))]
  const { condition, ...bare } = rel
  const old = to.flatMap((at, i) => (at === -1 ? [] : [i])).sort((a, b) => to[a] - to[b])
  return {
    rel: {
      ...bare,
      input: input.rel,
      lookup: lookup.rel as ScanRel,
      schema: old.map((i) => rel.schema[i]),
      ...(condition && { condition: remap(condition, to) }),
    },
    to,
  }
}

/** What only the function reads is still a column of its output; all columns of the function stay. */
function pruneCorrelate(rel: CorrelateRel, needed: Needed): Pruned {
  const width = rel.input.schema.length
  const args = argumentsOf(rel.table)
  const read = [...args, ...(rel.condition === undefined ? [] : [rel.condition])].flatMap((expr) => [...inputsOf(expr)])
  const input = prune(rel.input, new Set([...needed, ...read].filter((i) => i < width)))
  if (input.rel === rel.input) return { rel, to: identity(rel) }
  const now = input.rel.schema.length
  const to = [...input.to, ...rel.table.columns.map((_, i) => now + i)]
  const { condition, ...bare } = rel
  return {
    rel: {
      ...bare,
      input: input.rel,
      table: mapTableCall(rel.table, (exprs) => exprs.map((expr) => remap(expr, input.to))),
      schema: [...input.rel.schema, ...rel.schema.slice(width)],
      ...(condition && { condition: remap(condition, to) }),
    },
    to,
  }
}

function keepTypes(rel: JoinRel, schema: Rel['schema'], to: readonly number[]): Rel['schema'] {
  return schema.map((field, i) => {
    const old = to.indexOf(i)
    return old === -1 || old >= rel.schema.length ? field : rel.schema[old]
  })
}
