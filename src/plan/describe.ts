/** One line per node and expression, in the words of Flink's plans. */
import type { Expr } from '../expr/expr.ts'
import type { AggregateCall } from '../operators/aggregate-call.ts'
import type { TableCall } from '../operators/correlate/node.ts'
import type { OverWindow } from '../operators/over-aggregate/node.ts'
import type { RankRange } from '../operators/rank/node.ts'
import type { SortKey } from '../operators/sort-order.ts'
import type { WindowSpec } from '../operators/window.ts'
import type { Schema } from '../types/batch.ts'
import { castText } from '../types/format.ts'
import { typeText, withNullable } from '../types/logical-type.ts'

const INFIX = new Set([
  '+',
  '-',
  '*',
  '/',
  '%',
  '=',
  '<>',
  '<',
  '<=',
  '>',
  '>=',
  'AND',
  'OR',
  '||',
  'LIKE',
  'IS DISTINCT FROM',
  'IS NOT DISTINCT FROM',
])

export function exprText(expr: Expr, names: readonly string[]): string {
  const of = (e: Expr) => exprText(e, names)
  switch (expr.kind) {
    case 'input':
      return names[expr.index] ?? `$${expr.index}`
    case 'literal':
      return literalText(expr)
    case 'cast':
      return `${expr.safe ? 'TRY_CAST' : 'CAST'}(${of(expr.arg)} AS ${typeText(withNullable(expr.type, true))})`
    case 'case': {
      const branches = expr.branches.map(({ when, result }) => `WHEN ${of(when)} THEN ${of(result)}`).join(' ')
      return `CASE ${branches} ELSE ${of(expr.otherwise)} END`
    }
    case 'call': {
      const args = expr.args.map(of)
      if (INFIX.has(expr.fn) && args.length === 2) return `(${args[0]} ${expr.fn} ${args[1]})`
      if (expr.fn.startsWith('IS ') && args.length === 1) return `${args[0]} ${expr.fn}`
      if (expr.fn === 'NOT') return `NOT ${args[0]}`
      if (expr.fn === 'NEGATE') return `-${args[0]}`
      if (expr.fn === 'FIELD') return `${args[0]}.${fieldName(expr.args)}`
      if (expr.fn === 'ITEM') return `${args[0]}[${args[1]}]`
      return `${expr.fn}(${args.join(', ')})`
    }
  }
}

function fieldName(args: readonly Expr[]): string {
  const [object, index] = args
  const type = object.type
  const fields = type.kind === 'ROW' || type.kind === 'STRUCTURED' ? type.fields : []
  return index.kind === 'literal' ? (fields[Number(index.value)]?.name ?? String(index.value)) : '?'
}

function literalText(expr: Expr & { readonly kind: 'literal' }): string {
  const { value, type } = expr
  if (value === null) return 'NULL'
  const text = castText(value, type, { timeZone: 'UTC' })
  switch (type.kind) {
    case 'CHAR':
    case 'VARCHAR':
      return `'${text.replaceAll("'", "''")}'`
    case 'DATE':
    case 'TIME':
    case 'TIMESTAMP':
    case 'TIMESTAMP_LTZ':
      return `${type.kind} '${text}'`
    case 'INTERVAL_DAY_TIME':
      return `${value}:INTERVAL SECOND`
    case 'INTERVAL_YEAR_MONTH':
      return `${value}:INTERVAL MONTH`
    default:
      return text
  }
}

export function callText(call: AggregateCall, names: readonly string[]): string {
  const args = call.args.length === 0 && call.fn === 'COUNT' ? '*' : call.args.map((i) => names[i]).join(', ')
  const distinct = call.distinct ? 'DISTINCT ' : ''
  const filter = call.filter === undefined ? '' : ` FILTER (WHERE ${names[call.filter]})`
  return `${call.fn}(${distinct}${args})${filter}`
}

export function tableCallText(table: TableCall, names: readonly string[]): string {
  if (table.kind === 'function') return exprText(table.call, names)
  if (table.kind === 'replicate') return `REPLICATE_ROWS(${exprText(table.times, names)})`
  return `UNNEST(${exprText(table.arg, names)})${table.ordinality ? ' WITH ORDINALITY' : ''}`
}

export function windowText(window: WindowSpec, names: readonly string[]): string {
  const { shape } = window
  const column = names[window.timeColumn]
  const parts = [`time_col=[${column ?? window.time}]`]
  switch (shape.type) {
    case 'tumble':
      parts.push(`size=[${durationText(shape.size)}]`)
      break
    case 'hop':
      parts.push(`size=[${durationText(shape.size)}]`, `slide=[${durationText(shape.slide)}]`)
      break
    case 'cumulate':
      parts.push(`max_size=[${durationText(shape.maxSize)}]`, `step=[${durationText(shape.step)}]`)
      break
    case 'session':
      parts.push(`gap=[${durationText(shape.gap)}]`)
      if (shape.partition.length > 0) parts.push(`partition keys=[${shape.partition.map((i) => names[i]).join(', ')}]`)
  }
  if (shape.type !== 'session' && shape.offset !== 0) parts.push(`offset=[${durationText(shape.offset)}]`)
  return `${shape.type.toUpperCase()}(${parts.join(', ')})`
}

export function overText(window: OverWindow, names: readonly string[]): string {
  const { partition, time, timeColumn, frame } = window
  const by = partition.length === 0 ? '' : `partitionBy=[${partition.map((i) => names[i]).join(', ')}], `
  const order = timeColumn === undefined ? time : names[timeColumn]
  const start =
    frame.preceding === undefined
      ? 'UNBOUNDED PRECEDING'
      : frame.preceding === 0
        ? 'CURRENT ROW'
        : `${frame.unit === 'rows' ? frame.preceding : durationText(frame.preceding)} PRECEDING`
  return `${by}orderBy=[${order} ASC], window=[${frame.unit.toUpperCase()} BETWEEN ${start} AND CURRENT ROW]`
}

const UNITS = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['min', 60_000],
  ['s', 1000],
] as const

export function durationText(millis: number): string {
  for (const [unit, size] of UNITS) if (millis !== 0 && millis % size === 0) return `${millis / size} ${unit}`
  return `${millis} ms`
}

export function orderText(order: readonly SortKey[], names: readonly string[]): string {
  return order
    .map(({ column, descending, nullsLast }) => {
      const nulls = nullsLast === descending ? '' : nullsLast ? ' NULLS LAST' : ' NULLS FIRST'
      return `${names[column]} ${descending ? 'DESC' : 'ASC'}${nulls}`
    })
    .join(', ')
}

export function rangeText(range: RankRange, names: readonly string[]): string {
  return range.kind === 'constant' ? `${range.start}..${range.end}` : `1..${names[range.column]}`
}

export function namesOf(schema: Schema): readonly string[] {
  return schema.map((field) => field.name)
}
