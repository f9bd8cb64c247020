/**
 * Subqueries that are values: a scalar one, and EXISTS, IN and comparisons with ANY or ALL where they are not a condition of
 * WHERE of their own.
 *
 * Laws
 * - A value is a column that a join appends to the row; which row is known only when the subquery is placed, because in a
 *   query with aggregates it stands above them.
 * - A query that must give one row and gives two fails at run time (SINGLE_VALUE), as in Flink.
 * - An aggregate over no rows is there all the same: a COUNT is 0, another one NULL, and what is computed from them follows.
 */
import { fail } from '../../base/errors.ts'
import type { Span } from '../../base/span.ts'
import { type Expr, mapExpr, walkExpr } from '../../expr/expr.ts'
import type { AggregateCall } from '../../operators/aggregate-call.ts'
import type { Exists, Expression, InQuery, Quantified, Query, Select } from '../../sql/ast.ts'
import { BIGINT, BOOLEAN, type LogicalType, notNull, withNullable, withoutAttribute } from '../../types/logical-type.ts'
import type { AggregateRel, Rel } from '../nodes.ts'
import { conjunction, inputAt, isNull, join, logical, not, project, uniqueNames } from './build.ts'
import { call } from './call.ts'
import { type Around, decorrelate, fromOuter, isCorrelated, type Keyed, keyConditions, NO_KEYS } from './decorrelate.ts'
import { literal } from './literal.ts'
import { AGGREGATE, indexOfPlaceholder } from './placeholder.ts'
import { bindQuery } from './query.ts'
import { type BindContext, OUTER, placeOf, type Scope } from './scope.ts'
import { bindCore, finishSelect, type SelectCore } from './select.ts'

export interface SubqueryValue {
  readonly type: LogicalType
  readonly span: Span
  /** The row with the value as its last column. */
  readonly attach: (around: Around) => Rel
}

/** Where values of subqueries are put: at once below what is bound, or kept until the row is there. */
export interface SubqueryHost {
  add(value: SubqueryValue): Expr
}

/** The SELECT of a query that is nothing but one. */
export function simpleSelect(query: Query): Select | undefined {
  if (query.with !== undefined || query.limit !== undefined || query.offset !== undefined) return undefined
  if (query.body.kind === 'query') return simpleSelect(query.body)
  return query.body.kind === 'select' ? query.body : undefined
}

/** The SELECT of a subquery, bound below the scope; undefined when it is no plain SELECT, which then reads nothing around. */
export function innerSelect(context: BindContext, scope: Scope, query: Query): SelectCore | undefined {
  const select = simpleSelect(query)
  if (select === undefined) return undefined
  const core = bindCore({ ...context, outer: { ...scope, outer: context.outer } }, select)
  if (core.isAggregate) {
    for (const { expr } of core.items) {
      walkExpr(expr, (e) => {
        if (e.kind !== 'call' || e.fn !== OUTER) return
        const index = indexOfPlaceholder(e)
        const column = scope.relations.flatMap(({ columns }) => columns).find((each) => each.index === index)
        fail('PLAN_NOT_GROUPED', { column: column?.name ?? '', keys: [], byPosition: false }, { span: e.span })
      })
    }
  }
  return core
}

/** One row whatever is around: aggregates without GROUP BY and HAVING. */
export function isSingleRow(core: SelectCore): boolean {
  return core.isAggregate && core.select.groupBy === undefined && core.having === undefined
}

/** The subquery's rows behind the row around, which is read or not. */
function keyed(context: BindContext, query: Query, core: SelectCore | undefined, around: Around, span: Span): Keyed {
  if (core !== undefined && isCorrelated(core)) return decorrelate(context, core, around, span)
  const { rel, names } =
    core === undefined ? bindQuery({ ...context, outer: undefined }, query) : finishSelect(context, core, [])
  return { ...NO_KEYS, rel, values: names.length }
}

function oneColumn(found: number, span: Span): void {
  if (found !== 1)
    fail('PLAN_SUBQUERY', { problem: `as a value it must have one column, but it has ${found}` }, { span })
}

/** The row around, and behind it the value, which was computed over the joined row. */
function appended(joined: Rel, width: number, value: Expr): Rel {
  const exprs = [...joined.schema.slice(0, width).map((_, i) => inputAt(joined.schema, i)), value]
  return project(joined, exprs, uniqueNames([...joined.schema.slice(0, width).map((f) => f.name), '$value']))
}

// ---- Scalar ----------------------------------------------------------------------------------------------------------

export function scalarValue(context: BindContext, scope: Scope, query: Query, span: Span): SubqueryValue {
  const core = innerSelect(context, scope, query)
  const place = placeOf(context, { span })
  if (core === undefined || !isCorrelated(core)) {
    const sub = keyed(context, query, core, { rel: { kind: 'values', rows: [], schema: [] }, lower: (e) => e }, span)
    oneColumn(sub.values, span)
    const rel = onlyRow(sub)
    const type = withNullable(withoutAttribute(rel.schema[0].type), true)
    return { type, span, attach: (around) => join(around.rel, rel, 'left', undefined, place) }
  }
  oneColumn(core.items.length, span)
  const [{ expr, name }] = core.items
  const type = withNullable(withoutAttribute(expr.type), true)
  const { select } = core
  if (select.from === undefined && select.where === undefined && !core.isAggregate && !hasPlaceholder(expr)) {
    return {
      type,
      span,
      attach: ({ rel, lower }) => appended(rel, rel.schema.length, { ...fromOuter(expr, lower), type }),
    }
  }
  if (isSingleRow(core) && !hasPlaceholder(expr)) {
    const { drafts } = core.collector
    const items = drafts.map(({ type, span }, index) => ({
      name: `$a${index}`,
      expr: { kind: 'call', fn: AGGREGATE, args: [], clauses: { index }, type, span } as Expr,
    }))
    return {
      type,
      span,
      attach: (around) => {
        const width = around.rel.schema.length
        const sub = decorrelate(context, { ...core, items }, around, span)
        const joined = join(around.rel, sub.rel, 'left', conjunction(keyConditions(context, sub, width, span)), place)
        const value = mapExpr(expr, (e) => {
          if (e.kind !== 'call' || e.fn !== AGGREGATE) return e
          const index = indexOfPlaceholder(e)
          const column = inputAt(joined.schema, width + index)
          return drafts[index].fn === 'COUNT' && !drafts[index].user ? zeroIfNull(column) : column
        })
        return appended(joined, width, { ...value, type })
      },
    }
  }
  return {
    type,
    span,
    attach: (around) => {
      const width = around.rel.schema.length
      const sub = decorrelate(context, core, around, span)
      const keys = sub.outside.map((_, i) => 1 + i)
      const single = aggregated(sub.rel, keys, [callOf('SINGLE_VALUE', sub.rel, 0, type, name)])
      const joined = join(
        around.rel,
        single,
        'left',
        conjunction(keyConditions(context, { ...sub, rel: single, values: 0 }, width, span)),
        place,
      )
      return appended(joined, width, inputAt(joined.schema, width + keys.length))
    },
  }
}

function hasPlaceholder(expr: Expr): boolean {
  let found = false
  walkExpr(expr, (e) => {
    if (e.kind === 'call' && e.fn === SUBQUERY) found = true
  })
  return found
}

/** Stands for the value of a subquery that is placed later. */
export const SUBQUERY = '$SUBQUERY'

function zeroIfNull(count: Expr): Expr {
  const type = notNull(BIGINT)
  return { kind: 'case', branches: [{ when: isNull(count), result: literal(0, type) }], otherwise: count, type }
}

/**
 * The rows as one row: a global aggregate is one already; of anything else SINGLE_VALUE takes the only row, and fails at
 * run time when there are two. (A computation on an aggregate counts as anything else, as in Flink.)
 */
function onlyRow({ rel }: Keyed): Rel {
  const plain = rel.kind === 'project' && rel.exprs.every((expr) => expr.kind === 'input') ? rel.input : rel
  if (plain.kind === 'aggregate' && plain.grouping.length === 0) return rel
  const { name, type } = rel.schema[0]
  return aggregated(rel, [], [callOf('SINGLE_VALUE', rel, 0, withNullable(withoutAttribute(type), true), name)])
}

function callOf(fn: string, rel: Rel, column: number | undefined, type: LogicalType, name: string): AggregateCall {
  const args = column === undefined ? [] : [column]
  const argTypes = args.map((arg) => withoutAttribute(rel.schema[arg].type))
  return { fn, args, argTypes, distinct: false, retract: false, type, name }
}

function aggregated(input: Rel, grouping: readonly number[], calls: readonly AggregateCall[]): AggregateRel {
  const keys = grouping.map((column) => ({
    name: input.schema[column].name,
    type: withoutAttribute(input.schema[column].type),
  }))
  return {
    kind: 'aggregate',
    input,
    grouping,
    calls,
    schema: [...keys, ...calls.map(({ name, type }) => ({ name, type }))],
  }
}

// ---- Predicates ------------------------------------------------------------------------------------------------------

/** A subquery predicate as a BOOLEAN column; undefined for those that are not supported as values. */
export function predicateValue(
  context: BindContext,
  scope: Scope,
  ast: Exists | InQuery | Quantified,
  operand: (ast: Expression) => Expr,
): { readonly value: SubqueryValue; readonly negated: boolean } | undefined {
  switch (ast.kind) {
    case 'exists':
      return ast.test === 'UNIQUE'
        ? undefined
        : { value: existsValue(context, scope, ast.query, ast.span), negated: false }
    case 'in-query': {
      if (ast.operand.kind === 'row') return undefined
      const value = anyValue(context, scope, '=', operand(ast.operand), ast.query, ast.span)
      return { value, negated: ast.negated }
    }
    case 'quantified': {
      if (!('kind' in ast.right)) return undefined
      const all = ast.quantifier === 'ALL'
      const op = all ? OPPOSITE[ast.op] : ast.op
      if (op === undefined || op === '<>') return undefined
      return { value: anyValue(context, scope, op, operand(ast.operand), ast.right, ast.span), negated: all }
    }
  }
}

const OPPOSITE: Readonly<Record<string, string>> = { '=': '<>', '<>': '=', '<': '>=', '<=': '>', '>': '<=', '>=': '<' }

function existsValue(context: BindContext, scope: Scope, query: Query, span: Span): SubqueryValue {
  const core = innerSelect(context, scope, query)
  const place = placeOf(context, { span })
  const type = notNull(BOOLEAN)
  if (core !== undefined && isSingleRow(core)) {
    return { type, span, attach: ({ rel }) => appended(rel, rel.schema.length, literal(true, type)) }
  }
  return {
    type,
    span,
    attach: (around) => {
      const width = around.rel.schema.length
      const sub = keyed(context, query, core, around, span)
      const { marked, keys } = distinctKeys(sub, 0)
      const on = conjunction(keyConditions(context, { ...sub, rel: marked, values: 0 }, width, span))
      const joined = join(around.rel, marked, 'left', on, place)
      return appended(joined, width, not(isNull(inputAt(joined.schema, width + keys))))
    },
  }
}

/** Distinct keys, and the first `values` values behind them, marked by TRUE. */
function distinctKeys(sub: Keyed, values: number): { readonly marked: Rel; readonly keys: number } {
  const keys = sub.outside.map((_, i) => sub.values + i)
  const columns = [...keys, ...Array.from({ length: values }, (_, i) => i)]
  const exprs = [...columns.map((column) => inputAt(sub.rel.schema, column)), literal(true, notNull(BOOLEAN))]
  const names = uniqueNames([...columns.map((column) => sub.rel.schema[column].name), '$i'])
  const rows = project(sub.rel, exprs, names)
  return {
    marked: aggregated(
      rows,
      rows.schema.map((_, i) => i),
      [],
    ),
    keys: columns.length,
  }
}

/**
 * `x op ANY (SELECT y …)` with the logic of NULL: TRUE for a match, FALSE without rows, unknown when a NULL could have been one.
 * `=` looks for the value among the distinct ones, an order compares with the least or the greatest.
 */
function anyValue(
  context: BindContext,
  scope: Scope,
  op: string,
  operand: Expr,
  query: Query,
  span: Span,
): SubqueryValue {
  if (hasPlaceholder(operand)) {
    fail('PLAN_NOT_SUPPORTED', { feature: 'A subquery on the left of another one' }, { span })
  }
  const core = innerSelect(context, scope, query)
  const place = placeOf(context, { span })
  return {
    type: BOOLEAN,
    span,
    attach: (around) => {
      const width = around.rel.schema.length
      const sub = keyed(context, query, core, around, span)
      oneColumn(sub.values, span)
      const x = around.lower(operand)
      const y = sub.rel.schema[0].type
      const keys = sub.outside.map((_, i) => 1 + i)
      const extreme = withNullable(withoutAttribute(y), true)
      const counts = aggregated(sub.rel, keys, [
        callOf('COUNT', sub.rel, undefined, notNull(BIGINT), '$c'),
        callOf('COUNT', sub.rel, y.nullable ? 0 : undefined, notNull(BIGINT), '$ck'),
        ...(op === '=' ? [] : [callOf(op.startsWith('>') ? 'MIN' : 'MAX', sub.rel, 0, extreme, '$m')]),
      ])
      // Without keys the counts are one row, or none before the first row came: then nothing is said, as in Flink.
      const side = keys.length === 0 ? 'inner' : 'left'
      const on = (rel: Rel, at: number) => keyConditions(context, { ...sub, rel, values: 0 }, at, span)
      let joined: Rel = join(around.rel, counts, side, conjunction(on(counts, width)), place)
      const [c, ck] = [0, 1].map((i) => inputAt(joined.schema, width + keys.length + i))
      let matches: Expr
      if (op === '=') {
        const { marked, keys: behind } = distinctKeys(sub, 1)
        const at = joined.schema.length
        const same = call(
          context,
          '=',
          [x, { kind: 'input', index: at + keys.length, type: marked.schema[keys.length].type }],
          span,
        )
        joined = join(joined, marked, 'left', conjunction([...on(marked, at), same]), place)
        matches = not(isNull(inputAt(joined.schema, at + behind)))
      } else {
        matches = call(context, op, [x, inputAt(joined.schema, width + keys.length + 2)], span)
      }
      const empty = call(context, '=', [c, literal(0, notNull(BIGINT))], span)
      // Flink knows only a counted zero for `=`: without a group, NULL = ANY (no rows) stays unknown.
      const none = op === '=' ? empty : logical('OR', [isNull(c), empty])
      const unknown = [isNull(x), call(context, '<', [ck, c], span)]
      const value: Expr = {
        kind: 'case',
        branches: [
          { when: none, result: literal(false, BOOLEAN) },
          { when: matches, result: literal(true, BOOLEAN) },
          { when: logical('OR', unknown), result: literal(null, BOOLEAN) },
        ],
        otherwise: matches,
        type: BOOLEAN,
      }
      return appended(joined, width, value)
    },
  }
}
