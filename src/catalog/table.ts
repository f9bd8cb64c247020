/**
 * Tables and views as the catalog keeps them: names resolved, types known, expressions bound.
 *
 * Laws
 * - Expressions of computed columns read the table's *stored* columns (`storedColumns`: physical and metadata, in order of
 *   declaration); the watermark's expression reads all columns, in order of declaration.
 * - Options are kept exactly as written, with their places in the DDL, so that an error found years later, when the table
 *   is used, still points at them.
 */
import type { OptionEntry } from '../base/options.ts'
import type { SourceText, Span } from '../base/span.ts'
import type { Expr } from '../expr/expr.ts'
import type { Query } from '../sql/ast.ts'
import type { Schema } from '../types/batch.ts'
import type { LogicalType } from '../types/logical-type.ts'

/** Where an object lives. */
export interface ObjectPath {
  readonly catalog: string
  readonly database: string
  readonly name: string
}

export type TableColumn = PhysicalTableColumn | ComputedTableColumn | MetadataTableColumn
interface ColumnBase {
  readonly name: string
  /** Carries the rowtime or proctime mark. */
  readonly type: LogicalType
  readonly comment?: string
}
export interface PhysicalTableColumn extends ColumnBase {
  readonly kind: 'physical'
}
export interface ComputedTableColumn extends ColumnBase {
  readonly kind: 'computed'
  readonly expr: Expr
  /** The expression as written, for DESCRIBE and SHOW CREATE. */
  readonly sql: string
}
export interface MetadataTableColumn extends ColumnBase {
  readonly kind: 'metadata'
  readonly key: string
  readonly virtual: boolean
}

export interface TableWatermark {
  readonly column: string
  readonly expr: Expr
  readonly sql: string
}

export interface CatalogTable {
  readonly kind: 'table'
  readonly path: ObjectPath
  readonly temporary: boolean
  readonly columns: readonly TableColumn[]
  readonly watermark?: TableWatermark
  readonly primaryKey: readonly string[]
  /** Of `CONSTRAINT name PRIMARY KEY …`. */
  readonly primaryKeyName?: string
  readonly partitionKeys: readonly string[]
  readonly options: Readonly<Record<string, OptionEntry>>
  /** Written with `'connector.type'` (Flink 1.10) rather than `'connector'`. */
  readonly legacy: boolean
  readonly comment?: string
  /** The text of the DDL. */
  readonly source?: SourceText
}

export interface CatalogView {
  readonly kind: 'view'
  readonly path: ObjectPath
  readonly temporary: boolean
  /** The view's own column names, or empty: those of the query. */
  readonly columnNames: readonly string[]
  readonly query: Query
  readonly schema: Schema
  readonly comment?: string
  /** The text that the spans of `query` point into. */
  readonly source?: SourceText
  /** Where names of the query were looked up when the view was made. */
  readonly database: { readonly catalog: string; readonly database: string }
  readonly span?: Span
}

export type CatalogObject = CatalogTable | CatalogView

/** `default_catalog.default_database.orders` */
export function pathText(path: ObjectPath): string {
  return `${path.catalog}.${path.database}.${path.name}`
}

/** Columns that a connector can produce: physical and metadata, in order of declaration. */
export function storedColumns(table: CatalogTable): readonly (PhysicalTableColumn | MetadataTableColumn)[] {
  return table.columns.filter((column) => column.kind !== 'computed')
}

/** The rows of a table or view as queries see them. */
export function schemaOf(object: CatalogObject): Schema {
  if (object.kind === 'view') return object.schema
  return object.columns.map(({ name, type }) => ({ name, type }))
}
