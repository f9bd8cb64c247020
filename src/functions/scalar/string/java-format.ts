/**
 * Formats of java.util.Formatter: `%[argument$][flags][width][.precision]conversion`, in the locale en-US.
 *
 * Law: where Java would throw, there is no text (undefined). `%d`, `%x`, `%o` take integers, `%c` code points, `%f`, `%e`,
 * `%g`, `%a` DOUBLE and FLOAT only, rounding HALF_UP on the shortest decimal text; a DECIMAL, a date or a time has a text (`%s`) only.
 */
import { MILLIS_PER_DAY } from '../../../types/calendar.ts'
import { decimalText } from '../../../types/decimal-text.ts'
import { dateText } from '../../../types/format.ts'
import { doubleText, floatText } from '../../../types/java-number.ts'
import type { DecimalType, LogicalType } from '../../../types/logical-type.ts'
import { type Exact, toMillis, type Value } from '../../../types/value.ts'
import { nanosOfMilli, precisionOf } from '../temporal/timestamp-value.ts'

/** A value as Java's formatter sees it. */
export type JavaArgument =
  | { readonly kind: 'integer'; readonly value: bigint; readonly bits: number }
  | { readonly kind: 'float'; readonly value: number; readonly text: string }
  | { readonly kind: 'boolean'; readonly value: boolean }
  | { readonly kind: 'text'; readonly text: string }
  | null

const BITS: Readonly<Record<string, number>> = { TINYINT: 8, SMALLINT: 16, INTEGER: 32, BIGINT: 64, DATE: 32, TIME: 32 }

export function javaArgument(type: LogicalType): (value: Value) => JavaArgument {
  switch (type.kind) {
    case 'TINYINT':
    case 'SMALLINT':
    case 'INTEGER':
    case 'BIGINT':
    case 'DATE':
    case 'TIME': {
      const bits = BITS[type.kind]
      return (value) => ({ kind: 'integer', value: BigInt(value as Exact), bits })
    }
    case 'INTERVAL_YEAR_MONTH':
      return (value) => ({ kind: 'integer', value: BigInt(value as Exact), bits: 32 })
    case 'INTERVAL_DAY_TIME':
      return (value) => ({ kind: 'integer', value: BigInt(value as Exact), bits: 64 })
    case 'FLOAT':
      return (value) => ({ kind: 'float', value: value as number, text: floatText(value as number) })
    case 'DOUBLE':
      return (value) => ({ kind: 'float', value: value as number, text: doubleText(value as number) })
    case 'BOOLEAN':
      return (value) => ({ kind: 'boolean', value: value === true })
    case 'DECIMAL': {
      const { scale } = type as DecimalType
      return (value) => ({ kind: 'text', text: decimalText(value as Exact, scale) })
    }
    case 'TIMESTAMP':
    case 'TIMESTAMP_LTZ': {
      const precision = precisionOf(type)
      return (value) => ({ kind: 'text', text: isoText(value as Exact, precision) })
    }
    default:
      return (value) => ({ kind: 'text', text: String(value) })
  }
}

/** As LocalDateTime writes itself: seconds and fraction only where they are not zero, the fraction in groups of three. */
function isoText(value: Exact, precision: number): string {
  const millis = toMillis(value, precision)
  const days = Math.floor(millis / MILLIS_PER_DAY)
  const ofDay = millis - days * MILLIS_PER_DAY
  const two = (part: number) => String(part).padStart(2, '0')
  const second = Math.floor(ofDay / 1000) % 60
  const nano = (ofDay % 1000) * 1_000_000 + nanosOfMilli(value, precision, millis)
  let text = `${dateText(days)}T${two(Math.floor(ofDay / 3_600_000))}:${two(Math.floor(ofDay / 60_000) % 60)}`
  if (second > 0 || nano > 0) text += `:${two(second)}`
  if (nano > 0)
    text += `.${String(nano)
      .padStart(9, '0')
      .replace(/(000)+$/, '')}`
  return text
}

const SPECIFIER = /%(?:(\d+)\$|(<))?([-#+ 0,(]*)(\d+)?(?:\.(\d+))?([a-zA-Z%])/y

export function formatJava(format: string, args: readonly JavaArgument[]): string | undefined {
  let result = ''
  let at = 0
  let ordinary = 0
  let last = -1
  while (at < format.length) {
    const percent = format.indexOf('%', at)
    if (percent < 0) return result + format.slice(at)
    result += format.slice(at, percent)
    SPECIFIER.lastIndex = percent
    const match = SPECIFIER.exec(format)
    if (match === null) return undefined
    at = SPECIFIER.lastIndex
    const [, index, previous, flags, width, precision, conversion] = match
    if (new Set(flags).size !== flags.length) return undefined
    const spec: Spec = {
      flags,
      width: width === undefined ? 0 : Number(width),
      precision: precision === undefined ? undefined : Number(precision),
      conversion,
    }
    if ((flags.includes('-') || flags.includes('0')) && width === undefined) return undefined
    if (flags.includes('-') && flags.includes('0')) return undefined
    if (conversion === '%' || conversion === 'n') {
      if (precision !== undefined || /[^-]/.test(flags)) return undefined
      if (conversion === 'n' && (width !== undefined || flags !== '')) return undefined
      result += conversion === 'n' ? '\n' : fill('%', spec)
      continue
    }
    if (previous === undefined) last = index === undefined ? ordinary++ : Number(index) - 1
    if (last < 0 || last >= args.length) return undefined
    const text = convert(spec, args[last])
    if (text === undefined) return undefined
    result += text
  }
  return result
}

interface Spec {
  readonly flags: string
  readonly width: number
  readonly precision: number | undefined
  readonly conversion: string
}

function fill(text: string, { flags, width }: Spec): string {
  return flags.includes('-') ? text.padEnd(width) : text.padStart(width)
}

function convert(spec: Spec, arg: JavaArgument): string | undefined {
  const lower = spec.conversion.toLowerCase()
  const text = convertLower(spec, lower, arg)
  return text !== undefined && lower !== spec.conversion && 'bhscxega'.includes(lower) ? text.toUpperCase() : text
}

function convertLower(spec: Spec, lower: string, arg: JavaArgument): string | undefined {
  if (spec.conversion !== lower && !'bhscxega'.includes(lower)) return undefined
  const { precision, flags } = spec
  const plain = (text: string) => fill(precision === undefined ? text : text.slice(0, precision), spec)
  switch (lower) {
    case 's':
      if (/[#+ 0,(]/.test(flags)) return undefined
      return plain(textOf(arg))
    case 'b':
      if (/[#+ 0,(]/.test(flags)) return undefined
      return plain(String(arg !== null && (arg.kind !== 'boolean' || arg.value)))
    case 'c':
      if (precision !== undefined || /[#+ 0,(]/.test(flags)) return undefined
      if (arg === null) return fill('null', spec)
      if (arg.kind !== 'integer' || arg.bits > 32 || arg.value < 0n || arg.value > 0x10ffffn) return undefined
      return fill(String.fromCodePoint(Number(arg.value)), spec)
    case 'd':
    case 'x':
    case 'o':
      if (precision !== undefined) return undefined
      if (arg === null) return fill('null', spec)
      return arg.kind === 'integer' ? integerText(spec, lower, arg.value, arg.bits) : undefined
    case 'f':
    case 'e':
    case 'g':
    case 'a':
      if (arg === null) return fill(precision === undefined ? 'null' : 'null'.slice(0, precision), spec)
      return arg.kind === 'float' ? floatingText(spec, lower, arg.value, arg.text) : undefined
    default:
      return undefined
  }
}

function textOf(arg: JavaArgument): string {
  if (arg === null) return 'null'
  return arg.kind === 'float' || arg.kind === 'text' ? arg.text : String(arg.value)
}

function integerText(spec: Spec, conversion: string, value: bigint, bits: number): string | undefined {
  const { flags } = spec
  if (conversion !== 'd') {
    if (/[+ ,(]/.test(flags)) return undefined
    const radix = conversion === 'x' ? 16 : 8
    const digits = BigInt.asUintN(bits, value).toString(radix)
    const prefix = flags.includes('#') ? (radix === 16 ? '0x' : '0') : ''
    return flags.includes('0') ? prefix + digits.padStart(spec.width - prefix.length, '0') : fill(prefix + digits, spec)
  }
  if (flags.includes('#')) return undefined
  return signed(spec, String(value < 0n ? -value : value), value < 0n)
}

/** Sign, grouping, zero padding and width around the digits of a number. */
function signed(spec: Spec, magnitude: string, negative: boolean): string | undefined {
  const { flags, width } = spec
  if (flags.includes('+') && flags.includes(' ')) return undefined
  let digits = magnitude
  if (flags.includes(',')) {
    const [whole, fraction] = magnitude.split('.')
    digits = whole.replaceAll(/\B(?=(\d{3})+(?!\d))/g, ',') + (fraction === undefined ? '' : `.${fraction}`)
  }
  const paren = negative && flags.includes('(')
  const head = paren ? '(' : negative ? '-' : flags.includes('+') ? '+' : flags.includes(' ') ? ' ' : ''
  const tail = paren ? ')' : ''
  if (flags.includes('0')) digits = digits.padStart(width - head.length - tail.length, '0')
  return fill(head + digits + tail, spec)
}

/** Flags that a conversion does not take. */
const REFUSED: Readonly<Record<string, RegExp | undefined>> = { e: /,/, g: /#/, a: /[(,]/ }

function floatingText(spec: Spec, conversion: string, value: number, shortest: string): string | undefined {
  if (REFUSED[conversion]?.test(spec.flags)) return undefined
  if (!Number.isFinite(value)) {
    const negative = value < 0
    const name = Number.isNaN(value) ? 'NaN' : 'Infinity'
    const { flags } = spec
    const text = negative
      ? flags.includes('(')
        ? `(${name})`
        : `-${name}`
      : flags.includes('+') && name !== 'NaN'
        ? `+${name}`
        : name
    return fill(text, spec)
  }
  const negative = value < 0 || Object.is(value, -0)
  if (conversion === 'a') {
    const sign = negative ? '-' : (/[+ ]/.exec(spec.flags)?.[0] ?? '')
    const text = hexText(Math.abs(value))
    if (!spec.flags.includes('0')) return fill(sign + text, spec)
    return `${sign}0x${text.slice(2).padStart(spec.width - sign.length - 2, '0')}`
  }
  const { digits, exponent } = decompose(shortest)
  const precision = spec.precision ?? 6
  // '#' shows the point even where no digit follows it.
  const point = spec.flags.includes('#') && precision === 0 ? '.' : ''
  if (conversion === 'f') return signed(spec, fixed(digits, exponent, precision) + point, negative)
  if (conversion === 'e')
    return signed(spec, scientific(digits, exponent, precision).replace('e', `${point}e`), negative)
  const significant = precision === 0 ? 1 : precision
  const rounded = roundTo(digits, significant)
  const power = exponent + rounded.carried
  if (/^0*$/.test(digits)) return signed(spec, fixed(digits, exponent, significant - 1), negative)
  if (power > -4 && power <= significant) return signed(spec, fixed(digits, exponent, significant - power), negative)
  return signed(spec, scientific(digits, exponent, significant - 1), negative)
}

/** 0.digits × 10^exponent, without leading zeros. */
function decompose(text: string): { digits: string; exponent: number } {
  const [mantissa, power = '0'] = text.replace(/^-/, '').split('E')
  const [whole, fraction = ''] = mantissa.split('.')
  const all = whole + fraction
  const zeros = /^0*/.exec(all)?.[0].length ?? 0
  const digits = all.slice(zeros).replace(/0+$/, '')
  return digits === '' ? { digits: '0', exponent: 1 } : { digits, exponent: Number(power) + whole.length - zeros }
}

/** The first `count` digits, half up; `carried` is 1 when a digit was gained in front. */
function roundTo(digits: string, count: number): { digits: string; carried: number } {
  if (count < 0) return { digits: '', carried: 0 }
  if (digits.length <= count) return { digits: digits.padEnd(count, '0'), carried: 0 }
  const up = digits[count] >= '5'
  const kept = BigInt(`0${digits.slice(0, count)}`) + (up ? 1n : 0n)
  const text = kept === 0n && count === 0 ? '' : String(kept).padStart(count, '0')
  return text.length > count ? { digits: text, carried: 1 } : { digits: text, carried: 0 }
}

function fixed(digits: string, exponent: number, decimals: number): string {
  const { digits: kept, carried } = roundTo(digits, exponent + decimals)
  const point = exponent + carried
  const all = point <= 0 ? '0'.repeat(1 - point) + kept : kept
  const whole = all.slice(0, Math.max(1, point)) || '0'
  const fraction = all.slice(Math.max(1, point)).padEnd(decimals, '0').slice(0, decimals)
  return decimals > 0 ? `${whole}.${fraction}` : whole
}

function scientific(digits: string, exponent: number, decimals: number): string {
  const { digits: kept, carried } = roundTo(digits, decimals + 1)
  const zero = /^0*$/.test(kept)
  const power = zero ? 0 : exponent - 1 + carried
  const fraction = kept.slice(1, decimals + 1)
  const sign = power < 0 ? '-' : '+'
  return `${kept[0]}${decimals > 0 ? `.${fraction}` : ''}e${sign}${String(Math.abs(power)).padStart(2, '0')}`
}

/** As Double.toHexString. */
function hexText(value: number): string {
  if (value === 0) return '0x0.0p0'
  let power = Math.floor(Math.log2(value))
  if (value / 2 ** power >= 2) power++
  if (value / 2 ** power < 1) power--
  const fraction = ((value / 2 ** power - 1).toString(16).split('.')[1] ?? '0').replace(/0+$/, '')
  return `0x1.${fraction || '0'}p${power}`
}
