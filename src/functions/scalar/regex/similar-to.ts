/** `SIMILAR TO`: an expression is turned into one of Java, wrapped so that it matches as a whole; the last one is kept. */
import { fail } from '../../../base/errors.ts'
import { args, noNullLiteral, optional, returns } from '../../../expr/signature.ts'
import { BOOLEAN, STRING } from '../../../types/logical-type.ts'
import { scalar } from '../../define.ts'
import { type JavaRegex, javaRegex } from './java-regex.ts'

export const similarTo = scalar({
  name: 'SIMILAR TO',
  theme: 'comparison',
  doc: 'Does a string match a regular expression of SQL as a whole? % stands for any text, _ for one character; the rest is as in Java.',
  signature: args([noNullLiteral(STRING), noNullLiteral(STRING), optional(noNullLiteral(STRING))], returns(BOOLEAN)),
  nulls: 'propagate',
  eval: (text: string, pattern: string, escaping?: string) => {
    const regex = similar(pattern, escaping)
    regex.pattern.lastIndex = 0
    return regex.pattern.test(text)
  },
  examples: [
    ["'ab' SIMILAR TO 'a(b|c)'", 'TRUE'],
    ["'ab' SIMILAR TO 'b'", 'FALSE'],
    ["'1' SIMILAR TO '[[:digit:]]'", 'TRUE'],
  ],
})

const CLASSES: Readonly<Record<string, string>> = {
  ALPHA: '\\p{Alpha}',
  UPPER: '\\p{Upper}',
  LOWER: '\\p{Lower}',
  DIGIT: '\\d',
  SPACE: ' ',
  WHITESPACE: '\\s',
  ALNUM: '\\p{Alnum}',
}

let lastKey: string | undefined
let lastRegex: JavaRegex | undefined

function similar(pattern: string, escaping: string | undefined): JavaRegex {
  const key = `${escaping ?? ''}\0${pattern}`
  if (key === lastKey && lastRegex !== undefined) return lastRegex
  const regex = javaRegex(`(?<![\\s\\S])(?:${toJava(pattern, escaping)})(?![\\s\\S])`)
  if (regex === undefined)
    return fail('FUNCTION_INVALID_ARGUMENT', { name: 'SIMILAR TO', problem: `'${pattern}' is no regular expression` })
  lastKey = key
  lastRegex = regex
  return regex
}

function toJava(pattern: string, escaping: string | undefined): string {
  let result = ''
  let inClass = false
  const characters = [...pattern]
  for (let i = 0; i < characters.length; i++) {
    const character = characters[i]
    if (character === escaping) result += `\\${characters[++i] ?? ''}`
    else if (inClass) {
      const named = /^\[:([a-zA-Z]+):\]/.exec(characters.slice(i, i + 16).join(''))
      const known = named === null ? undefined : CLASSES[named[1].toUpperCase()]
      if (named !== null && known !== undefined) {
        result += known
        i += named[0].length - 1
      } else {
        if (character === ']') inClass = false
        result += character
      }
    } else if (character === '%') result += '(?s:.*)'
    else if (character === '_') result += '.'
    else {
      if (character === '[') inClass = true
      result += character
    }
  }
  return result
}
