/**
 * What to say about a token that does not fit.
 *
 * Law: the message names what was expected and what was found; the hint names one thing to do, the most specific that
 * applies. Nothing here decides what is accepted.
 */
import { nearest } from '../base/nearest.ts'
import { lineColumn } from '../base/span.ts'
import { isReserved, NON_RESERVED, RESERVED } from './keywords.ts'
import type { Tokens } from './scanner.ts'

export interface Situation {
  readonly tokens: Tokens
  readonly text: string
  /** Index of the token that does not fit. */
  readonly at: number
  /** Types of tokens, pairs of them (`PARTITION BY`), and names of rules that would have been right. */
  readonly wanted: ReadonlySet<string>
}
export interface Mistake {
  /** The token to point at. */
  readonly at: number
  readonly found: string
  readonly expected: readonly string[]
  readonly hint: string | undefined
}

export function diagnose(s: Situation): Mistake {
  // `PARTITION b`: the first word of a pair was right, so the mistake is the second.
  const { types } = s.tokens
  for (const type of s.wanted) {
    const [first, second] = type.split(' ')
    if (second === undefined || second === '(' || first !== types[s.at]) continue
    const at = s.at + 1
    const wanted = new Set([second])
    return { at, found: found(s, at), expected: [second], hint: hintFor({ ...s, at, wanted }) }
  }
  return { at: s.at, found: found(s, s.at), expected: expectations(s.wanted), hint: hintFor(s) }
}

const tokenText = (s: Situation, at: number): string => s.text.slice(s.tokens.starts[at], s.tokens.ends[at])

function found(s: Situation, at: number): string {
  const text = tokenText(s, at)
  return text.length > 40 ? `${text.slice(0, 37)}…` : text.startsWith("'") ? text : `'${text}'`
}

// --- expectations ----------------------------------------------------------------------------------------------------

const NAMES: Readonly<Record<string, string>> = {
  name: 'a name',
  column: 'a column',
  table: 'a table',
  string: 'a string in single quotes',
  integer: 'a number',
  literal: 'a literal',
  expression: 'an expression',
  operator: 'an operator',
  query: 'a query',
  type: 'a data type',
  statement: 'a statement',
  end: 'the end of the statement',
}
/** Right too, but rarely what was meant: left out of long lists. */
const MINOR: ReadonlySet<string> = new Set(
  'STREAM ALL DISTINCT ARRAY MULTISET TABLESAMPLE NATURAL INTERSECT EXCEPT OFFSET FETCH WINDOW QUALIFY CONSTRAINT UNIQUE FORMAT ALLOW DISALLOW ENFORCED LATERAL UNNEST RIGHT FULL CROSS PRIMARY NULL ORDER LIMIT INNER UESCAPE'.split(
    ' ',
  ),
)

function expectations(wanted: ReadonlySet<string>): readonly string[] {
  let list = [...wanted].filter((type) => type !== 'EXTEND' && !/ (APPLY|\()$/.test(type))
  if (wanted.has('column') || wanted.has('table') || wanted.has('expression')) list = list.filter((t) => t !== 'name')
  if (wanted.has('expression')) list = list.filter((t) => t !== 'integer' && t !== 'string')
  if (list.length > 6 || wanted.has('expression')) list = list.filter((type) => !MINOR.has(type))
  const shown = list.map((type) => NAMES[type] ?? (/^[A-Z_ ]+$/.test(type) ? type : `'${type}'`))
  return [...new Set(shown)]
}

// --- hints -----------------------------------------------------------------------------------------------------------

const freeWords = new Set(NON_RESERVED)
/** Words that end or join parts of a statement: whoever writes them means them, not a name. */
const GLUE: ReadonlySet<string> = new Set(
  'FROM WHERE HAVING UNION EXCEPT INTERSECT JOIN ON USING SELECT AS AND OR NOT THEN WHEN ELSE END WITH INTO IN IS BETWEEN LIKE BY SET'.split(
    ' ',
  ),
)
const OPERANDS: ReadonlySet<string> = new Set(['identifier', 'quoted', 'string', 'integer', 'decimal', 'approximate'])

type Rule = (s: Situation, view: View) => string | undefined
/** The tokens around the mistake. */
interface View {
  readonly type: string
  readonly text: string
  readonly previous: string
  readonly next: string
  readonly word: string
  readonly previousWord: string
}

/** In order: the first that has something to say is the hint. */
const RULES: readonly Rule[] = [
  idiom,
  (_, v) => {
    const trailing = v.previous === ',' && [')', 'FROM', 'WHERE', 'GROUP', 'ORDER'].includes(v.type) && v.next !== ','
    return trailing ? 'The comma before it is one too many.' : undefined
  },
  misspelt,
  (s, v) => {
    if (!isReserved(v.type) || !(s.wanted.has('name') || s.wanted.has('expression') || s.wanted.has('column')))
      return undefined
    const named = v.previous === '.' || v.previous === 'AS'
    if ((GLUE.has(v.type) && !named) || ((v.type === 'ORDER' || v.type === 'GROUP') && v.next === 'BY'))
      return undefined
    return `${v.type} is a reserved word: to use it as a name write it in back-ticks, \`${v.text}\`.`
  },
  (s, v) => {
    if (!s.wanted.has(',') && !s.wanted.has(')')) return undefined
    const starts = OPERANDS.has(v.type) || freeWords.has(v.type)
    return s.wanted.has(',') && starts && isOpen(s) ? `Is a comma missing before ${found(s, s.at)}?` : undefined
  },
  (s) => (s.wanted.has('END') && !s.wanted.has('statement') ? 'CASE ends with END.' : undefined),
  (s, v) => {
    const open = openBracket(s)
    if (v.type === ')' && open === undefined) return 'There is no open parenthesis for it.'
    if (open === undefined || isClosed(s, open) || !(s.wanted.has(')') || v.type === 'end')) return undefined
    const { line, column } = lineColumn(s.text, s.tokens.starts[open])
    return `The ${tokenText(s, open)} at ${line}:${column} is not closed.`
  },
  (s) => {
    const only = s.wanted.size === 1 && s.wanted.has('(')
    return only ? 'It stands in parentheses.' : undefined
  },
]

function hintFor(s: Situation): string | undefined {
  const { types } = s.tokens
  const view: View = {
    type: types[s.at],
    text: tokenText(s, s.at),
    previous: types[s.at - 1] ?? '',
    next: types[s.at + 1] ?? 'end',
    word: tokenText(s, s.at).toUpperCase(),
    previousWord: s.at > 0 ? tokenText(s, s.at - 1).toUpperCase() : '',
  }
  for (const rule of RULES) {
    const hint = rule(s, view)
    if (hint !== undefined) return hint
  }
  return undefined
}

/** Index of the innermost bracket of this statement that is still open. */
function openBracket(s: Situation): number | undefined {
  const open: number[] = []
  for (let i = 0; i < s.at; i++) {
    const type = s.tokens.types[i]
    if (type === ';') open.length = 0
    else if (type === '(' || type === '[') open.push(i)
    else if (type === ')' || type === ']') open.pop()
  }
  return open.at(-1)
}
/** Does the bracket have its partner before the statement ends? */
function isClosed(s: Situation, open: number): boolean {
  let depth = 0
  for (let i = open; s.tokens.types[i] !== 'end' && s.tokens.types[i] !== ';'; i++) {
    const type = s.tokens.types[i]
    if (type === '(' || type === '[') depth++
    else if ((type === ')' || type === ']') && --depth === 0) return true
  }
  return false
}
const isOpen = (s: Situation): boolean => openBracket(s) !== undefined

/** Mistakes that have a form of their own: other dialects, other languages. */
function idiom(s: Situation, v: View): string | undefined {
  const { wanted } = s
  if (v.type === '=' && v.previous === '=') return "Equality is written with one '='."
  if (v.type === '=' && v.previous === 'string' && s.tokens.types[s.at - 2] === 'string') {
    return 'Is a comma missing between the two strings before it?'
  }
  if (v.type === '&' || (v.type === '|' && !wanted.has('|'))) return 'Write AND, OR, or || to join strings.'
  if (v.type === ':' && v.next === ':') return 'Write CAST(value AS type).'
  if (v.type === 'DAY' && v.next === '(') return 'Write DAYOFMONTH(…) or EXTRACT(DAY FROM …).'
  if (v.type === '/*+') return 'A hint stands directly behind SELECT or behind the name of a table.'
  if (v.type === 'quoted' && v.text.startsWith('"') && wanted.has('string')) {
    return `A string is written in single quotes: '${v.text.slice(1, -1)}'.`
  }
  if (
    wanted.has('string') &&
    (v.type === 'identifier' || freeWords.has(v.type)) &&
    ['(', ',', '='].includes(v.previous)
  ) {
    return `Keys and values of options are strings: '${v.text}'.`
  }
  if (v.type === 'string' && wanted.has('name') && !wanted.has('expression')) {
    return 'Single quotes make a string; a name is written without quotes or in back-ticks.'
  }
  if (v.type === 'COLUMN' && ['ADD', 'DROP', 'RENAME', 'MODIFY'].includes(v.previous)) return 'Leave COLUMN away.'
  if (v.type === 'TABLE' && v.previous === 'INTO') return 'Leave TABLE away.'
  if (v.type === 'EXISTS' && v.previous === 'IF' && wanted.has('NOT')) return 'CREATE takes IF NOT EXISTS.'
  if (v.type === ',' && wanted.has('AS') && !wanted.has(',')) return 'A cast is written CAST(value AS type).'
  if (v.type === ',' && wanted.has('AND') && !wanted.has(',')) return 'A range is written BETWEEN low AND high.'
  if (v.type === 'NOT' && v.next === 'NULL' && wanted.has(')') && wanted.has('ARRAY')) {
    return 'A cast keeps the nullability of what it casts: leave NOT NULL away.'
  }
  if (v.type === 'NOT' && v.next === 'NULL') return 'Write IS NOT NULL.'
  if (v.previous === 'IS' || (v.previous === 'NOT' && wanted.has('NULL') && wanted.has('TRUE'))) {
    return v.previous === 'IS' ? 'Equality is written with =.' : 'Inequality is written with <>.'
  }
  if (v.type === 'PARTITION' && v.previous === 'OVER') return 'Write OVER (PARTITION BY …).'
  if (v.type === 'AND' && v.previous === 'PRECEDING') return 'A frame with two ends is written ROWS BETWEEN … AND ….'
  if (v.word === 'CHANGES' && v.previousWord === 'EMIT')
    return 'A query always emits its changes: leave EMIT CHANGES away.'
  if (v.previous === 'integer' && /^(SECOND|MINUTE|HOUR|DAY|WEEK|MONTH|YEAR)S?$/.test(v.word)) {
    return `An interval is written INTERVAL '${tokenText(s, s.at - 1)}' ${v.word}.`
  }
  if (v.type === 'ON' && v.previous === 'DISTINCT') {
    return 'Write SELECT … QUALIFY ROW_NUMBER() OVER (PARTITION BY … ORDER BY …) = 1.'
  }
  if (v.type === 'DATETIME' && wanted.has('type')) return 'Write TIMESTAMP(3).'
  if (v.previousWord === 'TOP' && v.type === 'integer') return `Write LIMIT ${v.text} at the end of the query.`
  if (v.type === 'GROUP_CONCAT' || v.type === 'STRING_AGG') return 'Strings are joined with LISTAGG(value, separator).'
  if (v.type === 'ORDER' && wanted.has(',') && wanted.has(')') && isOpen(s)) {
    return 'Of the functions only ARRAY_AGG takes ORDER BY in its parentheses.'
  }
  if (v.type === '?' && (v.next === '?' || v.previous === '?')) return 'Write COALESCE(a, b).'
  if (v.type === 'DEFAULT' && wanted.has('METADATA'))
    return 'A column has no default: give the value where it is inserted.'
  if (v.type === 'PARTITION' && wanted.has('PARTITIONED')) return 'Write PARTITIONED BY (…).'
  if (v.type === 'TIME' && v.previous === 'WITH' && wanted.has('LOCAL')) return 'Write TIMESTAMP_LTZ.'
  if (v.type === 'STREAM' && v.previous === 'CREATE') return 'Everything is a table: write CREATE TABLE.'
  if (v.type === '(' && wanted.has('TABLE') && v.previous === 'LATERAL') return 'Write LATERAL TABLE(function(…)).'
  if (v.previous === 'LATERAL' && wanted.has('TABLE')) return 'Write LATERAL TABLE(function(…)).'
  return undefined
}

const CLAUSES = RESERVED.filter((word) =>
  'FROM WHERE GROUP HAVING ORDER LIMIT OFFSET FETCH JOIN LEFT RIGHT INNER FULL CROSS UNION EXCEPT INTERSECT WINDOW BETWEEN LIKE VALUES SELECT INTO TABLE WITH INTERVAL COMMENT PARTITION PRIMARY WATERMARK DISTRIBUTED'
    .split(' ')
    .includes(word),
)
const STATEMENTS: readonly string[] =
  'SELECT WITH VALUES TABLE INSERT UPSERT UPDATE DELETE MERGE TRUNCATE EXECUTE COMPILE EXPLAIN CREATE REPLACE ALTER DROP SHOW DESCRIBE DESC USE LOAD UNLOAD ADD REMOVE SET RESET STOP ANALYZE CALL BEGIN END'.split(
    ' ',
  )

/** A name at or just before the mistake that is nearly one of the wanted keywords. */
function misspelt(s: Situation, v: View): string | undefined {
  const wanted = new Set<string>()
  for (const type of s.wanted) for (const word of type.split(' ')) if (/^[A-Z_]{2,}$/.test(word)) wanted.add(word)
  if (s.wanted.has('statement')) for (const word of STATEMENTS) wanted.add(word)
  const before = v.previous === 'identifier' && v.previousWord.length > 2 ? nearest(v.previousWord, CLAUSES) : undefined
  // `SELECT a FORM orders`: the word before is nearer to what could stand there than the name behind it.
  if (before !== undefined && s.wanted.has(before))
    return `Did you mean ${before} instead of ${tokenText(s, s.at - 1)}?`
  if (v.type === 'identifier' || freeWords.has(v.type)) {
    const near = v.text.length < 3 ? undefined : nearest(v.text, wanted)
    if (near !== undefined && near !== v.type) return `Did you mean ${near}?`
  }
  // `SELECT a FORM t`: FORM was taken for an alias, and only t is out of place.
  return before === undefined ? undefined : `Did you mean ${before} instead of ${tokenText(s, s.at - 1)}?`
}
