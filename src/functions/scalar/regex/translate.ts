/**
 * A pattern of java.util.regex as the source of a JavaScript pattern with the flag `v`; undefined when Java refuses it.
 *
 * Law: one pass over the pattern; what has a counterpart is copied, what has none is written with look-arounds. Groups that
 * the translation adds are capturing ones (possessive and atomic parts), so Java's group numbers are kept in a table.
 */
import { javaProperty } from './properties.ts'

export interface Translated {
  readonly source: string
  readonly flags: string
  readonly groups: readonly number[]
}

const LINE_END = String.raw`(?:\r\n|[\n\r\u0085\u2028\u2029])`
const WORD = String.raw`[\p{L}\p{Nd}_]`
const CLASSES: Readonly<Record<string, string>> = {
  d: '[0-9]',
  D: '[^0-9]',
  w: '[a-zA-Z0-9_]',
  W: '[^a-zA-Z0-9_]',
  s: String.raw`[ \t\n\v\f\r]`,
  S: String.raw`[^ \t\n\v\f\r]`,
  h: String.raw`[ \t\xa0\u1680\u180e\u2000-\u200a\u202f\u205f\u3000]`,
  H: String.raw`[^ \t\xa0\u1680\u180e\u2000-\u200a\u202f\u205f\u3000]`,
  v: String.raw`[\n\v\f\r\x85\u2028\u2029]`,
  V: String.raw`[^\n\v\f\r\x85\u2028\u2029]`,
}
const CONTROLS: Readonly<Record<string, string>> = { t: '\t', n: '\n', r: '\r', f: '\f', a: '\x07', e: '\x1b' }

/** What the properties of one case mean where (?i) is on. */
const CASED: Readonly<Record<string, string>> = { Lower: 'a-zA-Z', Upper: 'a-zA-Z' }

/** The pattern is refused. */
class Refused extends Error {}

export function translate(pattern: string): Translated | undefined {
  const translator = new Translator(pattern)
  try {
    return translator.run()
  } catch (error) {
    if (error instanceof Refused) return undefined
    throw error
  }
}

interface Flags {
  readonly i: boolean
  readonly m: boolean
  readonly s: boolean
  readonly x: boolean
  readonly d: boolean
  readonly u: boolean
}

class Translator {
  readonly #text: string
  #at = 0
  #groups: number[] = [0]
  #captures = 0
  #flags: Flags = { i: false, m: false, s: false, x: false, d: false, u: false }

  constructor(text: string) {
    this.#text = text
  }

  run(): Translated {
    const source = this.#alternatives()
    if (this.#at < this.#text.length) throw new Refused()
    return { source, flags: 'v', groups: this.#groups }
  }

  get #more(): boolean {
    return this.#at < this.#text.length
  }

  #next(): string {
    const point = this.#text.codePointAt(this.#at)
    if (point === undefined) throw new Refused()
    const char = String.fromCodePoint(point)
    this.#at += char.length
    return char
  }

  #eat(text: string): boolean {
    if (!this.#text.startsWith(text, this.#at)) return false
    this.#at += text.length
    return true
  }

  /** Up to the end of the group; flags that are set inside end with it. */
  #alternatives(): string {
    const outer = this.#flags
    let result = ''
    while (this.#more && this.#text[this.#at] !== ')') {
      if (this.#eat('|')) result += '|'
      else if (!this.#flagsHere()) result += this.#quantified()
    }
    this.#flags = outer
    return result
  }

  /** `(?i)` and its kin. */
  #flagsHere(): boolean {
    const match = /^\(\?([idmsuxU]*)(?:-([idmsuxU]*))?\)/.exec(this.#text.slice(this.#at))
    if (match === null || match[0] === '(?)') return false
    this.#at += match[0].length
    this.#flags = changed(this.#flags, match[1], match[2] ?? '')
    return true
  }

  #quantified(): string {
    if (this.#flags.x) {
      const blank = /^(?:\s+|#[^\n]*\n?)+/.exec(this.#text.slice(this.#at))
      if (blank !== null) {
        this.#at += blank[0].length
        return ''
      }
    }
    const before = this.#captures
    const atom = this.#atom()
    const quantifier = /^(?:[*+?]|\{\d+(?:,\d*)?\})/.exec(this.#text.slice(this.#at))?.[0]
    if (quantifier === undefined) return atom
    this.#at += quantifier.length
    if (/^\{(\d+),(\d+)\}$/.test(quantifier)) {
      const [low, high] = quantifier.slice(1, -1).split(',').map(Number)
      if (high < low) throw new Refused()
    }
    // JavaScript cannot repeat look-arounds.
    const repeatable = /^\(\?<?[=!]/.test(atom) || atom === '^' || atom === '$' ? `(?:${atom})` : atom
    if (this.#eat('?')) return `${repeatable}${quantifier}?`
    if (!this.#eat('+')) return `${repeatable}${quantifier}`
    return this.#atomic(`${repeatable}${quantifier}`, before)
  }

  /** What matched once is not given back: (?=(x))\1. */
  #atomic(inner: string, capturesBefore: number): string {
    // Groups inside come after the added one.
    for (let i = 0; i < this.#groups.length; i++) if (this.#groups[i] > capturesBefore) this.#groups[i]++
    this.#captures++
    const own = capturesBefore + 1
    return `(?=(${shifted(inner, capturesBefore)}))\\${own}(?:)`
  }

  #atom(): string {
    const char = this.#next()
    switch (char) {
      case '.':
        if (this.#flags.s) return '[^]'
        return this.#flags.d ? String.raw`[^\n]` : String.raw`[^\n\r\u0085\u2028\u2029]`
      case '^':
        return this.#flags.m ? `(?<=${LINE_END}|^)(?=[^])` : '^'
      case '$':
        return this.#flags.m ? `(?=${LINE_END}|$)` : `(?=${LINE_END}?$)`
      case '[':
        return this.#class()
      case '(':
        return this.#group()
      case '\\':
        return this.#escape()
      case '*':
      case '+':
      case '?':
      case '{':
        throw new Refused()
      default:
        return this.#literal(char)
    }
  }

  /** A character, in both cases where (?i) is on: of ASCII letters, with (?u) of all. */
  #literal(char: string): string {
    const cases = this.#cases(char)
    return cases.length === 1 ? quoted(char) : `[${cases.map(quotedInClass).join('')}]`
  }

  #cases(char: string): readonly string[] {
    const { i, u } = this.#flags
    if (!i || !(u || /[a-zA-Z]/.test(char))) return [char]
    return [...new Set([char, char.toLowerCase(), char.toUpperCase()])].filter((other) => [...other].length === 1)
  }

  #group(): string {
    if (!this.#eat('?')) return this.#capture('(')
    for (const kind of ['?:', '?=', '?!', '?<=', '?<!']) {
      if (this.#eat(kind.slice(1))) return this.#closed(`(${kind}`)
    }
    const before = this.#captures
    if (this.#eat('>')) return this.#atomic(this.#closed('(?:'), before)
    const name = /^<([a-zA-Z][a-zA-Z0-9]*)>/.exec(this.#text.slice(this.#at))
    if (name !== null) {
      this.#at += name[0].length
      return this.#capture(`(?<${name[1]}>`)
    }
    const flags = /^([idmsuxU]*)(?:-([idmsuxU]*))?:/.exec(this.#text.slice(this.#at))
    if (flags === null) throw new Refused()
    this.#at += flags[0].length
    const outer = this.#flags
    this.#flags = changed(outer, flags[1], flags[2] ?? '')
    const result = this.#closed('(?:')
    this.#flags = outer
    return result
  }

  #capture(open: string): string {
    this.#captures++
    this.#groups.push(this.#captures)
    return this.#closed(open)
  }

  #closed(open: string): string {
    const inner = this.#alternatives()
    if (!this.#eat(')')) throw new Refused()
    return `${open}${inner})`
  }

  #escape(): string {
    const char = this.#next()
    switch (char) {
      case 'Q': {
        const end = this.#text.indexOf('\\E', this.#at)
        const literal = this.#text.slice(this.#at, end < 0 ? undefined : end)
        this.#at = end < 0 ? this.#text.length : end + 2
        return [...literal].map((inner) => this.#literal(inner)).join('')
      }
      case 'E':
        return ''
      case 'A':
        return '^'
      case 'z':
        return '$'
      case 'Z':
        return `(?=${LINE_END}?$)`
      case 'b':
        return `(?:(?<=${WORD})(?!${WORD})|(?<!${WORD})(?=${WORD}))`
      case 'B':
        return `(?:(?<=${WORD})(?=${WORD})|(?<!${WORD})(?!${WORD}))`
      case 'R':
        return String.raw`(?:\r\n|[\n\v\f\r\u0085\u2028\u2029])`
      case 'k': {
        const name = /^<([a-zA-Z][a-zA-Z0-9]*)>/.exec(this.#text.slice(this.#at))
        if (name === null) throw new Refused()
        this.#at += name[0].length
        return `\\k<${name[1]}>`
      }
    }
    if (char >= '1' && char <= '9') {
      let number = Number(char)
      while (/\d/.test(this.#text[this.#at] ?? '') && number * 10 + Number(this.#text[this.#at]) < this.#groups.length)
        number = number * 10 + Number(this.#next())
      // A reference to a group that does not exist never matches.
      return number < this.#groups.length ? `\\${this.#groups[number]}(?:)` : '(?!)'
    }
    return CLASSES[char] ?? this.#property(char) ?? this.#literal(this.#character(char))
  }

  /** `\p{…}` and `\P{…}` */
  #property(char: string): string | undefined {
    if (char !== 'p' && char !== 'P') return undefined
    let name: string
    if (this.#eat('{')) {
      const end = this.#text.indexOf('}', this.#at)
      if (end < 0) throw new Refused()
      name = this.#text.slice(this.#at, end)
      this.#at = end + 1
    } else name = this.#next()
    const cased =
      this.#flags.i && /^(?:Is)?(?:Lower|Upper|Lu|Ll|Lt|javaLowerCase|javaUpperCase|Lowercase|Uppercase)$/i.test(name)
    const set = cased ? (CASED[name] ?? String.raw`\p{Lu}\p{Ll}\p{Lt}`) : javaProperty(name)
    if (set === undefined) throw new Refused()
    return char === 'p' ? `[${set}]` : `[^${set}]`
  }

  /** The character that an escape (without its backslash) stands for. */
  #character(char: string): string {
    if (CONTROLS[char] !== undefined) return CONTROLS[char]
    const hex = (pattern: RegExp): string => {
      const match = pattern.exec(this.#text.slice(this.#at))
      if (match === null) throw new Refused()
      this.#at += match[0].length
      const point = Number.parseInt(match[1], char === '0' ? 8 : 16)
      if (point > 0x10ffff) throw new Refused()
      return String.fromCodePoint(point)
    }
    switch (char) {
      case '0':
        return hex(/^([0-3][0-7]{2}|[0-7]{1,2})/)
      case 'x':
        return this.#text[this.#at] === '{' ? hex(/^\{([0-9a-fA-F]+)\}/) : hex(/^([0-9a-fA-F]{2})/)
      case 'u': {
        const high = hex(/^([0-9a-fA-F]{4})/)
        if (/[\ud800-\udbff]/.test(high) && this.#text.startsWith('\\u', this.#at)) {
          this.#at += 2
          return high + hex(/^([0-9a-fA-F]{4})/)
        }
        return high
      }
      case 'c':
        return String.fromCharCode(this.#next().charCodeAt(0) ^ 64)
    }
    if (/[A-Za-z]/.test(char)) throw new Refused()
    return char
  }

  /** Behind `[`: unions, ranges, `&&`. */
  #class(): string {
    const negated = this.#eat('^')
    const operands: string[] = []
    let items = ''
    let first = true
    for (;;) {
      if (!this.#more) throw new Refused()
      if (!first && this.#eat(']')) break
      if (this.#eat('&&')) {
        operands.push(items)
        items = ''
        first = false
        continue
      }
      if (this.#eat('[')) {
        items += this.#class()
        first = false
        continue
      }
      if (first && this.#text[this.#at] === ']') {
        this.#at++
        items += '\\]'
        first = false
        continue
      }
      first = false
      const item = this.#classItem()
      if (item.set !== undefined) items += item.set
      else if (this.#text[this.#at] === '-' && !/^-(?:\]|\[|&&)/.test(this.#text.slice(this.#at))) {
        this.#at++
        const end = this.#classItem()
        if (end.char === undefined || (item.char as string) > end.char) throw new Refused()
        items += this.#range(item.char as string, end.char)
      } else
        items += this.#cases(item.char as string)
          .map(quotedInClass)
          .join('')
    }
    operands.push(items)
    const sets = operands.filter((operand) => operand !== '').map((operand) => `[${operand}]`)
    if (operands.length === 1) return `[${negated ? '^' : ''}${items}]`
    return `[${negated ? '^' : ''}${sets.join('&&')}]`
  }

  /** A range, and with (?i) the other case of the ASCII letters in it. */
  #range(from: string, to: string): string {
    let range = `${quotedInClass(from)}-${quotedInClass(to)}`
    if (!this.#flags.i) return range
    for (const [first, last, shift] of [
      [65, 90, 32],
      [97, 122, -32],
    ]) {
      const low = Math.max(from.codePointAt(0) as number, first)
      const high = Math.min(to.codePointAt(0) as number, last)
      if (low <= high) range += `${String.fromCharCode(low + shift)}-${String.fromCharCode(high + shift)}`
    }
    return range
  }

  #classItem(): { char?: string; set?: string } {
    const char = this.#next()
    if (char !== '\\') return { char }
    const escaped = this.#next()
    if (escaped === 'Q') {
      const end = this.#text.indexOf('\\E', this.#at)
      const literal = this.#text.slice(this.#at, end < 0 ? undefined : end)
      this.#at = end < 0 ? this.#text.length : end + 2
      return {
        set: [...literal]
          .flatMap((inner) => this.#cases(inner))
          .map(quotedInClass)
          .join(''),
      }
    }
    const set = CLASSES[escaped] ?? this.#property(escaped)
    return set === undefined ? { char: this.#character(escaped) } : { set }
  }
}

function changed(flags: Flags, on: string, off: string): Flags {
  const value = (flag: keyof Flags) => (off.includes(flag) ? false : on.includes(flag) || flags[flag])
  return { i: value('i'), m: value('m'), s: value('s'), x: value('x'), d: value('d'), u: value('u') }
}

/** Back references in a part that moves behind one more group. */
function shifted(source: string, after: number): string {
  return source.replaceAll(/\\\\|\\(\d+)/g, (whole, number?: string) =>
    number !== undefined && Number(number) > after ? `\\${Number(number) + 1}` : whole,
  )
}

function quoted(char: string): string {
  if (/[\^$\\.*+?()[\]{}|/]/.test(char)) return `\\${char}`
  return char.length === 1 && /[\n\r\u2028\u2029]/.test(char)
    ? `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`
    : char
}

/** Punctuation could form one of the doubled signs that the flag `v` reserves. */
function quotedInClass(char: string): string {
  const code = char.codePointAt(0) as number
  return /[\p{L}\p{N}]/u.test(char) ? char : `\\u{${code.toString(16)}}`
}
