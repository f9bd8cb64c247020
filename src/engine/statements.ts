/**
 * What each statement does in a session.
 *
 * Law: a statement that the parser knows either does what Flink's does, or fails by name with what to use instead.
 */
import { fail, isRivuletError, RivuletError } from '../base/errors.ts'
import { didYouMean } from '../base/nearest.ts'
import { parseOptions } from '../base/options.ts'
import type { SourceText } from '../base/span.ts'
import { alterObject, createTable, createView, explainStatement, insertOfTable } from '../plan/index.ts'
import type {
  AlterCatalog,
  AlterDatabase,
  AlterFunction,
  CreateCatalog,
  CreateFunction,
  CreateTable,
  Drop,
  Insert,
  Option,
  Query,
  Statement,
} from '../sql/ast.ts'
import { STRING } from '../types/logical-type.ts'
import { compilePlan, loadPlan, type StoredPlan } from './compiled-plan.ts'
import { userFunctionOf } from './functions/index.ts'
import { databasePath, namesOf, only } from './names.ts'
import { refuseObject, refuseStatement } from './not-embedded.ts'
import { recorder } from './recording.ts'
import { listResult, type TableResult } from './result.ts'
import type { Session } from './session.ts'
import { describe, jobOf, show, showCreateResult } from './show.ts'

/** An INSERT with the text that it stands in. */
export interface InsertOf {
  readonly insert: Insert
  readonly source: SourceText
}

export interface StatementRunners {
  query(query: Query): TableResult
  /** @param made the statement of which they are a part, such as CREATE TABLE … AS, already carried out */
  insert(inserts: readonly InsertOf[], made?: Statement): Promise<TableResult>
  plan(statement: Statement, stored: StoredPlan): Promise<TableResult>
}

export async function executeStatement(
  session: Session,
  statement: Statement,
  source: SourceText,
  run: StatementRunners,
): Promise<TableResult> {
  switch (statement.kind) {
    case 'query':
      return run.query(statement)
    case 'insert':
      return run.insert([{ insert: statement, source }])
    case 'statement-set':
      return run.insert(statement.statements.map((insert) => ({ insert, source })))
    case 'execute':
      return executeStatement(session, statement.statement, source, run)
    case 'explain': {
      const text = explainStatement(session.planner, statement, source)
      return listResult([{ name: 'result', type: STRING }], [[text]], 'SUCCESS_WITH_CONTENT')
    }
    case 'compile-plan':
      refuseInPackage(statement, 'COMPILE PLAN')
      await compilePlan(session, statement, source)
      return statement.execute
        ? run.plan(statement, await loadPlan(session, statement.path.value, statement.path.span))
        : ok()
    case 'execute-plan':
      refuseInPackage(statement, 'EXECUTE PLAN')
      return run.plan(statement, await loadPlan(session, statement.path.value, statement.path.span))
    case 'create-table':
      if (statement.query !== undefined) return createTableAs(session, statement, statement.query, source, run)
      executeDefinition(session, statement, source)
      return ok()
    case 'create-function':
    case 'alter-function':
      await defineFunction(session, statement)
      return ok()
    case 'show':
      return show(session, statement)
    case 'show-create':
      return showCreateResult(session, statement)
    case 'describe':
      return describe(session, statement)
    case 'set':
      if (statement.key === undefined) {
        const columns = ['key', 'value'].map((name) => ({ name, type: STRING }))
        return listResult(columns, session.options.entries(), 'SUCCESS_WITH_CONTENT')
      }
      session.options.set(statement.key.value, statement.value?.value ?? '')
      return ok()
    case 'reset':
      session.options.reset(statement.key?.value)
      return ok()
    case 'stop-job': {
      const job = await jobOf(session, statement.job.value, statement.job.span)
      if (!statement.savepoint) {
        await job.cancel()
        return ok()
      }
      const path = await job.stopWithSavepoint(undefined, { drain: statement.drain })
      return listResult([{ name: 'savepoint path', type: STRING }], [[path]], 'SUCCESS_WITH_CONTENT')
    }
    default:
      executeDefinition(session, statement, source)
      return ok()
  }
}

function ok(): TableResult {
  return listResult([{ name: 'result', type: STRING }], [['OK']], 'SUCCESS')
}

/** CREATE TABLE … AS: the rows of the query go into the table; a table that cannot be filled is not made. */
async function createTableAs(
  session: Session,
  statement: CreateTable,
  query: Query,
  source: SourceText,
  run: StatementRunners,
): Promise<TableResult> {
  const { name, temporary, ifNotExists } = statement
  const path = session.catalog.qualify(namesOf(name))
  // IF NOT EXISTS leaves the rows of a table that is there alone, too.
  if (ifNotExists && session.catalog.find(path) !== undefined) return ok()
  executeDefinition(session, statement, source)
  const insert = insertOfTable(session.planner, statement, query, source)
  try {
    return await run.insert([{ insert, source }], statement)
  } catch (error) {
    session.catalog.drop('table', path, { ifExists: true, temporary })
    throw error
  }
}

/** Statements that only change the catalog; synchronous, so that `sqlUpdate` can run them. */
export function executeDefinition(session: Session, statement: Statement, source: SourceText): void {
  const { catalog, planner } = session
  switch (statement.kind) {
    case 'create-table':
      createTable(planner, statement, source)
      return
    case 'create-view':
      createView(planner, statement, source)
      return
    case 'alter-table':
    case 'alter-view':
      alterObject(planner, statement, source)
      return
    case 'create-catalog':
      createCatalog(session, statement)
      return
    case 'alter-catalog':
      alterCatalog(session, statement)
      return
    case 'create-database': {
      const { ifNotExists, comment, options, name } = statement
      const mode = { ifNotExists, comment: comment?.value, options: valuesOf(options), span: name.span }
      catalog.createDatabase(...databasePath(session, name), mode)
      return
    }
    case 'alter-database':
      alterDatabase(session, statement)
      return
    case 'drop':
      drop(session, statement)
      return
    case 'use':
      if (statement.object === 'CATALOG') catalog.useCatalog(only(statement.name), statement.name.span)
      else {
        const [inCatalog, name] = databasePath(session, statement.name)
        catalog.useDatabase(inCatalog, name, statement.name.span)
      }
      return
    case 'begin-statement-set':
      refuse(statement, 'BEGIN STATEMENT SET alone', STATEMENT_SETS)
      return
    case 'end-statement-set':
      refuse(statement, 'END without a statement set', STATEMENT_SETS)
      return
    case 'compile-plan':
      refuse(statement, 'COMPILE PLAN in sqlUpdate', PLANS)
      return
    case 'execute-plan':
      refuse(statement, 'EXECUTE PLAN in sqlUpdate', PLANS)
      return
    default:
      refuseStatement(statement)
  }
}

const STATEMENT_SETS = 'Write EXECUTE STATEMENT SET BEGIN INSERT …; INSERT …; END, or run both in one script.'
const PLANS = 'Files are read and written by executeSql.'

/** Flink compiles plans of its own, and reads no others. */
function refuseInPackage(statement: Statement, name: string): void {
  if (recorder() !== undefined) refuse(statement, `${name} in a job for Flink`, 'Write the INSERT itself.')
}

function refuse({ span }: Statement, feature: string, hint: string): never {
  return fail('PLAN_NOT_SUPPORTED', { feature, hint }, { span })
}

// ---- Catalogs and databases ------------------------------------------------------------------------------------------

function valuesOf(options: readonly Option[]): Readonly<Record<string, string>> {
  return Object.fromEntries(options.map(({ key, value }) => [key.value, value.value]))
}

const CATALOG_TYPES = ['generic_in_memory']

function createCatalog({ catalog }: Session, { name, ifNotExists, comment, options }: CreateCatalog): void {
  const entries = Object.fromEntries(
    options.map(({ key, value, span }) => [key.value, { value: value.value, span }] as const),
  )
  const declared = [
    { key: 'type', type: 'enum' as const, values: CATALOG_TYPES, required: true, description: 'The kind of catalog.' },
    {
      key: 'default-database',
      type: 'string' as const,
      default: 'default',
      description: 'The database that is there.',
    },
  ]
  try {
    parseOptions(`catalog '${only(name)}'`, declared, entries)
  } catch (error) {
    // What is missing has no place of its own.
    if (isRivuletError(error) && error.span === undefined)
      throw new RivuletError({ ...error.toJSON(), span: name.span })
    throw error
  }
  catalog.createCatalog(only(name), {
    ifNotExists,
    comment: comment?.value,
    options: valuesOf(options),
    span: name.span,
  })
}

function alterCatalog({ catalog }: Session, { name, action, ifExists }: AlterCatalog): void {
  if (ifExists && !catalog.listCatalogs().includes(only(name))) return
  const { options } = catalog.describeCatalog(only(name), name.span)
  switch (action.kind) {
    case 'comment':
      catalog.alterCatalog(only(name), { comment: action.comment.value })
      return
    case 'set-options':
      catalog.alterCatalog(only(name), { options: { ...options, ...valuesOf(action.options) } })
      return
    case 'reset-options': {
      const type = action.keys.find(({ value }) => value === 'type')
      const what = `The catalog '${only(name)}'`
      if (type !== undefined)
        fail('PLAN_ALTER', { what, problem: "RESET would take its 'type' away" }, { span: type.span })
      const gone = new Set(action.keys.map(({ value }) => value))
      const left = Object.fromEntries(Object.entries(options).filter(([key]) => !gone.has(key)))
      catalog.alterCatalog(only(name), { options: left })
    }
  }
}

function alterDatabase(session: Session, { name, action, ifExists }: AlterDatabase): void {
  const { catalog } = session
  const [inCatalog, database] = databasePath(session, name)
  if (ifExists && !catalog.listDatabases(inCatalog).includes(database)) return
  const { options } = catalog.describeDatabase(inCatalog, database, name.span)
  catalog.alterDatabase(inCatalog, database, { options: { ...options, ...valuesOf(action.options) } })
}

function drop(session: Session, statement: Drop): void {
  const { catalog } = session
  const { ifExists, temporary, name } = statement
  const mode = { ifExists, temporary, span: name.span }
  switch (statement.object) {
    case 'TABLE':
    case 'VIEW':
      catalog.drop(statement.object === 'TABLE' ? 'table' : 'view', catalog.qualify(namesOf(name)), mode)
      return
    case 'FUNCTION':
      catalog.dropFunction(catalog.qualify(namesOf(name)), { ...mode, system: statement.system })
      return
    case 'CATALOG':
      catalog.dropCatalog(only(name), mode)
      return
    case 'DATABASE': {
      const [inCatalog, database] = databasePath(session, name)
      catalog.dropDatabase(inCatalog, database, { ...mode, cascade: statement.behavior === 'CASCADE' })
      return
    }
    case 'MODEL':
    case 'CONNECTION':
    case 'MATERIALIZED TABLE':
      refuseObject('DROP', statement.object, statement.span)
  }
}

// ---- Functions -------------------------------------------------------------------------------------------------------

/** CREATE FUNCTION, and ALTER FUNCTION, which puts another one in its place. */
async function defineFunction(session: Session, statement: CreateFunction | AlterFunction): Promise<void> {
  const name = only(statement.name)
  if (statement.language !== 'TYPESCRIPT') {
    const verb = statement.kind === 'create-function' ? 'CREATE' : 'ALTER'
    const statementText = `${verb} FUNCTION … LANGUAGE ${statement.language ?? 'JAVA'}`
    const instead = `Write it in TypeScript: CREATE TEMPORARY FUNCTION ${name} AS './udfs.ts#${name}' LANGUAGE TYPESCRIPT.`
    fail('ENGINE_NOT_EMBEDDED', { statement: statementText, instead }, { span: statement.span })
  }
  const text = statement.as.value
  const hash = text.lastIndexOf('#')
  if (hash <= 0) {
    const detail = 'the name must be a module and an export, separated by #.'
    fail(
      'ENGINE_FUNCTION_MODULE',
      { module: text, detail, hint: "For example './udfs.ts#name'." },
      { span: statement.as.span },
    )
  }
  const fn = await session.loadFunction(text.slice(0, hash), text.slice(hash + 1))
  const declared = userFunctionOf(fn, name)
  if (declared === undefined) {
    const found = `a ${typeof fn} that was not made by udf, udaf or udtf`
    return fail('ENGINE_NOT_A_FUNCTION', { name: text, found }, { span: statement.as.span })
  }
  const { catalog } = session
  const path = catalog.qualify(namesOf(statement.name))
  const { span } = statement.name
  if (statement.kind === 'alter-function' && !knownFunction(session, statement)) {
    if (statement.ifExists) return
    const known = catalog.listFunctions()
    const hint = known.includes(path.name.toLowerCase())
      ? 'There is one of another sort: say TEMPORARY, TEMPORARY SYSTEM or neither, as it was created.'
      : (didYouMean(path.name, known) ?? 'CREATE FUNCTION makes a new one.')
    fail('PLAN_UNKNOWN_OBJECT', { what: 'function', name, hint }, { span })
  }
  const replace = statement.kind === 'alter-function' || statement.orReplace === true
  const mode = { ifNotExists: statement.kind === 'create-function' && statement.ifNotExists, replace, span }
  if (statement.system) catalog.createTemporarySystemFunction(name, declared, mode)
  else catalog.createFunction(path, declared, { ...mode, temporary: statement.temporary })
  recorder()?.function({ name, system: statement.system, fn })
}

/** There is such a function, of the same sort: temporary system, temporary, or of the catalog. */
function knownFunction({ catalog }: Session, { name, system, temporary }: AlterFunction): boolean {
  if (system) return catalog.findSystemFunction(only(name)) !== undefined
  return catalog.hasFunction(catalog.qualify(namesOf(name)), temporary)
}
