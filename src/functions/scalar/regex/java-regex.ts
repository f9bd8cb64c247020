/**
 * Regular expressions of java.util.regex in JavaScript.
 *
 * Laws
 * - A pattern is translated once and cached; a pattern that Java refuses is `undefined`.
 * - Group numbers are Java's: `group(match, n)` finds them behind the groups that the translation adds.
 * - `.`, `$`, `\s`, `\b`, `\R`, character class intersections and unions, quoting, possessive quantifiers, atomic groups and
 *   inline flags mean what they mean in Java.
 * - Differences: \G, \X, \N and canonical equivalence are not supported and count as refused patterns; back references do
 *   not look away from case.
 */
import { translate } from './translate.ts'

export interface JavaRegex {
  /** Global: `exec` goes on at `lastIndex`. */
  readonly pattern: RegExp
  /** Java's number of groups. */
  readonly groupCount: number
  /** JavaScript's number of each of Java's groups; 0 is the whole match. */
  readonly groups: readonly number[]
}

const cache = new Map<string, JavaRegex | undefined>()
const LIMIT = 512

export function javaRegex(pattern: string): JavaRegex | undefined {
  if (cache.has(pattern)) return cache.get(pattern)
  if (cache.size >= LIMIT) cache.clear()
  const regex = compile(pattern)
  cache.set(pattern, regex)
  return regex
}

function compile(pattern: string): JavaRegex | undefined {
  const translated = translate(pattern)
  if (translated === undefined) return undefined
  const { source, flags, groups } = translated
  try {
    return { pattern: new RegExp(source, `g${flags}`), groupCount: groups.length - 1, groups }
  } catch {
    // SyntaxError: what the translation let through is refused here, as by Java.
    return undefined
  }
}

/** Does the pattern occur in the text? */
export function found(regex: JavaRegex, text: string): boolean {
  regex.pattern.lastIndex = 0
  return regex.pattern.test(text)
}

/** The first occurrence. */
export function firstMatch(regex: JavaRegex, text: string): RegExpExecArray | null {
  regex.pattern.lastIndex = 0
  return regex.pattern.exec(text)
}

export function group(regex: JavaRegex, match: RegExpExecArray, number: number): string | null {
  return match[regex.groups[number]] ?? null
}

/** Every occurrence in turn; behind an empty one it goes on one UTF-16 unit later, as in Java. */
export function eachMatch(regex: JavaRegex, text: string, visit: (match: RegExpExecArray) => void): void {
  const { pattern } = regex
  let at = 0
  while (at <= text.length) {
    pattern.lastIndex = at
    const split = isWithinPair(text, at)
    // JavaScript does not look between the halves of a surrogate pair, Java does: there the first half is hidden.
    let match = pattern.exec(split ? `${text.slice(0, at - 1)}\ue000${text.slice(at)}` : text)
    if (split && match !== null && match.index !== at) {
      pattern.lastIndex = at + 1
      match = pattern.exec(text)
    }
    if (match === null) return
    visit(match)
    const end = match.index + match[0].length
    at = match[0] === '' ? end + 1 : end
  }
}

function isWithinPair(text: string, at: number): boolean {
  const low = text.charCodeAt(at)
  if (!(low >= 0xdc00 && low <= 0xdfff)) return false
  const high = text.charCodeAt(at - 1)
  return high >= 0xd800 && high <= 0xdbff
}

/** String.split of Java: a regular expression, at most `limit` parts, trailing empty parts left out when there is no limit. */
export function splitBy(text: string, separator: string, limit: number): string[] {
  const parts: string[] = []
  if (separator.length === 1 && !'.$|()[{^?*+\\'.includes(separator)) {
    const all = text.split(separator)
    if (limit > 0 && all.length > limit) parts.push(...all.slice(0, limit - 1), all.slice(limit - 1).join(separator))
    else parts.push(...all)
  } else {
    const regex = javaRegex(separator)
    if (regex === undefined) throw new SyntaxError(`'${separator}' is not a regular expression`)
    let start = 0
    eachMatch(regex, text, (match) => {
      if (limit > 0 && parts.length === limit - 1) return
      const end = match.index + match[0].length
      // An empty match at the start makes no empty first part.
      if (end === 0) return
      parts.push(text.slice(start, match.index))
      start = end
    })
    parts.push(text.slice(start))
  }
  if (limit === 0) while (parts.length > 1 && parts[parts.length - 1] === '') parts.pop()
  if (limit === 0 && parts.length === 1 && parts[0] === '' && text !== '') parts.pop()
  return parts
}
