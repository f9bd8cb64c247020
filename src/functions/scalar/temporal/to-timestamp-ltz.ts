/**
 * Laws
 * - Numbers are seconds (precision 0) up to nanoseconds (9) since the epoch, milliseconds by default; the result is
 *   TIMESTAMP_LTZ(max(3, precision)), NULL outside the years 0000 to 9999.
 * - Texts are local times of UTC or of the given zone, whatever the session's zone is; the result has as many digits as
 *   a constant pattern has fraction letters, but at least 3.
 */
import { fail } from '../../../base/errors.ts'
import type { CallSite, Evaluate } from '../../../expr/function.ts'
import { custom } from '../../../expr/signature.ts'
import { isCharacter, isExactNumeric, isNumeric } from '../../../types/family.ts'
import {
  type DecimalType,
  INT,
  type LogicalType,
  STRING,
  timestampLtz,
  withNullable,
} from '../../../types/logical-type.ts'
import { UTC } from '../../../types/time-zone.ts'
import { type Exact, exact, toMillis } from '../../../types/value.ts'
import { scalar } from '../../define.ts'
import { dateTimeReader, readLenient, standardReader } from './date-time-parse.ts'
import { namedZone, precisionOf, timestampOf } from './timestamp-value.ts'

const FIRST = -62_167_219_200_000
const LAST = 253_402_300_799_999

const canBe = (type: LogicalType, test: (type: LogicalType) => boolean) => type.kind === 'NULL' || test(type)

export const toTimestampLtz = scalar({
  name: 'TO_TIMESTAMP_LTZ',
  theme: 'temporal',
  doc: 'The instant of an epoch number (milliseconds, or the given precision 0 to 9) or of a text with an optional pattern and time zone.',
  signature: custom(
    [
      'TO_TIMESTAMP_LTZ(NUMERIC, [INTEGER precision])',
      'TO_TIMESTAMP_LTZ(STRING, [STRING pattern])',
      'TO_TIMESTAMP_LTZ(STRING, STRING pattern, STRING timezone)',
    ],
    1,
    3,
    (given) => {
      const [first, second, third] = given
      if (isNumeric(first.type)) {
        if (third !== undefined) return undefined
        if (second !== undefined && !canBe(second.type, (type) => isExactNumeric(type) && type.kind !== 'DECIMAL'))
          return undefined
        const unit = second?.literal?.value
        if (typeof unit === 'number' && (unit < 0 || unit > 9)) return undefined
        const types =
          second === undefined ? [first.type] : [first.type, second.type.kind === 'NULL' ? INT : second.type]
        return { args: types, returns: timestampLtz(Math.max(3, typeof unit === 'number' ? unit : 3)) }
      }
      if (!given.every((arg) => canBe(arg.type, isCharacter))) return undefined
      const pattern = second?.literal?.value
      let digits = 3
      if (typeof pattern === 'string') {
        if (dateTimeReader(pattern).problem !== undefined) return undefined
        digits = fractionDigits(pattern)
      }
      const zone = third?.literal?.value
      if (typeof zone === 'string' && namedZone(zone) === undefined) return undefined
      const types = given.map((arg) => (arg.type.kind === 'NULL' ? withNullable(STRING, true) : arg.type))
      return { args: types, returns: timestampLtz(Math.max(3, digits)) }
    },
  ),
  nulls: 'propagate',
  prepare: (site) => (isCharacter(site.args[0].type) ? textReader(site) : numberReader(site)),
  examples: [
    ['TO_TIMESTAMP_LTZ(1709251199, 0)', '2024-02-29 23:59:59.000'],
    ['TO_TIMESTAMP_LTZ(1709251199999)', '2024-02-29 23:59:59.999'],
    ["TO_TIMESTAMP_LTZ('2024-02-29 23:59:59', 'yyyy-MM-dd HH:mm:ss', 'Asia/Tokyo')", '2024-02-29 14:59:59.000'],
    ['TO_TIMESTAMP_LTZ(253402300800000, 3)', 'NULL'],
  ],
})

/** Fraction letters of a pattern outside its quotes, the longest run. */
function fractionDigits(pattern: string): number {
  const runs = pattern.replaceAll(/'[^']*'/g, '').match(/S+/g) ?? []
  return Math.max(0, ...runs.map((run) => run.length))
}

function numberReader(site: CallSite): Evaluate {
  const [value, unit] = site.args
  const precision = precisionOf(site.returns)
  const constant = unit?.literal?.value
  const toUnits = (count: Exact, digits: number): Exact | null => {
    // From 10^-digits seconds to the units of the result.
    const units = precision <= 3 ? 3 : precision <= 6 ? 6 : 9
    const exponent = units - digits
    let scaled: Exact
    if (exponent === 0) scaled = count
    else {
      const factor = 10 ** Math.abs(exponent)
      const quick = exponent > 0 ? Number(count) * factor : Math.floor(Number(count) / factor)
      if (typeof count === 'number' && Number.isSafeInteger(quick)) scaled = quick
      else if (exponent > 0) scaled = exact(BigInt(count) * BigInt(factor))
      else scaled = exact(floorDivide(BigInt(count), BigInt(factor)))
    }
    const millis = toMillis(scaled, precision)
    return millis < FIRST || millis > LAST ? null : scaled
  }
  const digitsOf = (digits: number | undefined) => {
    if (digits === undefined) return 3
    return digits >= 0 && digits <= 9 ? digits : undefined
  }
  const whole = wholeNumber(value.type)
  if (value.type.kind === 'FLOAT' || value.type.kind === 'DOUBLE') {
    return (count: number, digits?: number) => {
      const known = digitsOf(digits)
      if (known === undefined || !Number.isFinite(count)) return null
      // Fractions of seconds count, fractions of the smallest unit do not.
      if (known === 0) return toUnits(Math.trunc(count * 1000), 3)
      return toUnits(exact(BigInt(Math.trunc(count))), known)
    }
  }
  if (typeof constant === 'number') return (count: Exact) => toUnits(whole(count), constant)
  return (count: Exact, digits?: number) => {
    const known = digitsOf(digits)
    return known === undefined ? null : toUnits(whole(count), known)
  }
}

function wholeNumber(type: LogicalType): (value: Exact) => Exact {
  if (type.kind !== 'DECIMAL' || (type as DecimalType).scale === 0) return (value) => value
  const factor = 10n ** BigInt((type as DecimalType).scale)
  return (value) => exact(BigInt(value) / factor)
}

function floorDivide(a: bigint, b: bigint): bigint {
  const quotient = a / b
  return a % b < 0n ? quotient - 1n : quotient
}

function textReader(site: CallSite): Evaluate {
  const precision = precisionOf(site.returns)
  const zoneName = site.args[2]?.literal?.value
  const constantZone = typeof zoneName === 'string' ? namedZone(zoneName) : undefined
  if (site.args.length === 1) {
    return (text: string) => {
      if (standardReader.read(text) !== 'ok')
        return fail('FUNCTION_INVALID_ARGUMENT', {
          name: 'TO_TIMESTAMP_LTZ',
          problem: `'${text}' is not a timestamp of the form yyyy-MM-dd HH:mm:ss`,
        })
      return timestampOf(standardReader.millis, standardReader.nanos, precision)
    }
  }
  return (text: string, pattern: string, id?: string) => {
    const reader = dateTimeReader(pattern)
    const zone = id === undefined ? UTC : (constantZone ?? namedZone(id))
    if (zone === undefined || reader.problem !== undefined) return null
    const outcome = reader.read(text)
    if (outcome === 'no-date')
      return fail('FUNCTION_INVALID_ARGUMENT', { name: 'TO_TIMESTAMP_LTZ', problem: `'${text}' is no existing date` })
    if (outcome === 'unparsable' && !readLenient(reader, text)) return null
    return timestampOf(zone.toInstant(reader.millis), reader.nanos, precision)
  }
}
