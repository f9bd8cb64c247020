/**
 * Values as Flink's `print` connector shows them: what `toString` gives for the Java object of each type.
 *
 * | type                     | text                                            |
 * |--------------------------|-------------------------------------------------|
 * | TIMESTAMP                | `2020-09-02T10:13:35`, seconds left out when 0  |
 * | TIMESTAMP_LTZ            | `2020-09-02T10:13:35Z`                          |
 * | TIME                     | `10:13`                                         |
 * | DOUBLE, FLOAT            | Java's text, `1.0E10`                           |
 * | BINARY                   | `[1, -1]`                                       |
 * | ARRAY, MAP, ROW          | `[a, b]`, `{k=v}`, `+I[a, b]`                   |
 */

import { decimalText } from '../../formats/text/numbers.ts'
import { dateText, timestampText, timeText } from '../../formats/text/times.ts'
import { doubleText, floatText } from '../../types/java-number.ts'
import type { LogicalType } from '../../types/logical-type.ts'
import type { Exact, MapValue, Value } from '../../types/value.ts'

export type ValueText = (value: Value) => string

export function printText(type: LogicalType): ValueText {
  const text = notNullText(type)
  return (value) => (value === null ? 'null' : text(value))
}

function notNullText(type: LogicalType): ValueText {
  switch (type.kind) {
    case 'FLOAT':
      return (value) => floatText(value as number)
    case 'DOUBLE':
      return (value) => doubleText(value as number)
    case 'DECIMAL':
      return (value) => decimalText(value as Exact, type.scale)
    case 'DATE':
      return (value) => dateText(value as number)
    case 'TIME':
      return (value) => javaSeconds(timeText(value as number), true)
    case 'TIMESTAMP':
      return (value) => javaSeconds(timestampText(value as Exact, type.precision, 'T'), true)
    case 'TIMESTAMP_LTZ':
      return (value) => `${javaSeconds(timestampText(value as Exact, type.precision, 'T'), false)}Z`
    case 'INTERVAL_YEAR_MONTH':
      return (value) => periodText(value as number)
    case 'INTERVAL_DAY_TIME':
      return (value) => durationText(value as Exact)
    case 'BINARY':
    case 'VARBINARY':
    case 'BITMAP':
      return (value) => `[${Array.from(value as Uint8Array, (byte) => (byte << 24) >> 24).join(', ')}]`
    case 'ARRAY': {
      const element = printText(type.element)
      return (value) => `[${(value as readonly Value[]).map(element).join(', ')}]`
    }
    case 'MAP':
    case 'MULTISET': {
      const key = printText(type.kind === 'MAP' ? type.key : type.element)
      const content = printText(type.kind === 'MAP' ? type.value : { kind: 'INTEGER', nullable: true })
      return (value) => {
        const { keys, values } = value as MapValue
        return `{${keys.map((name, i) => `${key(name)}=${content(values[i])}`).join(', ')}}`
      }
    }
    case 'ROW':
    case 'STRUCTURED': {
      const fields = type.fields.map((field) => printText(field.type))
      return (value) => `+I[${fields.map((text, i) => text((value as readonly Value[])[i])).join(', ')}]`
    }
    case 'VARIANT':
    case 'RAW':
      return (value) => JSON.stringify((value as { variant: unknown }).variant)
    default:
      return String
  }
}

/** java.time prints 3, 6 or 9 fractional digits, and local times without seconds that are 0. */
function javaSeconds(text: string, short: boolean): string {
  const point = text.lastIndexOf('.')
  if (point >= 0)
    return text.slice(0, point + 1) + text.slice(point + 1).padEnd(Math.ceil((text.length - point - 1) / 3) * 3, '0')
  return short && text.endsWith(':00') ? text.slice(0, -3) : text
}

/** java.time.Period of months, normalised to years and months. */
function periodText(months: number): string {
  if (months === 0) return 'P0D'
  const years = Math.trunc(months / 12)
  const rest = months % 12
  return `P${years === 0 ? '' : `${years}Y`}${rest === 0 ? '' : `${rest}M`}`
}

/** java.time.Duration of milliseconds. */
function durationText(millis: Exact): string {
  const total = BigInt(millis)
  if (total === 0n) return 'PT0S'
  const sign = total < 0n ? '-' : ''
  const size = total < 0n ? -total : total
  const hours = size / 3_600_000n
  const minutes = (size / 60_000n) % 60n
  const seconds = (size / 1000n) % 60n
  const fraction = size % 1000n
  const part = (value: bigint, unit: string) => (value === 0n ? '' : `${sign}${value}${unit}`)
  const tail =
    seconds === 0n && fraction === 0n
      ? ''
      : `${sign}${seconds}${fraction === 0n ? '' : `.${String(fraction).padStart(3, '0').replace(/0+$/, '')}`}S`
  return `PT${part(hours, 'H')}${part(minutes, 'M')}${tail}`
}
