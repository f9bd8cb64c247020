/**
 * CREATE of every sort of object.
 *
 * Law: what a declaration has in common with others of its sort (columns, options, constraints) is in `ddl.ts`.
 */
import type { Span } from '../../base/span.ts'
import type { Distribution, LikeClause, ModelColumn, Option, StartMode, TableSchema } from './ddl.ts'
import type { IntervalLiteral } from './expression.ts'
import type { Identifier, Name, Text } from './name.ts'
import type { Query } from './query.ts'

interface Create<K extends string> {
  readonly kind: K
  readonly name: Name
  readonly ifNotExists: boolean
  readonly span: Span
}
export interface CreateTable extends Create<'create-table'> {
  readonly verb: 'CREATE' | 'REPLACE' | 'CREATE OR REPLACE'
  readonly temporary: boolean
  readonly schema?: TableSchema
  /** `CREATE TABLE t (a, b) AS …`: names only, the order of the stored columns. */
  readonly columnNames?: readonly Identifier[]
  readonly comment?: Text
  readonly distribution?: Distribution
  readonly partitionedBy: readonly Identifier[]
  /** USING CONNECTION */
  readonly connection?: Name
  readonly options: readonly Option[]
  readonly like?: LikeClause
  /** CTAS and RTAS. */
  readonly query?: Query
}
export interface CreateView extends Create<'create-view'> {
  readonly orReplace: boolean
  readonly temporary: boolean
  readonly columns: readonly Identifier[]
  readonly comment?: Text
  readonly query: Query
}
export type FunctionLanguage = 'JAVA' | 'SCALA' | 'SQL' | 'PYTHON' | 'TYPESCRIPT'
export interface CreateFunction extends Create<'create-function'> {
  readonly orReplace?: boolean
  readonly temporary: boolean
  /** TEMPORARY SYSTEM */
  readonly system: boolean
  /** A class name; with TYPESCRIPT a module and an export: `./udfs.ts#name`. */
  readonly as: Text
  readonly language?: FunctionLanguage
  readonly using: readonly FunctionResource[]
  readonly options: readonly Option[]
}
export interface FunctionResource {
  readonly kind: 'resource'
  readonly type: 'JAR' | 'ARTIFACT'
  readonly path: Text
  readonly span: Span
}
export interface CreateCatalog extends Create<'create-catalog'> {
  readonly orReplace?: boolean
  readonly comment?: Text
  readonly options: readonly Option[]
}
export interface CreateDatabase extends Create<'create-database'> {
  readonly orReplace?: boolean
  readonly comment?: Text
  readonly options: readonly Option[]
}
export interface CreateModel extends Create<'create-model'> {
  readonly orReplace?: boolean
  readonly temporary: boolean
  readonly input: readonly ModelColumn[]
  readonly output: readonly ModelColumn[]
  readonly comment?: Text
  readonly options: readonly Option[]
  readonly query?: Query
}
export interface CreateConnection extends Create<'create-connection'> {
  readonly orReplace?: boolean
  readonly temporary: boolean
  readonly system: boolean
  readonly comment?: Text
  readonly options: readonly Option[]
}
export interface CreateMaterializedTable extends Create<'create-materialized-table'> {
  readonly orAlter: boolean
  readonly schema?: TableSchema
  readonly columnNames?: readonly Identifier[]
  readonly comment?: Text
  readonly distribution?: Distribution
  readonly partitionedBy: readonly Identifier[]
  readonly options: readonly Option[]
  readonly startMode?: StartMode
  readonly freshness?: IntervalLiteral
  readonly refreshMode?: 'FULL' | 'CONTINUOUS'
  readonly query: Query
}
