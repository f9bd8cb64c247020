/**
 * SELECT, in the order in which it means: FROM, WHERE, GROUP BY, SELECT list, HAVING, DISTINCT.
 *
 * Law: ORDER BY and QUALIFY may name what the list gives and what FROM gives; the names of the list are made in
 * `select-list.ts`.
 */
import { fail } from '../../base/errors.ts'
import type { Expr } from '../../expr/expr.ts'
import { mapExpr, walkExpr } from '../../expr/expr.ts'
import { exprKey } from '../../expr/key.ts'
import type { Expression, FunctionCall, OrderItem, Select } from '../../sql/ast.ts'
import { INT, notNull, withoutAttribute } from '../../types/logical-type.ts'
import type { AggregateRel, Rel, ValuesRel } from '../nodes.ts'
import { aggregate, type BoundGrouping, bindGroupBy, refuseAlias, usedProperties } from './aggregate.ts'
import { filter, inputAt, project, uniqueNames } from './build.ts'
import { bind, bindCondition, type ExpressionScope } from './expression.ts'
import { bindFrom } from './from.ts'
import { windowPropertyOf } from './group-window.ts'
import { literal } from './literal.ts'
import { lowerOvers, overAggregate } from './over.ts'
import type { OverCollector } from './over-window.ts'
import { type AggregateCollector, indexOfPlaceholder } from './placeholder.ts'
import { checkStateTtl, queryHints, ttlOf } from './query-hints.ts'
import { appendRowNumbers, type RowNumberCollector, sortable } from './row-number.ts'
import { ambiguousColumn, type BindContext, type BoundTable, placeOf } from './scope.ts'
import { type BoundItem, bindItems } from './select-list.ts'
import { SUBQUERY, type SubqueryHost, type SubqueryValue } from './subquery-value.ts'
import { bindWhere, GrowingRow } from './where.ts'

/** A SELECT bound over its FROM row, before it is put together. */
export interface SelectCore {
  readonly select: Select
  readonly row: { readonly rel: Rel }
  readonly correlated: readonly Expr[]
  readonly grouping: BoundGrouping
  readonly collector: AggregateCollector
  readonly overs: OverCollector
  readonly items: readonly BoundItem[]
  readonly having?: Expr
  readonly isAggregate: boolean
  readonly rowNumbers: RowNumberCollector
  /** Values of subqueries that stand above aggregates and window functions. */
  readonly subqueries: readonly SubqueryValue[]
  readonly qualify?: Expr
  /** STATE_TTL of the aggregate, in ms. */
  readonly groupTtl?: number
  /** Sort keys of ORDER BY: columns of the result, or expressions that become hidden columns behind it. */
  readonly order: readonly (number | Expr)[]
}

export function bindSelect(context: BindContext, select: Select): BoundTable {
  return bindOrderedSelect(context, select, []).table
}

/** With ORDER BY: where its keys are in the result, which has columns without a name behind the others for some of them. */
export function bindOrderedSelect(
  context: BindContext,
  select: Select,
  orderBy: readonly OrderItem[],
): { readonly table: BoundTable; readonly keys: readonly number[] } {
  const core = bindCore(context, select, orderBy)
  if (core.correlated.length > 0) {
    fail(
      'PLAN_NOT_SUPPORTED',
      {
        feature: 'A correlated subquery in this place',
        hint: 'A condition on the row around may stand in the WHERE of the subquery itself.',
      },
      { span: core.correlated[0].span ?? select.span },
    )
  }
  const table = finishSelect(context, core, [])
  let hidden = core.items.length
  return { table, keys: core.order.map((key) => (typeof key === 'number' ? key : hidden++)) }
}

/**
 * Beside another aggregate with OVER, ROW_NUMBER is one of them: one operator computes all that share a window.
 */
function hasOtherWindow(ast: unknown): boolean {
  if (typeof ast !== 'object' || ast === null) return false
  if (Array.isArray(ast)) return ast.some(hasOtherWindow)
  const { over, name } = ast as Partial<FunctionCall>
  if (over !== undefined && name?.parts.at(-1)?.name.toUpperCase() !== 'ROW_NUMBER') return true
  return Object.values(ast).some(hasOtherWindow)
}

export function bindCore(context: BindContext, select: Select, orderBy: readonly OrderItem[] = []): SelectCore {
  const stateTtl = queryHints(select)
  const from = select.from === undefined ? oneRow(context) : bindFrom({ ...context, stateTtl }, select.from)
  checkStateTtl(stateTtl, from.scope)
  const groupTtl = ttlOf(stateTtl, from.scope)
  const row = new GrowingRow(from)
  const correlated = select.where === undefined ? [] : bindWhere(context, row, select.where)

  const plain: ExpressionScope = { context, scope: row.scope, place: 'GROUP BY' }
  const aliases = select.items.flatMap((item) => (item.alias === undefined ? [] : [item.alias.name]))
  const grouping = bindGroupBy(plain, select.groupBy, aliases)
  const { window } = grouping
  const collector: AggregateCollector = {
    drafts: [],
    grouped:
      select.groupBy !== undefined &&
      (grouping.keys.length > 0 || window !== undefined) &&
      !grouping.sets?.some((set) => set.length === 0),
    ...(window && {
      windowProperty: (property, name, args, span) => windowPropertyOf(window, property, name, args, span),
    }),
  }
  const rowNumbers: RowNumberCollector = { drafts: [] }
  const overs: OverCollector = { drafts: [], windows: select.windows }
  const values: SubqueryValue[] = []
  const subqueries: SubqueryHost = {
    add: (value) => {
      const index = values.push(value) - 1
      return { kind: 'call', fn: SUBQUERY, args: [], clauses: { index }, type: value.type, span: value.span }
    },
  }
  const env = (place: string): ExpressionScope => ({
    context,
    scope: row.scope,
    place,
    aggregates: collector,
    grouping: select.groupBy !== undefined,
    subqueries,
    subqueriesBelow: row,
  })
  const mixed = hasOtherWindow(select.items) || hasOtherWindow(select.qualify)
  const withWindows = (place: string): ExpressionScope => ({
    ...env(place),
    overs,
    ...(!mixed && { rowNumbers }),
  })
  const items = bindItems(withWindows, select.items)
  const qualify = select.qualify === undefined ? undefined : bindQualify(withWindows('QUALIFY'), select.qualify, items)
  const order = orderBy.map((item) => orderKey(env('ORDER BY'), item, items))
  if (select.having !== undefined) refuseAliases(env('HAVING'), select.having, aliases)
  const having = select.having === undefined ? undefined : bindCondition(env('HAVING'), select.having)
  const isAggregate = select.groupBy !== undefined || collector.drafts.length > 0 || having !== undefined
  return {
    select,
    row,
    correlated,
    grouping,
    collector,
    overs,
    items,
    isAggregate,
    rowNumbers,
    subqueries: values,
    order,
    ...(groupTtl !== undefined && { groupTtl }),
    ...(having && { having }),
    ...(qualify && { qualify }),
  }
}

function refuseAliases(env: ExpressionScope, ast: unknown, aliases: readonly string[]): void {
  if (typeof ast !== 'object' || ast === null) return
  if ((ast as { kind?: unknown }).kind === 'column') refuseAlias(env, ast as Expression, aliases)
  // A query inside has names of its own.
  else if ((ast as { kind?: unknown }).kind !== 'query') {
    for (const each of Object.values(ast)) refuseAliases(env, each, aliases)
  }
}

/** A condition on window functions; it may name items of the list by their aliases. */
function bindQualify(env: ExpressionScope, ast: Expression, items: readonly BoundItem[]): Expr {
  const known = new Set(env.scope.relations.flatMap(({ columns }) => columns.map((column) => column.name)))
  const aliases = items.flatMap(({ name, expr }, i) =>
    known.has(name) ? [] : [{ name, type: expr.type, index: ALIASES + i }],
  )
  const scope = { ...env.scope, relations: [...env.scope.relations, { columns: aliases }] }
  const condition = bindCondition({ ...env, scope }, ast)
  return mapExpr(condition, (e) => (e.kind === 'input' && e.index >= ALIASES ? items[e.index - ALIASES].expr : e))
}

/** Aliases are columns from here on while QUALIFY is bound. */
const ALIASES = 1_000_000

/** A position, a column of the result, or an expression over the row. */
function orderKey(env: ExpressionScope, item: OrderItem, items: readonly BoundItem[]): number | Expr {
  const ast = item.expression
  const check = (index: number): number => {
    sortable(items[index].expr, item)
    return index
  }
  if (ast.kind === 'number') {
    const position = Number(ast.text)
    if (!Number.isInteger(position) || position < 1 || position > items.length) {
      fail(
        'PLAN_TOP_N',
        { problem: `ORDER BY ${ast.text}: the result has ${items.length} columns` },
        { span: ast.span },
      )
    }
    return check(position - 1)
  }
  if (ast.kind === 'column' && ast.name.parts.length === 1) {
    const [column] = ast.name.parts
    const found = items.flatMap(({ name }, i) => (name === column.name ? [i] : []))
    if (found.length > 1) ambiguousColumn(column, ['SELECT'])
    if (found.length === 1) return check(found[0])
  }
  const expr = sortable(bind(env, ast), item)
  const key = exprKey(expr)
  const same = items.findIndex((bound) => exprKey(bound.expr) === key)
  return same === -1 ? expr : same
}

/** Put the parts together; `extra` expressions over the FROM row become further keys and last columns of an aggregate. */
export function finishSelect(context: BindContext, core: SelectCore, extra: readonly Expr[]): BoundTable {
  const { select, row, collector, items } = core
  const place = placeOf(context, select)
  let rel: Rel = row.rel
  const hidden = core.order.filter((key) => typeof key !== 'number')
  const exprs = [...items.map((item) => item.expr), ...hidden, ...extra]
  let lower = (expr: Expr): Expr => expr
  let windowed = lower
  let { overs } = core
  const placed = new Map<number, Expr>()
  /** Over the row as it is by now. */
  const over = (expr: Expr): Expr => {
    const lowered = windowed(lower(expr))
    return placed.size === 0 ? lowered : withValues(lowered, placed, rel.schema)
  }
  const placeValues = (of: readonly Expr[]) => {
    for (const index of valuesIn(of)) {
      if (placed.has(index)) continue
      rel = core.subqueries[index].attach({ rel, lower: over })
      placed.set(index, inputAt(rel.schema, rel.schema.length - 1))
    }
  }
  if (core.isAggregate) {
    const grouping: BoundGrouping = { ...core.grouping, keys: [...core.grouping.keys, ...extra] }
    const windows = core.rowNumbers.drafts.flatMap(({ partition, order }) => [
      ...partition,
      ...order.map(({ expr }) => expr),
    ])
    const conditions = [core.having, core.qualify].filter((condition) => condition !== undefined)
    const used = usedProperties([...exprs, ...windows, ...conditions])
    const where = select.groupBy === undefined ? place : { ...place, span: select.groupBy.span }
    const aggregated = aggregate(rel, grouping, collector, used, where)
    rel = aggregated.rel
    if (rel.kind === 'aggregate' && core.groupTtl !== undefined) rel = { ...rel, ttl: core.groupTtl }
    lower = aggregated.lower
    if (core.having !== undefined) {
      placeValues([core.having])
      rel = filter(rel, over(core.having), placeOf(context, select.having as Expression))
    }
  }
  placeValues(overs.drafts.flatMap((draft) => draft.args))
  if (core.isAggregate || placed.size > 0) overs = lowerOvers(overs, over)
  if (overs.drafts.length > 0) {
    const aggregated = overAggregate(rel, overs, place)
    rel = aggregated.rel
    windowed = aggregated.lower
  }
  if (core.rowNumbers.drafts.length > 0) {
    placeValues(
      core.rowNumbers.drafts.flatMap(({ partition, order }) => [...partition, ...order.map(({ expr }) => expr)]),
    )
    const appended = appendRowNumbers(rel, core.rowNumbers, over, place)
    const others = windowed
    rel = appended.rel
    windowed = (expr) => appended.replace(others(expr))
  }
  if (core.qualify !== undefined) {
    if (overs.drafts.length === 0 && core.rowNumbers.drafts.length === 0) {
      const hint = 'Use WHERE or HAVING, or put a window function such as ROW_NUMBER() OVER (…) into it.'
      fail(
        'PLAN_TOP_N',
        { problem: 'QUALIFY needs a window function', hint },
        { span: select.qualify?.span ?? select.span },
      )
    }
    placeValues([core.qualify])
    rel = filter(rel, over(core.qualify), place)
  }
  placeValues(exprs)
  const names = uniqueNames([
    ...items.map((item) => item.name),
    ...hidden.map((_, i) => `$o${i}`),
    ...extra.map((_, i) => `$k${i}`),
  ])
  if (select.quantifier === 'DISTINCT' && hidden.length > 0) {
    fail('PLAN_NOT_SUPPORTED', { feature: 'SELECT DISTINCT with ORDER BY of something else' }, { span: select.span })
  }
  rel = project(rel, exprs.map(over), names, place)
  if (select.quantifier === 'DISTINCT') rel = distinct(rel, place)
  return { rel, names: items.map((item) => item.name) }
}

function valuesIn(exprs: readonly Expr[]): ReadonlySet<number> {
  const found = new Set<number>()
  for (const expr of exprs) {
    walkExpr(expr, (e) => {
      if (e.kind === 'call' && e.fn === SUBQUERY) found.add(indexOfPlaceholder(e))
    })
  }
  return found
}

/** Values of subqueries are columns; the joins that brought them made ordinary columns of time attributes. */
function withValues(expr: Expr, placed: ReadonlyMap<number, Expr>, schema: Rel['schema']): Expr {
  return mapExpr(expr, (e) => {
    if (e.kind === 'input') return { ...e, type: schema[e.index].type }
    return (e.kind === 'call' && e.fn === SUBQUERY ? placed.get(indexOfPlaceholder(e)) : undefined) ?? e
  })
}

export function distinct(input: Rel, place: AggregateRel['place']): Rel {
  return {
    kind: 'aggregate',
    input,
    grouping: input.schema.map((_, i) => i),
    calls: [],
    schema: input.schema.map((field) => ({ ...field, type: withoutAttribute(field.type) })),
    ...(place && { place }),
  }
}

/** SELECT without FROM reads one row. */
function oneRow(context: BindContext): { rel: ValuesRel; scope: { relations: []; outer: BindContext['outer'] } } {
  const type = notNull(INT)
  const rel: ValuesRel = { kind: 'values', rows: [[literal(0, type)]], schema: [{ name: 'ZERO', type }] }
  return { rel, scope: { relations: [], outer: context.outer } }
}
