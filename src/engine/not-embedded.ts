/**
 * Statements of Flink SQL that have no meaning in one process: what they are called, and what to use instead.
 *
 * Law: every kind of statement that no other file of this folder runs has its line here; a kind without one does not compile.
 */
import { fail } from '../base/errors.ts'
import type { ObjectType, Statement, StatementKind } from '../sql/ast.ts'

const CHANGES =
  'A stream changes by new rows: INSERT INTO a table with a PRIMARY KEY (upsert-kafka) takes the newest row per key.'
const MODEL =
  'Call the model from a function: CREATE TEMPORARY FUNCTION f … LANGUAGE TYPESCRIPT, asynchronous where it waits.'
const CONNECTION =
  "Write the connection's options into WITH (…) of each table, or CREATE TABLE … LIKE a table that has them."
const MATERIALIZED = 'CREATE TABLE … and INSERT INTO it: the job keeps the table up to date as long as it runs.'
const MODULES = "There is the module 'core' alone; functions of your own come by CREATE FUNCTION … LANGUAGE TYPESCRIPT."
const JARS = "Functions are TypeScript: CREATE TEMPORARY FUNCTION f AS './udfs.ts#f' LANGUAGE TYPESCRIPT."
const STATISTICS = 'Plans of streams do without statistics of tables: leave it out.'
const CLIENT = 'It is a command of the interactive client: leave it out of scripts and programs.'

/** Kinds that sessions run. */
type Embedded =
  | 'query'
  | 'insert'
  | 'statement-set'
  | 'begin-statement-set'
  | 'end-statement-set'
  | 'execute'
  | 'execute-plan'
  | 'compile-plan'
  | 'explain'
  | 'create-table'
  | 'create-view'
  | 'create-function'
  | 'create-catalog'
  | 'create-database'
  | 'alter-table'
  | 'alter-view'
  | 'alter-function'
  | 'alter-catalog'
  | 'alter-database'
  | 'drop'
  | 'show'
  | 'show-create'
  | 'describe'
  | 'use'
  | 'set'
  | 'stop-job'
  | 'reset'

type Refused = Exclude<StatementKind, Embedded>

const REFUSED: Readonly<Record<Refused, readonly [statement: string, instead: string]>> = {
  update: ['UPDATE', CHANGES],
  delete: ['DELETE', CHANGES],
  merge: ['MERGE', CHANGES],
  truncate: [
    'TRUNCATE TABLE',
    'Topics are emptied by Kafka: `rivulet topics delete` and `create`, or a retention of the topic.',
  ],
  'create-model': ['CREATE MODEL', MODEL],
  'alter-model': ['ALTER MODEL', MODEL],
  'create-connection': ['CREATE CONNECTION', CONNECTION],
  'alter-connection': ['ALTER CONNECTION', CONNECTION],
  'create-materialized-table': ['CREATE MATERIALIZED TABLE', MATERIALIZED],
  'alter-materialized-table': ['ALTER MATERIALIZED TABLE', MATERIALIZED],
  'use-modules': ['USE MODULES', MODULES],
  'load-module': ['LOAD MODULE', MODULES],
  'unload-module': ['UNLOAD MODULE', MODULES],
  'add-jar': ['ADD JAR', JARS],
  'remove-jar': ['REMOVE JAR', JARS],
  analyze: ['ANALYZE TABLE', STATISTICS],
  'call-procedure': ['CALL', 'Procedures belong to external catalogs; call a function of your program instead.'],
  'client-command': ['A client command', CLIENT],
}

export function refuseStatement(statement: Statement): never {
  const [name, instead] = REFUSED[statement.kind as Refused]
  const shown = statement.kind === 'client-command' ? statement.command : name
  return fail('ENGINE_NOT_EMBEDDED', { statement: shown, instead }, { span: statement.span })
}

export type ForeignObject = Extract<ObjectType, 'MODEL' | 'CONNECTION' | 'MATERIALIZED TABLE'>

const OBJECTS: Readonly<Record<ForeignObject, string>> = {
  MODEL: MODEL,
  CONNECTION: CONNECTION,
  'MATERIALIZED TABLE': MATERIALIZED,
}

/** DROP, SHOW CREATE or DESCRIBE of an object that the embedded engine does not have. */
export function refuseObject(verb: string, object: ForeignObject, span: Statement['span']): never {
  return fail('ENGINE_NOT_EMBEDDED', { statement: `${verb} ${object}`, instead: OBJECTS[object] }, { span })
}
