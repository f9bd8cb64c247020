/** Names, lists of names, and single strings. */
import { fail } from '../../base/errors.ts'
import type { Identifier, Name, Text } from '../ast.ts'
import {
  accept,
  acceptEscape,
  advance,
  type Cursor,
  expect,
  isName,
  peek,
  spanFrom,
  start,
  takeName,
  tokenSpan,
  tokenText,
  unescapeUnicode,
  unexpected,
  want,
} from '../cursor.ts'

export function parseIdentifier(c: Cursor): Identifier {
  if (!isName(c)) unexpected(c)
  return takeName(c)
}

/** `a.b.c`; stops before `.*`. */
export function parseName(c: Cursor): Name {
  const from = start(c)
  const parts = [parseIdentifier(c)]
  while (c.type === '.' && peek(c, 1) !== '*') {
    advance(c)
    parts.push(parseIdentifier(c))
  }
  return { kind: 'name', parts, span: spanFrom(c, from) }
}

/** `(a, b)`, at least one. */
export function parseIdentifierList(c: Cursor): readonly Identifier[] {
  expect(c, '(')
  const list = [parseIdentifier(c)]
  while (accept(c, ',')) list.push(parseIdentifier(c))
  expect(c, ')')
  return list
}

/** `a` or `(a, b)` */
export function parseIdentifierOrList(c: Cursor): readonly Identifier[] {
  return c.type === '(' ? parseIdentifierList(c) : [parseIdentifier(c)]
}

/** `name` as a name of one part. */
export function nameOf(identifier: Identifier): Name {
  return { kind: 'name', parts: [identifier], span: identifier.span }
}

/** A string in single quotes; adjacent ones are one, as everywhere in SQL. */
export function parseText(c: Cursor): Text {
  const from = start(c)
  const { value } = parseStringValue(c)
  return { kind: 'text', value, span: spanFrom(c, from) }
}

/** One string in plain quotes, where no other may continue it: comments, patterns. */
export function parsePlainText(c: Cursor): Text {
  const span = tokenSpan(c)
  return { kind: 'text', value: parsePlainString(c), span }
}

/** The value of one string in plain quotes. */
export function parsePlainString(c: Cursor): string {
  want(c, 'string')
  if (c.type !== 'string') unexpected(c)
  const value = unquote(tokenText(c), 0)
  advance(c)
  return value
}

export function isString(type: string): boolean {
  return type === 'string' || type === 'prefixed' || type === 'unicode' || type === 'escaped'
}

const CHARSETS: Readonly<Record<string, string>> = {
  UTF8: 'UTF8',
  'UTF-8': 'UTF8',
  UTF16: 'UTF16',
  'UTF-16': 'UTF16',
  'UTF-16LE': 'UTF16',
  UTF32: 'UTF32',
  LATIN1: 'ISO-8859-1',
  'ISO-8859-1': 'ISO-8859-1',
  ISO_8859_1: 'ISO-8859-1',
  'US-ASCII': 'US-ASCII',
  GBK: 'GBK',
  BIG5: 'Big5',
}

/** The value of the string at the current token with those that continue it, and its character set if one is written. */
export function parseStringValue(c: Cursor): { readonly value: string; readonly charset?: string } {
  want(c, 'string')
  if (!isString(c.type)) unexpected(c)
  const first = c.at
  const type = c.type
  const parts: string[] = []
  let charset: string | undefined
  const raw = tokenText(c)
  const open = raw.indexOf("'")
  if (type === 'prefixed') {
    const written = (open === 1 && raw[0] !== '_' ? 'ISO-8859-1' : raw.slice(1, open)).toUpperCase()
    charset = CHARSETS[written]
    if (charset === undefined) {
      fail('SQL_UNKNOWN_CHARSET', { charset: written }, { span: tokenSpan(c), source: c.source })
    }
  }
  if (type === 'escaped') {
    advance(c)
    return { value: unescapeC(c, raw.slice(2, -1), first) }
  }
  parts.push(unquote(raw, open))
  advance(c)
  while (c.type === 'string') {
    parts.push(unquote(tokenText(c), 0))
    advance(c)
  }
  if (type !== 'unicode') return { value: parts.join(''), charset }
  const sign = acceptEscape(c)
  return { value: parts.map((part) => unescapeUnicode(c, part, sign, first)).join('') }
}

function unquote(raw: string, open: number): string {
  const inner = raw.slice(open + 1, -1)
  return inner.includes("'") ? inner.replaceAll("''", "'") : inner
}

const CONTROLS: Readonly<Record<string, string>> = { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' }

/** What stands in e'…': the escapes of C, hexadecimal, octal and Unicode ones too. */
function unescapeC(c: Cursor, text: string, token: number): string {
  const escapes = /\\(?:x([0-9A-Fa-f]{1,2})|u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|([0-7]{1,3})|([\s\S]))|''/g
  const wrong = (written: string): never => {
    const what = `${written} is no character in e'…'`
    const hint = 'Behind \\u stand four hexadecimal digits, behind \\U eight, at most 0010FFFF.'
    return fail('SQL_NOT_ALLOWED', { what, hint }, { span: tokenSpan(c, token), source: c.source })
  }
  return text.replace(escapes, (all, x, u, long, octal, one, at: number) => {
    if (all === "''") return "'"
    if (octal !== undefined) return String.fromCodePoint(Number.parseInt(octal, 8))
    if (one === 'u' || one === 'U') return wrong(text.slice(at, at + (one === 'u' ? 6 : 10)))
    if (one !== undefined) return CONTROLS[one] ?? all
    const code = Number.parseInt(x ?? u ?? long, 16)
    return code <= 0x10ffff ? String.fromCodePoint(code) : wrong(all)
  })
}

/** A whole number without a sign. */
export function parseInteger(c: Cursor): number {
  want(c, 'integer')
  if (c.type !== 'integer') unexpected(c)
  const value = Number(tokenText(c))
  if (value > 0x7fffffff) {
    fail(
      'SQL_NOT_ALLOWED',
      { what: `The number ${tokenText(c)} is too large here`, hint: 'The greatest is 2147483647.' },
      { span: tokenSpan(c), source: c.source },
    )
  }
  advance(c)
  return value
}
