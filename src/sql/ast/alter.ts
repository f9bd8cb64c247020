/**
 * ALTER: one kind per object, the change as its `action`.
 */
import type { Span } from '../../base/span.ts'
import type { FunctionLanguage } from './create.ts'
import type { Distribution, Option, PartitionEntry, PartitionSpec, TableSchema } from './ddl.ts'
import type { IntervalLiteral } from './expression.ts'
import type { Identifier, Name, Text } from './name.ts'
import type { Query } from './query.ts'

interface Alter<K extends string, A> {
  readonly kind: K
  readonly name: Name
  readonly ifExists: boolean
  readonly action: A
  readonly span: Span
}
export interface SetOptionsAction {
  readonly kind: 'set-options'
  readonly options: readonly Option[]
}
export interface ResetOptionsAction {
  readonly kind: 'reset-options'
  readonly keys: readonly Text[]
}
export interface RenameAction {
  readonly kind: 'rename'
  readonly to: Name
}
export interface CommentAction {
  readonly kind: 'comment'
  readonly comment: Text
}
export interface AsQueryAction {
  readonly kind: 'as-query'
  readonly query: Query
}
/** ADD and MODIFY of columns, constraints and the watermark. */
export interface SchemaAction {
  readonly kind: 'add-schema' | 'modify-schema'
  readonly schema: TableSchema
}
export interface DistributionAction {
  readonly kind: 'add-distribution' | 'modify-distribution'
  readonly distribution: Distribution
}
export interface DropColumnsAction {
  readonly kind: 'drop-columns'
  readonly columns: readonly Name[]
}
export interface DropPartAction {
  readonly kind: 'drop-primary-key' | 'drop-watermark' | 'drop-distribution'
}
export interface DropConstraintAction {
  readonly kind: 'drop-constraint'
  readonly constraint: Identifier
}
export type SchemaChange = SchemaAction | DistributionAction | DropColumnsAction | DropPartAction | DropConstraintAction
export type AlterTableAction =
  | SetOptionsAction
  | ResetOptionsAction
  | RenameAction
  | SchemaChange
  | { readonly kind: 'rename-column'; readonly from: Name; readonly to: Name }
  | { readonly kind: 'add-partitions'; readonly ifNotExists: boolean; readonly partitions: readonly PartitionSpec[] }
  | { readonly kind: 'drop-partitions'; readonly ifExists: boolean; readonly partitions: readonly PartitionSpec[] }
export type AlterTable = Alter<'alter-table', AlterTableAction>
export type AlterMaterializedTableAction =
  | SetOptionsAction
  | ResetOptionsAction
  | AsQueryAction
  | SchemaChange
  | { readonly kind: 'suspend' }
  | { readonly kind: 'resume'; readonly options: readonly Option[] }
  | { readonly kind: 'refresh'; readonly partition: readonly PartitionEntry[] }
  | { readonly kind: 'set-freshness'; readonly freshness: IntervalLiteral }
  | { readonly kind: 'set-refresh-mode'; readonly mode: 'FULL' | 'CONTINUOUS' }
export type AlterMaterializedTable = Alter<'alter-materialized-table', AlterMaterializedTableAction>
export type AlterView = Alter<'alter-view', RenameAction | AsQueryAction>
export interface AlterFunction {
  readonly kind: 'alter-function'
  readonly name: Name
  readonly ifExists: boolean
  readonly temporary: boolean
  readonly system: boolean
  readonly as: Text
  readonly language?: FunctionLanguage
  readonly span: Span
}
export type AlterCatalog = Alter<'alter-catalog', SetOptionsAction | ResetOptionsAction | CommentAction>
export type AlterDatabase = Alter<'alter-database', SetOptionsAction>
export type AlterModel = Alter<'alter-model', SetOptionsAction | ResetOptionsAction | RenameAction>
export type AlterConnection = Alter<'alter-connection', SetOptionsAction | ResetOptionsAction | RenameAction>
