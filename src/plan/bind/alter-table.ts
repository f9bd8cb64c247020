/**
 * ALTER TABLE: a table of the catalog becomes another one.
 *
 * Laws
 * - What ALTER gives is what CREATE TABLE of the new columns would give: computed columns and the watermark are bound again,
 *   from their text, over the columns as they are afterwards.
 * - A column that something else is made of (a computed column, the watermark, the primary key, a partition) is neither
 *   dropped nor renamed; ADD adds what is not there, MODIFY changes what is.
 * - Jobs that run keep the table that they were planned with.
 */
import { fail } from '../../base/errors.ts'
import type { SourceText, Span } from '../../base/span.ts'
import type { CatalogTable, TableColumn, TableWatermark } from '../../catalog/table.ts'
import { type Expr, walkExpr } from '../../expr/expr.ts'
import type { AlterTable, ColumnDefinition, Name, TableSchema } from '../../sql/ast.ts'
import { parseExpression } from '../../sql/index.ts'
import { notNull, withoutAttribute } from '../../types/logical-type.ts'
import { type PlannerContext, typingContext } from '../context.ts'
import { inText } from './scan.ts'
import type { BindContext } from './scope.ts'
import {
  markRowtime,
  NO_BUCKETS,
  optionEntries,
  primaryKeyName,
  resolveColumn,
  resolvePrimaryKey,
  resolveWatermark,
  scopeOf,
  unknownColumn,
} from './table.ts'

/** A column as it was, or as the statement says that it is. */
type Draft = TableColumn | { readonly kind: 'defined'; readonly definition: ColumnDefinition }

interface Altered {
  readonly columns: readonly Draft[]
  readonly schema?: TableSchema
  readonly primaryKey: readonly string[]
  readonly watermark?: TableWatermark
}

/** The table after the change; `undefined` where the action only moves it (RENAME TO). */
export function alteredTable(
  planner: PlannerContext,
  table: CatalogTable,
  { action, span }: AlterTable,
  source?: SourceText,
): CatalogTable | undefined {
  switch (action.kind) {
    case 'rename':
      return undefined
    case 'set-options': {
      // Without places: the text of the table is that of its CREATE.
      const set = Object.entries(optionEntries(action.options)).map(([key, { value }]) => [key, { value }] as const)
      const options = { ...table.options, ...Object.fromEntries(set) }
      return { ...table, options, legacy: options['connector.type'] !== undefined }
    }
    case 'reset-options': {
      const keys = new Set(action.keys.map((key) => key.value))
      const connector = action.keys.find(({ value }) => value === 'connector' || value === 'connector.type')
      if (connector !== undefined) {
        refuse(
          table,
          `RESET would take its '${connector.value}' away`,
          connector.span,
          "SET ('connector' = '…') instead.",
        )
      }
      const options = Object.fromEntries(Object.entries(table.options).filter(([key]) => !keys.has(key)))
      return { ...table, options }
    }
    case 'add-schema':
      return rebuilt(planner, table, added(table, action.schema), source)
    case 'modify-schema':
      return rebuilt(planner, table, modified(table, action.schema), source)
    case 'drop-columns': {
      for (const name of action.columns) refuseUsed(table, name, 'dropped', action.columns.map(nameOf))
      const gone = new Set(action.columns.map(nameOf))
      return rebuilt(planner, table, { ...table, columns: table.columns.filter(({ name }) => !gone.has(name)) }, source)
    }
    case 'rename-column': {
      const [from, to] = [nameOf(action.from), nameOf(action.to)]
      refuseUsed(table, action.from, 'renamed', [from])
      refuseKnown(table, to, action.to.span)
      const columns = table.columns.map((column) => (column.name === from ? { ...column, name: to } : column))
      const primaryKey = table.primaryKey.map((name) => (name === from ? to : name))
      return rebuilt(planner, table, { ...table, columns, primaryKey }, source)
    }
    case 'drop-primary-key':
    case 'drop-constraint':
      if (table.primaryKey.length === 0) refuse(table, 'it has no primary key', span)
      if (action.kind === 'drop-constraint' && action.constraint.name !== table.primaryKeyName) {
        const { name, span: place } = action.constraint
        const known = table.primaryKeyName
        const hint =
          known === undefined ? 'Its primary key has no name: write DROP PRIMARY KEY.' : `Its name is '${known}'.`
        refuse(table, `it has no constraint '${name}'`, place, hint)
      }
      return rebuilt(planner, table, { ...table, primaryKey: [] }, source)
    case 'drop-watermark':
      if (table.watermark === undefined) refuse(table, 'it has no watermark', span)
      return rebuilt(planner, table, { ...table, watermark: undefined }, source)
    case 'add-distribution':
    case 'modify-distribution':
    case 'drop-distribution':
      return fail('PLAN_NOT_SUPPORTED', { feature: 'DISTRIBUTED BY', hint: NO_BUCKETS }, { span })
    case 'add-partitions':
    case 'drop-partitions':
      return fail(
        'PLAN_NOT_SUPPORTED',
        {
          feature: 'ALTER TABLE … PARTITION',
          hint: 'Tables of streams have no partitions of their own; filter by a column.',
        },
        { span },
      )
  }
}

// ---- ADD, MODIFY -----------------------------------------------------------------------------------------------------

function added(table: CatalogTable, schema: TableSchema): Altered {
  for (const { name } of schema.columns) refuseKnown(table, name.name, name.span)
  const key = keySpan(schema)
  if (key !== undefined && table.primaryKey.length > 0) {
    refuse(
      table,
      `it has the primary key (${table.primaryKey.join(', ')}) already`,
      key,
      'MODIFY it, or DROP PRIMARY KEY first.',
    )
  }
  if (schema.watermark !== undefined && table.watermark !== undefined) {
    const hint = 'MODIFY it, or DROP WATERMARK first.'
    refuse(table, `it has a watermark on '${table.watermark.column}' already`, schema.watermark.span, hint)
  }
  return { ...table, columns: placed(table, table.columns, schema.columns), schema }
}

function modified(table: CatalogTable, schema: TableSchema): Altered {
  for (const { name } of schema.columns) {
    if (!table.columns.some((column) => column.name === name.name)) unknownColumn(name.name, table.columns, name.span)
  }
  const key = keySpan(schema)
  if (key !== undefined && table.primaryKey.length === 0)
    refuse(table, 'it has no primary key to modify', key, 'Use ADD.')
  if (schema.watermark !== undefined && table.watermark === undefined) {
    refuse(table, 'it has no watermark to modify', schema.watermark.span, 'Use ADD.')
  }
  const definitions = schema.columns.map((definition) => withComment(definition, table))
  const moves = definitions.filter((definition) => definition.position !== undefined)
  const left = table.columns
    .filter(({ name }) => !moves.some((definition) => definition.name.name === name))
    .map((column): Draft => {
      const definition = definitions.find(({ name }) => name.name === column.name)
      return definition === undefined ? column : { kind: 'defined', definition }
    })
  return { ...table, columns: placed(table, left, moves), schema }
}

/** A comment that is not said again stays. */
function withComment(definition: ColumnDefinition, table: CatalogTable): ColumnDefinition {
  const { name, span } = definition.name
  const comment = table.columns.find((column) => column.name === name)?.comment
  if (definition.comment !== undefined || comment === undefined) return definition
  return { ...definition, comment: { kind: 'text', value: comment, span } }
}

/** New columns behind the others, or where FIRST and AFTER say. */
function placed(
  table: CatalogTable,
  columns: readonly Draft[],
  definitions: readonly ColumnDefinition[],
): readonly Draft[] {
  const list = [...columns]
  for (const definition of definitions) {
    if (definition.parents.length > 0) {
      const feature = 'ALTER TABLE of a field inside a ROW'
      fail(
        'PLAN_NOT_SUPPORTED',
        { feature, hint: 'MODIFY the whole column with its new ROW type.' },
        { span: definition.span },
      )
    }
    const draft: Draft = { kind: 'defined', definition }
    const { position } = definition
    if (position === undefined) list.push(draft)
    else if (position.after === undefined) list.unshift(draft)
    else {
      const after = nameOf(position.after)
      const at = list.findIndex((other) => draftName(other) === after)
      if (at === -1) unknownColumn(after, table.columns, position.after.span)
      list.splice(at + 1, 0, draft)
    }
  }
  return list
}

function draftName(draft: Draft): string {
  return draft.kind === 'defined' ? draft.definition.name.name : draft.name
}

function keySpan({ constraints, columns }: TableSchema): Span | undefined {
  const [constraint] = constraints
  if (constraint !== undefined) return constraint.span
  for (const column of columns)
    if (column.kind === 'physical-column' && column.constraint) return column.constraint.span
  return undefined
}

// ---- The new table ---------------------------------------------------------------------------------------------------

function rebuilt(planner: PlannerContext, table: CatalogTable, altered: Altered, source?: SourceText): CatalogTable {
  const context: BindContext = {
    planner,
    typing: typingContext(planner),
    common: new Map(),
    views: [],
    ...(source && { source }),
  }
  const { schema } = altered
  // Stored columns first: computed ones are bound over them.
  const nothing = scopeOf(table.path.name, [])
  const stored = altered.columns.flatMap((draft): TableColumn[] => {
    if (draft.kind === 'computed') return []
    if (draft.kind !== 'defined') return [plain(draft)]
    return draft.definition.kind === 'computed-column' ? [] : [resolveColumn(context, draft.definition, nothing)]
  })
  const scope = scopeOf(table.path.name, stored)
  const columns = altered.columns.map((draft): TableColumn => {
    const known = stored.find(({ name }) => name === draftName(draft))
    if (known !== undefined) return known
    return draft.kind === 'defined' ? resolveColumn(context, draft.definition, scope) : again(context, draft, scope)
  })
  if (columns.every((column) => column.kind !== 'physical')) {
    const [first] = altered.schema?.columns ?? []
    refuse(table, 'no physical column would be left', first?.span)
  }
  const primaryKey = resolvePrimaryKey(schema, columns) ?? altered.primaryKey
  const keyed = columns.map(
    (column): TableColumn => (primaryKey.includes(column.name) ? { ...column, type: notNull(column.type) } : column),
  )
  const watermark =
    schema?.watermark !== undefined
      ? resolveWatermark(context, schema.watermark, keyed)
      : altered.watermark && watermarkAgain(context, altered.watermark, keyed)
  const { watermark: _, primaryKeyName: oldName, ...rest } = table
  return {
    ...rest,
    columns: watermark === undefined ? keyed : markRowtime(keyed, watermark.column),
    primaryKey,
    ...(primaryKey.length > 0 && oldName !== undefined && { primaryKeyName: oldName }),
    ...primaryKeyName(schema),
    ...(watermark && { watermark }),
  }
}

function plain(column: TableColumn): TableColumn {
  return { ...column, type: withoutAttribute(column.type) }
}

/** A computed column over the columns as they are now. */
function again(context: BindContext, column: TableColumn, scope: ReturnType<typeof scopeOf>): TableColumn {
  if (column.kind !== 'computed') return column
  const { name, sql, comment } = column
  return inOwnText(context, name, sql, (own, expression, span) => {
    const definition: ColumnDefinition = {
      kind: 'computed-column',
      name: { kind: 'identifier', name, quoted: true, span },
      parents: [],
      expression,
      span,
      ...(comment !== undefined && { comment: { kind: 'text', value: comment, span } }),
    } as ColumnDefinition
    return resolveColumn(own, definition, scope)
  })
}

function watermarkAgain(
  context: BindContext,
  watermark: TableWatermark,
  columns: readonly TableColumn[],
): TableWatermark {
  const { column, sql } = watermark
  return inOwnText(context, column, sql, (own, expression, span) =>
    resolveWatermark(
      own,
      {
        kind: 'watermark',
        column: { kind: 'name', parts: [{ kind: 'identifier', name: column, quoted: true, span }], span },
        expression,
        span,
      },
      columns,
    ),
  )
}

/** Errors of an expression of the old table show its own text. */
function inOwnText<T>(
  context: BindContext,
  name: string,
  sql: string,
  run: (context: BindContext, expression: ReturnType<typeof parseExpression>, span: Span) => T,
): T {
  const source: SourceText = { name: `the expression of '${name}'`, text: sql }
  const expression = parseExpression(sql, { name: source.name })
  return inText(source, () => run({ ...context, source }, expression, expression.span))
}

// ---- Refusals --------------------------------------------------------------------------------------------------------

function nameOf(name: Name): string {
  return name.parts.map((part) => part.name).join('.')
}

function refuse(table: CatalogTable, problem: string, span?: Span, hint?: string): never {
  return fail('PLAN_ALTER', { what: `The table '${table.path.name}'`, problem, hint }, { span })
}

function refuseKnown(table: CatalogTable, name: string, span: Span): void {
  if (table.columns.some((column) => column.name === name)) {
    refuse(table, `it has a column '${name}' already`, span, `MODIFY it, or choose another name.`)
  }
}

/** @param leaving columns that go with it: what only they use does not hold it */
function refuseUsed(table: CatalogTable, name: Name, what: 'dropped' | 'renamed', leaving: readonly string[]): void {
  const column = nameOf(name)
  if (!table.columns.some((each) => each.name === column)) unknownColumn(column, table.columns, name.span)
  const stored = table.columns.filter(({ kind }) => kind !== 'computed').map((each) => each.name)
  const user = table.columns.find(
    (each) => each.kind === 'computed' && !leaving.includes(each.name) && reads(each.expr, stored, column),
  )
  const all = table.columns.map((each) => each.name)
  const { watermark } = table
  const by =
    user !== undefined
      ? `the computed column '${user.name}' is made of it`
      : watermark !== undefined && (watermark.column === column || reads(watermark.expr, all, column))
        ? 'the watermark is made of it'
        : table.partitionKeys.includes(column)
          ? 'the table is partitioned by it'
          : what === 'dropped' && table.primaryKey.includes(column)
            ? 'it is part of the primary key'
            : undefined
  if (by !== undefined) refuse(table, `'${column}' cannot be ${what}, because ${by}`, name.span, 'Drop that first.')
}

function reads(expr: Expr, names: readonly string[], column: string): boolean {
  let found = false
  walkExpr(expr, (e) => {
    if (e.kind === 'input' && names[e.index] === column) found = true
  })
  return found
}
