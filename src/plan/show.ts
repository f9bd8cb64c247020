/**
 * DESCRIBE and SHOW CREATE: what the catalog knows of a table or view, as rows and as DDL.
 *
 * Law: the DDL, run again, makes the same table; values of secret options are masked, whoever asks.
 */
import { fail } from '../base/errors.ts'
import {
  type CatalogObject,
  type CatalogTable,
  type CatalogView,
  type ObjectPath,
  schemaOf,
  type TableColumn,
} from '../catalog/table.ts'
import type { ShowCreate } from '../sql/ast.ts'
import { quoteName, typeText, typeTextWithAttribute, withNullable, withoutAttribute } from '../types/logical-type.ts'
import type { PlannerContext } from './context.ts'

export type DescribedColumn = readonly [
  name: string,
  type: string,
  nullable: boolean,
  key: string | null,
  extras: string | null,
  watermark: string | null,
  comment: string | null,
]

/** Rows of DESCRIBE and SHOW COLUMNS. */
export function describeColumns(object: CatalogObject): readonly DescribedColumn[] {
  return schemaOf(object).map(({ name, type }, i): DescribedColumn => {
    const shown = typeTextWithAttribute(withNullable(type, true))
    if (object.kind === 'view') return [name, shown, type.nullable, null, null, null, null]
    const key = object.primaryKey.includes(name) ? `PRI(${object.primaryKey.join(', ')})` : null
    const watermark = object.watermark?.column === name ? object.watermark.sql : null
    return [name, shown, type.nullable, key, extrasOf(object.columns[i]), watermark, object.columns[i].comment ?? null]
  })
}

function extrasOf(column: TableColumn): string | null {
  switch (column.kind) {
    case 'physical':
      return null
    case 'computed':
      return `AS ${column.sql}`
    case 'metadata': {
      const from = column.key === column.name ? '' : ` FROM '${column.key}'`
      return `METADATA${from}${column.virtual ? ' VIRTUAL' : ''}`
    }
  }
}

export function showCreate(context: PlannerContext, statement: ShowCreate): string {
  const object = context.catalog.get(
    statement.name.parts.map((part) => part.name),
    statement.name.span,
  )
  if (statement.object === 'TABLE' && object.kind === 'table') return createTableText(context, object)
  if (statement.object === 'VIEW' && object.kind === 'view') return createViewText(object)
  if (statement.object === 'TABLE' || statement.object === 'VIEW') {
    const other = object.kind.toUpperCase()
    return fail(
      'PLAN_UNKNOWN_OBJECT',
      {
        what: statement.object.toLowerCase(),
        name: object.path.name,
        hint: `It is a ${object.kind}: SHOW CREATE ${other} ${object.path.name}.`,
      },
      { span: statement.name.span },
    )
  }
  return fail('PLAN_NOT_SUPPORTED', { feature: `SHOW CREATE ${statement.object}` }, { span: statement.span })
}

/** @param options `secrets`: with the values of secret options, for the engine's own use */
export function createTableText(
  context: PlannerContext,
  table: CatalogTable,
  options: { readonly secrets?: boolean } = {},
): string {
  const lines = table.columns.map((column) => `  ${columnText(column)}`)
  if (table.watermark !== undefined)
    lines.push(`  WATERMARK FOR ${quoteName(table.watermark.column)} AS ${table.watermark.sql}`)
  if (table.primaryKey.length > 0) {
    const name = table.primaryKeyName === undefined ? '' : `CONSTRAINT ${quoteName(table.primaryKeyName)} `
    lines.push(`  ${name}PRIMARY KEY (${table.primaryKey.map(quoteName).join(', ')}) NOT ENFORCED`)
  }
  const comment = table.comment === undefined ? '' : `\nCOMMENT ${quoted(table.comment)}`
  const partitioned =
    table.partitionKeys.length === 0 ? '' : `\nPARTITIONED BY (${table.partitionKeys.map(quoteName).join(', ')})`
  const entries = Object.entries(table.options).map(([key, entry]) => {
    const value = options.secrets !== true && isSecret(context, table, key) ? '******' : entry.value
    return `  ${quoted(key)} = ${quoted(value)}`
  })
  const kind = table.temporary ? 'TEMPORARY TABLE' : 'TABLE'
  const withText = entries.length === 0 ? '' : `\nWITH (\n${entries.join(',\n')}\n)`
  return `CREATE ${kind} ${pathOf(table.path)} (\n${lines.join(',\n')}\n)${comment}${partitioned}${withText}`
}

function columnText(column: TableColumn): string {
  const comment = column.comment === undefined ? '' : ` COMMENT ${quoted(column.comment)}`
  const name = quoteName(column.name)
  if (column.kind === 'computed') return `${name} ${extrasOf(column)}${comment}`
  const type = typeText(withoutAttribute(column.type))
  const extras = column.kind === 'metadata' ? ` ${extrasOf(column)}` : ''
  return `${name} ${type}${extras}${comment}`
}

function createViewText(view: CatalogView): string {
  const columns = view.schema.map((field) => quoteName(field.name)).join(', ')
  const { span, source } = view
  const query = span === undefined || source === undefined ? '' : source.text.slice(span.start, span.end)
  return `CREATE ${view.temporary ? 'TEMPORARY VIEW' : 'VIEW'} ${pathOf(view.path)} (${columns})\nAS ${query}`
}

function pathOf(path: ObjectPath): string {
  return [path.catalog, path.database, path.name].map(quoteName).join('.')
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`
}

export const SENSITIVE = /password|secret|apikey|api-key|auth-params|service-key|token|basic-auth|sasl\.jaas\.config/i

/** Declared so by the connector or a format, or named like one. */
export function isSecret(context: PlannerContext, table: CatalogTable, key: string): boolean {
  const identifier = table.options.connector?.value ?? table.options['connector.type']?.value
  return isSecretOption(context, identifier, key)
}

export function isSecretOption(context: PlannerContext, identifier: string | undefined, key: string): boolean {
  if (SENSITIVE.test(key)) return true
  const connector = context.connectors.find((c) => c.identifier === identifier)
  const declared = [...(connector?.options ?? []), ...context.formats.flatMap((format) => format.options)]
  return declared.some((option) => option.secret === true && (key === option.key || key.endsWith(`.${option.key}`)))
}
