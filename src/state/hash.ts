/**
 * Hash and equality of key values.
 *
 * Laws
 * - By value: the same SQL value hashes the same in every column representation, process and release (key groups of stored
 *   state are made of it).
 * - Equality is that of Flink's keys: NULL equals NULL, NaN equals NaN, −0.0 and 0.0 differ, byte and nested values compare
 *   by content. `equalValues(a, b)` implies `hashValue(a) === hashValue(b)`.
 * - A row's hash is `finish(combine(combine(SEED, c0), c1) …)`; generated code inlines exactly these functions.
 */
import type { LogicalType } from '../types/logical-type.ts'
import { type MapValue, physicalOf, type Value } from '../types/value.ts'

export const SEED = 0x2f0b4c27
/** Component of a NULL. */
export const NULL_HASH = 0x6e5d3a91

/** How a key column is hashed and compared. */
export type HashKind = 'int32' | 'float64' | 'exact' | 'string' | 'object'

export function hashKindOf(type: LogicalType): HashKind {
  const physical = physicalOf(type)
  if (physical !== 'object') return physical
  return type.kind === 'CHAR' || type.kind === 'VARCHAR' ? 'string' : 'object'
}

export function combine(hash: number, component: number): number {
  const mixed = Math.imul(hash ^ component, 0x9e3779b1)
  return mixed ^ (mixed >>> 15)
}

export function finish(hash: number): number {
  const mixed = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  return mixed ^ (mixed >>> 13)
}

/** Component of an exact value outside int32; inside it the component is the value itself. */
export function hashWide(value: number | bigint): number {
  if (typeof value === 'number') {
    const high = Math.floor(value / 4294967296)
    return (Math.imul(high, 0x27d4eb2f) ^ (value - high * 4294967296)) | 0
  }
  let rest = value < 0n ? ~value : value
  let hash = value < 0n ? 0x51ed270b : 0x1b873593
  while (rest !== 0n) {
    hash = combine(hash, Number(BigInt.asIntN(32, rest)))
    rest >>= 32n
  }
  return hash
}

export function hashExact(value: number | bigint): number {
  return typeof value === 'number' && value === (value | 0) ? value | 0 : hashWide(value)
}

const float = new Float64Array(1)
const words = new Int32Array(float.buffer)

export function hashFloat(value: number): number {
  if (Number.isNaN(value)) return 0x7ff80000
  float[0] = value
  return words[0] ^ Math.imul(words[1], 0x27d4eb2f)
}

export function hashString(value: string): number {
  let hash = value.length
  for (let i = 0; i < value.length; i++) hash = Math.imul(hash ^ value.charCodeAt(i), 0x01000193)
  return hash ^ (hash >>> 15)
}

/** True when two float keys are the same key. */
export function sameFloat(a: number, b: number): boolean {
  return Object.is(a, b)
}

/** Component of any value; `null` included. */
export function hashValue(value: Value, type: LogicalType): number {
  if (value === null || value === undefined) return NULL_HASH
  switch (hashKindOf(type)) {
    case 'int32':
      return typeof value === 'boolean' ? (value ? 1 : 0) : (value as number)
    case 'float64':
      return hashFloat(value as number)
    case 'exact':
      return hashExact(value as number | bigint)
    case 'string':
      return hashString(value as string)
    case 'object':
      return hashNested(value, type)
  }
}

function hashNested(value: Value, type: LogicalType): number {
  let hash = SEED
  switch (type.kind) {
    case 'ARRAY':
      for (const element of value as readonly Value[]) hash = combine(hash, hashValue(element, type.element))
      return hash
    case 'ROW':
    case 'STRUCTURED':
      type.fields.forEach((field, i) => {
        hash = combine(hash, hashValue((value as readonly Value[])[i], field.type))
      })
      return hash
    case 'MAP':
    case 'MULTISET': {
      // A map is equal whatever the order of its entries, so components are added.
      const { keys, values } = value as MapValue
      const [keyType, valueType] = entryTypes(type)
      for (let i = 0; i < keys.length; i++) {
        hash = (hash + finish(combine(hashValue(keys[i], keyType), hashValue(values[i], valueType)))) | 0
      }
      return hash
    }
    default:
      if (value instanceof Uint8Array) {
        for (let i = 0; i < value.length; i++) hash = Math.imul(hash ^ value[i], 0x01000193)
        return hash ^ (hash >>> 15)
      }
      return hashString(variantText(value))
  }
}

const COUNT: LogicalType = { kind: 'INTEGER', nullable: false }

function entryTypes(type: LogicalType): readonly [LogicalType, LogicalType] {
  return type.kind === 'MAP' ? [type.key, type.value] : [(type as { element: LogicalType }).element, COUNT]
}

/** VARIANT and RAW carry JSON-like values; their text identifies them. */
export function variantText(value: unknown): string {
  return JSON.stringify(value, (_, v) => (typeof v === 'bigint' ? `${v}n` : v)) ?? 'undefined'
}

export function equalValues(a: Value, b: Value, type: LogicalType): boolean {
  if (a === b) return typeof a !== 'number' || Object.is(a, b)
  if (a === null || b === null || a === undefined || b === undefined) return false
  switch (hashKindOf(type)) {
    case 'float64':
      return Object.is(a, b)
    case 'object':
      return equalNested(a, b, type)
    default:
      return false
  }
}

function equalNested(a: Value, b: Value, type: LogicalType): boolean {
  switch (type.kind) {
    case 'ARRAY': {
      const [left, right] = [a as readonly Value[], b as readonly Value[]]
      return left.length === right.length && left.every((element, i) => equalValues(element, right[i], type.element))
    }
    case 'ROW':
    case 'STRUCTURED': {
      const [left, right] = [a as readonly Value[], b as readonly Value[]]
      return type.fields.every((field, i) => equalValues(left[i], right[i], field.type))
    }
    case 'MAP':
    case 'MULTISET': {
      const [left, right] = [a as MapValue, b as MapValue]
      if (left.keys.length !== right.keys.length) return false
      const [keyType, valueType] = entryTypes(type)
      return left.keys.every((key, i) => {
        const j = right.keys.findIndex((other) => equalValues(key, other, keyType))
        return j >= 0 && equalValues(left.values[i], right.values[j], valueType)
      })
    }
    default:
      if (a instanceof Uint8Array && b instanceof Uint8Array) {
        if (a.length !== b.length) return false
        for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false
        return true
      }
      return variantText(a) === variantText(b)
  }
}
