/**
 * Printing local date-times with DateTimeFormatter patterns (`DATE_FORMAT`).
 *
 * Laws
 * - The pattern is turned into one function per element when the call site is prepared; a value costs their calls and the
 *   string that comes out.
 * - Rows of a stream lie close together: the text is kept for as long as its finest field (a minute of `HH:mm`) lasts, and
 *   what depends on the day only is made once a day.
 */
import { fail } from '../../../base/errors.ts'
import { MILLIS_PER_DAY } from '../../../types/calendar.ts'
import {
  AMPM,
  CLOCK_HOUR,
  CLOCK_HOUR_OF_AMPM,
  type DateTimeFields,
  fieldOf,
  HOUR,
  HOUR_OF_AMPM,
  MILLI_OF_DAY,
  MINUTE,
  NANO,
  NANO_OF_DAY,
  newFields,
  padded,
  SECOND,
  setFields,
} from './date-time-fields.ts'
import { type NumberNode, type PatternNode, readPattern } from './date-time-pattern.ts'

/** The text of a local date-time: milliseconds since 1970-01-01T00:00 and the nanoseconds within the millisecond. */
export type DateTimePrinter = (localMillis: number, nanosOfMilli: number) => string

type Part = (fields: DateTimeFields) => string

const printers = new Map<string, DateTimePrinter>()

/** Raises FUNCTION_INVALID_ARGUMENT for a pattern that Java refuses, or that a local date-time cannot be printed with. */
export function dateTimePrinter(pattern: string): DateTimePrinter {
  let printer = printers.get(pattern)
  if (printer === undefined) {
    if (printers.size > 256) printers.clear()
    printer = makePrinter(pattern)
    printers.set(pattern, printer)
  }
  return printer
}

function makePrinter(pattern: string): DateTimePrinter {
  const nodes = readPattern(pattern)
  if (typeof nodes === 'string')
    return fail('FUNCTION_INVALID_ARGUMENT', { name: `Pattern '${pattern}'`, problem: nodes })
  const parts = nodes.map((node) => part(node, pattern))
  const ofDay = nodes.map(isOfDay)
  const step = Math.min(...nodes.map(stepOf), MILLIS_PER_DAY)
  const fields = newFields()
  let lastStep = Number.NaN
  let lastDays = Number.NaN
  let lastText = ''
  const dayTexts = parts.map(() => '')
  return (localMillis, nanosOfMilli) => {
    const at = Math.floor(localMillis / step)
    if (step > 1 && at === lastStep) return lastText
    lastStep = at
    setFields(fields, localMillis, nanosOfMilli)
    if (fields.days !== lastDays) {
      lastDays = fields.days
      for (let i = 0; i < parts.length; i++) if (ofDay[i]) dayTexts[i] = parts[i](fields)
    }
    let text = ''
    for (let i = 0; i < parts.length; i++) text += ofDay[i] ? dayTexts[i] : parts[i](fields)
    lastText = text
    return text
  }
}

/** Does the text of the element depend on the day only? */
function isOfDay(node: PatternNode): boolean {
  return stepOf(node) === MILLIS_PER_DAY
}

/** For how many milliseconds the text of an element stays the same. */
function stepOf(node: PatternNode): number {
  switch (node.kind) {
    case 'literal':
      return MILLIS_PER_DAY
    case 'number':
    case 'text':
      return FIELD_STEPS[node.field] ?? MILLIS_PER_DAY
    case 'optional':
      return Math.min(...node.nodes.map(stepOf), MILLIS_PER_DAY)
    case 'pad':
      return stepOf(node.node)
    case 'period':
      return 60_000
    default:
      return 1
  }
}

const FIELD_STEPS: Readonly<Record<number, number>> = {
  [AMPM]: 3_600_000,
  [HOUR]: 3_600_000,
  [CLOCK_HOUR]: 3_600_000,
  [HOUR_OF_AMPM]: 3_600_000,
  [CLOCK_HOUR_OF_AMPM]: 3_600_000,
  [MINUTE]: 60_000,
  [SECOND]: 1000,
  [NANO]: 1,
  [MILLI_OF_DAY]: 1,
  [NANO_OF_DAY]: 1,
}

function part(node: PatternNode, pattern: string): Part {
  switch (node.kind) {
    case 'literal': {
      const { text } = node
      return () => text
    }
    case 'number':
      return numberPart(node)
    case 'fraction': {
      const { max } = node
      if (max === 3) return (fields) => padded(fields.millis % 1000, 3)
      if (max < 3) return (fields) => padded(fields.millis % 1000, 3).slice(0, max)
      return (fields) => padded(fields.millis % 1000, 3) + padded(fields.nanos, 6).slice(0, max - 3)
    }
    case 'text': {
      const { field, texts } = node
      return (fields) => texts[fieldOf(fields, field)]
    }
    case 'period':
      return period
    case 'zone':
      return () =>
        fail('FUNCTION_INVALID_ARGUMENT', {
          name: `Pattern '${pattern}'`,
          problem: `a timestamp has no time zone to print for '${node.letter.repeat(node.count)}'`,
        })
    case 'optional': {
      // A group is left out where one of its fields is missing; of a date-time only the zone is.
      if (node.nodes.some((inner) => inner.kind === 'zone')) return () => ''
      const parts = node.nodes.map((inner) => part(inner, pattern))
      return (fields) => parts.map((inner) => inner(fields)).join('')
    }
    case 'pad': {
      const inner = part(node.node, pattern)
      return (fields) => {
        const text = inner(fields)
        if (text.length > node.width)
          return fail('FUNCTION_INVALID_ARGUMENT', {
            name: `Pattern '${pattern}'`,
            problem: `'${text}' is longer than the pad width ${node.width}`,
          })
        return text.padStart(node.width, ' ')
      }
    }
  }
}

function numberPart(node: NumberNode): Part {
  const { field, min, sign } = node
  if (node.reduced) return (fields) => padded(Math.abs(fieldOf(fields, field)) % 100, 2)
  const limit = sign === 'exceeds-pad' ? 10 ** min : Number.POSITIVE_INFINITY
  return (fields) => {
    const value = fieldOf(fields, field)
    return value >= limit ? `+${value}` : padded(value, min)
  }
}

function period(fields: DateTimeFields): string {
  const minute = Math.floor(fields.millis / 60_000)
  if (minute === 0) return 'midnight'
  if (minute === 720) return 'noon'
  if (minute < 360 || minute >= 1260) return 'at night'
  return minute < 720 ? 'in the morning' : minute < 1080 ? 'in the afternoon' : 'in the evening'
}
