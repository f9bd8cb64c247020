/**
 * A correlated subquery as a table of its own: its values, and behind them the keys by which the row around finds its rows.
 *
 * Laws
 * - Where each condition is `inner expression = outer expression`, the inner expressions are the keys: rows whose key is NULL
 *   are left out, nothing equals them.
 * - Otherwise the subquery is computed once for every distinct row of the outer columns that it reads, and these are the keys.
 * - Keys become keys of the subquery's GROUP BY and columns of its DISTINCT, so that both are done for each row around.
 */
import { fail } from '../../base/errors.ts'
import type { Span } from '../../base/span.ts'
import { type CallExpr, type Expr, inputsOf, mapExpr, walkExpr } from '../../expr/expr.ts'
import { withoutAttribute } from '../../types/logical-type.ts'
import type { Rel } from '../nodes.ts'
import { conjunction, filter, inputAt, isNull, join, not, project, readsOuter, uniqueNames } from './build.ts'
import { call } from './call.ts'
import { indexOfPlaceholder } from './placeholder.ts'
import { type BindContext, OUTER, placeOf } from './scope.ts'
import { distinct, finishSelect, type SelectCore } from './select.ts'

/** The row around: `lower` takes an expression over the row that names were resolved in to one over `rel`. */
export interface Around {
  readonly rel: Rel
  readonly lower: (expr: Expr) => Expr
}

export interface Keyed {
  /** Values, then keys. */
  readonly rel: Rel
  readonly values: number
  /** What each key must equal, over the row around. */
  readonly outside: readonly Expr[]
  readonly equal: '=' | 'IS NOT DISTINCT FROM'
}

export const NO_KEYS = { outside: [], equal: '=' } as const

/** Does the subquery read the row around? */
export function isCorrelated(core: SelectCore): boolean {
  return core.correlated.length > 0 || outerColumns(expressionsOf(core)).size > 0
}

export function decorrelate(context: BindContext, core: SelectCore, around: Around, span: Span): Keyed {
  if (core.overs.drafts.length > 0 || core.rowNumbers.drafts.length > 0) {
    const hint = 'Give the window function PARTITION BY in a view, and join with it.'
    fail('PLAN_NOT_SUPPORTED', { feature: 'OVER in a correlated subquery', hint }, { span })
  }
  const inList = expressionsOf(core).some(readsOuter)
  const pairs = core.correlated.map(equality)
  if (!inList && pairs.every((pair) => pair !== undefined)) {
    const keys = pairs.map((pair) => pair.inside)
    const known = keys.filter((key) => key.type.nullable).map((key) => not(isNull(key)))
    const condition = conjunction(known)
    const rel = condition === undefined ? core.row.rel : filter(core.row.rel, condition)
    const outside = pairs.map((pair) => fromOuter(pair.outside, around.lower))
    const finished = finishSelect(context, { ...core, row: { rel }, correlated: [] }, keys)
    return { rel: finished.rel, values: core.items.length, outside, equal: '=' }
  }
  return perOuterRow(context, core, around, span)
}

function perOuterRow(context: BindContext, core: SelectCore, around: Around, span: Span): Keyed {
  const columns = [...outerColumns([...core.correlated, ...expressionsOf(core)])]
  const outside = columns.map(([index, { type, span }]) => around.lower({ kind: 'input', index, type, span }))
  const names = uniqueNames(columns.map(([index]) => `$outer${index}`))
  const rows = distinct(project(around.rel, outside, names), placeOf(context, { span }))
  const width = core.row.rel.schema.length
  const indexes = columns.map(([index]) => index)
  const inside = (expr: Expr): Expr =>
    mapExpr(expr, (e) => {
      if (e.kind === 'input') return { ...e, type: withoutAttribute(e.type) }
      if (e.kind !== 'call' || e.fn !== OUTER) return e
      return inputAt([...core.row.rel.schema, ...rows.schema], width + indexes.indexOf(indexOfPlaceholder(e)))
    })
  const rel = join(core.row.rel, rows, 'inner', conjunction(core.correlated.map(inside)), placeOf(context, { span }))
  const keys = columns.map((_, i) => inputAt(rel.schema, width + i))
  const finished = finishSelect(context, mapCore({ ...core, row: { rel }, correlated: [] }, inside), keys)
  return { rel: finished.rel, values: core.items.length, outside, equal: 'IS NOT DISTINCT FROM' }
}

/** Conditions of the join with the row around, `width` columns of which stand before the keyed table. */
export function keyConditions(context: BindContext, keyed: Keyed, width: number, span: Span): readonly Expr[] {
  return keyed.outside.map((outside, i) => {
    const at = keyed.values + i
    const key: Expr = { kind: 'input', index: width + at, type: keyed.rel.schema[at].type }
    return call(context, keyed.equal, [outside, key], span)
  })
}

/** Over the row around itself, where it was the outer one. */
export function fromOuter(expr: Expr, lower: (expr: Expr) => Expr): Expr {
  return mapExpr(expr, (e) =>
    e.kind === 'call' && e.fn === OUTER
      ? lower({ kind: 'input', index: indexOfPlaceholder(e), type: e.type, span: e.span })
      : e,
  )
}

/** `inner expression = outer expression`, either way round. */
function equality(condition: Expr): { readonly inside: Expr; readonly outside: Expr } | undefined {
  if (condition.kind !== 'call' || condition.fn !== '=') return undefined
  const [a, b] = condition.args
  if (readsOuter(a) && inputsOf(a).size === 0 && !readsOuter(b)) return { inside: b, outside: a }
  if (readsOuter(b) && inputsOf(b).size === 0 && !readsOuter(a)) return { inside: a, outside: b }
  return undefined
}

function outerColumns(exprs: readonly Expr[]): ReadonlyMap<number, CallExpr> {
  const columns = new Map<number, CallExpr>()
  for (const expr of exprs) {
    walkExpr(expr, (e) => {
      if (e.kind === 'call' && e.fn === OUTER) columns.set(indexOfPlaceholder(e), e)
    })
  }
  return columns
}

/** All but WHERE. */
function expressionsOf(core: SelectCore): readonly Expr[] {
  return [
    ...core.items.map(({ expr }) => expr),
    ...core.collector.drafts.flatMap(({ args, filter: only }) => (only === undefined ? args : [...args, only])),
    ...core.grouping.keys,
    ...[core.having, core.qualify].filter((condition) => condition !== undefined),
  ]
}

function mapCore(core: SelectCore, change: (expr: Expr) => Expr): SelectCore {
  return {
    ...core,
    items: core.items.map((item) => ({ ...item, expr: change(item.expr) })),
    collector: {
      ...core.collector,
      drafts: core.collector.drafts.map((draft) => ({
        ...draft,
        args: draft.args.map(change),
        ...(draft.filter && { filter: change(draft.filter) }),
      })),
    },
    grouping: { ...core.grouping, keys: core.grouping.keys.map(change) },
    ...(core.having && { having: change(core.having) }),
  }
}
