/**
 * Queries: WITH, VALUES, and ORDER BY / LIMIT with the rules that streams add.
 */
import { fail } from '../../base/errors.ts'
import type { SortKey } from '../../operators/sort-order.ts'
import type { CommonTable, Expression, OrderItem, Query, QueryBody, Values } from '../../sql/ast.ts'
import { leastRestrictive } from '../../types/common-type.ts'
import { isTimeAttribute, type LogicalType, typeText, withNullable } from '../../types/logical-type.ts'
import { fold } from '../context.ts'
import type { Place, Rel, ValuesRel } from '../nodes.ts'
import { inputAt, project } from './build.ts'
import { implicitCast } from './call.ts'
import { bind } from './expression.ts'
import { bindTableName } from './from.ts'
import { nullsLast, sortable } from './row-number.ts'
import { type BindContext, type BoundTable, placeOf } from './scope.ts'
import { bindOrderedSelect, bindSelect } from './select.ts'
import { bindSetOperation } from './set-operation.ts'

/** @param top true for the query of a statement, where ORDER BY is meant; below it ORDER BY without LIMIT has no effect */
export function bindQuery(context: BindContext, query: Query, top = false): BoundTable {
  const inner = query.with === undefined ? context : withCommon(context, query.with.tables)
  if (query.orderBy.length === 0 && query.limit === undefined && query.offset === undefined)
    return bindBody(inner, query.body)
  return bindOrdered(inner, query, top)
}

function withCommon(context: BindContext, tables: readonly CommonTable[]): BindContext {
  const common = new Map(context.common)
  for (const table of tables) {
    const { name } = table.name
    const outer: BindContext = { ...context, common: new Map(common), outer: undefined }
    const bindTable = (): BoundTable => {
      const bound = bindQuery(outer, table.query)
      if (table.columns.length === 0) {
        const twice = bound.names.find((column, i) => bound.names.indexOf(column) !== i)
        if (twice === undefined) return bound
        fail('PLAN_DUPLICATE_COLUMN', { column: twice, where: `the query of '${name}'` }, { span: table.query.span })
      }
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
    // Once, also where nothing reads it: what is wrong in it is said.
    const bound = bindTable()
    common.set(name, () => bound)
  }
  return { ...context, common }
}

export function bindBody(context: BindContext, body: QueryBody): BoundTable {
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

function bindOrdered(context: BindContext, query: Query, top: boolean): BoundTable {
  const { limit, offset, orderBy } = query
  if (offset !== undefined && limit === undefined) return fail('PLAN_OFFSET_WITHOUT_LIMIT', {}, { span: offset.span })
  const ordered = limit !== undefined || top
  const { table, keys } =
    query.body.kind === 'select'
      ? bindOrderedSelect(context, query.body, ordered ? orderBy : [])
      : orderedColumns(bindBody(context, query.body), ordered ? orderBy : [])
  if (!ordered) return table
  const order = keys.map(
    (column, i): SortKey => ({ column, descending: orderBy[i].descending, nullsLast: nullsLast(orderBy[i]) }),
  )
  const first = orderBy[0] ?? limit
  const last = limit ?? orderBy[orderBy.length - 1]
  const place = placeOf(context, { span: { ...first.span, end: last.span.end } })
  const rel = limit === undefined ? sort(table, order, query, place) : limited(context, table, order, query, place)
  const { names } = table
  if (rel.schema.length === names.length) return { rel, names }
  const visible = names.map((_, i) => inputAt(rel.schema, i))
  return { rel: project(rel, visible, names, place), names }
}

/** ORDER BY above something that is no SELECT: by position or by column. */
function orderedColumns(
  table: BoundTable,
  orderBy: readonly OrderItem[],
): { readonly table: BoundTable; readonly keys: readonly number[] } {
  const keys = orderBy.map((item) => {
    const ast = item.expression
    const name = ast.kind === 'column' ? (ast.name.parts.at(-1)?.name ?? '') : ''
    const index = ast.kind === 'number' ? Number(ast.text) - 1 : table.names.indexOf(name)
    if (table.names[index] === undefined) {
      const column = ast.kind === 'number' ? ast.text : name
      fail('PLAN_UNKNOWN_COLUMN', { column, known: table.names }, { span: item.span })
    }
    sortable(inputAt(table.rel.schema, index), item)
    return index
  })
  return { table, keys }
}

function sort(table: BoundTable, order: readonly SortKey[], query: Query, place: Place): Rel {
  const { schema } = table.rel
  const [first, ...rest] = order
  const { type } = schema[first.column]
  if (!isTimeAttribute(type) || type.attribute === undefined || first.descending) {
    const name = table.names[first.column] ?? writtenName(query.orderBy[0])
    return fail('PLAN_UNBOUNDED_SORT', { column: name }, { span: query.orderBy[0].span })
  }
  const { attribute } = type
  return {
    kind: 'temporal-sort',
    input: table.rel,
    timeColumn: first.column,
    time: attribute,
    order: rest,
    schema,
    place,
  }
}

function writtenName({ expression }: OrderItem): string {
  return expression.kind === 'column' ? (expression.name.parts.at(-1)?.name ?? '') : 'the expression'
}

function limited(context: BindContext, table: BoundTable, order: readonly SortKey[], query: Query, place: Place): Rel {
  const { schema } = table.rel
  const rows = query.limit === undefined ? 0 : count(context, query.limit, 'LIMIT')
  const skipped = query.offset === undefined ? 0 : count(context, query.offset, 'OFFSET')
  if (rows === 0) return { kind: 'values', rows: [], schema, place }
  const range = { kind: 'constant' as const, start: skipped + 1, end: skipped + rows }
  return { kind: 'rank', input: table.rel, partition: [], order, range, outputRank: false, schema, place }
}

function count(context: BindContext, ast: Expression, what: string): number {
  const value = fold(context.planner, bind({ context, scope: { relations: [] }, place: what }, ast))
  if (
    value.kind === 'literal' &&
    typeof value.value === 'number' &&
    Number.isInteger(value.value) &&
    value.value >= 0
  ) {
    return value.value
  }
  return fail('PLAN_TOP_N', { problem: `${what} needs a whole number that is not negative` }, { span: ast.span })
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
