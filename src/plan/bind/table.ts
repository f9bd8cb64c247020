/**
 * CREATE TABLE: the declaration becomes a table with typed columns and bound expressions.
 *
 * Laws
 * - Computed columns read stored columns only (physical and metadata), never each other, as in Flink.
 * - The event-time column and the watermark are TIMESTAMP or TIMESTAMP_LTZ with at most 3 digits.
 * - A primary key is NOT ENFORCED, of physical columns, which are NOT NULL by it.
 */
import { fail } from '../../base/errors.ts'
import { didYouMean } from '../../base/nearest.ts'
import type { OptionEntry } from '../../base/options.ts'
import type { SourceText, Span } from '../../base/span.ts'
import type { CatalogTable, ObjectPath, TableColumn, TableWatermark } from '../../catalog/table.ts'
import type {
  ColumnDefinition,
  ComputedColumn,
  CreateTable,
  Expression,
  Option,
  TableSchema,
  WatermarkDefinition,
} from '../../sql/ast.ts'
import type { Schema } from '../../types/batch.ts'
import { type LogicalType, notNull, typeText, withNullable, withoutAttribute } from '../../types/logical-type.ts'
import { type PlannerContext, typingContext } from '../context.ts'
import { uniqueNames } from './build.ts'
import { bind, type ExpressionScope } from './expression.ts'
import { likeTable } from './like.ts'
import { literal } from './literal.ts'
import { bindQuery } from './query.ts'
import type { BindContext, Scope } from './scope.ts'
import { exprWithoutSpans } from './spans.ts'
import { bindType } from './type.ts'

export interface ParsedTable {
  readonly columns: readonly TableColumn[]
  readonly watermark?: TableWatermark
  readonly primaryKey: readonly string[]
  readonly partitionKeys: readonly string[]
  readonly options: Readonly<Record<string, OptionEntry>>
}

/** Resolve the declaration; nothing is stored. */
export function resolveTable(planner: PlannerContext, ast: CreateTable, source?: SourceText): CatalogTable {
  const context: BindContext = {
    planner,
    typing: typingContext(planner),
    common: new Map(),
    views: [],
    ...(source && { source }),
  }
  refuseUnsupported(ast)
  const path = planner.catalog.qualify(ast.name.parts.map((part) => part.name))
  const parent = likeTable(planner, ast)
  const queried = ast.query === undefined ? [] : queryColumns(context, ast)
  const declared = resolveColumns(context, ast, path, parent.columns, queried)
  // What is declared besides the query's columns stands before them.
  const columns = [...declared, ...queried.map((column) => overridden(ast, column))]
  const options = { ...parent.options, ...optionEntries(ast.options) }
  const primaryKey = resolvePrimaryKey(ast.schema, columns) ?? parent.primaryKey
  const keyed = columns.map(
    (column): TableColumn => (primaryKey.includes(column.name) ? { ...column, type: notNull(column.type) } : column),
  )
  const watermark =
    ast.schema?.watermark === undefined ? parent.watermark : resolveWatermark(context, ast.schema.watermark, keyed)
  const partitionKeys = ast.partitionedBy.map((identifier) => {
    if (!keyed.some((column) => column.name === identifier.name)) {
      unknownColumn(identifier.name, keyed, identifier.span)
    }
    return identifier.name
  })
  return {
    kind: 'table',
    path,
    temporary: ast.temporary,
    columns: watermark === undefined ? keyed : markRowtime(keyed, watermark.column),
    primaryKey,
    partitionKeys: partitionKeys.length > 0 ? partitionKeys : parent.partitionKeys,
    options,
    legacy: options['connector.type'] !== undefined,
    ...primaryKeyName(ast.schema),
    ...(watermark && { watermark }),
    ...(ast.comment && { comment: ast.comment.value }),
    ...(source && { source }),
  }
}

function refuseUnsupported(ast: CreateTable): void {
  if (ast.verb !== 'CREATE' && ast.query === undefined) {
    fail(
      'PLAN_NOT_SUPPORTED',
      { feature: `${ast.verb} TABLE`, hint: 'DROP TABLE IF EXISTS first, then CREATE TABLE.' },
      { span: ast.name.span },
    )
  }
  if (ast.distribution !== undefined)
    fail('PLAN_NOT_SUPPORTED', { feature: 'DISTRIBUTED BY', hint: NO_BUCKETS }, { span: ast.distribution.span })
  if (ast.connection !== undefined)
    fail('PLAN_NOT_SUPPORTED', { feature: 'USING CONNECTION' }, { span: ast.connection.span })
}

export function optionEntries(options: readonly Option[]): Readonly<Record<string, OptionEntry>> {
  const entries: Record<string, OptionEntry> = {}
  for (const option of options) entries[option.key.value] = { value: option.value.value, span: option.span }
  return entries
}

/** CREATE TABLE … AS: the query's columns are physical columns. */
function queryColumns(context: BindContext, ast: CreateTable): readonly TableColumn[] {
  if (ast.query === undefined) return []
  const { rel, names: given } = bindQuery(context, ast.query, true)
  const names = uniqueNames(given)
  const wanted = ast.columnNames
  const columns = names.map(
    (name, i): TableColumn => ({ kind: 'physical', name, type: withoutAttribute(rel.schema[i].type) }),
  )
  if (wanted === undefined) return columns
  if (wanted.length !== names.length) {
    fail(
      'PLAN_COLUMN_COUNT',
      { what: 'The column list of CREATE TABLE … AS', expected: names.length, found: wanted.length },
      { span: ast.name.span },
    )
  }
  return wanted.map(
    ({ name, span }) => columns.find((each) => each.name === name) ?? unknownColumn(name, columns, span),
  )
}

/** A declared type is the table's, whatever the query gives. */
function overridden(ast: CreateTable, column: TableColumn): TableColumn {
  const own = ast.schema?.columns.find(({ name }) => name.name === column.name)
  if (own?.kind !== 'physical-column') return column
  return { ...column, type: bindType(own.type), ...(own.comment && { comment: own.comment.value }) }
}

// ---- Columns ---------------------------------------------------------------------------------------------------------

function resolveColumns(
  context: BindContext,
  ast: CreateTable,
  path: ObjectPath,
  inherited: readonly TableColumn[],
  queried: readonly TableColumn[],
): readonly TableColumn[] {
  const ofQuery = new Set(queried.map((column) => column.name))
  const definitions = (ast.schema?.columns ?? []).filter(
    ({ kind, name }) => kind !== 'physical-column' || !ofQuery.has(name.name),
  )
  const seen = new Set([...inherited.map((column) => column.name), ...ofQuery])
  for (const definition of definitions) {
    const { name, span } = definition.name
    if (seen.has(name)) fail('PLAN_DUPLICATE_COLUMN', { column: name, where: `the table '${path.name}'` }, { span })
    seen.add(name)
  }
  const stored = [
    ...inherited.filter((column) => column.kind !== 'computed').map(({ name, type }) => ({ name, type })),
    ...definitions.flatMap((definition) =>
      definition.kind === 'computed-column' ? [] : [{ name: definition.name.name, type: bindType(definition.type) }],
    ),
    ...queried.map((column) => overridden(ast, column)).map(({ name, type }) => ({ name, type })),
  ]
  const scope = scopeOf(path.name, stored)
  return [...inherited, ...definitions.map((definition) => resolveColumn(context, definition, scope))]
}

export function scopeOf(name: string, schema: Schema): Scope {
  return { relations: [{ alias: name, columns: schema.map((field, index) => ({ ...field, index })) }] }
}

export function resolveColumn(context: BindContext, definition: ColumnDefinition, scope: Scope): TableColumn {
  const { name } = definition.name
  const comment = definition.comment === undefined ? {} : { comment: definition.comment.value }
  switch (definition.kind) {
    case 'physical-column':
      return { kind: 'physical', name, type: bindType(definition.type), ...comment }
    case 'metadata-column':
      return {
        kind: 'metadata',
        name,
        type: bindType(definition.type),
        key: definition.key?.value ?? name,
        virtual: definition.virtual,
        ...comment,
      }
    case 'computed-column':
      return { ...computedColumn(context, definition, scope), ...comment }
  }
}

function computedColumn(context: BindContext, definition: ComputedColumn, scope: Scope): TableColumn {
  const { name } = definition.name
  const env: ExpressionScope = { context, scope, place: `the computed column '${name}'` }
  const expr = bind(env, definition.expression)
  if (expr.type.kind === 'NULL')
    fail('PLAN_NULL_TYPE', { where: `as the column '${name}'` }, { span: definition.expression.span })
  return {
    kind: 'computed',
    name,
    type: expr.type,
    expr: exprWithoutSpans(expr),
    sql: textOf(context, definition.expression.span),
  }
}

function textOf(context: BindContext, span: Span): string {
  return context.source?.text.slice(span.start, span.end) ?? ''
}

export function unknownColumn(column: string, columns: readonly TableColumn[], span: Span): never {
  const known = columns.map((c) => c.name)
  return fail('PLAN_UNKNOWN_COLUMN', { column, known, hint: didYouMean(column, known) }, { span })
}

// ---- Watermark -------------------------------------------------------------------------------------------------------

export function resolveWatermark(
  context: BindContext,
  ast: WatermarkDefinition,
  columns: readonly TableColumn[],
): TableWatermark {
  if (ast.column.parts.length > 1) {
    fail(
      'PLAN_NOT_SUPPORTED',
      { feature: 'A watermark on a nested field', hint: 'Add a computed column for it: ts AS r.ts.' },
      { span: ast.column.span },
    )
  }
  const name = ast.column.parts[0].name
  const column = columns.find((c) => c.name === name)
  if (column === undefined) {
    const known = columns.map((c) => c.name)
    return fail(
      'PLAN_WATERMARK_COLUMN_UNKNOWN',
      { column: name, hint: didYouMean(name, known) },
      { span: ast.column.span },
    )
  }
  if (!isEventTime(column.type)) {
    fail(
      'PLAN_WATERMARK_COLUMN_TYPE',
      { column: name, type: typeText(withNullable(column.type, true)) },
      { span: ast.column.span },
    )
  }
  const env: ExpressionScope = { context, scope: scopeOf('', columns), place: 'the watermark' }
  // The source itself announces its watermarks: a row says nothing about them.
  const expr = isSourceWatermark(ast.expression)
    ? literal(null, withoutAttribute(column.type))
    : bind(env, ast.expression)
  if (!isEventTime(expr.type)) {
    fail(
      'PLAN_WATERMARK_EXPRESSION_TYPE',
      { type: typeText(withNullable(withoutAttribute(expr.type), true)) },
      { span: ast.expression.span },
    )
  }
  return { column: name, expr: exprWithoutSpans(expr), sql: textOf(context, ast.expression.span) }
}

/** Said of DISTRIBUTED BY; Flink itself lets only connectors with buckets write such a table. */
export const NO_BUCKETS =
  'Leave it out: no connector here has buckets, nor has Kafka in Flink, which refuses to write such a table.'

function isSourceWatermark(ast: Expression): boolean {
  return (
    ast.kind === 'call' && ast.name.parts.length === 1 && ast.name.parts[0].name.toUpperCase() === 'SOURCE_WATERMARK'
  )
}

function isEventTime(type: LogicalType): boolean {
  return (type.kind === 'TIMESTAMP' || type.kind === 'TIMESTAMP_LTZ') && type.precision <= 3
}

export function markRowtime(columns: readonly TableColumn[], name: string): readonly TableColumn[] {
  return columns.map((column) =>
    column.name === name ? { ...column, type: { ...column.type, attribute: 'rowtime' } as LogicalType } : column,
  )
}

// ---- Primary key -----------------------------------------------------------------------------------------------------

export function primaryKeyName(schema: TableSchema | undefined): { readonly primaryKeyName?: string } {
  const constraints = [
    ...(schema?.constraints ?? []),
    ...(schema?.columns ?? []).flatMap((column) =>
      column.kind === 'physical-column' ? (column.constraint ?? []) : [],
    ),
  ]
  const name = constraints[0]?.name
  return name === undefined ? {} : { primaryKeyName: name.name }
}

export function resolvePrimaryKey(
  schema: TableSchema | undefined,
  columns: readonly TableColumn[],
): readonly string[] | undefined {
  if (schema === undefined) return undefined
  const declared = [
    ...schema.constraints.map(({ type, columns: names, enforced, span }) => ({ type, names, enforced, span })),
    ...schema.columns.flatMap((column) =>
      column.kind === 'physical-column' && column.constraint !== undefined
        ? [{ ...column.constraint, names: [column.name], span: column.constraint.span }]
        : [],
    ),
  ]
  const unique = declared.find((constraint) => constraint.type === 'UNIQUE')
  if (unique !== undefined)
    fail(
      'PLAN_NOT_SUPPORTED',
      { feature: 'A UNIQUE constraint', hint: 'Use PRIMARY KEY (…) NOT ENFORCED.' },
      { span: unique.span },
    )
  if (declared.length > 1) {
    fail(
      'PLAN_PRIMARY_KEY',
      { problem: 'a table has one at most', hint: 'Name all its columns in one: PRIMARY KEY (a, b) NOT ENFORCED.' },
      { span: declared[1].span },
    )
  }
  const [key] = declared
  if (key === undefined) return undefined
  if (key.enforced !== false) {
    fail(
      'PLAN_PRIMARY_KEY',
      { problem: 'it would have to be enforced, which a stream cannot', hint: 'Write PRIMARY KEY (…) NOT ENFORCED.' },
      { span: key.span },
    )
  }
  const names = new Set<string>()
  for (const identifier of key.names) {
    const column = columns.find((c) => c.name === identifier.name)
    if (column === undefined) return unknownColumn(identifier.name, columns, identifier.span)
    if (column.kind !== 'physical') {
      fail(
        'PLAN_PRIMARY_KEY',
        { problem: `'${column.name}' is not a physical column`, hint: 'Use physical columns only.' },
        { span: identifier.span },
      )
    }
    if (names.has(column.name)) {
      fail(
        'PLAN_PRIMARY_KEY',
        { problem: `'${column.name}' is named twice`, hint: 'Name each column once.' },
        { span: identifier.span },
      )
    }
    names.add(column.name)
  }
  return [...names]
}
