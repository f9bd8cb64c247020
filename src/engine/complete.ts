/**
 * What may stand at a place of a statement that is being written: words of SQL, tables, columns, functions, options.
 *
 * Law: candidates continue the word at the cursor (whatever its case) and come from the grammar's keywords, the session's
 * catalog, the function registry and the options that connectors and formats declare. Nothing is run and nothing fails.
 */
import { SESSION_DEFAULTS } from '../catalog/session-options.ts'
import type { CatalogTable } from '../catalog/table.ts'
import { NON_RESERVED, RESERVED } from '../sql/keywords.ts'
import { checkScript } from './check.ts'
import type { Session } from './session.ts'

const LIMIT = 100

/** Words that begin a statement. */
const STARTS = [
  'SELECT',
  'INSERT INTO',
  'CREATE',
  'DROP',
  'ALTER',
  'SHOW',
  'DESCRIBE',
  'EXPLAIN',
  'SET',
  'RESET',
  'USE',
  'WITH',
  'EXECUTE',
  'BEGIN',
  'VALUES',
]

const AFTER: Readonly<Record<string, readonly string[]>> = {
  CREATE: ['TABLE', 'TEMPORARY', 'VIEW', 'FUNCTION', 'CATALOG', 'DATABASE'],
  TEMPORARY: ['TABLE', 'VIEW', 'FUNCTION', 'SYSTEM FUNCTION'],
  DROP: ['TABLE', 'TEMPORARY', 'VIEW', 'FUNCTION', 'CATALOG', 'DATABASE'],
  ALTER: ['TABLE', 'VIEW', 'FUNCTION', 'DATABASE', 'CATALOG'],
  SHOW: [
    'TABLES',
    'VIEWS',
    'FUNCTIONS',
    'CATALOGS',
    'DATABASES',
    'COLUMNS FROM',
    'CREATE TABLE',
    'CREATE VIEW',
    'CURRENT CATALOG',
    'CURRENT DATABASE',
    'JOBS',
  ],
  EXPLAIN: ['PLAN FOR', 'CHANGELOG_MODE', 'PLAN_ADVICE', 'SELECT', 'INSERT INTO'],
  INSERT: ['INTO'],
  GROUP: ['BY'],
  ORDER: ['BY'],
  PARTITION: ['BY'],
}

/** Behind these a table stands. */
const BEFORE_TABLE = new Set(['FROM', 'JOIN', 'INTO', 'TABLE', 'VIEW', 'DESCRIBE', 'DESC', 'COLUMNS'])
/** Behind these an expression stands. */
const BEFORE_EXPRESSION = new Set([
  'SELECT',
  'WHERE',
  'AND',
  'OR',
  'NOT',
  'BY',
  'ON',
  'HAVING',
  'WHEN',
  'THEN',
  'ELSE',
  'CASE',
  'DISTINCT',
  '(',
  ',',
  '=',
  '<',
  '>',
  '+',
  '-',
  '*',
  '/',
  '.',
  'DESCRIPTOR',
])

/** Words of queries and tables that people write every day, before all others. */
const COMMON =
  'SELECT FROM WHERE GROUP BY HAVING ORDER LIMIT JOIN LEFT INNER ON AND OR NOT NULL AS WITH VALUES UNION ALL DISTINCT CASE WHEN THEN ELSE END CAST BETWEEN LIKE IN IS OVER PARTITION ROWS RANGE TABLE TUMBLE HOP CUMULATE SESSION DESCRIPTOR INTERVAL SECOND MINUTE HOUR DAY INSERT INTO CREATE WATERMARK FOR PRIMARY KEY ENFORCED INT BIGINT STRING DOUBLE DECIMAL BOOLEAN TIMESTAMP DATE ARRAY MAP ROW'.split(
    ' ',
  )

const TOKEN = /--[^\n]*|\/\*[\s\S]*?(?:\*\/|$)|'(?:[^']|'')*(?:'|$)|`[^`]*(?:`|$)|[\p{L}\p{N}_$]+|[^\s]/gu

export interface Candidate {
  readonly text: string
  readonly kind: 'keyword' | 'name' | 'option'
}

/** @param position of the cursor, in UTF-16 units from the start */
export function complete(session: Session, statement: string, position: number): readonly Candidate[] {
  const before = statement.slice(0, Math.max(0, Math.min(position, statement.length)))
  const tokens = [...before.matchAll(TOKEN)].filter(([token]) => !/^(--|\/\*)/.test(token))
  const last = tokens.at(-1)
  const touching = last !== undefined && last.index + last[0].length === before.length
  const inString = touching && last[0].startsWith("'") && (last[0].length === 1 || !last[0].endsWith("'"))
  const writing = touching && (inString || /^[\p{L}\p{N}_$`]/u.test(last[0])) ? last[0] : ''
  const words = (writing === '' ? tokens : tokens.slice(0, -1)).map(([token]) => token)
  const prefix = writing.replace(/^['`]/, '')
  if (inString) return candidates('option', matching(optionKeys(session, words), prefix))
  const lower = writing !== '' && writing === writing.toLowerCase()
  const names = matching(namesAt(session, words, statement), prefix)
  const keywords = matching(keywordsAt(words, prefix), prefix).map((word) => (lower ? word.toLowerCase() : word))
  const others = keywords.filter((word) => !names.includes(word))
  return [...candidates('name', names), ...candidates('keyword', others)].slice(0, LIMIT)
}

/**
 * The same in a script: the statements before the one with the cursor count as made.
 * @param session changes by them; it is the caller's to drop
 */
export async function completeScript(session: Session, sql: string, position: number): Promise<readonly Candidate[]> {
  const tokens = [...sql.matchAll(TOKEN)]
  const end = tokens.findLast((token) => token[0] === ';' && token.index < position)
  const from = end === undefined ? 0 : end.index + 1
  await checkScript(session, sql.slice(0, from))
  return complete(session, sql.slice(from), position - from)
}

function candidates(kind: Candidate['kind'], texts: readonly string[]): Candidate[] {
  return [...new Set(texts)].map((text) => ({ text, kind }))
}

function matching(candidates: Iterable<string>, prefix: string): string[] {
  const wanted = prefix.toLowerCase()
  return [...candidates].filter((each) => each.toLowerCase().startsWith(wanted) && each.toLowerCase() !== wanted)
}

function keywordsAt(words: readonly string[], prefix: string): readonly string[] {
  const last = words.at(-1)?.toUpperCase()
  if (last === undefined || last === ';') return STARTS
  if (last === '.') return []
  if (last === 'FROM' || last === 'JOIN') return ['TABLE', 'LATERAL', 'UNNEST', 'VALUES']
  const follow = AFTER[last]
  if (follow !== undefined) return follow
  // All of them would be no help: at least a letter is asked for.
  return prefix === '' ? [] : [...COMMON, ...[...RESERVED, ...NON_RESERVED].sort()]
}

/** Names of the catalog that fit. */
function namesAt(session: Session, words: readonly string[], statement: string): readonly string[] {
  const { catalog } = session
  const last = words.at(-1)?.toUpperCase() ?? ''
  if (last === 'USE') return [...catalog.listDatabases(), 'CATALOG']
  if (last === 'CATALOG') return catalog.listCatalogs()
  if (BEFORE_TABLE.has(last) || (last === '(' && words.at(-2)?.toUpperCase() === 'TABLE')) return tableNames(session)
  if (last === '.') return columnsOf(session, words.at(-2) ?? '', statement)
  if (!BEFORE_EXPRESSION.has(last) || (last === '*' && words.at(-2)?.toUpperCase() === 'SELECT')) return []
  const columns = tablesIn(session, statement).flatMap(([, table]) => columnNames(table))
  return [...new Set(columns), ...session.planner.functions.names()]
}

function tableNames(session: Session): readonly string[] {
  const { catalog } = session
  return [...catalog.list('table'), ...catalog.list('view')].sort()
}

/** Tables that the statement names, with their aliases. */
function tablesIn(session: Session, statement: string): (readonly [alias: string, table: CatalogTable])[] {
  const tokens = [...statement.matchAll(TOKEN)].map(([token]) => token.replaceAll('`', ''))
  const known = new Set(session.catalog.list('table'))
  return tokens.flatMap((token, i) => {
    if (!known.has(token)) return []
    const table = session.catalog.get([token])
    if (table.kind !== 'table') return []
    const next = tokens[i + 1]?.toUpperCase() === 'AS' ? tokens[i + 2] : tokens[i + 1]
    return [[token, table] as const, ...(next === undefined ? [] : [[next, table] as const])]
  })
}

function columnsOf(session: Session, qualifier: string, statement: string): readonly string[] {
  const name = qualifier.replaceAll('`', '')
  return tablesIn(session, statement).flatMap(([alias, table]) => (alias === name ? columnNames(table) : []))
}

function columnNames(table: CatalogTable): readonly string[] {
  return table.columns.map((column) => column.name)
}

/** Inside quotes: keys of SET, keys and values of WITH. */
function optionKeys(session: Session, words: readonly string[]): readonly string[] {
  const upper = words.map((word) => word.toUpperCase())
  if (upper.at(-1) === 'SET' || upper.at(-1) === 'RESET') return Object.keys(SESSION_DEFAULTS)
  if (!upper.includes('WITH')) return []
  const { connectors, formats } = session.planner
  const valueAfter = (key: string) => {
    const at = words.indexOf(`'${key}'`)
    return at === -1 || words[at + 1] !== '=' ? undefined : words[at + 2]?.slice(1, -1)
  }
  if (words.at(-1) === '=') {
    const key = words.at(-2)?.slice(1, -1)
    if (key === 'connector') return connectors.map(({ identifier }) => identifier)
    if (key === 'format' || key?.endsWith('.format') === true) return formats.map(({ identifier }) => identifier)
    const connector = connectors.find(({ identifier }) => identifier === valueAfter('connector'))
    return connector?.options.find((option) => option.key === key)?.values ?? []
  }
  const connector = connectors.find(({ identifier }) => identifier === valueAfter('connector'))
  const format = formats.find(({ identifier }) => identifier === valueAfter('format'))
  return [
    'connector',
    ...(connector?.options.map(({ key }) => key) ?? []),
    ...(format?.options.map(({ key }) => `${format.identifier}.${key}`) ?? []),
  ].filter((key) => !words.includes(`'${key}'`))
}
