/**
 * Where the parser is in its tokens, and the errors that it raises there.
 *
 * Law: the parser looks ahead a fixed number of tokens and never goes back, so its time is linear in the text. `is` and
 * `accept` ask, `expect` demands. What would have been accepted at the failing token is found by parsing once more with
 * `watch` set to it: the way that succeeds pays nothing for good messages.
 */
import { fail } from '../base/errors.ts'
import type { SourceText, Span } from '../base/span.ts'
import type { Expression, Identifier, Query } from './ast.ts'
import { diagnose } from './diagnose.ts'
import { NON_RESERVED } from './keywords.ts'
import { scan, type Tokens } from './scanner.ts'

/** The rules that all others lead back to; through the cursor, so that the files of the parser import one way only. */
export interface Grammar {
  /** An expression, all operators. */
  expression(c: Cursor): Expression
  /** An expression whose operators bind tighter than AND and IN: where one of these words follows. */
  operand(c: Cursor): Expression
  /** A query with all that may surround it, not in parentheses. */
  query(c: Cursor): Query
  /** What stands in parentheses where a value or a query may stand, from the opening one to the closing one. */
  parenthesized(c: Cursor): readonly Expression[] | Query
}

export interface Cursor {
  readonly grammar: Grammar
  readonly source: SourceText
  readonly tokens: Tokens
  /** May names stand in double quotes? Flink's own setting says no. */
  readonly doubleQuotes: boolean
  /** Index of the current token, and its type. */
  at: number
  type: string
  /** Nesting of expressions, queries and types around the current token. */
  depth: number
  /** Where queries are refused just now, as words for the message; empty where they are allowed. */
  noQuery: string
  /** Number of `?` seen. */
  parameters: number
  /** Index of the token whose alternatives are collected in `wanted`; -1 when none is. */
  watch: number
  wanted: Set<string>
}

/** Deeper nesting is refused before the stack of JavaScript is. */
export const MAX_DEPTH = 400

export function cursor(
  grammar: Grammar,
  source: SourceText,
  tokens: Tokens = scan(source.text),
  doubleQuotes = false,
): Cursor {
  return {
    grammar,
    source,
    tokens,
    doubleQuotes,
    at: 0,
    type: tokens.types[0],
    depth: 0,
    noQuery: '',
    parameters: 0,
    watch: -1,
    wanted: new Set(),
  }
}

export function goTo(c: Cursor, index: number): void {
  c.at = index
  c.type = c.tokens.types[index]
}

/** Type of the token `n` behind the current one. */
export function peek(c: Cursor, n: number): string {
  const { types } = c.tokens
  return c.at + n < types.length ? types[c.at + n] : 'end'
}

/** Step over the current token. */
export function advance(c: Cursor): void {
  c.at++
  c.type = c.tokens.types[c.at]
}

export function is(c: Cursor, type: string): boolean {
  if (c.watch === c.at) c.wanted.add(type)
  return c.type === type
}

/** Is the current token one of these, and the next of that type? */
export function isPair(c: Cursor, first: string, second: string): boolean {
  if (c.watch === c.at) c.wanted.add(`${first} ${second}`)
  return c.type === first && peek(c, 1) === second
}

export function accept(c: Cursor, type: string): boolean {
  if (c.watch === c.at) c.wanted.add(type)
  if (c.type !== type) return false
  advance(c)
  return true
}

/** All of these words, or none when the first is not there; from the second on they are demanded. */
export function acceptAll(c: Cursor, first: string, ...rest: readonly string[]): boolean {
  if (!accept(c, first)) return false
  for (const type of rest) expect(c, type)
  return true
}

/** Note that this could stand here, without asking for a single token: 'expression', 'name', 'query' … */
export function want(c: Cursor, what: string): void {
  if (c.watch === c.at) c.wanted.add(what)
}

export function expect(c: Cursor, type: string): void {
  if (c.watch === c.at) c.wanted.add(type)
  if (c.type !== type) unexpected(c)
  advance(c)
}

/** Each word in turn: `expectAll(c, 'IF', 'NOT', 'EXISTS')`. */
export function expectAll(c: Cursor, ...types: readonly string[]): void {
  for (const type of types) expect(c, type)
}

/** The one of these that comes now, stepped over. */
export function expectOne<T extends string>(c: Cursor, ...types: readonly T[]): T {
  for (const type of types) if (accept(c, type)) return type
  return unexpected(c)
}

/** The one of these that comes now, stepped over, or undefined. */
export function acceptOne<T extends string>(c: Cursor, ...types: readonly T[]): T | undefined {
  for (const type of types) if (accept(c, type)) return type
  return undefined
}

export function start(c: Cursor): number {
  return c.tokens.starts[c.at]
}
/** From there to the end of the token before the current one. */
export function spanFrom(c: Cursor, from: number): Span {
  return { start: from, end: c.at > 0 ? Math.max(c.tokens.ends[c.at - 1], from) : from }
}
export function tokenSpan(c: Cursor, index: number = c.at): Span {
  return { start: c.tokens.starts[index], end: c.tokens.ends[index] }
}
export function tokenText(c: Cursor, index: number = c.at): string {
  return c.source.text.slice(c.tokens.starts[index], c.tokens.ends[index])
}

/** Can the token be a name? */
export function isName(c: Cursor, type: string = c.type): boolean {
  if (c.watch === c.at) c.wanted.add('name')
  return type === 'identifier' || type === 'quoted' || type === 'unicode-name' || isFreeWord(type)
}

const freeWords = new Set(NON_RESERVED)
function isFreeWord(type: string): boolean {
  return freeWords.has(type)
}

/** One level deeper; the caller takes the level back with `leave`. */
export function enter(c: Cursor): void {
  c.depth++
  if (c.depth > MAX_DEPTH) fail('SQL_TOO_DEEP', { limit: MAX_DEPTH }, { span: tokenSpan(c), source: c.source })
}
export function leave(c: Cursor): void {
  c.depth--
}

/** Fail at the current token; never returns. */
export function unexpected(c: Cursor): never {
  const { tokens, source } = c
  const error = tokens.errors.get(c.at)
  const place = { span: tokenSpan(c), source }
  if (error?.kind === 'unterminated') fail('SQL_UNTERMINATED', { what: error.what }, place)
  if (error?.kind === 'character') fail('SQL_UNKNOWN_CHARACTER', { character: error.character }, place)
  const mistake = diagnose({ tokens, text: source.text, at: c.at, wanted: c.wanted })
  const at = { span: tokenSpan(c, mistake.at), source }
  const { expected, hint } = mistake
  if (tokens.types[mistake.at] === 'end') fail('SQL_UNEXPECTED_END', { expected, hint }, at)
  fail('SQL_UNEXPECTED_TOKEN', { found: mistake.found, expected, hint }, at)
}

// --- names and texts -------------------------------------------------------------------------------------------------

/** The name at the current token, which is known to be one. */
export function takeName(c: Cursor): Identifier {
  const index = c.at
  const span = tokenSpan(c)
  const text = c.source.text
  if (c.type === 'quoted') {
    const quote = text[span.start]
    const inner = text.slice(span.start + 1, span.end - 1)
    const name = inner.replaceAll(quote + quote, quote)
    if (quote === '"' && !c.doubleQuotes) fail('SQL_DOUBLE_QUOTES', { name }, { span, source: c.source })
    advance(c)
    return { kind: 'identifier', name, quoted: true, span }
  }
  if (c.type === 'unicode-name') {
    const inner = text.slice(span.start + 3, span.end - 1).replaceAll('""', '"')
    advance(c)
    const sign = acceptEscape(c)
    return {
      kind: 'identifier',
      name: unescapeUnicode(c, inner, sign, index),
      quoted: true,
      span: spanFrom(c, span.start),
    }
  }
  advance(c)
  return { kind: 'identifier', name: text.slice(span.start, span.end), quoted: false, span }
}

/** `UESCAPE 'c'` behind a U& literal; a backslash without it. */
export function acceptEscape(c: Cursor): string {
  if (!accept(c, 'UESCAPE')) return '\\'
  const text = tokenText(c)
  if (c.type !== 'string') {
    if (c.watch === c.at) c.wanted.add('string')
    unexpected(c)
  }
  const sign = text.slice(1, -1)
  if (sign.length !== 1 || /[0-9A-Fa-f+'"\s]/.test(sign)) {
    fail('SQL_BAD_UNICODE_ESCAPE', { text }, { span: tokenSpan(c), source: c.source })
  }
  advance(c)
  return sign
}

/** `\0041` → A, `\+01F600` → 😀, two escape characters → one. */
export function unescapeUnicode(c: Cursor, text: string, sign: string, token: number): string {
  let out = ''
  for (let i = 0; i < text.length; i++) {
    if (text[i] !== sign) {
      out += text[i]
      continue
    }
    if (text[i + 1] === sign) {
      out += sign
      i++
      continue
    }
    const long = text[i + 1] === '+'
    const digits = long ? text.slice(i + 2, i + 8) : text.slice(i + 1, i + 5)
    const code = digits.length === (long ? 6 : 4) && /^[0-9A-Fa-f]+$/.test(digits) ? Number.parseInt(digits, 16) : -1
    if (code < 0 || code > 0x10ffff) {
      fail('SQL_BAD_UNICODE_ESCAPE', { text: text.slice(i, i + 8) }, { span: tokenSpan(c, token), source: c.source })
    }
    out += String.fromCodePoint(code)
    i += long ? 7 : 4
  }
  return out
}
