/**
 * FROM: tables, views, queries, window functions and joins of them, side by side in one scope.
 */

import { fail, isRivuletError } from '../../base/errors.ts'
import { type CatalogView, pathText } from '../../catalog/table.ts'
import type { Expr } from '../../expr/expr.ts'
import type { JoinType } from '../../operators/join/node.ts'
import type {
  Expression,
  Hint,
  Identifier,
  Join,
  Name,
  Query,
  TableAlias,
  TableExpression,
  TableReference,
} from '../../sql/ast.ts'
import type { Rel } from '../nodes.ts'
import { conjunction, conjunctsOf, inputAt, join, project, uniqueNames } from './build.ts'
import { call } from './call.ts'
import { bindCondition } from './expression.ts'
import { bindLateralAlone, bindLateralJoin } from './lateral.ts'
import { bindMatch } from './match.ts'
import { bindQuery } from './query.ts'
import { ttlOf, withSideTtl } from './query-hints.ts'
import { bindScan } from './scan.ts'
import { type BindContext, type BoundTable, joinScopes, placeOf, type Scope, type ScopeRelation } from './scope.ts'
import { relWithoutSpans } from './spans.ts'
import { bindLateral } from './subquery.ts'
import { bindVersion, TEMPORAL_FORM } from './temporal.ts'
import { timeBounds } from './time-join.ts'
import { bindWhere, GrowingRow, splitAnd } from './where.ts'
import { bindWindowTableFunction, isWindowTableFunction } from './window-table-function.ts'

export interface BoundFrom {
  readonly rel: Rel
  readonly scope: Scope
}

export function bindFrom(context: BindContext, ast: TableExpression): BoundFrom {
  if (ast.kind !== 'join' && ast.sample !== undefined) {
    fail('PLAN_NOT_SUPPORTED', { feature: 'TABLESAMPLE' }, { span: ast.sample.span })
  }
  switch (ast.kind) {
    case 'table':
      return bindTableReference(context, ast)
    case 'derived-table':
      return named(context, bindQuery(context, ast.query), ast.alias)
    case 'table-function': {
      if (isWindowTableFunction(ast.call)) {
        return named(context, bindWindowTableFunction(context, ast.call, bindTableArgument), ast.alias)
      }
      return bindLateralAlone(context, ast)
    }
    case 'join':
      return bindJoin(context, ast)
    case 'unnest':
      return bindLateralAlone(context, ast)
    case 'match-recognize':
      return named(context, bindMatch(context, ast, bindFrom(context, ast.input)), ast.alias)
    case 'pivot':
      return fail('PLAN_NOT_SUPPORTED', { feature: 'PIVOT' }, { span: ast.span })
    case 'unpivot':
      return fail('PLAN_NOT_SUPPORTED', { feature: 'UNPIVOT' }, { span: ast.span })
  }
}

// ---- Tables and views ------------------------------------------------------------------------------------------------

function bindTableReference(context: BindContext, ast: TableReference): BoundFrom {
  if (ast.systemTime !== undefined) {
    const problem = 'there is no table on its left whose time could be meant'
    fail('PLAN_TEMPORAL_JOIN', { problem, hint: TEMPORAL_FORM }, { span: ast.systemTime.span })
  }
  const table = bindTableName(context, ast.name, ast.hints)
  if (ast.alias !== undefined) return named(context, table, ast.alias)
  const { parts } = ast.name
  const path = context.planner.catalog.qualify(
    parts.map((part) => part.name),
    context.database,
  )
  const relation: ScopeRelation = { alias: parts.at(-1)?.name, path, columns: columnsOf(table) }
  return { rel: table.rel, scope: { relations: [relation], outer: context.outer } }
}

export function bindTableName(context: BindContext, name: Name, hints: readonly Hint[]): BoundTable {
  const parts = name.parts.map((part) => part.name)
  const common = parts.length === 1 ? context.common.get(parts[0]) : undefined
  if (common !== undefined) return common()
  const object = context.planner.catalog.get(parts, name.span, context.database)
  if (object.kind === 'view') return bindView(context, object, name)
  const rel = bindScan(context, object, hints, name.span)
  return { rel, names: rel.schema.map((field) => field.name) }
}

/** A view is its query, bound where it was created; what is wrong in it points into its own text. */
function bindView(context: BindContext, view: CatalogView, name: Name): BoundTable {
  const path = pathText(view.path)
  if (context.views.includes(path)) {
    fail('PLAN_NOT_SUPPORTED', { feature: `A view that reads itself (${view.path.name})` }, { span: name.span })
  }
  const inner: BindContext = {
    planner: context.planner,
    typing: context.typing,
    source: view.source,
    common: new Map(),
    database: view.database,
    views: [...context.views, path],
  }
  try {
    const { rel, names } = bindQuery(inner, view.query)
    return { rel: relWithoutSpans(rel), names: view.columnNames.length > 0 ? view.columnNames : names }
  } catch (error) {
    if (view.source !== undefined && isRivuletError(error) && error.span !== undefined) throw error.in(view.source)
    throw error
  }
}

function bindTableArgument(context: BindContext, input: Name | Query, hints: readonly Hint[]): BoundTable {
  return input.kind === 'name'
    ? bindTableName(context, input, hints)
    : bindQuery({ ...context, outer: undefined }, input)
}

/** Columns behind the last name are not to be seen: a lateral query carries some for its join condition. */
function columnsOf(table: BoundTable) {
  return table.names.map((name, index) => ({ name, type: table.rel.schema[index].type, index }))
}

export function named(context: BindContext, table: BoundTable, alias: TableAlias | undefined): BoundFrom {
  if (alias !== undefined && alias.columns.length > 0 && alias.columns.length !== table.names.length) {
    const what = `The column list of '${alias.name.name}'`
    fail('PLAN_COLUMN_COUNT', { what, expected: table.names.length, found: alias.columns.length }, { span: alias.span })
  }
  const names =
    alias !== undefined && alias.columns.length > 0 ? alias.columns.map((column) => column.name) : table.names
  const relation: ScopeRelation = {
    ...(alias && { alias: alias.name.name }),
    columns: columnsOf({ rel: table.rel, names }),
  }
  return { rel: table.rel, scope: { relations: [relation], outer: context.outer } }
}

// ---- Joins -----------------------------------------------------------------------------------------------------------

const JOIN_TYPES: Readonly<Record<Join['type'], JoinType>> = {
  INNER: 'inner',
  CROSS: 'inner',
  COMMA: 'inner',
  LEFT: 'left',
  RIGHT: 'right',
  FULL: 'full',
}

function bindJoin(context: BindContext, ast: Join): BoundFrom {
  const joinType = JOIN_TYPES[ast.type]
  const hasCondition = ast.on !== undefined || ast.using !== undefined || ast.natural
  const needed = ast.type !== 'CROSS' && ast.type !== 'COMMA'
  if (hasCondition !== needed) {
    fail('PLAN_JOIN_CONDITION', { join: `${ast.type} JOIN`, needed }, { span: ast.on?.span ?? ast.span })
  }
  const left = bindFrom(context, ast.left)
  if (ast.right.kind === 'derived-table' && ast.right.lateral) {
    const lateral = bindLateral(context, left, ast.right.query, joinType, ast)
    const right = named(context, { rel: lateral.right, names: lateral.names }, ast.right.alias)
    return joined(context, left, right, joinType, [...conjunctsOf(lateral.condition)], ast)
  }
  if (ast.right.kind === 'unnest' || (ast.right.kind === 'table-function' && !isWindowTableFunction(ast.right.call))) {
    return bindLateralJoin(context, left, ast.right, ast)
  }
  if (ast.right.kind === 'table' && ast.right.systemTime !== undefined) {
    const version = bindVersion(context, left.scope, ast.right, ast.right.systemTime, ast.type)
    const right = named(context, version.table, ast.right.alias ?? ownAlias(ast.right))
    return joined(context, left, right, joinType, [], ast, version.make)
  }
  const right = bindFrom(context, ast.right)
  return joined(context, left, right, joinType, [], ast)
}

function joined(
  context: BindContext,
  left: BoundFrom,
  right: BoundFrom,
  joinType: JoinType,
  given: readonly Expr[],
  ast: Join,
  make: MakeJoin = makeJoin,
): BoundFrom {
  checkAliases(left.scope, right.scope, ast)
  const width = left.rel.schema.length
  const scope = joinScopes(left.scope, right.scope, width, context.outer)
  const using = usingColumns(left.scope, right.scope, ast)
  const equalities = using.map(({ left: l, right: r, span }) =>
    call(
      context,
      '=',
      [
        { kind: 'input', index: l.index, type: l.type },
        { kind: 'input', index: r.index + width, type: r.type },
      ],
      span,
    ),
  )
  // Of an inner join a condition with a subquery is one of WHERE.
  const conditions = ast.on === undefined ? [] : splitAnd(ast.on)
  const behind = joinType === 'inner' && make === makeJoin ? conditions.filter(hasSubquery) : []
  const on = conditions
    .filter((each) => !behind.includes(each))
    .map((each) => bindCondition({ context, scope, place: 'ON' }, each))
  const condition = conjunction([...given, ...equalities, ...on])
  const { stateTtl } = context
  const joinedRel = make(context, left.rel, right.rel, joinType, condition, ast)
  const made = withSideTtl(joinedRel, ttlOf(stateTtl, left.scope), ttlOf(stateTtl, right.scope))
  // Where the left side may be padded, the shared column is a new one behind the row: whichever of both is there.
  const padded = using.length > 0 && (joinType === 'right' || joinType === 'full')
  const merged = new Set(using.flatMap(({ left: l, right: r }) => [...(padded ? [l.index] : []), r.index + width]))
  const relations = scope.relations.map((relation) => ({
    ...relation,
    columns: relation.columns.map((column) => ({
      ...column,
      type: made.schema[column.index].type,
      ...(merged.has(column.index) && { merged: true }),
    })),
  }))
  const values = padded
    ? using.map(({ left: l, right: r, span }) => {
        const sides = [l.index, r.index + width].map((index) => inputAt(made.schema, index))
        return call(context, 'COALESCE', sides, span)
      })
    : []
  const names = [
    ...made.schema.map((field) => field.name),
    ...using.map(({ left: l }) => left.rel.schema[l.index].name),
  ]
  const row = made.schema.map((_, index) => inputAt(made.schema, index))
  const rel = padded ? project(made, [...row, ...values], uniqueNames(names)) : made
  const shared = using.map(({ left: l }, i) => (padded ? row.length + i : l.index))
  if (padded) {
    const columns = using.map(({ name }, i) => ({ name, index: shared[i], type: values[i].type }))
    relations.push({ columns })
  }
  const first = [...shared, ...(left.scope.first ?? []).filter((index) => !shared.includes(index))]
  const result: BoundFrom = { rel, scope: { relations, first, outer: context.outer } }
  return behind.reduce((from, each) => whereBehind(context, from, each), result)
}

function whereBehind(context: BindContext, from: BoundFrom, condition: Expression): BoundFrom {
  const row = new GrowingRow(from)
  if (bindWhere(context, row, condition).length > 0) {
    fail('PLAN_NOT_SUPPORTED', { feature: 'A correlated subquery in ON' }, { span: condition.span })
  }
  // Without the columns that a value has put behind the row.
  const visible = from.rel.schema.map((_, i) => inputAt(row.rel.schema, i))
  const grown = row.rel.schema.length > visible.length
  const names = row.rel.schema.slice(0, visible.length).map((field) => field.name)
  return { rel: grown ? project(row.rel, visible, names) : row.rel, scope: row.scope }
}

/** Is there a query in the expression? */
function hasSubquery(ast: unknown): boolean {
  if (typeof ast !== 'object' || ast === null) return false
  if ((ast as { kind?: unknown }).kind === 'query') return true
  return (Array.isArray(ast) ? ast : Object.values(ast)).some(hasSubquery)
}

export type MakeJoin = (
  context: BindContext,
  left: Rel,
  right: Rel,
  joinType: JoinType,
  condition: Expr | undefined,
  ast: Join,
) => Rel

const makeJoin: MakeJoin = (context, left, right, joinType, condition, ast) => {
  const bounds = timeBounds(context.planner, conjunctsOf(condition), left.schema, right.schema)
  const place = placeOf(context, ast)
  if (bounds === undefined) return join(left, right, joinType, condition, place)
  return join(left, right, joinType, bounds.rest, place, bounds.times)
}

function ownAlias(ast: TableReference): TableAlias {
  return { kind: 'table-alias', name: ast.name.parts[ast.name.parts.length - 1], columns: [], span: ast.name.span }
}

export function checkAliases(left: Scope, right: Scope, ast: Join): void {
  for (const relation of right.relations) {
    if (relation.alias !== undefined && left.relations.some((other) => other.alias === relation.alias)) {
      fail('PLAN_DUPLICATE_ALIAS', { alias: relation.alias }, { span: ast.right.span })
    }
  }
}

interface UsingPair {
  readonly name: string
  readonly left: { readonly index: number; readonly type: Rel['schema'][number]['type'] }
  readonly right: { readonly index: number; readonly type: Rel['schema'][number]['type'] }
  readonly span: Join['span']
}

function usingColumns(left: Scope, right: Scope, ast: Join): readonly UsingPair[] {
  const all = (scope: Scope) => scope.relations.flatMap((relation) => relation.columns.filter((c) => c.merged !== true))
  const [lefts, rights] = [all(left), all(right)]
  const names: readonly Identifier[] | undefined = ast.natural
    ? lefts
        .filter((column) => rights.some((other) => other.name === column.name))
        .map((column) => ({ kind: 'identifier', name: column.name, quoted: false, span: ast.span }))
    : ast.using
  return (names ?? []).map((name) => {
    const find = (columns: typeof lefts, side: string) => {
      const found = columns.filter((column) => column.name === name.name)
      if (found.length === 0) {
        fail(
          'PLAN_UNKNOWN_COLUMN',
          {
            column: name.name,
            known: columns.map((c) => c.name),
            hint: `The ${side} side of the join has no such column.`,
          },
          { span: name.span },
        )
      }
      return found[0]
    }
    return { name: name.name, left: find(lefts, 'left'), right: find(rights, 'right'), span: name.span }
  })
}
