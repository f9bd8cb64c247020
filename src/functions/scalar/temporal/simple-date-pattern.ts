/** Patterns of java.text.SimpleDateFormat: letters, counts and literal text. */
import { fail } from '../../../base/errors.ts'

export type SimpleNode =
  | { readonly kind: 'literal'; readonly text: string }
  | { readonly kind: 'field'; readonly letter: string; readonly count: number }

const LETTERS = 'GyYMLwWDdFEuaHkKhmsSzZX'
const patterns = new Map<string, readonly SimpleNode[]>()

/** The nodes of a pattern; one that Java refuses is an error. */
export function simplePattern(pattern: string): readonly SimpleNode[] {
  let nodes = patterns.get(pattern)
  if (nodes === undefined) {
    if (patterns.size > 256) patterns.clear()
    nodes = readSimplePattern(pattern)
    patterns.set(pattern, nodes)
  }
  return nodes
}

function readSimplePattern(pattern: string): readonly SimpleNode[] {
  const nodes: SimpleNode[] = []
  let literal = ''
  const flush = () => {
    if (literal !== '') nodes.push({ kind: 'literal', text: literal })
    literal = ''
  }
  const refuse = (problem: string): never =>
    fail('FUNCTION_INVALID_ARGUMENT', { name: `Pattern '${pattern}'`, problem })
  let quoted = false
  let at = 0
  while (at < pattern.length) {
    const char = pattern[at]
    if (char === "'") {
      if (pattern[at + 1] === "'") {
        literal += "'"
        at += 2
      } else {
        quoted = !quoted
        at++
      }
    } else if (quoted || !/[A-Za-z]/.test(char)) {
      literal += char
      at++
    } else {
      let end = at + 1
      while (pattern[end] === char) end++
      if (!LETTERS.includes(char)) refuse(`'${char}' is no pattern letter`)
      if (char === 'X' && end - at > 3) refuse("at most three letters 'X'")
      flush()
      nodes.push({ kind: 'field', letter: char, count: end - at })
      at = end
    }
  }
  if (quoted) refuse('a quoted text is not closed')
  flush()
  return nodes
}
