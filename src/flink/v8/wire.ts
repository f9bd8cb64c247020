/**
 * Engine values as bytes of the buffer that V8 shares with Flink's JVM; the Java side is `flink-runtime/…/Codec.java`.
 *
 * Law: a byte 0 for NULL or 1, then the value, little-endian; nothing goes through a double that is none. Strings are UTF-16 from
 * an even offset. What does not fit throws a RangeError, and the other side comes again with more room.
 */
import { INT, type LogicalType, withNullable } from '../../types/logical-type.ts'
import { type Exact, exact, type MapValue, toMillis, unitsPerMilli, type Value } from '../../types/value.ts'

const COMPACT_DIGITS = 18
const TWO_32 = 4294967296
/** `String.fromCharCode` takes its characters as arguments, of which there may be only so many. */
const CHARS_AT_ONCE = 8192

export class Wire {
  position = 0
  #view = new DataView(new ArrayBuffer(0))
  #bytes = new Uint8Array(0)
  #chars = new Uint16Array(0)

  attach(buffer: ArrayBuffer): void {
    this.#view = new DataView(buffer)
    this.#bytes = new Uint8Array(buffer)
    this.#chars = new Uint16Array(buffer, 0, buffer.byteLength >> 1)
  }

  int(): number {
    const value = this.#view.getInt32(this.position, true)
    this.position += 4
    return value
  }

  putInt(value: number): void {
    this.#view.setInt32(this.position, value, true)
    this.position += 4
  }

  long(): Exact {
    const low = this.#view.getUint32(this.position, true)
    const high = this.#view.getInt32(this.position + 4, true)
    this.position += 8
    const value = high * TWO_32 + low
    return Number.isSafeInteger(value) ? value : (BigInt(high) << 32n) | BigInt(low)
  }

  putLong(value: Exact): void {
    if (typeof value === 'bigint') this.#view.setBigInt64(this.position, value, true)
    else {
      const high = Math.floor(value / TWO_32)
      this.#view.setUint32(this.position, value - high * TWO_32, true)
      this.#view.setInt32(this.position + 4, high, true)
    }
    this.position += 8
  }

  text(): string {
    const length = this.int()
    const start = (this.position + 1) >> 1
    const end = start + length
    this.position = end * 2
    if (length < 24) {
      let short = ''
      for (let i = start; i < end; i++) short += String.fromCharCode(this.#chars[i])
      return short
    }
    let long = ''
    for (let i = start; i < end; i += CHARS_AT_ONCE) {
      const some = this.#chars.subarray(i, Math.min(end, i + CHARS_AT_ONCE))
      long += String.fromCharCode.apply(null, some as unknown as number[])
    }
    return long
  }

  putText(value: string): void {
    const { length } = value
    this.putInt(length)
    const start = (this.position + 1) >> 1
    if (start + length > this.#chars.length) throw new RangeError('no room')
    for (let i = 0; i < length; i++) this.#chars[start + i] = value.charCodeAt(i)
    this.position = (start + length) * 2
  }

  bytes(): Uint8Array {
    const length = this.int()
    const start = this.position
    this.position += length
    return this.#bytes.slice(start, this.position)
  }

  putBytes(value: Uint8Array): void {
    this.putInt(value.length)
    this.#bytes.set(value, this.position)
    this.position += value.length
  }

  byte(): number {
    return this.#view.getInt8(this.position++)
  }

  putByte(value: number): void {
    this.#view.setInt8(this.position++, value)
  }

  short(): number {
    this.position += 2
    return this.#view.getInt16(this.position - 2, true)
  }

  putShort(value: number): void {
    this.#view.setInt16(this.position, value, true)
    this.position += 2
  }

  float(): number {
    this.position += 4
    return this.#view.getFloat32(this.position - 4, true)
  }

  putFloat(value: number): void {
    this.#view.setFloat32(this.position, value, true)
    this.position += 4
  }

  double(): number {
    this.position += 8
    return this.#view.getFloat64(this.position - 8, true)
  }

  putDouble(value: number): void {
    this.#view.setFloat64(this.position, value, true)
    this.position += 8
  }
}

export interface Codec {
  read(from: Wire): Value
  write(to: Wire, value: Value): void
}

export function codecOf(type: LogicalType): Codec {
  const { read, write } = notNull(type)
  return {
    read: (from) => (from.byte() === 0 ? null : read(from)),
    write(to, value) {
      to.putByte(value === null ? 0 : 1)
      if (value !== null) write(to, value)
    },
  }
}

const of = <T extends Value>(read: (from: Wire) => T, write: (to: Wire, value: T) => void): Codec => ({
  read,
  write: write as Codec['write'],
})

function notNull(type: LogicalType): Codec {
  switch (type.kind) {
    case 'BOOLEAN':
      return of<boolean>(
        (from) => from.byte() !== 0,
        (to, value) => to.putByte(value ? 1 : 0),
      )
    case 'TINYINT':
      return of<number>(
        (from) => from.byte(),
        (to, value) => to.putByte(value),
      )
    case 'SMALLINT':
      return of<number>(
        (from) => from.short(),
        (to, value) => to.putShort(value),
      )
    case 'INTEGER':
    case 'DATE':
    case 'TIME':
    case 'INTERVAL_YEAR_MONTH':
      return of<number>(
        (from) => from.int(),
        (to, value) => to.putInt(value),
      )
    case 'BIGINT':
    case 'INTERVAL_DAY_TIME':
      return of<Exact>(
        (from) => from.long(),
        (to, value) => to.putLong(value),
      )
    case 'FLOAT':
      return of<number>(
        (from) => from.float(),
        (to, value) => to.putFloat(value),
      )
    case 'DOUBLE':
      return of<number>(
        (from) => from.double(),
        (to, value) => to.putDouble(value),
      )
    case 'DECIMAL':
      return type.precision <= COMPACT_DIGITS
        ? of<Exact>(
            (from) => from.long(),
            (to, value) => to.putLong(value),
          )
        : of<Exact>(
            (from) => exact(BigInt(from.text())),
            (to, value) => to.putText(String(value)),
          )
    case 'TIMESTAMP':
    case 'TIMESTAMP_LTZ':
      return timestamp(type.precision)
    case 'CHAR':
    case 'VARCHAR':
      return of<string>(
        (from) => from.text(),
        (to, value) => to.putText(value),
      )
    case 'BINARY':
    case 'VARBINARY':
      return of<Uint8Array>(
        (from) => from.bytes(),
        (to, value) => to.putBytes(value),
      )
    case 'ARRAY':
      return list(codecOf(type.element))
    case 'MAP':
      return map(codecOf(type.key), codecOf(type.value))
    case 'MULTISET':
      return map(codecOf(type.element), codecOf(withNullable(INT, false)))
    case 'ROW':
    case 'STRUCTURED': {
      const fields = type.fields.map((field) => codecOf(field.type))
      return of<readonly Value[]>(
        (from) => fields.map((field) => field.read(from)),
        (to, row) => {
          for (const [i, field] of fields.entries()) field.write(to, row[i])
        },
      )
    }
    default:
      throw new TypeError(`A function on Flink cannot take or give ${type.kind}`)
  }
}

function timestamp(precision: number): Codec {
  const units = unitsPerMilli(precision)
  const nanos = 1_000_000 / units
  return of<Exact>(
    (from) => {
      const millis = from.long()
      const rest = from.int() / nanos
      const value = Number(millis) * units + rest
      return Number.isSafeInteger(value) ? value : exact(BigInt(millis) * BigInt(units) + BigInt(rest))
    },
    (to, value) => {
      const millis = toMillis(value, precision)
      to.putLong(millis)
      to.putInt(Number(BigInt(value) - BigInt(millis) * BigInt(units)) * nanos)
    },
  )
}

function list(element: Codec): Codec {
  return of<readonly Value[]>(
    (from) => Array.from({ length: from.int() }, () => element.read(from)),
    (to, items) => {
      to.putInt(items.length)
      for (const item of items) element.write(to, item)
    },
  )
}

function map(key: Codec, value: Codec): Codec {
  const [keys, values] = [list(key), list(value)]
  return of<MapValue>(
    (from) => ({ keys: keys.read(from) as readonly Value[], values: values.read(from) as readonly Value[] }),
    (to, entries) => {
      keys.write(to, entries.keys)
      values.write(to, entries.values)
    },
  )
}
