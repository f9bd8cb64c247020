/**
 * Subqueries become joins.
 *
 *   EXISTS (q)              semi join on q's correlated conditions           NOT EXISTS: anti join
 *   x IN (SELECT y …)       semi join on x = y and q's correlated conditions
 *   x NOT IN (SELECT y …)   anti join on x = y, or unknown: a NULL on either side makes the row disappear
 *   LATERAL (SELECT …)      join on q's correlated conditions, or on the keys of a grouped q
 *
 * Values are in `subquery-value.ts`. Law: correlated conditions may stand in the subquery's own WHERE only; anything deeper is
 * refused by name.
 */
import { fail } from '../../base/errors.ts'
import type { Span } from '../../base/span.ts'
import { type Expr, inputsOf } from '../../expr/expr.ts'
import type { JoinType } from '../../operators/join/node.ts'
import type { Expression, Join, Query } from '../../sql/ast.ts'
import type { Rel } from '../nodes.ts'
import {
  conjunction,
  inputAt,
  isNull,
  join,
  logical,
  overJoinedRow,
  project,
  shiftInputs,
  uniqueNames,
} from './build.ts'
import { call } from './call.ts'
import { decorrelate, isCorrelated, keyConditions } from './decorrelate.ts'
import { bind } from './expression.ts'
import type { BoundFrom } from './from.ts'
import { bindQuery } from './query.ts'
import { type BindContext, placeOf } from './scope.ts'
import { finishSelect, type SelectCore } from './select.ts'
import { innerSelect, isSingleRow } from './subquery-value.ts'

/** A subquery as rows with values, and the conditions over the joined row that tie it to the row around. */
interface Tied {
  readonly rel: Rel
  readonly values: readonly Expr[]
  readonly names: readonly string[]
  readonly conditions: readonly Expr[]
}

function bindTied(context: BindContext, from: BoundFrom, query: Query, core: SelectCore | undefined, span: Span): Tied {
  const width = from.rel.schema.length
  const inside = (rel: Rel, count: number) =>
    Array.from({ length: count }, (_, i) => shiftInputs(inputAt(rel.schema, i), (index) => index + width))
  if (core === undefined || !isCorrelated(core)) {
    const { rel, names } =
      core === undefined ? bindQuery({ ...context, outer: undefined }, query) : finishSelect(context, core, [])
    return { rel, values: inside(rel, names.length), names, conditions: [] }
  }
  const names = core.items.map((item) => item.name)
  const windows = core.overs.drafts.length + core.rowNumbers.drafts.length + core.subqueries.length > 0
  if (!core.isAggregate && core.select.quantifier !== 'DISTINCT' && !windows) {
    return {
      rel: core.row.rel,
      values: core.items.map((item) => overJoinedRow(item.expr, width)),
      names,
      conditions: core.correlated.map((condition) => overJoinedRow(condition, width)),
    }
  }
  const keyed = decorrelate(context, core, { rel: from.rel, lower: (expr) => expr }, span)
  const conditions = keyConditions(context, keyed, width, span)
  return { rel: keyed.rel, values: inside(keyed.rel, keyed.values), names, conditions }
}

export function joinExists(context: BindContext, from: BoundFrom, query: Query, negated: boolean, span: Span): Rel {
  const core = innerSelect(context, from.scope, query)
  if (core !== undefined && isSingleRow(core)) {
    return negated ? { kind: 'values', rows: [], schema: from.rel.schema, place: placeOf(context, { span }) } : from.rel
  }
  const sub = bindTied(context, from, query, core, span)
  return join(from.rel, sub.rel, negated ? 'anti' : 'semi', conjunction(sub.conditions), placeOf(context, { span }))
}

export function joinIn(
  context: BindContext,
  from: BoundFrom,
  operand: Expression,
  query: Query,
  negated: boolean,
  span: Span,
): Rel {
  const sub = bindTied(context, from, query, innerSelect(context, from.scope, query), span)
  const operands = operand.kind === 'row' ? operand.elements : [operand]
  if (operands.length !== sub.values.length) {
    const problem = `IN compares ${operands.length} with ${sub.values.length} columns`
    fail('PLAN_SUBQUERY', { problem, hint: 'Select exactly the columns to compare with.' }, { span })
  }
  const env = { context, scope: from.scope, place: 'IN' }
  const equal = operands.map((ast, i) => {
    const same = call(context, '=', [bind(env, ast), sub.values[i]], span)
    if (!negated || same.kind !== 'call') return same
    const unknown = same.args.filter((arg) => arg.type.nullable).map(isNull)
    return unknown.reduce((all, test) => logical('OR', [all, test]), same as Expr)
  })
  const condition = conjunction([...equal, ...sub.conditions])
  return join(from.rel, sub.rel, negated ? 'anti' : 'semi', condition, placeOf(context, { span }))
}

export interface Lateral {
  readonly right: Rel
  /** Names of the first columns; those behind serve the condition. */
  readonly names: readonly string[]
  /** Over the joined row. */
  readonly condition?: Expr
}

/** An aggregate without rows gives none here: Flink joins what it has grouped. */
export function bindLateral(
  context: BindContext,
  left: BoundFrom,
  query: Query,
  joinType: JoinType,
  ast: Join,
): Lateral {
  if (joinType !== 'inner' && joinType !== 'left') {
    const feature = `LATERAL on the right of a ${joinType.toUpperCase()} JOIN`
    return fail('PLAN_NOT_SUPPORTED', { feature }, { span: ast.span })
  }
  const { span } = query
  const width = left.rel.schema.length
  const core = innerSelect(context, left.scope, query)
  const correlated = core !== undefined && isCorrelated(core)
  const counts = core?.isAggregate && core.collector.drafts.some((draft) => draft.fn === 'COUNT')
  if (correlated && counts && joinType === 'left') {
    const hint = 'Write the COUNT as a scalar subquery in SELECT.'
    fail('PLAN_NOT_SUPPORTED', { feature: 'COUNT in LEFT JOIN LATERAL', hint }, { span })
  }
  if (correlated && core.items.some(({ expr }) => inputsOf(overJoinedRow(expr, width)).size !== inputsOf(expr).size)) {
    // An outer column in the list: a column of the right side by way of the keys.
    const keyed = decorrelate(context, core, { rel: left.rel, lower: (expr) => expr }, span)
    const condition = conjunction(keyConditions(context, keyed, width, span))
    return { right: keyed.rel, names: core.items.map((item) => item.name), ...(condition && { condition }) }
  }
  const sub = bindTied(context, left, query, core, span)
  const names = sub.names
  if (sub.conditions.length === 0) return { right: sub.rel, names }
  const inner = (index: number) => index - width
  const needed = [...new Set(sub.conditions.flatMap((c) => [...inputsOf(c)].filter((index) => index >= width)))]
  const exprs = [
    ...sub.values.map((value) => shiftInputs(value, inner)),
    ...needed.map((index) => inputAt(sub.rel.schema, inner(index))),
  ]
  const fields = uniqueNames([...names, ...needed.map((index) => sub.rel.schema[inner(index)].name)])
  const at = new Map(needed.map((index, i) => [index, width + sub.values.length + i]))
  const condition = conjunction(sub.conditions.map((c) => shiftInputs(c, (index) => at.get(index) ?? index)))
  return { right: project(sub.rel, exprs, fields), names, ...(condition && { condition }) }
}
