/** CREATE and REPLACE. */
import { fail } from '../../base/errors.ts'
import type {
  CreateFunction,
  CreateMaterializedTable,
  CreateTable,
  FunctionLanguage,
  FunctionResource,
  LikeClause,
  LikeOption,
  Name,
  Query,
  StartMode,
  Statement,
} from '../ast.ts'
import {
  accept,
  acceptAll,
  acceptOne,
  type Cursor,
  expect,
  expectAll,
  expectOne,
  is,
  spanFrom,
  start,
  tokenSpan,
  tokenText,
  unexpected,
  want,
} from '../cursor.ts'
import { isDateTime, parseDateTime, parseInterval } from './literal.ts'
import { nameOf, parseIdentifier, parseIdentifierList, parseName, parsePlainText, parseText } from './name.ts'
import {
  isNameList,
  parseComment,
  parseDistributed,
  parseModelColumns,
  parseOptions,
  parsePartitionedBy,
  parseSchema,
  parseWithOptions,
} from './schema.ts'

interface Modifiers {
  readonly from: number
  readonly verb: CreateTable['verb']
  readonly orAlter: boolean
  readonly temporary: boolean
  readonly system: boolean
}

/** At CREATE or REPLACE. */
export function parseCreate(c: Cursor): Statement {
  const from = start(c)
  let verb: CreateTable['verb'] = 'CREATE'
  let orAlter = false
  if (accept(c, 'REPLACE')) verb = 'REPLACE'
  else {
    expect(c, 'CREATE')
    if (accept(c, 'OR')) {
      if (accept(c, 'ALTER')) orAlter = true
      else {
        expect(c, 'REPLACE')
        verb = 'CREATE OR REPLACE'
      }
    }
  }
  const temporary = accept(c, 'TEMPORARY')
  const system = temporary && accept(c, 'SYSTEM')
  const m: Modifiers = { from, verb, orAlter, temporary, system }
  const plainly = verb !== 'REPLACE' && !orAlter
  if (plainly && is(c, 'FUNCTION')) return parseCreateFunction(c, m)
  if (plainly && is(c, 'CONNECTION')) return parseCreateConnection(c, m)
  if (!system) {
    if (!orAlter && is(c, 'TABLE')) return parseCreateTable(c, m)
    if (!temporary && verb === 'CREATE' && is(c, 'MATERIALIZED')) return parseCreateMaterializedTable(c, m)
    if (!orAlter && verb !== 'REPLACE' && is(c, 'VIEW')) return parseCreateView(c, m)
    if (plainly && is(c, 'MODEL')) return parseCreateModel(c, m)
    if (plainly && (is(c, 'CATALOG') || is(c, 'DATABASE'))) return parseCreateCatalog(c, m)
    if (!temporary && c.type === 'SYSTEM') rejectSystem(c)
  }
  return unexpected(c)
}

function rejectSystem(c: Cursor): never {
  const place = { span: tokenSpan(c), source: c.source }
  fail('SQL_NOT_ALLOWED', { what: 'A system object is temporary', hint: 'Write CREATE TEMPORARY SYSTEM …' }, place)
}

/** As a property that is there only if it was written. */
function replacing(m: Modifiers): { readonly orReplace?: true } {
  return m.verb === 'CREATE OR REPLACE' ? { orReplace: true } : {}
}

function parseIfNotExists(c: Cursor): boolean {
  return acceptAll(c, 'IF', 'NOT', 'EXISTS')
}

// --- tables ----------------------------------------------------------------------------------------------------------

function parseCreateTable(c: Cursor, m: Modifiers): CreateTable {
  expect(c, 'TABLE')
  const ifNotExists = m.verb === 'CREATE' && parseIfNotExists(c)
  const name = parseName(c)
  const columnNames = isNameList(c) ? parseIdentifierList(c) : undefined
  const schema = columnNames === undefined && is(c, '(') ? parseSchema(c, false) : undefined
  const comment = parseComment(c)
  const distribution = parseDistributed(c)
  const partitionedBy = parsePartitionedBy(c)
  let connection: Name | undefined
  if (acceptAll(c, 'USING', 'CONNECTION')) connection = parseName(c)
  const options = parseWithOptions(c)
  let like: LikeClause | undefined
  let query: Query | undefined
  if (columnNames !== undefined || m.verb === 'REPLACE') {
    if (c.type !== 'AS' && columnNames !== undefined) rejectNames(c, columnNames[0].span)
    expect(c, 'AS')
    query = c.grammar.query(c)
  } else if (m.verb === 'CREATE' && is(c, 'LIKE')) like = parseLike(c)
  else if (accept(c, 'AS')) query = c.grammar.query(c)
  if (query !== undefined && connection !== undefined) {
    const what = 'USING CONNECTION and AS do not go together'
    fail('SQL_NOT_ALLOWED', { what }, { span: connection.span, source: c.source })
  }
  return {
    kind: 'create-table',
    verb: m.verb,
    temporary: m.temporary,
    ifNotExists,
    name,
    schema,
    columnNames,
    comment,
    distribution,
    partitionedBy,
    connection,
    options,
    like,
    query,
    span: spanFrom(c, m.from),
  }
}

function rejectNames(c: Cursor, span: CreateTable['span']): never {
  const what = 'A column without a type is allowed only in CREATE TABLE … AS SELECT'
  fail('SQL_NOT_ALLOWED', { what, hint: 'Write the type behind the name of the column.' }, { span, source: c.source })
}

function parseLike(c: Cursor): LikeClause {
  const from = start(c)
  expect(c, 'LIKE')
  const table = parseName(c)
  const options: LikeOption[] = []
  if (accept(c, '(')) {
    do {
      const at = start(c)
      const merge = expectOne(c, 'INCLUDING', 'EXCLUDING', 'OVERWRITING')
      const feature = expectOne(
        c,
        'ALL',
        'CONSTRAINTS',
        'DISTRIBUTION',
        'GENERATED',
        'METADATA',
        'OPTIONS',
        'PARTITIONS',
        'WATERMARKS',
      )
      options.push({ kind: 'like-option', merge, feature, span: spanFrom(c, at) })
    } while (!is(c, ')'))
    expect(c, ')')
  }
  return { kind: 'like-clause', table, options, span: spanFrom(c, from) }
}

function parseCreateMaterializedTable(c: Cursor, m: Modifiers): CreateMaterializedTable {
  expectAll(c, 'MATERIALIZED', 'TABLE')
  const name = parseName(c)
  const columnNames = isNameList(c) ? parseIdentifierList(c) : undefined
  const schema = columnNames === undefined && is(c, '(') ? parseSchema(c, false) : undefined
  const comment = parseComment(c)
  const distribution = parseDistributed(c)
  const partitionedBy = parsePartitionedBy(c)
  const options = parseWithOptions(c)
  const startMode = acceptAll(c, 'START_MODE', '=') ? parseStartMode(c) : undefined
  const freshness = acceptAll(c, 'FRESHNESS', '=') ? parseInterval(c, true) : undefined
  const refreshMode = acceptAll(c, 'REFRESH_MODE', '=') ? expectOne(c, 'FULL', 'CONTINUOUS') : undefined
  expect(c, 'AS')
  const query = c.grammar.query(c)
  return {
    kind: 'create-materialized-table',
    orAlter: m.orAlter,
    ifNotExists: false,
    name,
    schema,
    columnNames,
    comment,
    distribution,
    partitionedBy,
    options,
    startMode,
    freshness,
    refreshMode,
    query,
    span: spanFrom(c, m.from),
  }
}

function parseStartMode(c: Cursor): StartMode {
  const from = start(c)
  const kind = expectOne(
    c,
    'FROM_BEGINNING',
    'FROM_NOW',
    'FROM_TIMESTAMP',
    'RESUME_OR_FROM_BEGINNING',
    'RESUME_OR_FROM_NOW',
    'RESUME_OR_FROM_TIMESTAMP',
  )
  let value: StartMode['value']
  if (kind.endsWith('FROM_NOW') && accept(c, '(')) {
    value = parseInterval(c, true)
    expect(c, ')')
  } else if (kind.endsWith('FROM_TIMESTAMP')) {
    expect(c, '(')
    is(c, 'TIMESTAMP')
    if (!isDateTime(c) || !c.type.startsWith('TIMESTAMP')) unexpected(c)
    value = parseDateTime(c)
    expect(c, ')')
  }
  return { kind, value, span: spanFrom(c, from) }
}

function parseCreateView(c: Cursor, m: Modifiers): Statement {
  expect(c, 'VIEW')
  const orReplace = m.verb === 'CREATE OR REPLACE'
  const ifNotExists = parseIfNotExists(c)
  const name = parseName(c)
  const columns = is(c, '(') ? parseIdentifierList(c) : []
  const comment = parseComment(c)
  expect(c, 'AS')
  const query = c.grammar.query(c)
  const span = spanFrom(c, m.from)
  return { kind: 'create-view', orReplace, temporary: m.temporary, ifNotExists, name, columns, comment, query, span }
}

// --- functions and the rest ------------------------------------------------------------------------------------------

/** `LANGUAGE …`; TYPESCRIPT is no keyword. */
export function parseLanguage(c: Cursor): FunctionLanguage | undefined {
  if (!accept(c, 'LANGUAGE')) return undefined
  const language = acceptOne(c, 'JAVA', 'SCALA', 'SQL', 'PYTHON')
  if (language !== undefined) return language
  want(c, 'TYPESCRIPT')
  if (c.type !== 'identifier' || tokenText(c).toUpperCase() !== 'TYPESCRIPT') unexpected(c)
  parseIdentifier(c)
  return 'TYPESCRIPT'
}

function parseCreateFunction(c: Cursor, m: Modifiers): CreateFunction {
  expect(c, 'FUNCTION')
  const ifNotExists = parseIfNotExists(c)
  const name = m.system ? nameOf(parseIdentifier(c)) : parseName(c)
  if (m.system && c.type === '.') {
    const what = 'A system function belongs to no catalog or database'
    const place = { span: spanFrom(c, name.span.start), source: c.source }
    fail('SQL_NOT_ALLOWED', { what, hint: 'Give it a simple name.' }, place)
  }
  expect(c, 'AS')
  const as = parsePlainText(c)
  const language = parseLanguage(c)
  const using: FunctionResource[] = []
  const ofJvm = language === undefined || language === 'JAVA' || language === 'SCALA'
  if (ofJvm && accept(c, 'USING')) {
    do {
      const from = start(c)
      const type = expectOne(c, 'JAR', 'ARTIFACT')
      const path = parseText(c)
      using.push({ kind: 'resource', type, path, span: spanFrom(c, from) })
    } while (accept(c, ','))
  }
  const options = parseWithOptions(c)
  return {
    kind: 'create-function',
    ...replacing(m),
    temporary: m.temporary,
    system: m.system,
    ifNotExists,
    name,
    as,
    language,
    using,
    options,
    span: spanFrom(c, m.from),
  }
}

function parseCreateConnection(c: Cursor, m: Modifiers): Statement {
  expect(c, 'CONNECTION')
  const ifNotExists = parseIfNotExists(c)
  const name = parseName(c)
  const comment = parseComment(c)
  expect(c, 'WITH')
  const options = parseOptions(c)
  const { temporary, system, from } = m
  return {
    kind: 'create-connection',
    ...replacing(m),
    temporary,
    system,
    ifNotExists,
    name,
    comment,
    options,
    span: spanFrom(c, from),
  }
}

function parseCreateModel(c: Cursor, m: Modifiers): Statement {
  expect(c, 'MODEL')
  const ifNotExists = parseIfNotExists(c)
  const name = parseName(c)
  const input = accept(c, 'INPUT') ? parseModelColumns(c) : []
  const output = accept(c, 'OUTPUT') ? parseModelColumns(c) : []
  const comment = parseComment(c)
  const options = parseWithOptions(c)
  const query = accept(c, 'AS') ? c.grammar.query(c) : undefined
  return {
    kind: 'create-model',
    ...replacing(m),
    temporary: m.temporary,
    ifNotExists,
    name,
    input,
    output,
    comment,
    options,
    query,
    span: spanFrom(c, m.from),
  }
}

function parseCreateCatalog(c: Cursor, m: Modifiers): Statement {
  const what = expectOne(c, 'CATALOG', 'DATABASE')
  const ifNotExists = parseIfNotExists(c)
  const name = what === 'CATALOG' ? nameOf(parseIdentifier(c)) : parseName(c)
  const comment = parseComment(c)
  const options = parseWithOptions(c)
  const kind = what === 'CATALOG' ? 'create-catalog' : 'create-database'
  return { kind, ...replacing(m), ifNotExists, name, comment, options, span: spanFrom(c, m.from) }
}
