/**
 * SELECT, in the order in which it means: FROM, WHERE, GROUP BY, SELECT list, HAVING, DISTINCT.
 *
 * Laws
 * - A column is called by its alias, else by the last part of its name, else `EXPR$n` with n the number of names before.
 * - Names of a result are distinct: the second `id` is `id0`.
 */
import { fail } from '../../base/errors.ts'
import type { Expr } from '../../expr/expr.ts'
import { walkExpr } from '../../expr/expr.ts'
import type { Expression, Select, SelectItem } from '../../sql/ast.ts'
import { INT, notNull, withoutAttribute } from '../../types/logical-type.ts'
import type { AggregateRel, Rel, ValuesRel } from '../nodes.ts'
import { aggregate, type BoundGrouping, bindGroupBy, usedProperties } from './aggregate.ts'
import { filter, project, uniqueNames } from './build.ts'
import { bind, bindCondition, type ExpressionScope, fieldAt } from './expression.ts'
import { bindFrom } from './from.ts'
import { windowPropertyOf } from './group-window.ts'
import { literal } from './literal.ts'
import { lowerOvers, type OverCollector, overAggregate } from './over.ts'
import type { AggregateCollector } from './placeholder.ts'
import { type BindContext, type BoundTable, expandStar, placeOf, relationNames, resolveColumn } from './scope.ts'
import { bindWhere, GrowingRow } from './where.ts'

export interface BoundItem {
  readonly expr: Expr
  readonly name: string
}

/** A SELECT bound over its FROM row, before it is put together. */
export interface SelectCore {
  readonly select: Select
  readonly row: GrowingRow
  readonly correlated: readonly Expr[]
  readonly grouping: BoundGrouping
  readonly collector: AggregateCollector
  readonly overs: OverCollector
  readonly items: readonly BoundItem[]
  readonly having?: Expr
  readonly isAggregate: boolean
}

export function bindSelect(context: BindContext, select: Select): BoundTable {
  const core = bindCore(context, select)
  if (core.correlated.length > 0) {
    fail(
      'PLAN_NOT_SUPPORTED',
      { feature: 'A correlated subquery in this place' },
      { span: core.correlated[0].span ?? select.span },
    )
  }
  return finishSelect(context, core, [])
}

export function bindCore(context: BindContext, select: Select): SelectCore {
  if (select.qualify !== undefined) fail('PLAN_NOT_SUPPORTED', { feature: 'QUALIFY' }, { span: select.qualify.span })
  const from = select.from === undefined ? oneRow(context) : bindFrom(context, select.from)
  const row = new GrowingRow(context, from)
  const correlated = select.where === undefined ? [] : bindWhere(context, row, select.where)

  const plain: ExpressionScope = { context, scope: row.scope, place: 'GROUP BY' }
  const aliases = select.items.flatMap((item) => (item.alias === undefined ? [] : [item.alias.name]))
  const grouping = bindGroupBy(plain, select.groupBy, aliases)
  const { window } = grouping
  const collector: AggregateCollector = {
    drafts: [],
    grouped: select.groupBy !== undefined && (grouping.keys.length > 0 || window !== undefined),
    ...(window && {
      windowProperty: (property, name, args, span) => windowPropertyOf(window, property, name, args, span),
    }),
  }
  const overs: OverCollector = { drafts: [], windows: select.windows }
  const env = (place: string): ExpressionScope => ({
    context,
    scope: row.scope,
    place,
    aggregates: collector,
    ...(select.groupBy === undefined && { subquery: row.scalar }),
  })
  const items = bindItems((place) => ({ ...env(place), overs }), select.items)
  const having = select.having === undefined ? undefined : bindCondition(env('HAVING'), select.having)
  const isAggregate = select.groupBy !== undefined || collector.drafts.length > 0 || having !== undefined
  if (isAggregate && row.joined > 0 && select.groupBy === undefined && collector.drafts.length > 0) {
    const reads = items.some((item) => readsBeyond(item.expr, from.rel.schema.length))
    if (reads) fail('PLAN_NOT_SUPPORTED', { feature: 'A scalar subquery beside aggregates' }, { span: select.span })
  }
  return { select, row, correlated, grouping, collector, overs, items, isAggregate, ...(having && { having }) }
}

function readsBeyond(expr: Expr, width: number): boolean {
  let beyond = false
  walkExpr(expr, (e) => {
    if (e.kind === 'input' && e.index >= width) beyond = true
  })
  return beyond
}

/** Put the parts together; `extra` expressions over the FROM row become further keys and last columns of an aggregate. */
export function finishSelect(context: BindContext, core: SelectCore, extra: readonly Expr[]): BoundTable {
  const { select, row, collector, items } = core
  const place = placeOf(context, select)
  let rel: Rel = row.rel
  let exprs = items.map((item) => item.expr)
  let { overs } = core
  if (core.isAggregate) {
    const grouping: BoundGrouping = { ...core.grouping, keys: [...core.grouping.keys, ...extra] }
    const used = usedProperties([...exprs, ...(core.having ? [core.having] : [])])
    const where = select.groupBy === undefined ? place : { ...place, span: select.groupBy.span }
    const aggregated = aggregate(rel, grouping, collector, used, where)
    rel = aggregated.rel
    if (core.having !== undefined)
      rel = filter(rel, aggregated.lower(core.having), placeOf(context, select.having as Expression))
    exprs = [...exprs, ...extra].map(aggregated.lower)
    overs = lowerOvers(overs, aggregated.lower)
  }
  if (overs.drafts.length > 0) {
    const over = overAggregate(rel, overs, place)
    rel = over.rel
    exprs = exprs.map(over.lower)
  }
  const names = uniqueNames([...items.map((item) => item.name), ...extra.map((_, i) => `$k${i}`)])
  rel = project(rel, exprs, names, place)
  if (select.quantifier === 'DISTINCT') rel = distinct(rel, place)
  return { rel, names }
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

// ---- The list --------------------------------------------------------------------------------------------------------

function bindItems(env: (place: string) => ExpressionScope, items: readonly SelectItem[]): readonly BoundItem[] {
  const bound: BoundItem[] = []
  const names = new Set<string>()
  const add = (expr: Expr, name: string) => {
    names.add(name)
    bound.push({ expr, name })
  }
  for (const item of items) {
    const ast = item.expression
    if (ast.kind === 'star') {
      for (const column of starColumns(env('SELECT'), ast)) add(column.expr, column.name)
      continue
    }
    if (ast.kind === 'field' && ast.field.name === '*') {
      const object = bind(env('SELECT'), ast.object)
      for (const column of fieldsOf(object, ast)) add(column.expr, column.name)
      continue
    }
    const expr = bind(env('SELECT'), ast)
    if (expr.type.kind === 'NULL') fail('PLAN_NULL_TYPE', { where: 'in SELECT' }, { span: ast.span })
    add(expr, item.alias?.name ?? ownName(ast) ?? `EXPR$${names.size}`)
  }
  return bound
}

function ownName(ast: Expression): string | undefined {
  if (ast.kind === 'column') return ast.name.parts.at(-1)?.name
  return undefined
}

function starColumns(env: ExpressionScope, ast: Expression & { readonly kind: 'star' }): readonly BoundItem[] {
  const columns = expandStar(env.scope, ast.qualifier)
  if (columns !== undefined) {
    if (columns.length === 0) {
      fail('PLAN_UNKNOWN_COLUMN', { column: '*', known: [] }, { span: ast.span })
    }
    return columns.map(({ name, type, index }) => ({ name, expr: { kind: 'input', index, type, span: ast.span } }))
  }
  // `r.*` of a column whose type is a row.
  const { qualifier } = ast
  if (qualifier === undefined) return []
  const isColumn = env.scope.relations.some((relation) =>
    relation.columns.some((c) => c.name === qualifier.parts[0].name),
  )
  if (!isColumn) {
    const known = relationNames(env.scope)
    fail(
      'PLAN_UNKNOWN_QUALIFIER',
      { qualifier: qualifier.parts.map((p) => p.name).join('.'), known },
      { span: qualifier.span },
    )
  }
  resolveColumn(env.scope, qualifier)
  return fieldsOf(bind(env, { kind: 'column', name: qualifier, span: qualifier.span }), ast)
}

function fieldsOf(object: Expr, ast: Expression): readonly BoundItem[] {
  if (object.type.kind !== 'ROW' && object.type.kind !== 'STRUCTURED') {
    return fail('PLAN_UNKNOWN_FIELD', { field: '*', type: 'a value that is no ROW' }, { span: ast.span })
  }
  return object.type.fields.map((field, i) => ({ name: field.name, expr: fieldAt(object, i, ast.span) }))
}
