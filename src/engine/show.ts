/**
 * SHOW, SHOW CREATE and DESCRIBE: what a session holds, as rows.
 *
 * Law: columns are named as Flink names them; kinds of objects that the embedded engine cannot have are empty lists, and
 * values of secret options are masked.
 */
import { fail } from '../base/errors.ts'
import { aggregateNames } from '../functions/aggregate/index.ts'
import { scalarFunctions } from '../functions/registry.ts'
import { describeColumns, showCreate } from '../plan/index.ts'
import type { Describe, Name, Show, ShowCreate } from '../sql/ast.ts'
import { printIdentifier, printText } from '../sql/index.ts'
import { BOOLEAN, STRING } from '../types/logical-type.ts'
import type { SessionJob } from './cluster.ts'
import { describeFunction } from './describe-function.ts'
import { databasePath, namesOf, only } from './names.ts'
import { refuseObject } from './not-embedded.ts'
import { listResult, type TableResult } from './result.ts'
import type { Session } from './session.ts'

function rows(columns: readonly string[], values: readonly (readonly unknown[])[]): TableResult {
  const schema = columns.map((name) => ({ name, type: name === 'null' || name === 'used' ? BOOLEAN : STRING }))
  return listResult(schema, values, 'SUCCESS_WITH_CONTENT')
}

export async function show(session: Session, statement: Show): Promise<TableResult> {
  const { catalog } = session
  const from = statement.from === undefined ? undefined : namesOf(statement.from)
  const list = (column: string, names: readonly string[]) =>
    rows(
      [column],
      matching(statement, names).map((name) => [name]),
    )
  const inDatabase = (): readonly [string, string] => {
    if (statement.from === undefined) return [catalog.currentCatalog, catalog.currentDatabase]
    const path = databasePath(session, statement.from)
    catalog.describeDatabase(...path, statement.from.span)
    return path
  }
  switch (statement.what) {
    case 'CATALOGS':
      return list('catalog name', catalog.listCatalogs())
    case 'CURRENT CATALOG':
      return list('current catalog name', [catalog.currentCatalog])
    case 'DATABASES':
      return list('database name', catalog.listDatabases(from?.[0], statement.from?.span))
    case 'CURRENT DATABASE':
      return list('current database name', [catalog.currentDatabase])
    case 'TABLES':
      return list('table name', catalog.list('table', ...inDatabase()))
    case 'VIEWS':
      return list('view name', catalog.list('view', ...inDatabase()))
    case 'FUNCTIONS': {
      const users = catalog.listFunctions(...inDatabase())
      if (from !== undefined) return list('function name', users)
      const builtIn = scalarFunctions.map(({ name }) => name.toLowerCase()).filter((name) => /^[a-z]\w*$/.test(name))
      return list(
        'function name',
        [...new Set([...builtIn, ...aggregateNames().map((n) => n.toLowerCase()), ...users])].sort(),
      )
    }
    case 'USER FUNCTIONS':
      return list('function name', catalog.listFunctions(...inDatabase()))
    case 'COLUMNS':
      return columnsResult(session, statement.from as Name, statement)
    case 'JOBS':
      return jobsResult(await session.listJobs())
    case 'MODULES':
      return list('module name', ['core'])
    case 'FULL MODULES':
      return rows(['module name', 'used'], [['core', true]])
    case 'JARS':
      return list('jars', [])
    case 'MODELS':
      return list('model name', [])
    case 'CONNECTIONS':
      return list('connection name', [])
    case 'MATERIALIZED TABLES':
      return list('materialized table name', [])
    case 'PROCEDURES':
      return list('procedure name', [])
    case 'PARTITIONS': {
      const instead =
        'Tables of streams have no partitions of their own; `rivulet topics describe` shows those of a topic.'
      return fail('ENGINE_NOT_EMBEDDED', { statement: 'SHOW PARTITIONS', instead }, { span: statement.span })
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

function columnsResult(session: Session, name: Name, filter?: Show): TableResult {
  const object = session.catalog.get(namesOf(name), name.span)
  const columns = describeColumns(object)
  const shown =
    filter === undefined
      ? undefined
      : matching(
          filter,
          columns.map(([column]) => column),
        )
  const titles = ['name', 'type', 'null', 'key', 'extras', 'watermark']
  const chosen = shown === undefined ? columns : columns.filter(([column]) => shown.includes(column))
  // Comments have a column only where there are some.
  if (columns.every(([, , , , , , comment]) => comment === null)) {
    return rows(
      titles,
      chosen.map((column) => column.slice(0, titles.length)),
    )
  }
  return rows([...titles, 'comment'], chosen)
}

export async function describe(session: Session, statement: Describe): Promise<TableResult> {
  const { catalog } = session
  const { object, name, span } = statement
  if (name.kind !== 'name') return jobsResult([await jobOf(session, name.value, span)])
  const info = (values: readonly (readonly [string, string])[]) => rows(['info name', 'info value'], values)
  switch (object) {
    case 'TABLE':
      return columnsResult(session, name)
    case 'FUNCTION':
      return info(describeFunction(session, namesOf(name), statement.extended, name.span) as [string, string][])
    case 'CATALOG': {
      const { comment, options } = catalog.describeCatalog(only(name), name.span)
      const { type = '', ...others } = options
      const more = Object.entries(others).map(([key, value]) => [`option:${key}`, masked(key, value)] as const)
      return info([
        ['name', only(name)],
        ['type', type],
        ['comment', comment ?? ''],
        ...(statement.extended ? more : []),
      ])
    }
    case 'DATABASE': {
      const path = databasePath(session, name)
      const { comment, options } = catalog.describeDatabase(...path, name.span)
      const more = Object.entries(options).map(([key, value]) => [`option:${key}`, masked(key, value)] as const)
      return info([['name', path[1]], ['comment', comment ?? ''], ...(statement.extended ? more : [])])
    }
    case 'JOB':
      return jobsResult([await jobOf(session, only(name), span)])
    case 'MODEL':
    case 'CONNECTION':
      return refuseObject('DESCRIBE', object, span)
  }
}

export async function jobOf(session: Session, id: string, span: Describe['span']): Promise<SessionJob> {
  const jobs = await session.listJobs()
  const found = jobs.find((job) => job.id === id)
  const known = jobs.map((job) => `'${job.id}' (${job.name})`).join(', ')
  return found ?? fail('ENGINE_NO_SUCH_JOB', { id, known }, { span })
}

function jobsResult(jobs: readonly SessionJob[]): TableResult {
  return rows(
    ['job id', 'job name', 'status', 'start time'],
    jobs.map((job) => [job.id, job.name, job.status, new Date(job.started).toISOString().replace('Z', '')]),
  )
}

export function showCreateResult(session: Session, statement: ShowCreate): TableResult {
  switch (statement.object) {
    case 'TABLE':
    case 'VIEW':
      return rows(['result'], [[showCreate(session.planner, statement)]])
    case 'CATALOG': {
      const name = only(statement.name)
      const { comment, options } = session.catalog.describeCatalog(name, statement.name.span)
      const lines = Object.entries(options)
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([key, value]) => `  ${printText(key)} = ${printText(masked(key, value))}`)
      const said = comment === undefined ? '' : `COMMENT ${printText(comment)}\n`
      return rows(
        ['result'],
        [[`CREATE CATALOG ${printIdentifier(name, true)}\n${said}WITH (\n${lines.join(',\n')}\n)`]],
      )
    }
    case 'MODEL':
    case 'CONNECTION':
    case 'MATERIALIZED TABLE':
      return refuseObject('SHOW CREATE', statement.object, statement.span)
  }
}

function masked(key: string, value: string): string {
  return /password|secret|token|api-?key/i.test(key) ? '******' : value
}
