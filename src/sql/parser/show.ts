/** SHOW, DESCRIBE, USE. */
import type { Explain, Name, PartitionEntry, Show, ShowCreate, ShowLike, ShowWhat, Statement } from '../ast.ts'
import {
  accept,
  acceptAll,
  acceptOne,
  advance,
  type Cursor,
  expect,
  expectAll,
  expectOne,
  is,
  isName,
  spanFrom,
  start,
  unexpected,
} from '../cursor.ts'
import { nameOf, parseIdentifier, parseName, parsePlainText, parseText } from './name.ts'
import { isQueryStart } from './query-start.ts'
import { parsePartition } from './schema.ts'

/** At SHOW. */
export function parseShow(c: Cursor): Show | ShowCreate {
  const from = start(c)
  expect(c, 'SHOW')
  const show = (what: ShowWhat, name?: Name, like?: ShowLike, partition: readonly PartitionEntry[] = []): Show => ({
    kind: 'show',
    what,
    from: name,
    like,
    partition,
    span: spanFrom(c, from),
  })
  if (accept(c, 'CREATE')) return parseShowCreate(c, from)
  if (accept(c, 'CURRENT')) return show(`CURRENT ${expectOne(c, 'CATALOG', 'DATABASE')}`)
  if (acceptAll(c, 'FULL', 'MODULES')) return show('FULL MODULES')
  if (accept(c, 'USER')) {
    expect(c, 'FUNCTIONS')
    return show('USER FUNCTIONS', parseScope(c), parseLike(c))
  }
  if (acceptAll(c, 'MATERIALIZED', 'TABLES')) return show('MATERIALIZED TABLES', parseScope(c), parseLike(c))
  if (accept(c, 'PARTITIONS')) {
    const name = parseName(c)
    return show('PARTITIONS', name, undefined, accept(c, 'PARTITION') ? parsePartition(c) : [])
  }
  if (accept(c, 'COLUMNS')) {
    if (acceptOne(c, 'FROM', 'IN') === undefined) unexpected(c)
    return show('COLUMNS', parseName(c), parseLike(c))
  }
  const plain = acceptOne(c, 'MODULES', 'JARS', 'JOBS')
  if (plain !== undefined) return show(plain)
  if (accept(c, 'CATALOGS')) return show('CATALOGS', undefined, parseLike(c))
  if (accept(c, 'DATABASES')) {
    const catalog = acceptOne(c, 'FROM', 'IN') === undefined ? undefined : nameOf(parseIdentifier(c))
    return show('DATABASES', catalog, parseLike(c))
  }
  const what = expectOne(c, 'TABLES', 'VIEWS', 'FUNCTIONS', 'PROCEDURES', 'MODELS', 'CONNECTIONS')
  return show(what, parseScope(c), parseLike(c))
}

function parseScope(c: Cursor): Name | undefined {
  return acceptOne(c, 'FROM', 'IN') === undefined ? undefined : parseName(c)
}

function parseLike(c: Cursor): ShowLike | undefined {
  if (!is(c, 'NOT') && !is(c, 'LIKE') && !is(c, 'ILIKE')) return undefined
  const from = start(c)
  const negated = accept(c, 'NOT')
  const op = expectOne(c, 'LIKE', 'ILIKE')
  return { kind: 'show-like', op, negated, pattern: parsePlainText(c), span: spanFrom(c, from) }
}

function parseShowCreate(c: Cursor, from: number): ShowCreate {
  const orAlter = acceptAll(c, 'OR', 'ALTER')
  if (orAlter || is(c, 'MATERIALIZED')) {
    expectAll(c, 'MATERIALIZED', 'TABLE')
    const name = parseName(c)
    return { kind: 'show-create', object: 'MATERIALIZED TABLE', orAlter, name, span: spanFrom(c, from) }
  }
  const object = expectOne(c, 'TABLE', 'VIEW', 'CATALOG', 'MODEL', 'CONNECTION')
  const name = object === 'CATALOG' ? nameOf(parseIdentifier(c)) : parseName(c)
  return { kind: 'show-create', object, orAlter, name, span: spanFrom(c, from) }
}

/** At DESCRIBE or DESC. A query behind it is explained. */
export function parseDescribe(c: Cursor, explained: (c: Cursor) => Explain['statement']): Statement {
  const from = start(c)
  const long = c.type === 'DESCRIBE'
  if (acceptOne(c, 'DESCRIBE', 'DESC') === undefined) unexpected(c)
  if (accept(c, 'JOB')) {
    const name = parseText(c)
    return { kind: 'describe', object: 'JOB', extended: false, name, partition: [], span: spanFrom(c, from) }
  }
  const object = acceptOne(c, 'CATALOG', 'DATABASE', 'FUNCTION', 'MODEL', 'CONNECTION') ?? 'TABLE'
  if (long && object === 'TABLE' && c.type === 'TABLE') {
    advance(c)
    const name = parseName(c)
    const column = isName(c) ? parseIdentifier(c) : undefined
    return { kind: 'describe', object, extended: false, name, column, partition: [], span: spanFrom(c, from) }
  }
  const runnable = c.type === '(' || c.type === 'INSERT' || c.type === 'UPSERT' || isQueryStart(c)
  if (long && object === 'TABLE' && (accept(c, 'STATEMENT') || runnable)) {
    const statement = explained(c)
    return { kind: 'explain', details: [], statement, span: spanFrom(c, from) }
  }
  const extended = accept(c, 'EXTENDED')
  const name = object === 'CATALOG' ? nameOf(parseIdentifier(c)) : parseName(c)
  return { kind: 'describe', object, extended, name, partition: [], span: spanFrom(c, from) }
}

/** At USE. */
export function parseUse(c: Cursor): Statement {
  const from = start(c)
  expect(c, 'USE')
  if (accept(c, 'CATALOG')) {
    return { kind: 'use', object: 'CATALOG', name: nameOf(parseIdentifier(c)), span: spanFrom(c, from) }
  }
  if (accept(c, 'MODULES')) {
    const modules = [parseIdentifier(c)]
    while (accept(c, ',')) modules.push(parseIdentifier(c))
    return { kind: 'use-modules', modules, span: spanFrom(c, from) }
  }
  return { kind: 'use', object: 'DATABASE', name: parseName(c), span: spanFrom(c, from) }
}
