/**
 * SQL text → syntax tree, and back.
 *
 * Law: `parse…` returns a tree or throws one RivuletError that carries a span and its source; `parseStatements` goes on
 * behind a mistake and reports them all. `print` gives SQL whose tree is the same but for spans.
 */
import { isRivuletError, type RivuletError } from '../base/errors.ts'
import type { SourceText, Span } from '../base/span.ts'
import type { DataType, Expression, Query, Statement } from './ast.ts'
import { advance, type Cursor, cursor, type Grammar, goTo, is, unexpected } from './cursor.ts'
import { parseExpression as expression, parseOperand } from './parser/expression.ts'
import { parseParenthesized, parseQuery as query } from './parser/query.ts'
import { parseStatement as statement } from './parser/statement.ts'
import { parseDataType as dataType } from './parser/type.ts'
import { scan } from './scanner.ts'

export type * from './ast.ts'
export { isReserved, NON_RESERVED, RESERVED } from './keywords.ts'
export { print, printIdentifier, printText } from './print.ts'

export interface ParseOptions {
  /** What messages call the text: a file's path; `<sql>` without it. */
  readonly name?: string
  /** Names may also stand in double quotes, as Flink's parser has it when it is set up for the SQL standard. */
  readonly doubleQuotes?: boolean
}

const grammar: Grammar = { expression, operand: parseOperand, query, parenthesized: parseParenthesized }

function sourceOf(text: string, options: ParseOptions): SourceText {
  return { name: options.name ?? '<sql>', text }
}

/** One statement; a `;` behind it is allowed. */
export function parseStatement(text: string, options: ParseOptions = {}): Statement {
  return parseAll(text, options, statement)
}
/** A query. */
export function parseQuery(text: string, options: ParseOptions = {}): Query {
  return parseAll(text, options, query)
}
/** An expression. */
export function parseExpression(text: string, options: ParseOptions = {}): Expression {
  return parseAll(text, options, expression)
}
/** A data type, as `DataTypes.of` and options hold it; `NOT NULL` may follow. */
export function parseDataType(text: string, options: ParseOptions = {}): DataType {
  return parseAll(text, options, dataType)
}

function parseAll<T>(text: string, options: ParseOptions, rule: (c: Cursor) => T): T {
  const c = cursor(grammar, sourceOf(text, options), scan(text), options.doubleQuotes)
  return parseHere(c, (c) => {
    const tree = rule(c)
    while (c.type === ';') advance(c)
    if (!is(c, 'end')) unexpected(c)
    return tree
  })
}

/**
 * What may stand behind the beginning of a statement: words of the grammar, pairs of them, and names of rules (`table`,
 * `expression`). Nothing when the beginning is wrong already.
 */
export function expectedBehind(text: string): ReadonlySet<string> {
  const c = cursor(grammar, sourceOf(text, {}))
  const wanted = new Set<string>()
  Object.assign(c, { watch: c.tokens.types.length - 1, wanted })
  try {
    statement(c)
    is(c, ';')
  } catch (error) {
    // The end of the text is the mistake, or there is one before: either way, what was wanted at the end is what is asked for.
    if (!isRivuletError(error)) throw error
  }
  return wanted
}

export interface ParsedStatement {
  readonly statement: Statement
  /** Of the statement, without the `;`. */
  readonly span: Span
}
export interface ParsedScript {
  readonly statements: readonly ParsedStatement[]
  readonly errors: readonly RivuletError[]
}

/** A script: statements separated by `;`. A mistake costs its own statement only. */
export function parseStatements(text: string, options: ParseOptions = {}): ParsedScript {
  const c = cursor(grammar, sourceOf(text, options), scan(text), options.doubleQuotes)
  const statements: ParsedStatement[] = []
  const errors: RivuletError[] = []
  for (;;) {
    while (c.type === ';') advance(c)
    if (c.type === 'end') return { statements, errors }
    const first = c.at
    c.depth = 0
    c.noQuery = ''
    c.parameters = 0
    try {
      const tree = parseHere(c, (c) => {
        const tree = statement(c)
        is(c, ';')
        if (!is(c, 'end') && c.type !== ';') unexpected(c)
        return tree
      })
      statements.push({ statement: tree, span: tree.span })
    } catch (error) {
      if (!isRivuletError(error)) throw error
      errors.push(error)
      goTo(c, statementEnd(c, first))
    }
  }
}

/** The `;` that ends the statement which begins at this token, or the end; those of a statement set lie within. */
function statementEnd(c: Cursor, first: number): number {
  const { types } = c.tokens
  let index = first
  for (; types[index] !== 'end' && types[index] !== ';'; index++) {
    if (types[index] !== 'SET' || types[index - 1] !== 'STATEMENT' || types[index + 1] !== 'BEGIN') continue
    for (let i = index; types[i] !== 'end'; i++) if (types[i] === ';' && types[i + 1] === 'END') return i + 2
  }
  return index
}

/**
 * Parse at the cursor. On a mistake it is parsed once more with a watch on the failing token, to learn what would have
 * been right there; that second error is the one thrown.
 */
function parseHere<T>(c: Cursor, rule: (c: Cursor) => T): T {
  const first = c.at
  try {
    return rule(c)
  } catch (error) {
    if (!isRivuletError(error)) throw error
    if (error.code !== 'SQL_UNEXPECTED_TOKEN' && error.code !== 'SQL_UNEXPECTED_END') throw error
    const watch = c.at
    goTo(c, first)
    Object.assign(c, { depth: 0, noQuery: '', parameters: 0, watch, wanted: new Set<string>() })
    try {
      return rule(c)
    } finally {
      c.watch = -1
    }
  }
}
