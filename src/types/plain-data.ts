/**
 * Plain data of users' accumulators: what can be copied, written to a snapshot and read again without loss.
 *
 * Plain are strings, numbers (NaN, ±Infinity and −0 too), bigints, booleans, null, undefined inside of objects, arrays, object
 * literals, Map, Set, Date and Uint8Array, nested at will.
 *
 * Laws
 * - `parsePlain(plainText(x))` and `copyPlain(x)` equal x and share nothing with it.
 * - Anything else (instances of classes, functions) is refused by name, never written without what makes it what it is.
 */
import { fail } from '../base/errors.ts'

export function isPlainObject(value: object): boolean {
  const prototype = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}

export function copyPlain(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return typeof value === 'function' ? refuse(value) : value
  if (Array.isArray(value)) return value.map(copyPlain)
  if (value instanceof Map) return new Map([...value].map(([key, item]) => [copyPlain(key), copyPlain(item)]))
  if (value instanceof Set) return new Set([...value].map(copyPlain))
  if (value instanceof Date) return new Date(value)
  if (value instanceof Uint8Array) return Uint8Array.from(value)
  if (!isPlainObject(value)) return refuse(value)
  const copy: Record<string, unknown> = {}
  for (const key of Object.keys(value)) copy[key] = copyPlain((value as Record<string, unknown>)[key])
  return copy
}

export function plainText(value: unknown): string {
  return JSON.stringify(encode(value))
}

export function parsePlain(text: string): unknown {
  return decode(JSON.parse(text))
}

/** What is no JSON is an object with one key that begins with `$`; an object that looks like that is wrapped itself. */
function encode(value: unknown): unknown {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return value
    case 'number':
      if (Number.isFinite(value) && !Object.is(value, -0)) return value
      return { $number: Object.is(value, -0) ? '-0' : String(value) }
    case 'bigint':
      return { $bigint: String(value) }
    case 'undefined':
      return { $undefined: true }
    case 'object':
      break
    default:
      return refuse(value)
  }
  if (value === null) return null
  if (Array.isArray(value)) return value.map(encode)
  if (value instanceof Map) return { $map: [...value].map(([key, item]) => [encode(key), encode(item)]) }
  if (value instanceof Set) return { $set: [...value].map(encode) }
  if (value instanceof Date) return { $date: encode(value.getTime()) }
  if (value instanceof Uint8Array) return { $bytes: Buffer.from(value).toString('base64') }
  if (!isPlainObject(value)) return refuse(value)
  const object = Object.fromEntries(Object.entries(value).map(([key, item]) => [key, encode(item)]))
  const keys = Object.keys(object)
  return keys.length === 1 && keys[0].startsWith('$') ? { $object: object } : object
}

function decode(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map(decode)
  const entries = Object.entries(value)
  if (entries.length === 1) {
    const [tag, content] = entries[0]
    switch (tag) {
      case '$number':
        return Number(content)
      case '$bigint':
        return BigInt(content as string)
      case '$undefined':
        return undefined
      case '$map':
        return new Map((content as unknown[][]).map(([key, item]) => [decode(key), decode(item)]))
      case '$set':
        return new Set((content as unknown[]).map(decode))
      case '$date':
        return new Date(decode(content) as number)
      case '$bytes':
        return new Uint8Array(Buffer.from(content as string, 'base64'))
      case '$object':
        return decodeFields(Object.entries(content as object))
    }
  }
  return decodeFields(entries)
}

function decodeFields(entries: readonly (readonly [string, unknown])[]): Record<string, unknown> {
  return Object.fromEntries(entries.map(([key, item]) => [key, decode(item)]))
}

function refuse(value: unknown): never {
  const found = typeof value === 'object' ? (value?.constructor?.name ?? 'an object') : `a ${typeof value}`
  return fail('STATE_NOT_PLAIN', { found })
}
