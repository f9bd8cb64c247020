/**
 * What each statement does in a session.
 *
 * Law: a statement that the parser knows either does what Flink's does, or fails by name with what to use instead.
 */
import { fail } from '../base/errors.ts'
import type { SourceText } from '../base/span.ts'
import { aggregateNames } from '../functions/aggregate/index.ts'
import { scalarFunctions } from '../functions/registry.ts'
import { createTable, createView, describeColumns, explainStatement, showCreate } from '../plan/index.ts'
import type { CreateFunction, Describe, Drop, Insert, Name, Query, Show, Statement, Text } from '../sql/ast.ts'
import { BOOLEAN, STRING } from '../types/logical-type.ts'
import { describeFunction } from './describe-function.ts'
import { userFunctionOf } from './functions/index.ts'
import type { JobClient } from './job-client.ts'
import { listResult, type TableResult } from './result.ts'
import type { Session } from './session.ts'

/** An INSERT with the text that it stands in. */
export interface InsertOf {
  readonly insert: Insert
  readonly source: SourceText
}

export interface StatementRunners {
  query(query: Query): TableResult
  insert(inserts: readonly InsertOf[]): Promise<TableResult>
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
    case 'create-function':
      await createFunction(session, statement)
      return ok()
    case 'show':
      return show(session, statement)
    case 'show-create':
      if (statement.object !== 'TABLE' && statement.object !== 'VIEW') {
        const instead = 'SHOW CREATE works on tables and views.'
        fail('ENGINE_NOT_EMBEDDED', { statement: `SHOW CREATE ${statement.object}`, instead }, { span: statement.span })
      }
      return listResult(
        [{ name: 'result', type: STRING }],
        [[showCreate(session.planner, statement)]],
        'SUCCESS_WITH_CONTENT',
      )
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
      const job = jobOf(session, statement.job)
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

function jobOf(session: Session, id: Text): JobClient {
  const found = session.jobs.find((job) => job.id === id.value)
  const known = session.jobs.map((job) => `'${job.id}' (${job.name})`).join(', ')
  return found ?? fail('ENGINE_NO_SUCH_JOB', { id: id.value, known }, { span: id.span })
}

function jobsResult(jobs: readonly JobClient[]): TableResult {
  const columns = ['job id', 'job name', 'status', 'start time'].map((name) => ({ name, type: STRING }))
  const rows = jobs.map((job) => {
    const started = new Date(job.started).toISOString().replace('Z', '')
    return [job.id, job.name, job.status, started]
  })
  return listResult(columns, rows, 'SUCCESS_WITH_CONTENT')
}

function ok(): TableResult {
  return listResult([{ name: 'result', type: STRING }], [['OK']], 'SUCCESS')
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
    case 'create-catalog':
      catalog.createCatalog(only(statement.name), { ifNotExists: statement.ifNotExists, span: statement.name.span })
      catalog.createDatabase(only(statement.name), 'default', { ifNotExists: true })
      return
    case 'create-database': {
      const [inCatalog, name] = databasePath(session, statement.name)
      catalog.createDatabase(inCatalog, name, { ifNotExists: statement.ifNotExists, span: statement.name.span })
      return
    }
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
    default: {
      const what = statement.kind.replaceAll('-', ' ').toUpperCase()
      fail('ENGINE_NOT_EMBEDDED', { statement: what, instead: alternative(statement) }, { span: statement.span })
    }
  }
}

function alternative(statement: Statement): string {
  switch (statement.kind) {
    case 'add-jar':
    case 'remove-jar':
      return "Functions are TypeScript: CREATE TEMPORARY FUNCTION f AS './udfs.ts#f' LANGUAGE TYPESCRIPT."
    case 'update':
    case 'delete':
    case 'merge':
    case 'truncate':
      return 'Streaming tables change through INSERT INTO; an upsert table takes the newest row per key.'
    default:
      return 'See the list of supported statements in COMPAT.md.'
  }
}

const namesOf = (name: Name): string[] => name.parts.map((part) => part.name)
const only = (name: Name): string => namesOf(name).join('.')

function databasePath(session: Session, name: Name): [catalog: string, database: string] {
  const parts = namesOf(name)
  return parts.length === 1 ? [session.catalog.currentCatalog, parts[0]] : [parts[0], parts[1]]
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
    default:
      fail(
        'ENGINE_NOT_EMBEDDED',
        { statement: `DROP ${statement.object}`, instead: 'See the list of supported statements in COMPAT.md.' },
        { span: statement.span },
      )
  }
}

async function createFunction(session: Session, statement: CreateFunction): Promise<void> {
  const name = only(statement.name)
  if (statement.language !== 'TYPESCRIPT') {
    const statementText = `CREATE FUNCTION … LANGUAGE ${statement.language ?? 'JAVA'}`
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
  const mode = { ifNotExists: statement.ifNotExists, span: statement.name.span }
  if (statement.system) session.catalog.createTemporarySystemFunction(name, declared, mode)
  else {
    const path = session.catalog.qualify(namesOf(statement.name))
    session.catalog.createFunction(path, declared, { ...mode, temporary: statement.temporary })
  }
}

function show(session: Session, statement: Show): TableResult {
  const { catalog } = session
  const from = statement.from === undefined ? undefined : namesOf(statement.from)
  const list = (column: string, names: readonly string[]) =>
    listResult(
      [{ name: column, type: STRING }],
      matching(statement, names).map((name) => [name]),
      'SUCCESS_WITH_CONTENT',
    )
  const [inCatalog, inDatabase] =
    from === undefined
      ? [catalog.currentCatalog, catalog.currentDatabase]
      : from.length === 1
        ? [catalog.currentCatalog, from[0]]
        : from
  switch (statement.what) {
    case 'CATALOGS':
      return list('catalog name', catalog.listCatalogs())
    case 'CURRENT CATALOG':
      return list('current catalog name', [catalog.currentCatalog])
    case 'DATABASES':
      return list('database name', catalog.listDatabases(from?.[0]))
    case 'CURRENT DATABASE':
      return list('current database name', [catalog.currentDatabase])
    case 'TABLES':
      return list('table name', catalog.list('table', inCatalog, inDatabase))
    case 'VIEWS':
      return list('view name', catalog.list('view', inCatalog, inDatabase))
    case 'FUNCTIONS': {
      const builtIn = scalarFunctions.map(({ name }) => name.toLowerCase()).filter((name) => /^[a-z]\w*$/.test(name))
      const names = new Set([...builtIn, ...aggregateNames().map((n) => n.toLowerCase()), ...catalog.listFunctions()])
      return list('function name', [...names].sort())
    }
    case 'USER FUNCTIONS':
      return list('function name', catalog.listFunctions())
    case 'COLUMNS':
      return columnsResult(session, statement.from as Name)
    case 'JOBS':
      return jobsResult(session.jobs)
    default: {
      const instead = 'See the list of supported statements in COMPAT.md.'
      return fail('ENGINE_NOT_EMBEDDED', { statement: `SHOW ${statement.what}`, instead }, { span: statement.span })
    }
  }
}

/** LIKE and ILIKE of SHOW: `%` and `_`. */
function matching(statement: Show, names: readonly string[]): readonly string[] {
  const { like } = statement
  if (like === undefined) return names
  const body = [...like.pattern.value].map((c) =>
    c === '%' ? '.*' : c === '_' ? '.' : c.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&'),
  )
  const regex = new RegExp(`^${body.join('')}$`, like.op === 'ILIKE' ? 'is' : 's')
  return names.filter((name) => regex.test(name) !== like.negated)
}

function describe(session: Session, statement: Describe): TableResult {
  if (statement.object === 'FUNCTION' && statement.name.kind === 'name') {
    const rows = describeFunction(session, namesOf(statement.name), statement.extended, statement.name.span)
    const schema = ['info name', 'info value'].map((name) => ({ name, type: STRING }))
    return listResult(schema, rows, 'SUCCESS_WITH_CONTENT')
  }
  if (statement.object === 'JOB' && statement.name.kind !== 'name') {
    return jobsResult([jobOf(session, statement.name)])
  }
  if (statement.object !== 'TABLE' || statement.name.kind !== 'name') {
    const instead = 'DESCRIBE works on tables, views, functions and jobs.'
    return fail('ENGINE_NOT_EMBEDDED', { statement: `DESCRIBE ${statement.object}`, instead }, { span: statement.span })
  }
  return columnsResult(session, statement.name)
}

function columnsResult(session: Session, name: Name): TableResult {
  const object = session.catalog.get(namesOf(name), name.span)
  const schema = ['name', 'type', 'null', 'key', 'extras', 'watermark'].map((column) => ({
    name: column,
    type: column === 'null' ? BOOLEAN : STRING,
  }))
  return listResult(schema, describeColumns(object), 'SUCCESS_WITH_CONTENT')
}
