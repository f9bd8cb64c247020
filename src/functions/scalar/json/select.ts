/**
 * One value of a JSON text, found without building the others.
 *
 * Laws
 * - `selectJson(text, steps)` gives what `parseJson` and a walk along the steps give: the whole text is checked, of a key
 *   that stands twice the last value holds.
 * - Nothing is allocated but the value itself.
 */
import { type Json, parseJson } from './parse.ts'

const QUOTE = 34
const BACKSLASH = 92
const OPEN_OBJECT = 123
const CLOSE_OBJECT = 125
const OPEN_ARRAY = 91
const CLOSE_ARRAY = 93
const COMMA = 44
const COLON = 58
const MINUS = 45
const POINT = 46
const ZERO = 48

/** Range of the value that was found, −1 where there is none. */
let foundStart = -1
let foundEnd = -1

export type Selection = { readonly value: Json } | 'missing' | 'not-json'

/** @param steps names of fields and positions (from 0) of elements */
export function selectJson(text: string, steps: readonly (string | number)[]): Selection {
  foundStart = -1
  const end = descend(text, blanks(text, 0), steps, 0)
  if (end < 0 || !endsRoot(text, end)) return 'not-json'
  if (foundStart < 0) return 'missing'
  const value = parseJson(text.slice(foundStart, foundEnd))
  return value === undefined ? 'not-json' : { value }
}

/** Behind a number that is the root a blank is needed; all others end by themselves. */
function endsRoot(text: string, end: number): boolean {
  const last = text.charCodeAt(end - 1) - ZERO
  return !(last >= 0 && last <= 9) || end === text.length || blanks(text, end) > end
}

function blanks(text: string, start: number): number {
  let at = start
  for (;;) {
    const code = text.charCodeAt(at)
    if (code !== 32 && code !== 10 && code !== 13 && code !== 9) return at
    at++
  }
}

/** The position behind the value, or −1 when it is no JSON. */
function descend(text: string, start: number, steps: readonly (string | number)[], depth: number): number {
  if (depth === steps.length) {
    const end = skip(text, start)
    foundStart = start
    foundEnd = end
    return end
  }
  const step = steps[depth]
  const code = text.charCodeAt(start)
  if (code === OPEN_OBJECT && typeof step === 'string') return inObject(text, start, steps, depth, step)
  if (code === OPEN_ARRAY && typeof step === 'number') return inArray(text, start, steps, depth, step)
  return skip(text, start)
}

function inObject(
  text: string,
  start: number,
  steps: readonly (string | number)[],
  depth: number,
  name: string | undefined,
): number {
  let at = blanks(text, start + 1)
  if (text.charCodeAt(at) === CLOSE_OBJECT) return at + 1
  for (;;) {
    if (text.charCodeAt(at) !== QUOTE) return -1
    const key = at + 1
    at = skipString(text, at)
    if (at < 0) return -1
    const wanted = name !== undefined && isKey(text, key, at - 1, name)
    at = blanks(text, at)
    if (text.charCodeAt(at) !== COLON) return -1
    at = blanks(text, at + 1)
    if (wanted) {
      foundStart = -1
      at = descend(text, at, steps, depth + 1)
    } else at = skip(text, at)
    if (at < 0) return -1
    at = blanks(text, at)
    const separator = text.charCodeAt(at)
    if (separator === CLOSE_OBJECT) return at + 1
    if (separator !== COMMA) return -1
    at = blanks(text, at + 1)
  }
}

function inArray(
  text: string,
  start: number,
  steps: readonly (string | number)[],
  depth: number,
  position: number,
): number {
  let at = blanks(text, start + 1)
  if (text.charCodeAt(at) === CLOSE_ARRAY) return at + 1
  for (let i = 0; ; i++) {
    at = i === position ? descend(text, at, steps, depth + 1) : skip(text, at)
    if (at < 0) return -1
    at = blanks(text, at)
    const separator = text.charCodeAt(at)
    if (separator === CLOSE_ARRAY) return at + 1
    if (separator !== COMMA) return -1
    at = blanks(text, at + 1)
  }
}

function isKey(text: string, start: number, end: number, name: string): boolean {
  if (end - start === name.length) return text.startsWith(name, start)
  if (end - start < name.length) return false
  const written = text.slice(start, end)
  return written.includes('\\') && JSON.parse(`"${written}"`) === name
}

const NOTHING: readonly (string | number)[] = []

function skip(text: string, start: number): number {
  switch (text.charCodeAt(start)) {
    case OPEN_OBJECT:
      return inObject(text, start, NOTHING, 0, undefined)
    case OPEN_ARRAY:
      return inArray(text, start, NOTHING, 0, -1)
    case QUOTE:
      return skipString(text, start)
    case 116:
      return skipWord(text, start, 'true')
    case 102:
      return skipWord(text, start, 'false')
    case 110:
      return skipWord(text, start, 'null')
    default:
      return skipNumber(text, start)
  }
}

function skipWord(text: string, start: number, word: string): number {
  const end = start + word.length
  if (!text.startsWith(word, start)) return -1
  return end < text.length && /[\p{L}\p{N}_$]/u.test(text[end]) ? -1 : end
}

function skipString(text: string, start: number): number {
  let at = start + 1
  for (;;) {
    const code = text.charCodeAt(at)
    if (code === QUOTE) return at + 1
    if (code === BACKSLASH) {
      const escaped = text[at + 1]
      if (escaped === 'u') {
        if (!/^[0-9a-fA-F]{4}$/.test(text.slice(at + 2, at + 6))) return -1
        at += 6
      } else if (escaped !== undefined && '"\\/bfnrt'.includes(escaped)) at += 2
      else return -1
    } else if (code >= 32) at++
    else return -1
  }
}

function digits(text: string, start: number): number {
  let at = start
  for (;;) {
    const digit = text.charCodeAt(at) - ZERO
    if (!(digit >= 0 && digit <= 9)) return at
    at++
  }
}

function skipNumber(text: string, start: number): number {
  const first = text.charCodeAt(start) === MINUS ? start + 1 : start
  let at = digits(text, first)
  if (at === first || (at > first + 1 && text.charCodeAt(first) === ZERO)) return -1
  if (text.charCodeAt(at) === POINT) {
    const fraction = at + 1
    at = digits(text, fraction)
    if (at === fraction) return -1
  }
  const exponent = text.charCodeAt(at)
  if (exponent === 101 || exponent === 69) {
    const sign = text.charCodeAt(at + 1)
    const power = sign === MINUS || sign === 43 ? at + 2 : at + 1
    at = digits(text, power)
    if (at === power) return -1
  }
  // 1.2.3 and 1e2e3 are no numbers either.
  const next = text.charCodeAt(at)
  return next === POINT || next === 101 || next === 69 ? -1 : at
}
