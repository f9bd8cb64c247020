/**
 * Statements: the word that begins one decides which it is.
 *
 * Law: a statement ends where its grammar ends; what follows must be `;` or the end of the text.
 */
import { fail } from '../../base/errors.ts'
import type {
  Assignment,
  CompilePlan,
  Execute,
  Explain,
  ExplainDetail,
  Insert,
  Name,
  SetOption,
  Statement,
  StatementSet,
} from '../ast.ts'
import {
  accept,
  acceptAll,
  acceptOne,
  advance,
  type Cursor,
  expect,
  expectAll,
  expectOne,
  goTo,
  is,
  isName,
  peek,
  spanFrom,
  start,
  tokenSpan,
  tokenText,
  unexpected,
  want,
} from '../cursor.ts'
import { parseAlter, parseDrop } from './alter.ts'
import { parseCreate } from './create.ts'
import { parseExpression } from './expression.ts'
import { parseCall } from './function.ts'
import { parseHints } from './hint.ts'
import { nameOf, parseIdentifier, parseIdentifierList, parseName, parseText } from './name.ts'
import { parseQuery } from './query.ts'
import { isQueryStart } from './query-start.ts'
import { parseExtend, parseExtension, parsePartition, parseWithOptions } from './schema.ts'
import { parseDescribe, parseShow, parseUse } from './show.ts'
import { parseJoins } from './table.ts'

export function parseStatement(c: Cursor): Statement {
  want(c, 'statement')
  const from = start(c)
  switch (c.type) {
    case 'INSERT':
    case 'UPSERT':
      return parseInsert(c)
    case 'CREATE':
    case 'REPLACE':
      return parseCreate(c)
    case 'ALTER':
      return parseAlter(c)
    case 'DROP':
      return parseDrop(c)
    case 'SHOW':
      return parseShow(c)
    case 'DESCRIBE':
    case 'DESC':
      return parseDescribe(c, parseExplained)
    case 'USE':
      return parseUse(c)
    case 'EXPLAIN':
      return parseExplain(c)
    case 'EXECUTE':
      return parseExecute(c)
    case 'COMPILE':
      return parseCompile(c)
    case 'BEGIN':
      expectAll(c, 'BEGIN', 'STATEMENT', 'SET')
      return { kind: 'begin-statement-set', span: spanFrom(c, from) }
    case 'END':
      advance(c)
      return { kind: 'end-statement-set', span: spanFrom(c, from) }
    case 'SET':
      return parseSet(c)
    case 'RESET':
      return parseReset(c)
    case 'UPDATE':
      return parseUpdate(c)
    case 'DELETE':
      return parseDelete(c)
    case 'MERGE':
      return parseMerge(c)
    case 'TRUNCATE':
      expectAll(c, 'TRUNCATE', 'TABLE')
      return { kind: 'truncate', table: parseName(c), span: spanFrom(c, from) }
    case 'LOAD': {
      expectAll(c, 'LOAD', 'MODULE')
      const name = parseIdentifier(c)
      return { kind: 'load-module', name, options: parseWithOptions(c), span: spanFrom(c, from) }
    }
    case 'UNLOAD':
      expectAll(c, 'UNLOAD', 'MODULE')
      return { kind: 'unload-module', name: parseIdentifier(c), span: spanFrom(c, from) }
    case 'ADD':
      expectAll(c, 'ADD', 'JAR')
      return { kind: 'add-jar', path: parseText(c), span: spanFrom(c, from) }
    case 'REMOVE':
      expectAll(c, 'REMOVE', 'JAR')
      return { kind: 'remove-jar', path: parseText(c), span: spanFrom(c, from) }
    case 'STOP': {
      expectAll(c, 'STOP', 'JOB')
      const job = parseText(c)
      const savepoint = acceptAll(c, 'WITH', 'SAVEPOINT')
      const drain = savepoint && acceptAll(c, 'WITH', 'DRAIN')
      return { kind: 'stop-job', job, savepoint, drain, span: spanFrom(c, from) }
    }
    case 'ANALYZE':
      return parseAnalyze(c)
    case 'CALL': {
      advance(c)
      const call = parseCall(c, parseName(c))
      return { kind: 'call-procedure', call, span: spanFrom(c, from) }
    }
    case 'identifier': {
      const command = tokenText(c).toUpperCase()
      if (command === 'HELP' || command === 'QUIT' || command === 'EXIT' || command === 'CLEAR') {
        advance(c)
        return { kind: 'client-command', command, span: spanFrom(c, from) }
      }
      break
    }
  }
  if (isQueryStart(c) || c.type === '(') return parseQuery(c)
  return unexpected(c)
}

// --- data ------------------------------------------------------------------------------------------------------------

function parseInsert(c: Cursor): Insert {
  const from = start(c)
  const verb = expectOne(c, 'INSERT', 'UPSERT')
  const overwrite = verb === 'INSERT' && accept(c, 'OVERWRITE')
  if (!overwrite) expect(c, 'INTO')
  const table = parseName(c)
  const hints = parseHints(c)
  const extend = parseExtend(c)
  const partition = accept(c, 'PARTITION') ? parsePartition(c) : []
  const columns = isColumnList(c) ? parseColumnList(c) : undefined
  is(c, '(')
  const query = parseQuery(c)
  const onConflict = acceptAll(c, 'ON', 'CONFLICT', 'DO') ? expectOne(c, 'ERROR', 'NOTHING', 'DEDUPLICATE') : undefined
  const span = spanFrom(c, from)
  return { kind: 'insert', verb, overwrite, table, hints, extend, partition, columns, query, onConflict, span }
}

/** `(a, b)`, as against a query in parentheses. */
function isColumnList(c: Cursor): boolean {
  return is(c, '(') && isName(c, peek(c, 1))
}
function parseColumnList(c: Cursor): readonly Name[] {
  expect(c, '(')
  const columns = [parseName(c)]
  while (accept(c, ',')) columns.push(parseName(c))
  expect(c, ')')
  return columns
}

function parseAssignments(c: Cursor, nested: boolean): readonly Assignment[] {
  const assignments: Assignment[] = []
  do {
    const from = start(c)
    const column = nested ? parseName(c) : nameOf(parseIdentifier(c))
    expect(c, '=')
    assignments.push({ kind: 'assignment', column, value: parseExpression(c), span: spanFrom(c, from) })
  } while (accept(c, ','))
  return assignments
}
function parseAlias(c: Cursor) {
  return accept(c, 'AS') || isName(c) ? parseIdentifier(c) : undefined
}

function parseUpdate(c: Cursor): Statement {
  const from = start(c)
  expect(c, 'UPDATE')
  const table = parseName(c)
  const hints = parseHints(c)
  const extend = parseExtension(c)
  const alias = parseAlias(c)
  expect(c, 'SET')
  const assignments = parseAssignments(c, false)
  const where = accept(c, 'WHERE') ? parseExpression(c) : undefined
  return { kind: 'update', table, hints, ...extend, alias, assignments, where, span: spanFrom(c, from) }
}

function parseDelete(c: Cursor): Statement {
  const from = start(c)
  expectAll(c, 'DELETE', 'FROM')
  const table = parseName(c)
  const hints = parseHints(c)
  const extend = parseExtension(c)
  const alias = parseAlias(c)
  const where = accept(c, 'WHERE') ? parseExpression(c) : undefined
  return { kind: 'delete', table, hints, ...extend, alias, where, span: spanFrom(c, from) }
}

function parseMerge(c: Cursor): Statement {
  const from = start(c)
  expectAll(c, 'MERGE', 'INTO')
  const table = parseName(c)
  const hints = parseHints(c)
  const alias = parseAlias(c)
  expect(c, 'USING')
  const using = parseJoins(c, { query: parseQuery, continueQuery: () => unexpected(c) })
  expect(c, 'ON')
  const on = parseExpression(c)
  let update: readonly Assignment[] | undefined
  let insert: Extract<Statement, { kind: 'merge' }>['insert']
  if (c.type === 'WHEN' && peek(c, 1) === 'MATCHED') {
    expectAll(c, 'WHEN', 'MATCHED', 'THEN', 'UPDATE', 'SET')
    update = parseAssignments(c, true)
  }
  if (update === undefined || is(c, 'WHEN')) {
    expectAll(c, 'WHEN', 'NOT', 'MATCHED', 'THEN', 'INSERT')
    const columns = c.type === '(' && peek(c, 1) !== 'VALUES' ? parseIdentifierList(c) : []
    const parentheses = accept(c, '(')
    expect(c, 'VALUES')
    insert = { columns, row: parseExpression(c) }
    if (parentheses) expect(c, ')')
  }
  return { kind: 'merge', table, hints, alias, using, on, update, insert, span: spanFrom(c, from) }
}

function parseAnalyze(c: Cursor): Statement {
  const from = start(c)
  expectAll(c, 'ANALYZE', 'TABLE')
  const table = parseName(c)
  const partition = accept(c, 'PARTITION') ? parsePartition(c, true) : []
  expectAll(c, 'COMPUTE', 'STATISTICS')
  let columns: Extract<Statement, { kind: 'analyze' }>['columns']
  if (accept(c, 'FOR')) {
    if (acceptAll(c, 'ALL', 'COLUMNS')) columns = 'ALL'
    else {
      expect(c, 'COLUMNS')
      const list = [parseIdentifier(c)]
      while (accept(c, ',')) list.push(parseIdentifier(c))
      columns = list
    }
  }
  return { kind: 'analyze', table, partition, columns, span: spanFrom(c, from) }
}

// --- running and explaining ------------------------------------------------------------------------------------------

/** `STATEMENT SET BEGIN INSERT …; INSERT …; END` */
function parseStatementSet(c: Cursor): StatementSet {
  const from = start(c)
  expectAll(c, 'STATEMENT', 'SET', 'BEGIN')
  const statements: Insert[] = []
  do {
    want(c, 'INSERT')
    if (c.type !== 'INSERT' && c.type !== 'UPSERT') unexpected(c)
    statements.push(parseInsert(c))
    expect(c, ';')
  } while (!is(c, 'END'))
  expect(c, 'END')
  return { kind: 'statement-set', statements, span: spanFrom(c, from) }
}

/** What EXECUTE and EXPLAIN take. */
function parseRunnable(c: Cursor): Execute['statement'] {
  if (is(c, 'STATEMENT')) return parseStatementSet(c)
  if (is(c, 'INSERT') || is(c, 'UPSERT')) return parseInsert(c)
  if (!isQueryStart(c) && c.type !== '(') unexpected(c)
  return parseQuery(c)
}

function parseExecute(c: Cursor): Statement {
  const from = start(c)
  expect(c, 'EXECUTE')
  if (c.type === 'PLAN') {
    advance(c)
    return { kind: 'execute-plan', path: parseText(c), span: spanFrom(c, from) }
  }
  is(c, 'PLAN')
  return { kind: 'execute', statement: parseRunnable(c), span: spanFrom(c, from) }
}

function parseCompile(c: Cursor): CompilePlan {
  const from = start(c)
  expect(c, 'COMPILE')
  const execute = acceptAll(c, 'AND', 'EXECUTE')
  expect(c, 'PLAN')
  const path = parseText(c)
  const ifNotExists = !execute && acceptAll(c, 'IF', 'NOT', 'EXISTS')
  expect(c, 'FOR')
  const statement = is(c, 'STATEMENT') ? parseStatementSet(c) : parseInsert(c)
  return { kind: 'compile-plan', execute, path, ifNotExists, statement, span: spanFrom(c, from) }
}

const DETAILS = ['ESTIMATED_COST', 'CHANGELOG_MODE', 'JSON_EXECUTION_PLAN', 'PLAN_ADVICE'] as const

function parseExplain(c: Cursor): Explain {
  const from = start(c)
  expect(c, 'EXPLAIN')
  const details: ExplainDetail[] = []
  if (!acceptAll(c, 'PLAN', 'FOR')) {
    let detail = acceptOne(c, ...DETAILS)
    while (detail !== undefined) {
      if (details.includes(detail)) {
        const place = { span: tokenSpan(c, c.at - 1), source: c.source }
        fail('SQL_DUPLICATE_CLAUSE', { what: detail }, place)
      }
      details.push(detail)
      detail = accept(c, ',') ? expectOne(c, ...DETAILS) : undefined
    }
  }
  return { kind: 'explain', details, statement: parseExplained(c), span: spanFrom(c, from) }
}

function parseExplained(c: Cursor): Explain['statement'] {
  const from = start(c)
  if (is(c, 'CREATE') || is(c, 'REPLACE') || is(c, 'ALTER')) {
    const statement = c.type === 'ALTER' ? parseAlter(c) : parseCreate(c)
    if (statement.kind === 'create-table' && statement.query !== undefined) return statement
    if (statement.kind === 'create-materialized-table') return statement
    if (statement.kind === 'alter-materialized-table' && statement.action.kind === 'as-query') return statement
    const what = 'EXPLAIN needs a statement with a query'
    const hint = 'Explain a query, an INSERT, or a CREATE TABLE … AS SELECT.'
    fail('SQL_NOT_ALLOWED', { what, hint }, { span: spanFrom(c, from), source: c.source })
  }
  if (is(c, 'EXECUTE')) {
    advance(c)
    return { kind: 'execute', statement: parseRunnable(c), span: spanFrom(c, from) }
  }
  return parseRunnable(c)
}

// --- session ---------------------------------------------------------------------------------------------------------

function parseSet(c: Cursor): SetOption {
  const from = start(c)
  advance(c)
  if (c.type === 'end' || c.type === ';') return { kind: 'set', span: spanFrom(c, from) }
  if (c.type === 'string') {
    const key = parseText(c)
    expect(c, '=')
    return { kind: 'set', key, value: parseText(c), span: spanFrom(c, from) }
  }
  // The client's form: a key and a value that are no tokens of SQL.
  const at = start(c)
  const match = /^([^'\s=;]+)\s*=\s*('[^']*'|[^;\s]+)/.exec(c.source.text.slice(at))
  if (match === null) {
    want(c, 'string')
    return unexpected(c)
  }
  const [all, key, raw] = match
  const end = at + all.length
  const value = raw.startsWith("'") ? raw.slice(1, -1) : raw
  skipTo(c, end)
  return {
    kind: 'set',
    key: { kind: 'text', value: key, span: { start: at, end: at + key.length } },
    value: { kind: 'text', value, span: { start: end - raw.length, end } },
    span: { start: from, end },
  }
}

function parseReset(c: Cursor): Statement {
  const from = start(c)
  advance(c)
  if (c.type === 'end' || c.type === ';') return { kind: 'reset', span: spanFrom(c, from) }
  if (c.type === 'string') return { kind: 'reset', key: parseText(c), span: spanFrom(c, from) }
  const at = start(c)
  const match = /^[^'\s;]+/.exec(c.source.text.slice(at))
  if (match === null) {
    want(c, 'string')
    return unexpected(c)
  }
  const end = at + match[0].length
  skipTo(c, end)
  return { kind: 'reset', key: { kind: 'text', value: match[0], span: { start: at, end } }, span: { start: from, end } }
}

/** To the first token that begins at or behind this offset. */
function skipTo(c: Cursor, offset: number): void {
  let index = c.at
  while (c.tokens.types[index] !== 'end' && c.tokens.starts[index] < offset) index++
  goTo(c, index)
}
