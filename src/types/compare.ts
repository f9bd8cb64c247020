/**
 * Equality and order of values.
 *
 * Laws
 * - Two values of one type are equal as SQL `=` says (NULLs inside arrays, rows and maps equal each other); DOUBLE is
 *   compared as Java's `==` and `<`: NaN equals nothing, −0 equals 0.
 * - Texts are ordered as Java's strings, by UTF-16 units; bytes are unsigned. (Flink itself compares UTF-8 bytes where a row
 *   came over the network, which differs between U+E000…U+FFFF and what lies above.)
 */
import { isBinary, isCharacter } from './family.ts'
import type { LogicalType } from './logical-type.ts'
import type { Exact, MapValue, Value } from './value.ts'

export type Equality = (a: Value, b: Value) => boolean
export type Comparator = (a: Value, b: Value) => number

/** The equality of two values of the type; NULL equals NULL, which the caller decides otherwise where SQL does. */
export function equalityOf(type: LogicalType): Equality {
  switch (type.kind) {
    case 'BINARY':
    case 'VARBINARY':
    case 'BITMAP':
      return (a, b) => a === b || (a !== null && b !== null && compareBytes(a as Uint8Array, b as Uint8Array) === 0)
    case 'ARRAY': {
      const element = equalityOf(type.element)
      return (a, b) => a === b || sameList(a as readonly Value[] | null, b as readonly Value[] | null, () => element)
    }
    case 'ROW':
    case 'STRUCTURED': {
      const fields = type.fields.map((field) => equalityOf(field.type))
      return (a, b) => a === b || sameList(a as readonly Value[] | null, b as readonly Value[] | null, (i) => fields[i])
    }
    case 'MAP':
      return mapEquality(equalityOf(type.key), equalityOf(type.value))
    case 'MULTISET':
      return mapEquality(equalityOf(type.element), (a, b) => a === b)
    case 'VARIANT':
    case 'RAW':
      return (a, b) => a === b || JSON.stringify(a) === JSON.stringify(b)
    default:
      return (a, b) => a === b
  }
}

function sameList(
  a: readonly Value[] | null,
  b: readonly Value[] | null,
  equality: (index: number) => Equality,
): boolean {
  if (a === null || b === null || a.length !== b.length) return false
  for (let i = 0; i < a.length; i++) if (!equality(i)(a[i], b[i])) return false
  return true
}

/** Maps are equal when they have the same entries, in whatever order. */
function mapEquality(key: Equality, value: Equality): Equality {
  return (a, b) => {
    if (a === b) return true
    if (a === null || b === null) return false
    const left = a as MapValue
    const right = b as MapValue
    if (left.keys.length !== right.keys.length) return false
    return left.keys.every((k, i) => {
      const j = right.keys.findIndex((other) => key(k, other))
      return j !== -1 && value(left.values[i], right.values[j])
    })
  }
}

/** −1, 0 or 1 for non-NULL values of the type; undefined when the type has no order. */
export function comparatorOf(type: LogicalType): Comparator | undefined {
  if (isCharacter(type)) return compareText as Comparator
  if (isBinary(type)) return compareBytes as Comparator
  switch (type.kind) {
    case 'ARRAY':
    case 'ROW':
    case 'STRUCTURED':
    case 'MAP':
    case 'MULTISET':
    case 'VARIANT':
    case 'RAW':
    case 'BITMAP':
    case 'NULL':
    case 'SYMBOL':
    case 'DESCRIPTOR':
      return undefined
    default:
      return compareNumbers as Comparator
  }
}

/** NaN compares as neither less, equal nor greater: the result is NaN, so that every test of it is false. */
export function compareNumbers(a: Exact, b: Exact): number {
  return a < b ? -1 : a > b ? 1 : a === b ? 0 : Number.NaN
}

export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

export function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const length = Math.min(a.length, b.length)
  for (let i = 0; i < length; i++) if (a[i] !== b[i]) return a[i] < b[i] ? -1 : 1
  return a.length === b.length ? 0 : a.length < b.length ? -1 : 1
}
