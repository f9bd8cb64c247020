/**
 * Data types as written: `DECIMAL(10, 2) NOT NULL`, `ROW<a INT, b STRING 'comment'>`, `catalog.db.MyType`.
 *
 * Law: synonyms are folded (INTEGER → INT, DEC and NUMERIC → DECIMAL, DOUBLE PRECISION → DOUBLE, CHARACTER VARYING →
 * VARCHAR, `TIMESTAMP WITH LOCAL TIME ZONE` → TIMESTAMP_LTZ, `INT ARRAY` → ARRAY<INT>); missing parameters stay missing.
 */
import type { Span } from '../../base/span.ts'
import type { IntervalQualifier } from './expression.ts'
import type { Identifier, Name, Text } from './name.ts'

export type DataType =
  | BasicType
  | ArrayTypeNode
  | MultisetTypeNode
  | MapTypeNode
  | RowTypeNode
  | RawTypeNode
  | StructuredTypeNode
  | IntervalTypeNode
  | NamedType

export type BasicTypeName =
  | 'BOOLEAN'
  | 'TINYINT'
  | 'SMALLINT'
  | 'INT'
  | 'BIGINT'
  | 'FLOAT'
  | 'DOUBLE'
  | 'DECIMAL'
  | 'CHAR'
  | 'VARCHAR'
  | 'STRING'
  | 'BINARY'
  | 'VARBINARY'
  | 'BYTES'
  | 'DATE'
  | 'TIME'
  | 'TIMESTAMP'
  | 'TIMESTAMP_LTZ'
  | 'TIME_LTZ'
  | 'VARIANT'
  | 'BITMAP'
  | 'DESCRIPTOR'
  | 'ANY'

interface TypeNode<K extends string> {
  readonly kind: K
  /** False only after `NOT NULL`. */
  readonly nullable: boolean
  readonly span: Span
}
export interface BasicType extends TypeNode<'basic-type'> {
  readonly name: BasicTypeName
  /** Precision of DECIMAL, TIME, TIMESTAMP…; length of CHAR, VARCHAR, BINARY, VARBINARY. */
  readonly precision?: number
  readonly scale?: number
}
export interface ArrayTypeNode extends TypeNode<'array-type'> {
  readonly element: DataType
}
export interface MultisetTypeNode extends TypeNode<'multiset-type'> {
  readonly element: DataType
}
export interface MapTypeNode extends TypeNode<'map-type'> {
  readonly key: DataType
  readonly value: DataType
}
export interface RowTypeNode extends TypeNode<'row-type'> {
  readonly fields: readonly RowTypeField[]
}
export interface RowTypeField {
  readonly kind: 'row-type-field'
  readonly name: Identifier
  readonly type: DataType
  readonly comment?: Text
  readonly span: Span
}
/** `RAW('class', 'serializer snapshot')` */
export interface RawTypeNode extends TypeNode<'raw-type'> {
  readonly className: Text
  readonly serializer: Text
}
/** `STRUCTURED<'class', name TYPE, …>` */
export interface StructuredTypeNode extends TypeNode<'structured-type'> {
  readonly className: Text
  readonly fields: readonly RowTypeField[]
}
/** `INTERVAL DAY(2) TO SECOND(3)` */
export interface IntervalTypeNode extends TypeNode<'interval-type'> {
  readonly qualifier: IntervalQualifier
}
/** A type by its catalog name. */
export interface NamedType extends TypeNode<'named-type'> {
  readonly name: Name
}
