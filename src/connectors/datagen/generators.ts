/**
 * Values of a column, by row number (sequence) or at random.
 *
 * Defaults are Flink's: numbers over the whole range of their type (DOUBLE and FLOAT the positive one), strings of 100
 * hexadecimal digits (or as long as the type), collections of 3, times of now.
 */

import { fail } from '../../base/errors.ts'
import type { Host } from '../../base/host.ts'
import { decimalText, parseDecimal } from '../../formats/text/numbers.ts'
import { type LogicalType, MAX_LENGTH, typeText } from '../../types/logical-type.ts'
import { type Exact, exact, fromMillis, type Value } from '../../types/value.ts'
import type { FieldOptions } from './fields.ts'

export interface FieldGenerator {
  /** The value of row `index` of the whole table. */
  value(index: number, host: Host): Value
  /** How many values a sequence has. */
  readonly count?: number
}

const DAY = 86_400_000

export function fieldGenerator(type: LogicalType, path: string, options: FieldOptions): FieldGenerator {
  const kind = options.text(path, 'kind')?.trim().toLowerCase() ?? 'random'
  if (kind === 'sequence') return sequence(type, path, options)
  if (kind !== 'random') options.wrong(path, 'kind', "'random' or 'sequence'")
  const make = random(type, path, options)
  const nullRate = options.number(path, 'null-rate') ?? 0
  if (nullRate < 0 || nullRate > 1) options.wrong(path, 'null-rate', 'a share from 0 to 1')
  return {
    value: nullRate === 0 ? (_, host) => make(host) : (_, host) => (host.random() < nullRate ? null : make(host)),
  }
}

function sequence(type: LogicalType, path: string, options: FieldOptions): FieldGenerator {
  const start = options.integer(path, 'start')
  const end = options.integer(path, 'end')
  if (start === undefined || end === undefined) {
    return options.refuse(path, 'kind', "a sequence needs 'start' and 'end'", `Add 'fields.${path}.start' and '.end'.`)
  }
  if (end < start) options.refuse(path, 'end', `the sequence would end at ${end} before it starts at ${start}`)
  const count = Number(end - start + 1n)
  const base = exact(start)
  const at = (index: number): Exact => {
    const value = typeof base === 'number' ? base + index : Number.NaN
    return Number.isSafeInteger(value) ? value : exact(start + BigInt(index))
  }
  switch (type.kind) {
    case 'TINYINT':
    case 'SMALLINT':
    case 'INTEGER': {
      const [min, max] = WHOLE[type.kind]
      if (start < BigInt(min) || end > BigInt(max)) {
        options.refuse(path, start < BigInt(min) ? 'start' : 'end', `${typeText(type)} holds ${min} to ${max}`)
      }
      return { count, value: at }
    }
    case 'BIGINT':
      return { count, value: at }
    case 'FLOAT':
      return { count, value: (index) => Math.fround(Number(at(index))) }
    case 'DOUBLE':
      return { count, value: (index) => Number(at(index)) }
    case 'DECIMAL':
      return { count, value: (index) => parseDecimal(String(at(index)), type.precision, type.scale) ?? null }
    case 'CHAR':
    case 'VARCHAR':
      return { count, value: (index) => String(at(index)) }
    default:
      return options.refuse(
        path,
        'kind',
        `${typeText(type)} has no sequence`,
        'Use a number or a string, or random values.',
      )
  }
}

const WHOLE = {
  TINYINT: [-128, 127],
  SMALLINT: [-32768, 32767],
  INTEGER: [-2147483648, 2147483647],
  INTERVAL_YEAR_MONTH: [0, 120000],
} as const

type Make = (host: Host) => Value

function random(type: LogicalType, path: string, options: FieldOptions): Make {
  switch (type.kind) {
    case 'BOOLEAN':
      return (host) => host.random() < 0.5
    case 'TINYINT':
    case 'SMALLINT':
    case 'INTEGER':
    case 'INTERVAL_YEAR_MONTH': {
      const [least, most] = WHOLE[type.kind]
      return whole(path, options, BigInt(least), BigInt(most))
    }
    case 'BIGINT':
    case 'INTERVAL_DAY_TIME':
      return whole(path, options, -(2n ** 63n), 2n ** 63n - 1n)
    case 'FLOAT': {
      const make = real(path, options, 2 ** -149, 3.4028234663852886e38)
      return (host) => Math.fround(make(host))
    }
    case 'DOUBLE':
      return real(path, options, Number.MIN_VALUE, Number.MAX_VALUE)
    case 'DECIMAL':
      return decimals(type.precision, type.scale, path, options)
    case 'CHAR':
    case 'VARCHAR':
    case 'BINARY':
    case 'VARBINARY': {
      const length = lengths(type, path, options)
      return type.kind === 'CHAR' || type.kind === 'VARCHAR'
        ? (host) => hexText(length(host), host)
        : (host) => Uint8Array.from({ length: length(host) }, () => Math.floor(host.random() * 256))
    }
    case 'DATE':
      return (host) => Math.floor(host.clock.now() / DAY)
    case 'TIME':
      return (host) => host.clock.now() % DAY
    case 'TIMESTAMP':
    case 'TIMESTAMP_LTZ': {
      const past = options.duration(path, 'max-past') ?? 0
      return (host) => fromMillis(host.clock.now() - Math.floor(host.random() * past), type.precision)
    }
    case 'ARRAY': {
      const element = fieldGenerator(type.element, `${path}.element`, options)
      const length = collectionLength(path, options)
      return (host) => Array.from({ length }, () => element.value(0, host))
    }
    case 'MAP':
      return mapOf(
        fieldGenerator(type.key, `${path}.map.key`, options),
        fieldGenerator(type.value, `${path}.map.value`, options),
        collectionLength(path, options),
      )
    case 'MULTISET':
      return mapOf(
        fieldGenerator(type.element, `${path}.multiset.element`, options),
        { value: (_, host) => Math.floor(host.random() * 10) },
        collectionLength(path, options),
      )
    case 'ROW': {
      const fields = type.fields.map((field) => fieldGenerator(field.type, `${path}.${field.name}`, options))
      return (host) => fields.map((field) => field.value(0, host))
    }
    default:
      return fail('CONNECTOR_DATAGEN_FIELD', {
        key: `fields.${path}.kind`,
        column: path,
        reason: `there are no random values of type ${typeText(type)}`,
      })
  }
}

function whole(path: string, options: FieldOptions, least: bigint, most: bigint): Make {
  const min = options.integer(path, 'min') ?? least
  const max = options.integer(path, 'max') ?? most
  if (min < least) options.refuse(path, 'min', `the type begins at ${least}`)
  if (max > most) options.refuse(path, 'max', `the type ends at ${most}`)
  if (max < min) options.refuse(path, 'max', `it is smaller than 'min' (${min})`)
  const range = max - min + 1n
  const start = Number(min)
  const size = Number(range)
  if (range < 2n ** 52n && Number.isSafeInteger(start) && Number.isSafeInteger(Number(max))) {
    return (host) => start + Math.floor(host.random() * size)
  }
  return (host) => exact(min + (bits64(host) % range))
}

function bits64(host: Host): bigint {
  const half = () => BigInt(Math.floor(host.random() * 4294967296))
  return (half() << 32n) | half()
}

function real(path: string, options: FieldOptions, least: number, most: number): (host: Host) => number {
  const min = options.number(path, 'min') ?? least
  const max = options.number(path, 'max') ?? most
  if (max < min) options.refuse(path, 'max', `it is smaller than 'min' (${min})`)
  return (host) => {
    const share = host.random()
    // Not min + share × (max − min): the difference may be infinite.
    return min * (1 - share) + max * share
  }
}

function decimals(precision: number, scale: number, path: string, options: FieldOptions): Make {
  const limit = 10n ** BigInt(precision) - 1n
  const bound = (property: 'min' | 'max', otherwise: bigint): bigint => {
    const text = options.text(path, property)
    if (text === undefined) return otherwise
    const value = parseDecimal(text.trim(), precision, scale)
    if (value === undefined) return options.wrong(path, property, 'a number')
    if (value === null) {
      return options.refuse(path, property, `the type ends at ${decimalText(exact(limit), scale)}`)
    }
    return BigInt(value)
  }
  const min = bound('min', 0n)
  const max = bound('max', limit)
  if (max < min) options.refuse(path, 'max', "it is smaller than 'min'")
  const range = max - min + 1n
  return (host) => exact(min + (((bits64(host) << 64n) | bits64(host)) % range))
}

function lengths(
  type: LogicalType & { readonly length: number },
  path: string,
  options: FieldOptions,
): (host: Host) => number {
  const fixed = type.kind === 'CHAR' || type.kind === 'BINARY'
  const given = options.integer(path, 'length')
  if (given !== undefined && (given < 1n || given > BigInt(type.length))) {
    options.refuse(path, 'length', `${typeText(type)} holds 1 to ${type.length}`)
  }
  if (fixed && given !== undefined && Number(given) !== type.length) {
    options.refuse(path, 'length', `${typeText(type)} always has ${type.length}`, 'Use VARCHAR or VARBINARY.')
  }
  const length = Number(given ?? (type.length === MAX_LENGTH ? 100 : type.length))
  if (!options.flag(path, 'var-len')) return () => length
  if (fixed) options.refuse(path, 'var-len', `${typeText(type)} has one length`, 'Use VARCHAR or VARBINARY.')
  return (host) => 1 + Math.floor(host.random() * length)
}

function hexText(length: number, host: Host): string {
  let text = ''
  while (text.length < length)
    text += Math.floor(host.random() * 4294967296)
      .toString(16)
      .padStart(8, '0')
  return text.slice(0, length)
}

function collectionLength(path: string, options: FieldOptions): number {
  const length = options.integer(path, 'length') ?? 3n
  return length >= 0n && length <= 1_000_000n ? Number(length) : options.wrong(path, 'length', 'a length up to 1000000')
}

function mapOf(key: FieldGenerator, value: FieldGenerator, length: number): Make {
  return (host) => {
    const entries = new Map<Value, Value>()
    for (let i = 0; i < length; i++) entries.set(key.value(0, host), value.value(0, host))
    return { keys: [...entries.keys()], values: [...entries.values()] }
  }
}
