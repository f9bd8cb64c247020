/** Patterns of LIKE as tests of a text. */
import { fail } from '../../../base/errors.ts'

export type TextTest = (text: string) => boolean

/**
 * `%` is any text, `_` one character (code point), everything else itself; `escaping` takes the special meaning from `%`,
 * `_` and itself.
 */
export function likeTest(pattern: string, escaping: string | undefined): TextTest {
  const parts = tokens(pattern, escaping)
  const plain = parts.every((part) => part !== ONE)
  if (plain) {
    const many = parts.filter((part) => part === MANY).length
    const text = parts.filter((part) => part !== MANY).join('')
    if (many === 0) return (value) => value === text
    const first = parts[0] === MANY
    const last = parts[parts.length - 1] === MANY
    if (text === '') return () => true
    const inner = parts.slice(first ? 1 : 0, last ? -1 : undefined).includes(MANY)
    if (!inner) {
      if (first && last) return (value) => value.includes(text)
      return first ? (value) => value.endsWith(text) : (value) => value.startsWith(text)
    }
  }
  const source = parts.map((part) => (part === MANY ? '.*' : part === ONE ? '.' : quoted(part as string))).join('')
  const regex = new RegExp(`^${source}$`, 'su')
  return (value) => regex.test(value)
}

const MANY = Symbol('%')
const ONE = Symbol('_')

function tokens(pattern: string, escaping: string | undefined): (string | symbol)[] {
  const parts: (string | symbol)[] = []
  const characters = [...pattern]
  for (let i = 0; i < characters.length; i++) {
    const c = characters[i]
    if (c === escaping) {
      const next = characters[++i]
      if (next !== '%' && next !== '_' && next !== escaping) {
        return fail('FUNCTION_INVALID_ARGUMENT', {
          name: 'LIKE',
          problem: `in the pattern '${pattern}' the escape character '${escaping}' stands before something else than %, _ or itself`,
        })
      }
      parts.push(next)
    } else parts.push(c === '%' ? MANY : c === '_' ? ONE : c)
  }
  return parts
}

export function quoted(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&')
}

/** The escape character of an ESCAPE clause; an empty one is none. */
export function escapeCharacter(escaping: string | null | undefined, name: string): string | undefined {
  if (escaping === undefined || escaping === null || escaping === '') return undefined
  if ([...escaping].length === 1) return escaping
  return fail('FUNCTION_INVALID_ARGUMENT', { name, problem: `the escape '${escaping}' is not one character` })
}
