/**
 * Statements.
 *
 * Law: one kind per thing that a statement does; the variants of one ALTER are its `action`. A statement that the
 * embedded engine cannot run has a kind all the same: saying so by name is the engine's work, not the parser's.
 */
import type { Span } from '../../base/span.ts'
import type {
  AlterCatalog,
  AlterConnection,
  AlterDatabase,
  AlterFunction,
  AlterMaterializedTable,
  AlterModel,
  AlterTable,
  AlterView,
} from './alter.ts'
import type { FunctionCall } from './call.ts'
import type {
  CreateCatalog,
  CreateConnection,
  CreateDatabase,
  CreateFunction,
  CreateMaterializedTable,
  CreateModel,
  CreateTable,
  CreateView,
} from './create.ts'
import type { ColumnDefinition, Option, PartitionEntry } from './ddl.ts'
import type { Expression } from './expression.ts'
import type { Identifier, Name, Text } from './name.ts'
import type { Hint, Query, TableExpression } from './query.ts'

export type Statement =
  | Query
  | Insert
  | Update
  | Delete
  | Merge
  | Truncate
  | StatementSet
  | BeginStatementSet
  | EndStatementSet
  | Execute
  | ExecutePlan
  | CompilePlan
  | Explain
  | CreateTable
  | CreateView
  | CreateFunction
  | CreateCatalog
  | CreateDatabase
  | CreateModel
  | CreateConnection
  | CreateMaterializedTable
  | AlterTable
  | AlterMaterializedTable
  | AlterView
  | AlterFunction
  | AlterCatalog
  | AlterDatabase
  | AlterModel
  | AlterConnection
  | Drop
  | Show
  | ShowCreate
  | Describe
  | Use
  | UseModules
  | LoadModule
  | UnloadModule
  | AddJar
  | RemoveJar
  | SetOption
  | ResetOption
  | StopJob
  | Analyze
  | Call
  | ClientCommand

export type StatementKind = Statement['kind']

// --- data ------------------------------------------------------------------------------------------------------------

export interface Insert {
  readonly kind: 'insert'
  readonly verb: 'INSERT' | 'UPSERT'
  readonly overwrite: boolean
  readonly table: Name
  readonly hints: readonly Hint[]
  /** `INSERT INTO t (z BOOLEAN)`: columns added by the statement; Flink parses and then refuses them. */
  readonly extend: readonly ColumnDefinition[]
  /** PARTITION (a = 1); empty when absent. */
  readonly partition: readonly PartitionEntry[]
  /** Absent: all columns in the table's order. */
  readonly columns?: readonly Name[]
  readonly query: Query
  readonly onConflict?: 'ERROR' | 'NOTHING' | 'DEDUPLICATE'
  readonly span: Span
}
export interface Update {
  readonly kind: 'update'
  readonly table: Name
  readonly hints: readonly Hint[]
  readonly extend?: readonly ColumnDefinition[]
  readonly alias?: Identifier
  readonly assignments: readonly Assignment[]
  readonly where?: Expression
  readonly span: Span
}
export interface Assignment {
  readonly kind: 'assignment'
  readonly column: Name
  readonly value: Expression
  readonly span: Span
}
export interface Delete {
  readonly kind: 'delete'
  readonly table: Name
  readonly hints: readonly Hint[]
  readonly extend?: readonly ColumnDefinition[]
  readonly alias?: Identifier
  readonly where?: Expression
  readonly span: Span
}
/** MERGE: parsed, no meaning in streaming. */
export interface Merge {
  readonly kind: 'merge'
  readonly table: Name
  readonly hints: readonly Hint[]
  readonly alias?: Identifier
  readonly using: TableExpression
  readonly on: Expression
  /** WHEN MATCHED THEN UPDATE SET … */
  readonly update?: readonly Assignment[]
  /** WHEN NOT MATCHED THEN INSERT (columns) VALUES row */
  readonly insert?: { readonly columns: readonly Identifier[]; readonly row: Expression }
  readonly span: Span
}
export interface Truncate {
  readonly kind: 'truncate'
  readonly table: Name
  readonly span: Span
}
/** `STATEMENT SET BEGIN …; END` */
export interface StatementSet {
  readonly kind: 'statement-set'
  readonly statements: readonly Insert[]
  readonly span: Span
}
/** `BEGIN STATEMENT SET`: the statements that follow belong to it, up to END. */
export interface BeginStatementSet {
  readonly kind: 'begin-statement-set'
  readonly span: Span
}
export interface EndStatementSet {
  readonly kind: 'end-statement-set'
  readonly span: Span
}

// --- running and explaining ------------------------------------------------------------------------------------------

export interface Execute {
  readonly kind: 'execute'
  readonly statement: Insert | Query | StatementSet
  readonly span: Span
}
export interface ExecutePlan {
  readonly kind: 'execute-plan'
  readonly path: Text
  readonly span: Span
}
export interface CompilePlan {
  readonly kind: 'compile-plan'
  /** COMPILE AND EXECUTE PLAN */
  readonly execute: boolean
  readonly path: Text
  readonly ifNotExists: boolean
  readonly statement: Insert | StatementSet
  readonly span: Span
}
export type ExplainDetail = 'ESTIMATED_COST' | 'CHANGELOG_MODE' | 'JSON_EXECUTION_PLAN' | 'PLAN_ADVICE'
export interface Explain {
  readonly kind: 'explain'
  readonly details: readonly ExplainDetail[]
  readonly statement:
    | Query
    | Insert
    | Update
    | Delete
    | StatementSet
    | Execute
    | CreateTable
    | CreateMaterializedTable
    | AlterMaterializedTable
  readonly span: Span
}

// --- DROP, SHOW, DESCRIBE, USE ---------------------------------------------------------------------------------------

export type ObjectType =
  | 'TABLE'
  | 'VIEW'
  | 'FUNCTION'
  | 'CATALOG'
  | 'DATABASE'
  | 'MODEL'
  | 'CONNECTION'
  | 'MATERIALIZED TABLE'
export interface Drop {
  readonly kind: 'drop'
  readonly object: ObjectType
  readonly name: Name
  readonly ifExists: boolean
  readonly temporary: boolean
  readonly system: boolean
  /** Of DROP DATABASE. */
  readonly behavior?: 'RESTRICT' | 'CASCADE'
  readonly span: Span
}
export type ShowWhat =
  | 'CATALOGS'
  | 'DATABASES'
  | 'TABLES'
  | 'VIEWS'
  | 'MATERIALIZED TABLES'
  | 'COLUMNS'
  | 'FUNCTIONS'
  | 'USER FUNCTIONS'
  | 'PROCEDURES'
  | 'MODELS'
  | 'CONNECTIONS'
  | 'PARTITIONS'
  | 'MODULES'
  | 'FULL MODULES'
  | 'JARS'
  | 'JOBS'
  | 'CURRENT CATALOG'
  | 'CURRENT DATABASE'
export interface Show {
  readonly kind: 'show'
  readonly what: ShowWhat
  /** FROM or IN a catalog, a database or (COLUMNS, PARTITIONS) a table. */
  readonly from?: Name
  readonly like?: ShowLike
  /** SHOW PARTITIONS t PARTITION (…) */
  readonly partition: readonly PartitionEntry[]
  readonly span: Span
}
export interface ShowLike {
  readonly kind: 'show-like'
  readonly op: 'LIKE' | 'ILIKE'
  readonly negated: boolean
  readonly pattern: Text
  readonly span: Span
}
export interface ShowCreate {
  readonly kind: 'show-create'
  readonly object: 'TABLE' | 'VIEW' | 'CATALOG' | 'MODEL' | 'CONNECTION' | 'MATERIALIZED TABLE'
  /** SHOW CREATE OR ALTER MATERIALIZED TABLE */
  readonly orAlter: boolean
  readonly name: Name
  readonly span: Span
}
export interface Describe {
  readonly kind: 'describe'
  readonly object: 'TABLE' | 'CATALOG' | 'DATABASE' | 'FUNCTION' | 'MODEL' | 'CONNECTION' | 'JOB'
  readonly extended: boolean
  /** A name; the id as text for a job. */
  readonly name: Name | Text
  /** `DESCRIBE TABLE t column` */
  readonly column?: Identifier
  readonly partition: readonly PartitionEntry[]
  readonly span: Span
}
export interface Use {
  readonly kind: 'use'
  readonly object: 'CATALOG' | 'DATABASE'
  readonly name: Name
  readonly span: Span
}
export interface UseModules {
  readonly kind: 'use-modules'
  readonly modules: readonly Identifier[]
  readonly span: Span
}

// --- modules, jars, session, jobs ------------------------------------------------------------------------------------

export interface LoadModule {
  readonly kind: 'load-module'
  readonly name: Identifier
  readonly options: readonly Option[]
  readonly span: Span
}
export interface UnloadModule {
  readonly kind: 'unload-module'
  readonly name: Identifier
  readonly span: Span
}
export interface AddJar {
  readonly kind: 'add-jar'
  readonly path: Text
  readonly span: Span
}
export interface RemoveJar {
  readonly kind: 'remove-jar'
  readonly path: Text
  readonly span: Span
}
/** `SET 'key' = 'value'`, the client's `SET key = value`, or SET alone (list all). */
export interface SetOption {
  readonly kind: 'set'
  /** ALTER SYSTEM SET, ALTER SESSION SET. */
  readonly scope?: 'SYSTEM' | 'SESSION'
  readonly key?: Text
  readonly value?: Text
  readonly span: Span
}
/** RESET alone resets all. */
export interface ResetOption {
  readonly kind: 'reset'
  readonly scope?: 'SYSTEM' | 'SESSION'
  readonly key?: Text
  readonly span: Span
}
export interface StopJob {
  readonly kind: 'stop-job'
  readonly job: Text
  readonly savepoint: boolean
  readonly drain: boolean
  readonly span: Span
}
export interface Analyze {
  readonly kind: 'analyze'
  readonly table: Name
  readonly partition: readonly PartitionEntry[]
  /** Absent: the table's statistics only. */
  readonly columns?: readonly Identifier[] | 'ALL'
  readonly span: Span
}
/** `CALL procedure(…)` */
export interface Call {
  readonly kind: 'call-procedure'
  readonly call: FunctionCall
  readonly span: Span
}
/** Words of the interactive client. */
export interface ClientCommand {
  readonly kind: 'client-command'
  readonly command: 'HELP' | 'QUIT' | 'EXIT' | 'CLEAR'
  readonly span: Span
}
