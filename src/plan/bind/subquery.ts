/**
 * Subqueries become joins.
 *
 *   EXISTS (q)              semi join on q's correlated conditions           NOT EXISTS: anti join
 *   x IN (SELECT y …)       semi join on x = y and q's correlated conditions
 *   x NOT IN (SELECT y …)   anti join on x = y, or unknown: a NULL on either side makes the row disappear
 *   (SELECT aggregate …)    left join; correlated equalities become the aggregate's GROUP BY
 *   LATERAL (SELECT …)      join on q's correlated conditions
 *
 * Law: correlated conditions may stand in the subquery's own WHERE only; anything deeper is refused by name.
 */
import { fail } from '../../base/errors.ts'
import type { Span } from '../../base/span.ts'
import { type Expr, inputsOf } from '../../expr/expr.ts'
import type { AggregateCall } from '../../operators/aggregate-call.ts'
import type { JoinType } from '../../operators/join/node.ts'
import type { Expression, Join, Query, Select } from '../../sql/ast.ts'
import { BIGINT, notNull, withNullable, withoutAttribute } from '../../types/logical-type.ts'
import type { Rel } from '../nodes.ts'
import {
  conjunction,
  inputAt,
  isNull,
  join,
  logical,
  overJoinedRow,
  project,
  readsOuter,
  uniqueNames,
} from './build.ts'
import { call } from './call.ts'
import { bind } from './expression.ts'
import type { BoundFrom } from './from.ts'
import { literal } from './literal.ts'
import { AGGREGATE, indexOfPlaceholder } from './placeholder.ts'
import { bindQuery } from './query.ts'
import { type BindContext, placeOf } from './scope.ts'
import { bindCore, finishSelect, type SelectCore } from './select.ts'

/** A subquery as rows with values, and the conditions that tie it to the row around. */
interface Correlated {
  readonly rel: Rel
  readonly values: readonly Expr[]
  readonly names: readonly string[]
  readonly conditions: readonly Expr[]
}

function bindCorrelated(context: BindContext, from: BoundFrom, query: Query): Correlated {
  const inner: BindContext = { ...context, outer: { ...from.scope, outer: context.outer } }
  const select = simpleSelect(query)
  if (select === undefined) return plainTable(context, query)
  const core = bindCore(inner, select)
  if (!core.isAggregate && select.quantifier !== 'DISTINCT') {
    return {
      rel: core.row.rel,
      values: core.items.map((item) => item.expr),
      names: core.items.map((item) => item.name),
      conditions: core.correlated,
    }
  }
  if (core.correlated.length > 0 || core.items.some((item) => readsOuter(item.expr))) {
    return fail(
      'PLAN_NOT_SUPPORTED',
      { feature: 'A correlated subquery with GROUP BY, DISTINCT or aggregates in this place' },
      { span: query.span },
    )
  }
  const { rel, names } = finishSelect(inner, core, [])
  return { rel, values: names.map((_, i) => inputAt(rel.schema, i)), names, conditions: [] }
}

function plainTable(context: BindContext, query: Query): Correlated {
  const { rel, names } = bindQuery({ ...context, outer: undefined }, query)
  return { rel, values: names.map((_, i) => inputAt(rel.schema, i)), names, conditions: [] }
}

/** The SELECT of a query that is nothing but one. */
function simpleSelect(query: Query): Select | undefined {
  if (query.with !== undefined || query.limit !== undefined || query.offset !== undefined) return undefined
  if (query.body.kind === 'query') return simpleSelect(query.body)
  return query.body.kind === 'select' ? query.body : undefined
}

export function joinExists(context: BindContext, from: BoundFrom, query: Query, negated: boolean, span: Span): Rel {
  const sub = bindCorrelated(context, from, query)
  const width = from.rel.schema.length
  const condition = conjunction(sub.conditions.map((c) => overJoinedRow(c, width)))
  return join(from.rel, sub.rel, negated ? 'anti' : 'semi', condition, placeOf(context, { span }))
}

export function joinIn(
  context: BindContext,
  from: BoundFrom,
  operand: Expression,
  query: Query,
  negated: boolean,
  span: Span,
): Rel {
  const sub = bindCorrelated(context, from, query)
  const width = from.rel.schema.length
  const operands = operand.kind === 'row' ? operand.elements : [operand]
  if (operands.length !== sub.values.length) {
    const problem = `IN compares ${operands.length} with ${sub.values.length} columns`
    fail('PLAN_SUBQUERY', { problem, hint: 'Select exactly the columns to compare with.' }, { span })
  }
  const env = { context, scope: from.scope, place: 'IN' }
  const equal = operands.map((ast, i) => {
    const left = bind(env, ast)
    const right = overJoinedRow(sub.values[i], width)
    const same = call(context, '=', [left, right], span)
    if (!negated || same.kind !== 'call') return same
    const unknown = same.args.filter((arg) => arg.type.nullable).map(isNull)
    return unknown.reduce((all, test) => logical('OR', [all, test]), same as Expr)
  })
  const correlated = sub.conditions.map((c) => overJoinedRow(c, width))
  const condition = conjunction([...equal, ...correlated])
  return join(from.rel, sub.rel, negated ? 'anti' : 'semi', condition, placeOf(context, { span }))
}

/** The row with the subquery's value as its last column, NULL where the subquery gives no row. */
export function joinScalar(context: BindContext, from: BoundFrom, query: Query, span: Span): Rel {
  const inner: BindContext = { ...context, outer: { ...from.scope, outer: context.outer } }
  const select = simpleSelect(query)
  const place = placeOf(context, { span })
  if (select === undefined) return join(from.rel, oneValue(plainTable(context, query), span), 'left', undefined, place)
  const core = bindCore(inner, select)
  checkOneColumn(core.items.length, span)
  const width = from.rel.schema.length
  if (core.correlated.length === 0) {
    if (core.items.some((item) => readsOuter(item.expr))) {
      fail('PLAN_NOT_SUPPORTED', { feature: 'A scalar subquery with outer columns in its SELECT list' }, { span })
    }
    const { rel, names } = finishSelect(inner, core, [])
    const sub = { rel, values: names.map((_, i) => inputAt(rel.schema, i)), names, conditions: [] }
    return join(from.rel, oneValue(sub, span), 'left', undefined, place)
  }
  if (!core.isAggregate || select.groupBy !== undefined || core.having !== undefined) {
    fail(
      'PLAN_NOT_SUPPORTED',
      {
        feature: 'A correlated scalar subquery that is not a single aggregate',
        hint: 'Aggregate it, (SELECT MAX(x) FROM …), or write a join.',
      },
      { span },
    )
  }
  const pairs = core.correlated.map((condition) => equalityOf(condition, span))
  const { rel } = finishSelect(
    inner,
    core,
    pairs.map((pair) => pair.inside),
  )
  const on = pairs.map((pair, i) =>
    call(
      context,
      '=',
      [overJoinedRow(pair.outside, 0), { kind: 'input', index: width + 1 + i, type: rel.schema[1 + i].type }],
      span,
    ),
  )
  const joined = join(from.rel, rel, 'left', conjunction(on), place)
  return countAsZero(core, joined, width, span)
}

function checkOneColumn(found: number, span: Span): void {
  if (found !== 1)
    fail('PLAN_SUBQUERY', { problem: `as a value it must have one column, but it has ${found}` }, { span })
}

/**
 * The rows as one row: a global aggregate is one already; of anything else SINGLE_VALUE takes the only row, and fails at
 * run time when there are two. (A computation on an aggregate counts as anything else, as in Flink.)
 */
function oneValue(sub: Correlated, span: Span): Rel {
  checkOneColumn(sub.names.length, span)
  const { rel } = sub
  const plain = rel.kind === 'project' && rel.exprs.every((expr) => expr.kind === 'input') ? rel.input : rel
  if (plain.kind === 'aggregate' && plain.grouping.length === 0) return rel
  const { name, type } = rel.schema[0]
  const single = withNullable(withoutAttribute(type), true)
  const call: AggregateCall = {
    fn: 'SINGLE_VALUE',
    args: [0],
    argTypes: [withoutAttribute(type)],
    distinct: false,
    retract: false,
    type: single,
    name,
  }
  return { kind: 'aggregate', input: rel, grouping: [], calls: [call], schema: [{ name, type: single }] }
}

/** Value last, without the keys of the join; a COUNT over no rows is 0, not NULL. */
function countAsZero(core: SelectCore, joined: Rel, width: number, span: Span): Rel {
  const [{ expr }] = core.items
  const counts = (e: Expr): boolean =>
    e.kind === 'call' && e.fn === AGGREGATE && core.collector.drafts[indexOfPlaceholder(e)].fn === 'COUNT'
  const value = inputAt(joined.schema, width)
  let result: Expr = value
  if (counts(expr)) {
    const zero = literal(0, BIGINT)
    result = {
      kind: 'case',
      branches: [{ when: isNull(value), result: zero }],
      otherwise: value,
      type: notNull(BIGINT),
    }
  } else if (core.collector.drafts.some((draft) => draft.fn === 'COUNT')) {
    fail('PLAN_NOT_SUPPORTED', { feature: 'A computation on COUNT in a correlated subquery' }, { span })
  }
  const exprs = [...joined.schema.slice(0, width).map((_, i) => inputAt(joined.schema, i)), result]
  return project(
    joined,
    exprs,
    uniqueNames([...joined.schema.slice(0, width).map((f) => f.name), joined.schema[width].name]),
  )
}

/** `inner expression = outer expression`, either way round. */
function equalityOf(condition: Expr, span: Span): { readonly inside: Expr; readonly outside: Expr } {
  if (condition.kind === 'call' && condition.fn === '=') {
    const [a, b] = condition.args
    if (readsOuter(a) && inputsOf(a).size === 0 && !readsOuter(b)) return { inside: b, outside: a }
    if (readsOuter(b) && inputsOf(b).size === 0 && !readsOuter(a)) return { inside: a, outside: b }
  }
  return fail(
    'PLAN_NOT_SUPPORTED',
    { feature: 'A correlated aggregate with a condition other than inner column = outer column' },
    { span: condition.span ?? span },
  )
}

export interface Lateral {
  readonly right: Rel
  /** Names of the first columns; those behind serve the condition. */
  readonly names: readonly string[]
  /** Over the joined row. */
  readonly condition?: Expr
  readonly joinType: JoinType
}

export function bindLateral(
  context: BindContext,
  left: BoundFrom,
  query: Query,
  joinType: JoinType,
  ast: Join,
): Lateral {
  if (joinType !== 'inner' && joinType !== 'left') {
    return fail(
      'PLAN_NOT_SUPPORTED',
      { feature: `LATERAL on the right of a ${joinType.toUpperCase()} JOIN` },
      { span: ast.span },
    )
  }
  const aggregated = lateralAggregate(context, left, query)
  if (aggregated !== undefined) return aggregated
  const sub = bindCorrelated(context, left, query)
  if (sub.values.some(readsOuter)) {
    return fail(
      'PLAN_NOT_SUPPORTED',
      { feature: 'LATERAL with outer columns in its SELECT list' },
      { span: query.span },
    )
  }
  const width = left.rel.schema.length
  const needed = [...new Set(sub.conditions.flatMap((c) => [...inputsOf(c)]))]
  const exprs = [...sub.values, ...needed.map((index) => inputAt(sub.rel.schema, index))]
  const names = uniqueNames(sub.names)
  const right = project(sub.rel, exprs, uniqueNames([...names, ...needed.map((index) => sub.rel.schema[index].name)]))
  const place = new Map(needed.map((index, i) => [index, sub.values.length + i]))
  const conditions = sub.conditions.map((c) => overJoinedRow(moved(c, place), width))
  const condition = conjunction(conditions)
  return { right, names, joinType, ...(condition && { condition }) }
}

/**
 * LATERAL (SELECT aggregates … WHERE inner = outer): grouped by the inner columns and joined. The aggregate has a row for
 * every row around, so the join is a left one whatever was written.
 */
function lateralAggregate(context: BindContext, left: BoundFrom, query: Query): Lateral | undefined {
  const select = simpleSelect(query)
  if (select === undefined || select.groupBy !== undefined || select.having !== undefined) return undefined
  const inner: BindContext = { ...context, outer: { ...left.scope, outer: context.outer } }
  const core = bindCore(inner, select)
  if (!core.isAggregate || core.correlated.length === 0) return undefined
  if (core.collector.drafts.some((draft) => draft.fn === 'COUNT')) {
    fail('PLAN_NOT_SUPPORTED', { feature: 'COUNT in a correlated LATERAL query' }, { span: query.span })
  }
  const pairs = core.correlated.map((condition) => equalityOf(condition, query.span))
  const { rel } = finishSelect(
    inner,
    core,
    pairs.map((pair) => pair.inside),
  )
  const width = left.rel.schema.length
  const names = uniqueNames(core.items.map((item) => item.name))
  const on = pairs.map((pair, i) => {
    const at = names.length + i
    const key: Expr = { kind: 'input', index: width + at, type: rel.schema[at].type }
    return call(context, '=', [overJoinedRow(pair.outside, 0), key], query.span)
  })
  const condition = conjunction(on)
  return { right: rel, names, joinType: 'left', ...(condition && { condition }) }
}

function moved(expr: Expr, place: ReadonlyMap<number, number>): Expr {
  switch (expr.kind) {
    case 'input':
      return { ...expr, index: place.get(expr.index) ?? expr.index }
    case 'literal':
      return expr
    case 'call':
      return { ...expr, args: expr.args.map((arg) => moved(arg, place)) }
    case 'cast':
      return { ...expr, arg: moved(expr.arg, place) }
    case 'case':
      return {
        ...expr,
        branches: expr.branches.map((b) => ({ when: moved(b.when, place), result: moved(b.result, place) })),
        otherwise: moved(expr.otherwise, place),
      }
  }
}
