/**
 * Patterns of java.time.format.DateTimeFormatter, read once.
 *
 * Law: the letters, widths and errors are those of Java 17; a pattern that Java refuses gives a text that says why.
 * Numbers that stand directly beside each other share their digits as Java does: the first takes what the following,
 * fixed ones leave (`subsequent`; −1 marks a number of fixed width).
 */
import {
  ALIGNED_DAY,
  AMPM,
  CLOCK_HOUR,
  CLOCK_HOUR_OF_AMPM,
  DAY,
  DAY_OF_WEEK,
  DAY_OF_YEAR,
  ERA,
  HOUR,
  HOUR_OF_AMPM,
  JULIAN_DAY,
  LOCAL_DAY_OF_WEEK,
  MILLI_OF_DAY,
  MINUTE,
  MONTH,
  MONTHS,
  NANO,
  NANO_OF_DAY,
  QUARTER,
  SECOND,
  WEEK_OF_MONTH,
  WEEK_OF_YEAR,
  WEEK_YEAR,
  WEEKDAYS,
  YEAR,
  YEAR_OF_ERA,
} from './date-time-fields.ts'

export type SignStyle = 'normal' | 'not-negative' | 'exceeds-pad'

export interface NumberNode {
  readonly kind: 'number'
  readonly field: number
  readonly min: number
  readonly max: number
  readonly sign: SignStyle
  /** Two digits of a year from 2000 on. */
  readonly reduced: boolean
  subsequent: number
}

export type PatternNode =
  | { readonly kind: 'literal'; readonly text: string }
  | NumberNode
  /** Digits of the second's fraction; with `point` an optional '.' and up to `max` digits. */
  | { readonly kind: 'fraction'; readonly min: number; readonly max: number; readonly point: boolean }
  /** `texts[value]` is the text of the field's value; empty where there is none. */
  | { readonly kind: 'text'; readonly field: number; readonly texts: readonly string[] }
  | { readonly kind: 'period' }
  /** A zone or an offset: a local date-time cannot be printed with it, but parsing reads over it. */
  | { readonly kind: 'zone'; readonly letter: string; readonly count: number }
  | { readonly kind: 'optional'; readonly nodes: readonly PatternNode[] }
  | { readonly kind: 'pad'; readonly width: number; readonly node: PatternNode }

const short = (texts: readonly string[]) => texts.map((text) => text.slice(0, 3))
const narrow = (texts: readonly string[]) => texts.map((text) => text.slice(0, 1))
const MONTH_TEXTS = [short(MONTHS), MONTHS, narrow(MONTHS)]
const WEEKDAY_TEXTS = [short(WEEKDAYS), WEEKDAYS, narrow(WEEKDAYS)]
const QUARTER_TEXTS = [
  ['', 'Q1', 'Q2', 'Q3', 'Q4'],
  ['', '1st quarter', '2nd quarter', '3rd quarter', '4th quarter'],
  ['', '1', '2', '3', '4'],
]
const ERA_TEXTS = [
  ['BC', 'AD'],
  ['Before Christ', 'Anno Domini'],
  ['B', 'A'],
]

const TWO_DIGITS: Readonly<Record<string, number>> = {
  d: DAY,
  h: CLOCK_HOUR_OF_AMPM,
  H: HOUR,
  k: CLOCK_HOUR,
  K: HOUR_OF_AMPM,
  m: MINUTE,
  s: SECOND,
}

/** Collects nodes and links adjacent numbers. */
class Builder {
  readonly nodes: PatternNode[] = []
  #active = -1
  #pad = 0

  add(node: PatternNode): void {
    this.#active = -1
    this.#push(node)
  }

  #push(node: PatternNode): void {
    this.nodes.push(this.#pad > 0 ? { kind: 'pad', width: this.#pad, node } : node)
    if (this.#pad > 0) this.#active = -1
    this.#pad = 0
  }

  pad(width: number): void {
    this.#pad = width
    this.#active = -1
  }

  get padding(): boolean {
    return this.#pad > 0
  }

  endGroup(): void {
    this.#active = -1
  }

  number(field: number, min: number, max: number, sign: SignStyle, reduced = false): void {
    const node: NumberNode = { kind: 'number', field, min, max, sign, reduced, subsequent: 0 }
    const base = this.#active < 0 ? undefined : (this.nodes[this.#active] as NumberNode)
    if (base === undefined) {
      this.#active = this.nodes.length
    } else if (min === max && sign === 'not-negative') {
      node.subsequent = -1
      base.subsequent = base.subsequent < 0 ? max : base.subsequent + max
    } else {
      if (base.subsequent === 0) base.subsequent = -1
      this.#active = this.nodes.length
    }
    this.#push(node)
  }

  fraction(width: number): void {
    const base = this.#active < 0 ? undefined : (this.nodes[this.#active] as NumberNode)
    if (base !== undefined) base.subsequent = base.subsequent < 0 ? width : base.subsequent + width
    this.#push({ kind: 'fraction', min: width, max: width, point: false })
  }
}

/** The nodes of a pattern, or the reason why Java refuses it. */
export function readPattern(pattern: string): readonly PatternNode[] | string {
  const stack: Builder[] = [new Builder()]
  let at = 0
  while (at < pattern.length) {
    const top = stack[stack.length - 1]
    const letter = pattern[at]
    if (/[A-Za-z]/.test(letter)) {
      let end = at + 1
      while (end < pattern.length && pattern[end] === letter) end++
      const count = end - at
      at = end
      if (letter === 'p') {
        if (at >= pattern.length || !/[A-Za-z]/.test(pattern[at]) || pattern[at] === 'p')
          return "the pad letter 'p' must be followed by a pattern letter"
        top.pad(count)
        continue
      }
      const problem = addLetter(top, letter, count)
      if (problem !== undefined) return problem
    } else if (letter === "'") {
      let text = ''
      let end = at + 1
      let closed = false
      while (end < pattern.length) {
        if (pattern[end] !== "'") text += pattern[end++]
        else if (pattern[end + 1] === "'") {
          text += "'"
          end += 2
        } else {
          closed = true
          break
        }
      }
      if (!closed) return 'a quoted text is not closed'
      top.add({ kind: 'literal', text: end === at + 1 ? "'" : text })
      at = end + 1
    } else if (letter === '[') {
      stack.push(new Builder())
      at++
    } else if (letter === ']') {
      if (stack.length === 1) return "']' without '['"
      closeGroup(stack)
      at++
    } else if (letter === '{' || letter === '}' || letter === '#') {
      return `'${letter}' is reserved`
    } else {
      top.add({ kind: 'literal', text: letter })
      at++
    }
  }
  while (stack.length > 1) closeGroup(stack)
  return stack[0].nodes
}

function closeGroup(stack: Builder[]): void {
  const group = stack.pop() as Builder
  stack[stack.length - 1].add({ kind: 'optional', nodes: group.nodes })
}

/** Undefined when fine, else the reason of the refusal. */
function addLetter(to: Builder, letter: string, count: number): string | undefined {
  const tooMany = `too many letters '${letter}'`
  const text = (field: number, texts: readonly (readonly string[])[]): string | undefined => {
    if (count > 5) return tooMany
    to.add({ kind: 'text', field, texts: texts[count === 4 ? 1 : count === 5 ? 2 : 0] })
    return undefined
  }
  const numberOrText = (field: number, texts: readonly (readonly string[])[]): string | undefined => {
    if (count > 2) return text(field, texts)
    if (count === 1) to.number(field, 1, 19, 'normal')
    else to.number(field, 2, 2, 'not-negative')
    return undefined
  }
  switch (letter) {
    case 'u':
    case 'y':
    case 'Y': {
      const field = letter === 'u' ? YEAR : letter === 'y' ? YEAR_OF_ERA : WEEK_YEAR
      if (count > 19) return tooMany
      if (count === 2) to.number(field, 2, 2, 'not-negative', true)
      else to.number(field, count, 19, count < 4 ? 'normal' : 'exceeds-pad')
      return undefined
    }
    case 'G':
      return text(ERA, ERA_TEXTS)
    case 'Q':
    case 'q':
      return numberOrText(QUARTER, QUARTER_TEXTS)
    case 'M':
    case 'L':
      return numberOrText(MONTH, MONTH_TEXTS)
    case 'E':
      return text(DAY_OF_WEEK, WEEKDAY_TEXTS)
    case 'e':
    case 'c':
      if (count > 2) return text(DAY_OF_WEEK, WEEKDAY_TEXTS)
      if (letter === 'c' && count === 2) return "'cc' is no pattern"
      to.number(LOCAL_DAY_OF_WEEK, count, count, 'not-negative')
      return undefined
    case 'a':
      if (count > 1) return tooMany
      to.add({ kind: 'text', field: AMPM, texts: ['AM', 'PM'] })
      return undefined
    case 'B':
      if (count !== 1 && count !== 4 && count !== 5) return `wrong number of letters 'B'`
      to.add({ kind: 'period' })
      return undefined
    case 'S':
      if (count > 9) return tooMany
      to.fraction(count)
      return undefined
    case 'F':
      if (count > 1) return tooMany
      to.number(ALIGNED_DAY, 1, 19, 'normal')
      return undefined
    case 'd':
    case 'h':
    case 'H':
    case 'k':
    case 'K':
    case 'm':
    case 's':
      if (count > 2) return tooMany
      if (count === 1) to.number(TWO_DIGITS[letter], 1, 19, 'normal')
      else to.number(TWO_DIGITS[letter], 2, 2, 'not-negative')
      return undefined
    case 'D':
      if (count > 3) return tooMany
      if (count === 1) to.number(DAY_OF_YEAR, 1, 19, 'normal')
      else to.number(DAY_OF_YEAR, count, 3, 'not-negative')
      return undefined
    case 'w':
      if (count > 2) return tooMany
      to.number(WEEK_OF_YEAR, count, 2, 'not-negative')
      return undefined
    case 'W':
      if (count > 1) return tooMany
      to.number(WEEK_OF_MONTH, 1, 2, 'not-negative')
      return undefined
    case 'g':
      to.number(JULIAN_DAY, count, 19, 'normal')
      return undefined
    case 'A':
      to.number(MILLI_OF_DAY, count, 19, 'not-negative')
      return undefined
    case 'n':
      to.number(NANO, count, 19, 'not-negative')
      return undefined
    case 'N':
      to.number(NANO_OF_DAY, count, 19, 'not-negative')
      return undefined
    case 'V':
      if (count !== 2) return "the pattern letter 'V' stands twice"
      break
    case 'v':
      if (count !== 1 && count !== 4) return `wrong number of letters 'v'`
      break
    case 'z':
      if (count > 4) return tooMany
      break
    case 'O':
      if (count !== 1 && count !== 4) return "the pattern letter 'O' stands once or four times"
      break
    case 'X':
    case 'x':
    case 'Z':
      if (count > 5) return tooMany
      break
    default:
      return `'${letter}' is no pattern letter`
  }
  to.add({ kind: 'zone', letter, count })
  return undefined
}
