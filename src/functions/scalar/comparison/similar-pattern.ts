/**
 * Patterns of SIMILAR TO as tests of a text: SQL's regular expressions, which are Java's except for `%`, `_`, `\` and `$`.
 */
import { fail } from '../../../base/errors.ts'
import { quoted, type TextTest } from './like-pattern.ts'

const CLASSES: Readonly<Record<string, string>> = {
  ALPHA: 'a-zA-Z',
  UPPER: 'A-Z',
  LOWER: 'a-z',
  DIGIT: '0-9',
  SPACE: ' ',
  WHITESPACE: '\\s',
  ALNUM: 'a-zA-Z0-9',
}

const SPECIALS = '[]()|^-+*_%?{}'

export function similarTest(pattern: string, escaping: string | undefined): TextTest {
  const source = translate(pattern, escaping)
  let regex: RegExp
  try {
    regex = new RegExp(`^(?:${source})$`, 'u')
  } catch (cause) {
    return fail(
      'FUNCTION_INVALID_ARGUMENT',
      { name: 'SIMILAR TO', problem: `'${pattern}' is no valid pattern` },
      { cause },
    )
  }
  return (text) => regex.test(text)
}

function translate(pattern: string, escaping: string | undefined): string {
  const characters = [...pattern]
  let source = ''
  let inClass = false
  for (let i = 0; i < characters.length; i++) {
    const c = characters[i]
    if (c === escaping) {
      const next = characters[++i]
      if (next === undefined || (!SPECIALS.includes(next) && next !== escaping)) return broken(pattern)
      source += next === '-' ? (inClass ? '\\-' : '-') : quoted(next)
    } else if (inClass) {
      const named = c === '[' ? /^\[:([A-Za-z]+):\]/.exec(characters.slice(i).join('')) : null
      if (named !== null) {
        const members = CLASSES[named[1].toUpperCase()]
        if (members === undefined) return broken(pattern)
        source += members
        i += named[0].length - 1
      } else if (c === ']') {
        inClass = false
        source += c
      } else source += c === '[' || c === '\\' ? `\\${c}` : c
    } else if (c === '[') {
      inClass = true
      source += c
    } else if (c === ']') return broken(pattern)
    else source += c === '%' ? '[^]*' : c === '_' ? '.' : c === '\\' ? '\\\\' : c === '$' ? '\\$' : c
  }
  return inClass ? broken(pattern) : source
}

function broken(pattern: string): never {
  return fail('FUNCTION_INVALID_ARGUMENT', { name: 'SIMILAR TO', problem: `'${pattern}' is no valid pattern` })
}
