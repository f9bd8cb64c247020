/**
 * Queries: WITH, set operations, VALUES, and ORDER BY / LIMIT with the rules that streams add.
 */
import { fail } from '../../base/errors.ts'
import type { Expr } from '../../expr/expr.ts'
import type { CommonTable, OrderItem, Query, QueryBody, SetOperation, Values } from '../../sql/ast.ts'
import { leastRestrictive } from '../../types/common-type.ts'
import {
  isTimeAttribute,
  type LogicalType,
  sameType,
  typeText,
  withNullable,
  withoutAttribute,
} from '../../types/logical-type.ts'
import type { Rel, UnionRel, ValuesRel } from '../nodes.ts'
import { conjunction, inputAt, join, project } from './build.ts'
import { call, implicitCast } from './call.ts'
import { bind } from './expression.ts'
import { bindFrom, bindTableName } from './from.ts'
import { type BindContext, type BoundTable, placeOf } from './scope.ts'
import { bindSelect, distinct } from './select.ts'

/** @param top true for the query of a statement, where ORDER BY is meant; below it ORDER BY without LIMIT has no effect */
export function bindQuery(context: BindContext, query: Query, top = false): BoundTable {
  const inner = query.with === undefined ? context : withCommon(context, query.with.tables)
  const table = bindBody(inner, query.body)
  if (query.orderBy.length === 0 && query.limit === undefined && query.offset === undefined) return table
  return refuseOrder(context, query, table, top)
}

function withCommon(context: BindContext, tables: readonly CommonTable[]): BindContext {
  const common = new Map(context.common)
  for (const table of tables) {
    const { name } = table.name
    const outer: BindContext = { ...context, common: new Map(common), outer: undefined }
    const bindIt = (): BoundTable => {
      const bound = bindQuery(outer, table.query)
      if (table.columns.length === 0) return bound
      if (table.columns.length !== bound.names.length) {
        const what = `The column list of '${name}'`
        fail(
          'PLAN_COLUMN_COUNT',
          { what, expected: bound.names.length, found: table.columns.length },
          { span: table.span },
        )
      }
      return { rel: bound.rel, names: table.columns.map((column) => column.name) }
    }
    common.set(name, bindIt)
  }
  return { ...context, common }
}

function bindBody(context: BindContext, body: QueryBody): BoundTable {
  switch (body.kind) {
    case 'select':
      return bindSelect(context, body)
    case 'set-operation':
      return bindSetOperation(context, body)
    case 'values':
      return bindValues(context, body)
    case 'explicit-table':
      return bindTableName(context, body.name, [])
    case 'query':
      return bindQuery(context, body)
  }
}

// ---- ORDER BY and LIMIT ----------------------------------------------------------------------------------------------

function refuseOrder(context: BindContext, query: Query, table: BoundTable, top: boolean): BoundTable {
  const { limit, offset, orderBy } = query
  if (offset !== undefined && limit === undefined) return fail('PLAN_OFFSET_WITHOUT_LIMIT', {}, { span: offset.span })
  if (limit !== undefined) {
    const feature = orderBy.length > 0 ? 'ORDER BY … LIMIT (top-n)' : 'LIMIT'
    return fail('PLAN_NOT_SUPPORTED', { feature }, { span: limit.span })
  }
  if (!top) return table
  const [first] = orderBy
  const column = orderColumn(first, table) ?? sourceColumn(context, first, query)
  if (column !== undefined && isTimeAttribute(column.type) && !first.descending) {
    return fail('PLAN_NOT_SUPPORTED', { feature: 'ORDER BY a time attribute' }, { span: first.span })
  }
  return fail('PLAN_UNBOUNDED_SORT', { column: column?.name ?? 'the expression' }, { span: first.span })
}

function orderColumn(item: OrderItem, table: BoundTable): { name: string; type: LogicalType } | undefined {
  const ast = item.expression
  const at = (index: number) =>
    Number.isInteger(index) && index >= 0 && index < table.names.length
      ? { name: table.names[index], type: table.rel.schema[index].type }
      : undefined
  if (ast.kind === 'number') return at(Number(ast.text) - 1)
  if (ast.kind !== 'column') return undefined
  const name = ast.name.parts.at(-1)?.name ?? ''
  return at(table.names.indexOf(name))
}

/** A column of FROM that is not in the result. */
function sourceColumn(
  context: BindContext,
  item: OrderItem,
  query: Query,
): { name: string; type: LogicalType } | undefined {
  const { expression } = item
  if (expression.kind !== 'column' || query.body.kind !== 'select' || query.body.from === undefined) return undefined
  const { scope } = bindFrom(context, query.body.from)
  const { type } = bind({ context, scope, place: 'ORDER BY' }, expression)
  return { name: expression.name.parts.at(-1)?.name ?? '', type }
}

// ---- Set operations --------------------------------------------------------------------------------------------------

function bindSetOperation(context: BindContext, ast: SetOperation): BoundTable {
  const left = bindBody(context, ast.left)
  const right = bindBody(context, ast.right)
  const op = `${ast.op}${ast.all ? ' ALL' : ''}`
  if (left.names.length !== right.names.length) {
    const problem = `both sides must have equally many columns, but the left has ${left.names.length} and the right ${right.names.length}`
    fail('PLAN_SET_OPERATION', { op, problem }, { span: ast.span })
  }
  const types = left.names.map((name, i) => {
    const [a, b] = [left.rel.schema[i].type, right.rel.schema[i].type]
    const type = leastRestrictive([a, b])
    if (type === undefined) {
      const shown = [a, b].map((t) => typeText(withNullable(withoutAttribute(t), true)))
      fail(
        'PLAN_SET_OPERATION',
        { op, problem: `column ${i + 1} ('${name}') is ${shown[0]} on the left and ${shown[1]} on the right` },
        { span: ast.span },
      )
    }
    const attribute = isTimeAttribute(a) && isTimeAttribute(b) && a.attribute === b.attribute ? a.attribute : undefined
    return attribute === undefined ? type : ({ ...type, attribute } as LogicalType)
  })
  const place = placeOf(context, ast)
  const { names } = left
  const inputs = [left.rel, right.rel].map((rel) => castColumns(rel, types, names))
  const schema = types.map((type, i) => ({ name: names[i], type }))
  if (ast.op === 'UNION') {
    const union: UnionRel = { kind: 'union', inputs: flatten(inputs), schema, place }
    return { rel: ast.all ? union : distinct(union, place), names }
  }
  if (ast.all)
    return fail('PLAN_NOT_SUPPORTED', { feature: op, hint: `Use ${ast.op} without ALL.` }, { span: ast.span })
  const width = types.length
  const condition = conjunction(
    types.map((_, i) =>
      call(
        context,
        'IS NOT DISTINCT FROM',
        [inputAt(inputs[0].schema, i), { kind: 'input', index: width + i, type: inputs[1].schema[i].type }],
        ast.span,
      ),
    ),
  )
  const joined = join(inputs[0], inputs[1], ast.op === 'INTERSECT' ? 'semi' : 'anti', condition, place)
  return { rel: distinct(joined, place), names }
}

/** `a UNION ALL b UNION ALL c` is one union of three. */
function flatten(inputs: readonly Rel[]): readonly Rel[] {
  const [first, ...rest] = inputs
  return first.kind === 'union' ? [...first.inputs, ...rest] : inputs
}

function castColumns(rel: Rel, types: readonly LogicalType[], names: readonly string[]): Rel {
  const hidden = rel.schema.length !== types.length
  if (
    !hidden &&
    rel.schema.every(
      ({ type }, i) => sameType(type, types[i], true) && isTimeAttribute(type) === isTimeAttribute(types[i]),
    )
  ) {
    return rel
  }
  const exprs = types.map((type, i): Expr => {
    const column = inputAt(rel.schema, i)
    const cast = implicitCast(column, type)
    return isTimeAttribute(type) ? column : { ...cast, type: withoutAttribute(cast.type) }
  })
  return project(rel, exprs, names)
}

// ---- VALUES ----------------------------------------------------------------------------------------------------------

function bindValues(context: BindContext, ast: Values): BoundTable {
  const rows = ast.rows.map((row) => {
    const elements = row.kind === 'row' ? row.elements : [row]
    return elements.map((element) => bind({ context, scope: { relations: [] }, place: 'VALUES' }, element))
  })
  const width = rows[0]?.length ?? 0
  rows.forEach((row, i) => {
    if (row.length !== width) {
      fail(
        'PLAN_VALUES',
        { problem: `row ${i + 1} has ${row.length} values, the first has ${width}` },
        { span: ast.rows[i].span },
      )
    }
  })
  const types = Array.from({ length: width }, (_, c): LogicalType => {
    const column = rows.map((row) => row[c])
    const bare = column.find((expr) => expr.kind === 'literal' && expr.value === null && expr.type.kind === 'NULL')
    if (bare !== undefined) fail('PLAN_NULL_TYPE', { where: 'in VALUES' }, { span: bare.span })
    const type = leastRestrictive(column.map((expr) => expr.type))
    if (type === undefined) {
      const shown = [...new Set(column.map((expr) => typeText(withNullable(expr.type, true))))]
      fail('PLAN_VALUES', { problem: `column ${c + 1} mixes ${shown.join(' and ')}` }, { span: ast.span })
    }
    return type
  })
  const names = types.map((_, i) => `EXPR$${i}`)
  const rel: ValuesRel = {
    kind: 'values',
    rows: rows.map((row) => row.map((expr, c) => implicitCast(expr, types[c]))),
    schema: types.map((type, i) => ({ name: names[i], type })),
    place: placeOf(context, ast),
  }
  return { rel, names }
}
