/**
 * `LIKE`: `%` stands for any text, `_` for one character that is no line end.
 *
 * Laws
 * - Without ESCAPE no character escapes; with it, only the wildcards and the escape character itself may be escaped.
 * - Patterns of a literal with `%` at its ends need no regular expression.
 */
import { fail } from '../../../base/errors.ts'
import type { CallSite, Evaluate } from '../../../expr/function.ts'
import { args, noNullLiteral, optional, returns } from '../../../expr/signature.ts'
import { BOOLEAN, STRING } from '../../../types/logical-type.ts'
import { scalar } from '../../define.ts'

export const like = scalar({
  name: 'LIKE',
  theme: 'comparison',
  doc: 'Does a string match a pattern, where % stands for any text and _ for one character? ESCAPE names the character that makes them ordinary.',
  signature: args([noNullLiteral(STRING), noNullLiteral(STRING), optional(noNullLiteral(STRING))], returns(BOOLEAN)),
  nulls: 'propagate',
  prepare,
  examples: [
    ["'abc' LIKE 'a%'", 'TRUE'],
    ["'abc' LIKE '_b_'", 'TRUE'],
    ["'a%c' LIKE 'a!%c' ESCAPE '!'", 'TRUE'],
    ["'a' LIKE '!a' ESCAPE '!'", { error: true }],
  ],
})

type Matcher = (text: string) => boolean

function prepare(site: CallSite): Evaluate {
  const [, pattern, escaping] = site.args
  const constant = pattern.literal?.value
  const constantEscape = escaping?.literal?.value
  if (typeof constant === 'string' && (escaping === undefined || typeof constantEscape === 'string'))
    return likeMatcher(constant, constantEscape as string | undefined)
  return (text: string, wanted: string, character?: string) => cached(wanted, character)(text)
}

const matchers = new Map<string, Matcher>()

function cached(pattern: string, escaping: string | undefined): Matcher {
  const key = escaping === undefined ? pattern : `${escaping}\0${pattern}`
  let matcher = matchers.get(key)
  if (matcher === undefined) {
    if (matchers.size > 512) matchers.clear()
    matcher = likeMatcher(pattern, escaping)
    matchers.set(key, matcher)
  }
  return matcher
}

export function likeMatcher(pattern: string, escaping?: string): Matcher {
  const tokens = readLike(pattern, escaping)
  const literals = tokens.flatMap((token) => (token.kind === 'text' ? [token.text] : []))
  if (tokens.every((token) => token.kind !== 'one') && literals.length <= 1) {
    const text = literals[0] ?? ''
    const open = tokens[0]?.kind === 'any'
    const tail = tokens[tokens.length - 1]?.kind === 'any'
    if (literals.length === 0) return tokens.length === 0 ? (value) => value === '' : () => true
    if (open && tail) return (value) => value.includes(text)
    if (open) return (value) => value.endsWith(text)
    return tail ? (value) => value.startsWith(text) : (value) => value === text
  }
  const source = tokens
    .map((token) =>
      token.kind === 'any'
        ? '[^]*'
        : token.kind === 'one'
          ? String.raw`[^\n\r\u0085\u2028\u2029]`
          : token.text.replaceAll(/[\^$\\.*+?()[\]{}|/]/g, String.raw`\$&`),
    )
    .join('')
  const regex = new RegExp(`^${source}$`, 'u')
  return (value) => regex.test(value)
}

type Token = { readonly kind: 'any' } | { readonly kind: 'one' } | { readonly kind: 'text'; readonly text: string }

function readLike(pattern: string, escaping?: string): readonly Token[] {
  if (escaping !== undefined && [...escaping].length > 1)
    return fail('FUNCTION_INVALID_ARGUMENT', {
      name: 'LIKE',
      problem: `the escape character is '${escaping}', more than one character`,
    })
  const tokens: Token[] = []
  let text = ''
  const flush = () => {
    if (text !== '') tokens.push({ kind: 'text', text })
    text = ''
  }
  const characters = [...pattern]
  for (let i = 0; i < characters.length; i++) {
    const character = characters[i]
    if (character === escaping) {
      const next = characters[++i]
      if (next !== '%' && next !== '_' && next !== escaping)
        return fail('FUNCTION_INVALID_ARGUMENT', {
          name: 'LIKE',
          problem: `in the pattern '${pattern}' the escape character '${escaping}' stands before neither a wildcard nor itself`,
        })
      text += next
    } else if (character === '%' || character === '_') {
      flush()
      if (character === '_') tokens.push({ kind: 'one' })
      else if (tokens[tokens.length - 1]?.kind !== 'any') tokens.push({ kind: 'any' })
    } else text += character
  }
  flush()
  return tokens
}
