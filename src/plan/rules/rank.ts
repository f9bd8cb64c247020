/**
 * rank
 *
 * What   a filter on the number of a row in its partition becomes an operator that keeps those rows only: by window where the
 *        partition has the window's bounds (window-rank), the first or last row by time (deduplicate), else rank
 * Why    ROW_NUMBER of all rows cannot be kept up to date; the first n can
 * Not    without an upper bound of the number; deduplication of a table that changes, whose rows are ranked instead
 */
import type { Expr } from '../../expr/expr.ts'
import type { RankRange } from '../../operators/rank/node.ts'
import { isTimeAttribute } from '../../types/logical-type.ts'
import { conjunction, conjunctsOf, filter, inputAt, project } from '../bind/build.ts'
import { literal } from '../bind/literal.ts'
import { isInsertOnly } from '../changelog.ts'
import { mapRel, type Rel, type RowNumberRel } from '../nodes.ts'
import { windowColumns } from '../window-columns.ts'
import type { Rule } from './rule.ts'

export const rank: Rule = {
  name: 'rank',
  apply: (rel) =>
    mapRel(rel, (node) =>
      node.kind === 'filter' && node.input.kind === 'row-number' ? ranked(node.input, node.condition) : node,
    ),
}

interface Bound {
  readonly op: string
  readonly value: number | { readonly column: number }
}

function ranked(rel: RowNumberRel, condition: Expr): Rel {
  const width = rel.input.schema.length
  let start = 1
  let end = Number.POSITIVE_INFINITY
  let column: number | undefined
  const rest: Expr[] = []
  for (const conjunct of conjunctsOf(condition)) {
    const bound = boundOf(conjunct, width)
    if (bound === undefined) rest.push(conjunct)
    else if (typeof bound.value !== 'number') {
      if (bound.op === '<=' && column === undefined) column = bound.value.column
      else rest.push(conjunct)
    } else {
      if (bound.op === '=' || bound.op === '>=') start = Math.max(start, Math.ceil(bound.value))
      if (bound.op === '>') start = Math.max(start, Math.floor(bound.value) + 1)
      if (bound.op === '=' || bound.op === '<=') end = Math.min(end, Math.floor(bound.value))
      if (bound.op === '<') end = Math.min(end, Math.ceil(bound.value) - 1)
    }
  }
  const constant = Number.isFinite(end)
  if (!constant && column === undefined) return filter(rel, condition, rel.place)
  if (!constant && start > 1) return filter(rel, condition, rel.place)
  if (constant && start > end) return { kind: 'values', rows: [], schema: rel.schema }
  const range: RankRange = constant ? { kind: 'constant', start, end } : { kind: 'variable', column: column as number }
  const result = numbered(rel, range)
  const above = [
    ...rest,
    ...(constant && column !== undefined ? conjunctsOf(condition).filter((c) => isOfColumn(c, width)) : []),
  ]
  const left = conjunction(above)
  return left === undefined ? result : filter(result, left, rel.place)
}

function isOfColumn(condition: Expr, width: number): boolean {
  return typeof boundOf(condition, width)?.value === 'object'
}

/** The rows of the range, with the row number behind the other columns. */
function numbered(rel: RowNumberRel, range: RankRange): Rel {
  const { input, partition, order, schema, place } = rel
  const placed = place === undefined ? {} : { place }
  const single = range.kind === 'constant' && range.start === range.end
  const { column, descending } = order[0]
  const { type } = input.schema[column]
  const time = order.length === 1 && isTimeAttribute(type) ? type.attribute : undefined
  const first = single && range.start === 1
  const columns = windowColumns(input)
  const starts = columns === undefined ? [] : partition.filter((c) => columns.start.includes(c))
  const ends = columns === undefined ? [] : partition.filter((c) => columns.end.includes(c))
  if (range.kind === 'constant' && columns !== undefined && starts.length > 0 && ends.length > 0) {
    const bounds = [...columns.start, ...columns.end, ...columns.time]
    const shared = {
      input,
      window: columns.window,
      partition: partition.filter((c) => !bounds.includes(c)),
      startColumn: starts[0],
      endColumn: ends[0],
      order,
      start: range.start,
      end: range.end,
      latestFirst: first && time === 'rowtime' && descending,
    }
    return single
      ? withRank(
          { kind: 'window-rank', ...shared, outputRank: false, schema: input.schema, ...placed },
          rel,
          range.start,
        )
      : { kind: 'window-rank', ...shared, outputRank: true, schema, ...placed }
  }
  if (first && time !== undefined && isInsertOnly(input)) {
    const keep = descending ? 'last' : 'first'
    const rows: Rel = {
      kind: 'deduplicate',
      input,
      key: partition,
      timeColumn: column,
      time,
      keep,
      schema: input.schema,
      ...placed,
    }
    return withRank(rows, rel, 1)
  }
  const shared = { input, partition, order, range }
  return single
    ? withRank({ kind: 'rank', ...shared, outputRank: false, schema: input.schema, ...placed }, rel, range.start)
    : { kind: 'rank', ...shared, outputRank: true, schema, ...placed }
}

/** The number is known: a constant behind the other columns. */
function withRank(rows: Rel, rel: RowNumberRel, value: number): Rel {
  const { type } = rel.schema[rel.schema.length - 1]
  const exprs = rows.schema.map((_, i) => inputAt(rows.schema, i))
  return project(
    rows,
    [...exprs, literal(value, type)],
    rel.schema.map((field) => field.name),
    rel.place,
  )
}

const MIRRORED: Readonly<Record<string, string>> = { '<': '>', '<=': '>=', '>': '<', '>=': '<=', '=': '=' }

/** A comparison of the row number with a constant or a column. */
function boundOf(condition: Expr, width: number): Bound | undefined {
  if (condition.kind !== 'call' || MIRRORED[condition.fn] === undefined) return undefined
  const isNumber = (expr: Expr) => expr.kind === 'input' && expr.index === width
  // A cast of the number itself makes a filter of the condition, as in Flink.
  const [a, b] = condition.args.map((arg) => (isNumber(bare(arg)) ? arg : bare(arg)))
  const [op, other] = isNumber(a) ? [condition.fn, b] : isNumber(b) ? [MIRRORED[condition.fn], a] : [undefined, a]
  if (op === undefined) return undefined
  if (other.kind === 'literal' && (typeof other.value === 'number' || typeof other.value === 'bigint')) {
    return other.type.kind === 'DECIMAL' ? undefined : { op, value: Number(other.value) }
  }
  const whole = ['TINYINT', 'SMALLINT', 'INTEGER', 'INT', 'BIGINT']
  if (other.kind === 'input' && other.index !== width && whole.includes(other.type.kind)) {
    return { op, value: { column: other.index } }
  }
  return undefined
}

function bare(expr: Expr): Expr {
  return expr.kind === 'cast' ? bare(expr.arg) : expr
}
