/**
 * What CREATE and ALTER are made of: columns, constraints, watermarks, options, distribution, partitions.
 *
 * Law: order is kept within each list; a list that was not written is empty, a clause that was not written is absent.
 */
import type { Span } from '../../base/span.ts'
import type { Expression } from './expression.ts'
import type { Identifier, Name, Text } from './name.ts'
import type { DataType } from './type.ts'

/** `'key' = 'value'` */
export interface Option {
  readonly kind: 'option'
  readonly key: Text
  readonly value: Text
  readonly span: Span
}

/** What stands in the parentheses of CREATE TABLE, or of ALTER TABLE … ADD / MODIFY. */
export interface TableSchema {
  readonly kind: 'schema'
  readonly columns: readonly ColumnDefinition[]
  /** Table constraints; those written at a column stand there. */
  readonly constraints: readonly TableConstraint[]
  readonly watermark?: WatermarkDefinition
  readonly span: Span
}

export type ColumnDefinition = PhysicalColumn | ComputedColumn | MetadataColumn
interface Column<K extends string> {
  readonly kind: K
  readonly name: Identifier
  /** The rows around a nested column, outermost first (`ALTER TABLE t ADD a.b INT`); mostly empty. */
  readonly parents: readonly Identifier[]
  readonly comment?: Text
  /** ALTER only. */
  readonly position?: ColumnPosition
  readonly span: Span
}
export interface PhysicalColumn extends Column<'physical-column'> {
  readonly type: DataType
  readonly constraint?: ColumnConstraint
}
export interface ComputedColumn extends Column<'computed-column'> {
  readonly expression: Expression
}
export interface MetadataColumn extends Column<'metadata-column'> {
  readonly type: DataType
  /** METADATA FROM 'key'; absent: the column's name. */
  readonly key?: Text
  readonly virtual: boolean
}
export interface ColumnPosition {
  readonly kind: 'FIRST' | 'AFTER'
  /** Of AFTER. */
  readonly after?: Name
  readonly span: Span
}

export interface ColumnConstraint {
  readonly kind: 'column-constraint'
  readonly type: 'PRIMARY KEY' | 'UNIQUE'
  readonly name?: Identifier
  /** ENFORCED true, NOT ENFORCED false, neither absent. */
  readonly enforced?: boolean
  readonly span: Span
}
export interface TableConstraint {
  readonly kind: 'table-constraint'
  readonly type: 'PRIMARY KEY' | 'UNIQUE'
  readonly name?: Identifier
  readonly columns: readonly Identifier[]
  readonly enforced?: boolean
  readonly span: Span
}
/** `WATERMARK FOR a.b AS expression` */
export interface WatermarkDefinition {
  readonly kind: 'watermark'
  readonly column: Name
  readonly expression: Expression
  readonly span: Span
}

/** `DISTRIBUTED BY HASH(a) INTO 4 BUCKETS` */
export interface Distribution {
  readonly kind: 'distribution'
  readonly algorithm?: 'HASH' | 'RANGE'
  readonly columns: readonly Identifier[]
  readonly buckets?: number
  readonly span: Span
}

/** `PARTITION (a = 1, b)`; without a value where the grammar allows it. */
export interface PartitionEntry {
  readonly kind: 'partition-entry'
  readonly column: Identifier
  readonly value?: Expression
  readonly span: Span
}
export interface PartitionSpec {
  readonly kind: 'partition'
  readonly entries: readonly PartitionEntry[]
  /** `WITH (…)` of ADD PARTITION. */
  readonly options: readonly Option[]
  readonly span: Span
}

/** `LIKE parent (INCLUDING ALL EXCLUDING OPTIONS)` */
export interface LikeClause {
  readonly kind: 'like-clause'
  readonly table: Name
  readonly options: readonly LikeOption[]
  readonly span: Span
}
export interface LikeOption {
  readonly kind: 'like-option'
  readonly merge: 'INCLUDING' | 'EXCLUDING' | 'OVERWRITING'
  readonly feature:
    | 'ALL'
    | 'CONSTRAINTS'
    | 'DISTRIBUTION'
    | 'GENERATED'
    | 'METADATA'
    | 'OPTIONS'
    | 'PARTITIONS'
    | 'WATERMARKS'
  readonly span: Span
}

/** Where new rows of a materialized table's query begin. */
export interface StartMode {
  readonly kind:
    | 'FROM_BEGINNING'
    | 'FROM_NOW'
    | 'FROM_TIMESTAMP'
    | 'RESUME_OR_FROM_BEGINNING'
    | 'RESUME_OR_FROM_NOW'
    | 'RESUME_OR_FROM_TIMESTAMP'
  /** The interval of FROM_NOW, the timestamp of FROM_TIMESTAMP. */
  readonly value?: Expression
  readonly span: Span
}

/** A column of a model's INPUT or OUTPUT. */
export interface ModelColumn {
  readonly kind: 'model-column'
  readonly name: Identifier
  readonly type: DataType
  readonly comment?: Text
  readonly span: Span
}
