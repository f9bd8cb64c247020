/**
 * Places in other texts.
 *
 * Law: the span of an expression in a plan points into the text of the statement that is planned, for errors of rows while
 * it runs. What comes from a view or a table's declaration has another text: its spans are taken out once it is bound.
 */
import type { Expr } from '../../expr/expr.ts'
import type { Rel } from '../nodes.ts'

const EXPRESSIONS = new Set<unknown>(['literal', 'input', 'call', 'cast', 'case'])

function without(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(without)
  if (typeof value !== 'object' || value === null || Object.getPrototypeOf(value) !== Object.prototype) return value
  const { kind } = value as { kind?: unknown }
  const expression = EXPRESSIONS.has(kind) && 'type' in value
  const entries = Object.entries(value).filter(([key]) => !(expression && key === 'span'))
  return Object.fromEntries(entries.map(([key, part]) => [key, KEPT.has(key) ? part : without(part)]))
}

/** Parts without expressions of a query: types, the catalog's tables, places with a text of their own. */
const KEPT = new Set(['type', 'schema', 'catalogTable', 'table', 'place', 'value'])

export function exprWithoutSpans(expr: Expr): Expr {
  return without(expr) as Expr
}

export function relWithoutSpans(rel: Rel): Rel {
  return without(rel) as Rel
}
