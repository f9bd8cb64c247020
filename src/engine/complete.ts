/**
 * What may stand at a place of a statement that is being written: words of SQL, tables, columns, functions, options.
 *
 * Law: candidates continue the word at the cursor (whatever its case) and come from the grammar, the session's
 * catalog, the function registry and the options that connectors and formats declare. Nothing is run and nothing fails.
 */
import { SESSION_DEFAULTS } from '../catalog/session-options.ts'
import type { CatalogObject } from '../catalog/table.ts'
import { expectedBehind } from '../sql/index.ts'
import { checkScript } from './check.ts'
import { RECOVERY_OPTIONS } from './recovery-options.ts'
import type { Session } from './session.ts'

const LIMIT = 100

/** What the grammar calls by the name of a rule, as the words that it may begin with. */
const BEGINNINGS: Readonly<Record<string, string>> = {
  statement:
    'SELECT INSERT CREATE DROP ALTER SHOW DESCRIBE EXPLAIN SET RESET USE EXECUTE BEGIN STOP COMPILE ADD REMOVE',
  query: 'SELECT WITH VALUES',
  type: 'INT BIGINT STRING BOOLEAN DOUBLE DECIMAL TIMESTAMP TIMESTAMP_LTZ DATE TIME FLOAT SMALLINT TINYINT VARCHAR CHAR BYTES VARBINARY BINARY ARRAY MAP ROW MULTISET',
  expression: 'CASE CAST NOT NULL TRUE FALSE INTERVAL TIMESTAMP DATE TIME ARRAY MAP ROW EXISTS',
  operator: 'AND OR NOT IN BETWEEN LIKE IS',
}

/** Behind these a table stands. */
const BEFORE_TABLE = new Set(['FROM', 'JOIN', 'INTO', 'TABLE', 'VIEW', 'DESCRIBE', 'DESC', 'COLUMNS'])
/** Table functions of windows, in TABLE(…). */
const WINDOWS = ['TUMBLE', 'HOP', 'CUMULATE', 'SESSION']
/** Behind these a column stands, where a name does. */
const BEFORE_COLUMN = new Set(['(', ',', 'SELECT', 'BY', 'ON', 'WHERE', 'AND', 'OR'])

/** Words of queries that people write every day, before all others. */
const COMMON =
  'SELECT FROM WHERE GROUP BY HAVING ORDER LIMIT JOIN LEFT INNER ON AND OR NOT NULL AS WITH VALUES UNION ALL DISTINCT CASE WHEN THEN ELSE END CAST BETWEEN LIKE IN IS OVER PARTITION ROWS RANGE TABLE TUMBLE HOP CUMULATE SESSION DESCRIPTOR INTERVAL SECOND MINUTE HOUR DAY INSERT INTO CREATE WATERMARK FOR PRIMARY KEY ENFORCED'.split(
    ' ',
  )
const COMMONNESS = new Map(COMMON.map((word, i) => [word, i]))

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
  const behind = before.slice(0, before.length - writing.length)
  const wanted = expectedBehind(behind)
  const lower = writing !== '' && writing === writing.toLowerCase()
  const names = matching(namesAt(session, words, statement, wanted), prefix)
  const keywords = matching(keywordsAt(behind, words, wanted, prefix), prefix)
  const cased = keywords.map((word) => (lower ? word.toLowerCase() : word)).filter((word) => !names.includes(word))
  const quoted = writing === '' && takesOption(words) ? optionKeys(session, words).map((key) => `'${key}'`) : []
  return [...candidates('option', quoted), ...candidates('name', names), ...candidates('keyword', cased)].slice(
    0,
    LIMIT,
  )
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

/** Words that the grammar takes behind a beginning; where that is wrong already, the common ones that continue a word. */
function keywordsAt(
  behind: string,
  words: readonly string[],
  wanted: ReadonlySet<string>,
  prefix: string,
): readonly string[] {
  const last = words.at(-1)
  if (last === '.') return []
  const found = keywordsOf(wanted)
  if (found.length === 0 && last !== undefined) {
    // The first word of a pair is there: WATERMARK → FOR.
    const at = behind.lastIndexOf(last)
    for (const pair of expectedBehind(behind.slice(0, at))) {
      const [first, second] = pair.split(' ')
      if (first === last.toUpperCase() && second !== undefined && second !== '(') found.push(second)
    }
  }
  if (found.length === 0 && wanted.size === 0) return prefix === '' ? [] : COMMON
  const rank = (word: string) => COMMONNESS.get(word) ?? COMMON.length
  const fitting = prefix === '' ? found : matching(found, prefix)
  return fitting.sort((a, b) => rank(a) - rank(b)).map((word) => (word.includes(' ') ? word : whole(behind, word)))
}

function keywordsOf(wanted: ReadonlySet<string>): string[] {
  const words = [...wanted].flatMap((each) => {
    // A subquery begins with a parenthesis.
    if (each === 'query' && wanted.has('table')) return []
    if (BEGINNINGS[each] !== undefined) return BEGINNINGS[each].split(' ')
    return /^[A-Z_]+( [A-Z_(]+)?$/.test(each) ? [each.replace(' (', '')] : []
  })
  return [...new Set(words)].filter((word) => !RARE.has(word))
}

/** GROUP → GROUP BY: where only one word can follow, it comes along. */
function whole(behind: string, word: string): string {
  // It is asked for every word that fits.
  if (behind.length > 20_000) return word
  const next = expectedBehind(`${behind}${word} `)
  const [only] = keywordsOf(next)
  return next.size === 1 && only !== undefined ? `${word} ${only}` : word
}

/** Known to the grammar so that it can say something better than "unexpected". */
const RARE: ReadonlySet<string> = new Set(['EXTEND', 'STREAM', 'SPECIFIC', 'UPSERT', 'CROSS APPLY', 'OUTER APPLY'])

/** Names of the catalog that fit. */
function namesAt(
  session: Session,
  words: readonly string[],
  statement: string,
  wanted: ReadonlySet<string>,
): readonly string[] {
  const { catalog } = session
  const last = words.at(-1)?.toUpperCase() ?? ''
  if (last === 'USE' || last === 'DATABASE') return catalog.listDatabases()
  if (last === 'CATALOG') return catalog.listCatalogs()
  if (BEFORE_TABLE.has(last) || (last === '(' && words.at(-2)?.toUpperCase() === 'TABLE'))
    return [...(words.at(-2)?.toUpperCase() === 'TABLE' && last === '(' ? WINDOWS : []), ...tableNames(session)]
  if (last === '.') return columnsOf(session, words.at(-2) ?? '', statement)
  const expression = wanted.has('expression')
  const column = (wanted.has('name') || wanted.size === 0) && BEFORE_COLUMN.has(last)
  if (!expression && !column) return []
  const columns = tablesIn(session, statement).flatMap(([, table]) => columnNames(table))
  return [...new Set(columns), ...(expression ? functionNames(session) : [])]
}

function functionNames(session: Session): readonly string[] {
  const operators = BEGINNINGS.operator.split(' ')
  return [...session.planner.functions.names()].filter((name) => /^\w+$/.test(name) && !operators.includes(name))
}

function tableNames(session: Session): readonly string[] {
  const { catalog } = session
  return [...catalog.list('table'), ...catalog.list('view')].sort()
}

/** Tables that the statement names, with their aliases. */
function tablesIn(session: Session, statement: string): (readonly [alias: string, table: CatalogObject])[] {
  const tokens = [...statement.matchAll(TOKEN)].map(([token]) => token.replaceAll('`', ''))
  const known = new Set(session.catalog.list('table'))
  return tokens.flatMap((token, i) => {
    if (!known.has(token)) return []
    const table = session.catalog.get([token])
    const next = tokens[i + 1]?.toUpperCase() === 'AS' ? tokens[i + 2] : tokens[i + 1]
    return [[token, table] as const, ...(next === undefined ? [] : [[next, table] as const])]
  })
}

function columnsOf(session: Session, qualifier: string, statement: string): readonly string[] {
  const name = qualifier.replaceAll('`', '')
  return tablesIn(session, statement).flatMap(([alias, table]) => (alias === name ? columnNames(table) : []))
}

function columnNames(table: CatalogObject): readonly string[] {
  if (table.kind === 'table') return table.columns.map((column) => column.name)
  return table.columnNames.length > 0 ? table.columnNames : table.schema.map((column) => column.name)
}

/** Does the key of an option stand here, or a value behind one? */
function takesOption(words: readonly string[]): boolean {
  const upper = words.map((word) => word.toUpperCase())
  const last = upper.at(-1) ?? ''
  if (upper[0] === 'SET' || upper[0] === 'RESET') return upper.length === 1 || last === '='
  const open = upper.lastIndexOf('(')
  return upper[open - 1] === 'WITH' && ['(', ',', '='].includes(last) && open > upper.lastIndexOf(')')
}

const SESSION_KEYS = [
  ...new Set([
    ...Object.keys(SESSION_DEFAULTS),
    ...RECOVERY_OPTIONS.map(({ key }) => key),
    'pipeline.name',
    'sql-client.execution.result-mode',
    'table.dml-sync',
  ]),
].sort()

function valuesOf(key: string): readonly string[] {
  if (key === 'sql-client.execution.result-mode') return ['table', 'changelog', 'tableau']
  if (['true', 'false'].includes(SESSION_DEFAULTS[key]) || key === 'table.dml-sync') return ['true', 'false']
  return RECOVERY_OPTIONS.find((option) => option.key === key)?.values ?? []
}

/** Inside quotes: keys of SET, keys and values of WITH. */
function optionKeys(session: Session, words: readonly string[]): readonly string[] {
  const upper = words.map((word) => word.toUpperCase())
  if (upper.at(-1) === 'SET' || upper.at(-1) === 'RESET') return SESSION_KEYS
  if (upper[0] === 'SET' && upper.at(-1) === '=') return valuesOf(words[1].slice(1, -1))
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
