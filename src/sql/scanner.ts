/**
 * Text → tokens.
 *
 * Law: every character belongs to exactly one token or to white space or a comment between tokens; the scanner never
 * throws — what is no token becomes one of type `error`, and the parser fails when it gets there, so that the statements
 * before it still count. Tokens are parallel arrays, not objects: type, start, end.
 *
 * A token's type is the keyword in upper case, the symbol itself, or one of
 *   identifier   a name without quotes that is no keyword
 *   quoted       `name` or "name"
 *   unicode-name U&"name"
 *   integer decimal approximate
 *   string       'text'        prefixed   _charset'text', n'text'
 *   unicode      U&'text'      binary     x'hex'      escaped   e'a\\tb'
 *   error, end
 *
 * Comments are `-- …`, `// …` and slash-star; a comment that starts with slash-star-plus is a hint and its ends are tokens.
 */
import { keywordAt } from './keywords.ts'

export interface Tokens {
  readonly types: readonly string[]
  readonly starts: readonly number[]
  readonly ends: readonly number[]
  /** Of the `error` tokens, by index: what is wrong. */
  readonly errors: ReadonlyMap<number, ScanError>
}
export type ScanError =
  | { readonly kind: 'unterminated'; readonly what: 'string' | 'quoted name' | 'comment' }
  | { readonly kind: 'character'; readonly character: string }

const SPACE = 1
const LETTER = 2
const DIGIT = 4

/** Classes of the ASCII characters. */
const classes = new Uint8Array(128)
for (const code of [9, 10, 11, 12, 13, 32]) classes[code] = SPACE
for (let code = 48; code <= 57; code++) classes[code] = DIGIT
for (let code = 65; code <= 90; code++) classes[code] = classes[code + 32] = LETTER
classes[36] = classes[95] = LETTER // $ and _

const symbols: readonly (string | undefined)[] = Array.from({ length: 128 }, (_, code) => {
  const character = String.fromCharCode(code)
  return '()[]{},.;:?=<>+-*/%|^$&~!'.includes(character) ? character : undefined
})

function isLetter(code: number, text: string, at: number): boolean {
  return code < 128 ? (classes[code] & LETTER) !== 0 : isUnicodeLetter(text, at)
}
function isUnicodeLetter(text: string, at: number): boolean {
  const code = text.charCodeAt(at)
  if (code >= 0xdc00 && code <= 0xdfff) return true // the second half of a letter whose first half was one
  return /^[\p{L}\p{Nl}\p{Sc}\p{Pc}]/u.test(String.fromCodePoint(text.codePointAt(at)!))
}
function isWordPart(code: number, text: string, at: number): boolean {
  if (code < 128) return (classes[code] & (LETTER | DIGIT)) !== 0
  return isUnicodeLetter(text, at) || /^[\p{Nd}\p{Mn}\p{Mc}]/u.test(String.fromCodePoint(text.codePointAt(at)!))
}
function isUnicodeSpace(code: number): boolean {
  return code === 0xa0 || code === 0x3000 || code === 0xfeff || (code >= 0x2000 && code <= 0x200b)
}

export function scan(text: string): Tokens {
  const types: string[] = []
  const starts: number[] = []
  const ends: number[] = []
  const errors = new Map<number, ScanError>()
  const length = text.length
  let inHint = false
  let at = 0

  const token = (type: string, start: number, end: number): void => {
    types.push(type)
    starts.push(start)
    ends.push(end)
    at = end
  }
  const unterminated = (what: 'string' | 'quoted name' | 'comment', start: number): void => {
    errors.set(types.length, { kind: 'unterminated', what })
    token('error', start, length)
  }
  /** The offset behind the closing quote, where a doubled quote stands for one; -1 when there is none. */
  const behindQuote = (from: number, quote: string): number => {
    for (let i = from; ; i++) {
      i = text.indexOf(quote, i)
      if (i < 0) return -1
      if (text[i + 1] !== quote) return i + 1
      i++
    }
  }
  const quotedToken = (type: string, start: number, open: number): void => {
    const end = behindQuote(open + 1, text[open])
    if (end < 0) unterminated(text[open] === "'" ? 'string' : 'quoted name', start)
    else token(type, start, end)
  }

  const escapedToken = (start: number): void => {
    for (let i = start + 2; i < length; i++) {
      if (text[i] === '\\') i++
      else if (text[i] === "'") {
        if (text[i + 1] !== "'") {
          token('escaped', start, i + 1)
          return
        }
        i++
      }
    }
    unterminated('string', start)
  }

  while (at < length) {
    const start = at
    const code = text.charCodeAt(at)
    const next = text.charCodeAt(at + 1)
    if (code < 128 ? classes[code] === SPACE : isUnicodeSpace(code)) {
      at++
      continue
    }
    if (isLetter(code, text, at)) {
      if (next === 39 && (code === 120 || code === 88)) quotedToken('binary', start, at + 1)
      else if (next === 39 && (code === 101 || code === 69)) escapedToken(start)
      else if (next === 39 && (code === 110 || code === 78)) quotedToken('prefixed', start, at + 1)
      else if ((code === 117 || code === 85) && next === 38 && text[at + 2] === "'")
        quotedToken('unicode', start, at + 2)
      else if ((code === 117 || code === 85) && next === 38 && text[at + 2] === '"') {
        quotedToken('unicode-name', start, at + 2)
      } else {
        let end = at + 1
        while (end < length && isWordPart(text.charCodeAt(end), text, end)) end++
        if (code === 95 && text[end] === '-') {
          // A character set may have dashes: _iso-8859-1'text'
          let dash = end
          while (dash < length && (text[dash] === '-' || isWordPart(text.charCodeAt(dash), text, dash))) dash++
          if (text[dash] === "'") end = dash
        }
        if (code === 95 && text[end] === "'" && end > at + 1) quotedToken('prefixed', start, end)
        else token(keywordAt(text, start, end) ?? 'identifier', start, end)
      }
      continue
    }
    if (classes[code] === DIGIT || (code === 46 && classes[next] === DIGIT)) {
      let end = at
      let type = 'integer'
      while (classes[text.charCodeAt(end)] === DIGIT) end++
      if (text.charCodeAt(end) === 46) {
        type = 'decimal'
        end++
        while (classes[text.charCodeAt(end)] === DIGIT) end++
      }
      if ((text.charCodeAt(end) | 32) === 101) {
        const sign = text.charCodeAt(end + 1)
        const digits = sign === 43 || sign === 45 ? end + 2 : end + 1
        if (classes[text.charCodeAt(digits)] === DIGIT) {
          type = 'approximate'
          end = digits
          while (classes[text.charCodeAt(end)] === DIGIT) end++
        }
      }
      token(type, start, end)
      continue
    }
    if (code === 39) quotedToken('string', start, at)
    else if (code === 96 || code === 34) quotedToken('quoted', start, at)
    else if ((code === 45 && next === 45) || (code === 47 && next === 47)) {
      const newline = text.indexOf('\n', at)
      at = newline < 0 ? length : newline + 1
    } else if (code === 47 && next === 42) {
      if (text.charCodeAt(at + 2) === 43) {
        token('/*+', start, at + 3)
        inHint = true
      } else {
        const close = text.indexOf('*/', at + 2)
        if (close < 0) unterminated('comment', start)
        else at = close + 2
      }
    } else if (inHint && code === 42 && next === 47) {
      token('*/', start, at + 2)
      inHint = false
    } else if (code === 60 && next === 61) token('<=', start, at + 2)
    else if (code === 60 && next === 62) token('<>', start, at + 2)
    else if (code === 62 && next === 61) token('>=', start, at + 2)
    else if (code === 33 && next === 61) token('!=', start, at + 2)
    else if (code === 61 && next === 62) token('=>', start, at + 2)
    else if (code === 124 && next === 124) token('||', start, at + 2)
    else {
      const symbol = symbols[code]
      if (symbol === undefined) {
        const character = String.fromCodePoint(text.codePointAt(at)!)
        errors.set(types.length, { kind: 'character', character })
        token('error', start, at + character.length)
      } else token(symbol, start, at + 1)
    }
  }
  token('end', length, length)
  return { types, starts, ends, errors }
}
