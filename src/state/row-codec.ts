/**
 * The binary form of state rows, the same for every backend.
 *
 * A block is: version (1 byte, 1) · row count (varint) · rows; a block of changes has the number of removed keys (varint) and
 * these keys before the rows. A row is its columns in order of the schema; a nullable or object column starts with a
 * presence byte (0 = NULL).
 *
 * | physical | bytes                                                                                   |
 * |----------|-----------------------------------------------------------------------------------------|
 * | int32    | zigzag varint                                                                           |
 * | float64  | 8 bytes, IEEE 754 little endian (NaN canonical)                                         |
 * | exact    | 0 + zigzag varint of a safe integer, or 1 + varint length + two's complement, big endian |
 * | string   | varint (bytes × 2, + 1 when UTF-16 because it holds lone surrogates), bytes             |
 * | bytes    | varint length, bytes                                                                    |
 * | ARRAY    | varint count, elements with presence byte                                               |
 * | MAP      | varint count, key and value of each entry with presence bytes                           |
 * | ROW      | fields with presence byte                                                               |
 * | VARIANT  | JSON as a string; bigints as {"$bigint": "…"}                                           |
 * | RAW      | plain data as JSON with tags (`types/plain-data.ts`), as a string                       |
 *
 * Law: `read(write(x))` equals x for every value of the type, in every later release (the version byte says how to read).
 */
import { fail } from '../base/errors.ts'
import type { LogicalType } from '../types/logical-type.ts'
import { parsePlain, plainText } from '../types/plain-data.ts'
import { type MapValue, physicalOf, type Value } from '../types/value.ts'

const VERSION = 1
/** A version and two counts fit. */
const HEADER_ROOM = 16
const encoder = new TextEncoder()
const decoder = new TextDecoder('utf-8', { ignoreBOM: true })

export class RowWriter {
  // Generated code (`row-code.ts`) writes here too.
  private bytes: Uint8Array
  private view: DataView
  private at = HEADER_ROOM
  rows = 0

  /** @param size bytes that are expected */
  constructor(size = 256) {
    this.bytes = new Uint8Array(HEADER_ROOM + size)
    this.view = new DataView(this.bytes.buffer)
  }

  reserve(count: number): void {
    if (this.at + count <= this.bytes.length) return
    const grown = new Uint8Array(Math.max(this.at + count, this.bytes.length * 2))
    grown.set(this.bytes)
    this.bytes = grown
    this.view = new DataView(grown.buffer)
  }

  byte(value: number): void {
    this.reserve(1)
    this.bytes[this.at++] = value
  }

  /** An unsigned integer up to 2^53. */
  varint(value: number): void {
    this.reserve(10)
    const { bytes } = this
    let rest = value
    while (rest >= 2147483648) {
      bytes[this.at++] = (rest % 128) | 128
      rest = Math.floor(rest / 128)
    }
    while (rest >= 128) {
      bytes[this.at++] = (rest & 127) | 128
      rest >>>= 7
    }
    bytes[this.at++] = rest
  }

  float(value: number): void {
    this.reserve(8)
    this.view.setFloat64(this.at, value, true)
    this.at += 8
  }

  string(text: string): void {
    if (text.isWellFormed()) {
      const bytes = encoder.encode(text)
      this.varint(bytes.length * 2)
      this.raw(bytes)
      return
    }
    this.varint(text.length * 4 + 1)
    this.reserve(text.length * 2)
    for (let i = 0; i < text.length; i++, this.at += 2) this.view.setUint16(this.at, text.charCodeAt(i), true)
  }

  raw(bytes: Uint8Array): void {
    this.reserve(bytes.length)
    this.bytes.set(bytes, this.at)
    this.at += bytes.length
  }

  /** A cell: presence byte where the type may be NULL, then the value. */
  cell(value: Value, type: LogicalType): void {
    if (type.nullable || physicalOf(type) === 'object') {
      if (value === null || value === undefined) {
        this.byte(0)
        return
      }
      this.byte(1)
    }
    this.value(value, type)
  }

  private value(value: Value, type: LogicalType): void {
    switch (physicalOf(type)) {
      case 'int32':
        this.signed(typeof value === 'boolean' ? (value ? 1 : 0) : (value as number))
        return
      case 'float64':
        this.float(value as number)
        return
      case 'exact':
        if (typeof value === 'number') {
          this.byte(0)
          this.wide(value)
        } else {
          const bytes = bigintBytes(value as bigint)
          this.byte(1)
          this.varint(bytes.length)
          this.raw(bytes)
        }
        return
      case 'object':
        this.object(value, type)
    }
  }

  private signed(value: number): void {
    this.varint(((value << 1) ^ (value >> 31)) >>> 0)
  }

  /** A safe integer: sign in the first byte, so that twice the value need not be safe. */
  private wide(value: number): void {
    this.byte(value < 0 ? 1 : 0)
    this.varint(Math.abs(value))
  }

  private object(value: Value, type: LogicalType): void {
    switch (type.kind) {
      case 'CHAR':
      case 'VARCHAR':
        this.string(value as string)
        return
      case 'BINARY':
      case 'VARBINARY':
      case 'BITMAP':
        this.varint((value as Uint8Array).length)
        this.raw(value as Uint8Array)
        return
      case 'ARRAY':
        this.varint((value as readonly Value[]).length)
        for (const element of value as readonly Value[]) this.cell(element, optional(type.element))
        return
      case 'MAP':
      case 'MULTISET': {
        const { keys, values } = value as MapValue
        const [key, count] = type.kind === 'MAP' ? [type.key, type.value] : [type.element, COUNT]
        this.varint(keys.length)
        keys.forEach((k, i) => {
          this.cell(k, optional(key))
          this.cell(values[i], optional(count))
        })
        return
      }
      case 'ROW':
      case 'STRUCTURED':
        type.fields.forEach((field, i) => {
          this.cell((value as readonly Value[])[i], optional(field.type))
        })
        return
      case 'RAW':
        this.string(plainText(value))
        return
      default:
        this.string(JSON.stringify(value, (_, v) => (typeof v === 'bigint' ? { $bigint: String(v) } : v)))
    }
  }

  /** Bytes written so far. */
  get length(): number {
    return this.at - HEADER_ROOM
  }

  /** What was written, valid until the next call. */
  written(): Uint8Array {
    return this.bytes.subarray(HEADER_ROOM, this.at)
  }

  clear(): void {
    this.at = HEADER_ROOM
    this.rows = 0
  }

  /**
   * The block, with its header; one of changes has the removed keys before the rows. Nothing may be written afterwards: where the
   * header fits in front and little is left over, the block is a view of the writer's bytes.
   */
  finish(removed?: RowWriter | null): Uint8Array {
    const header = new RowWriter(HEADER_ROOM)
    header.byte(VERSION)
    header.varint(this.rows)
    if (removed !== undefined) {
      header.varint(removed?.rows ?? 0)
      if (removed !== null) header.raw(removed.written())
    }
    const start = HEADER_ROOM - header.length
    if (start >= 0 && this.at * 4 >= this.bytes.length * 3) {
      this.bytes.set(header.written(), start)
      return this.bytes.subarray(start, this.at)
    }
    const block = new Uint8Array(header.length + this.length)
    block.set(header.written())
    block.set(this.written(), header.length)
    return block
  }
}

/** Reads cells one after the other. */
export class CellReader {
  private readonly bytes: Uint8Array
  private readonly view: DataView
  private at = 0

  constructor(bytes: Uint8Array) {
    this.bytes = bytes
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }

  /** Go on reading at this place. */
  seek(at: number): void {
    this.at = at
  }

  byte(): number {
    return this.bytes[this.at++]
  }

  varint(): number {
    let value = 0
    let scale = 1
    for (;;) {
      const byte = this.byte()
      value += (byte & 127) * scale
      if (byte < 128) return value
      scale *= 128
    }
  }

  float(): number {
    const value = this.view.getFloat64(this.at, true)
    this.at += 8
    return value
  }

  string(): string {
    const size = this.varint()
    if (size % 2 === 0) return decoder.decode(this.take(size / 2))
    const units: number[] = []
    for (let i = 0; i < (size - 1) / 4; i++, this.at += 2) units.push(this.view.getUint16(this.at, true))
    return units.map((unit) => String.fromCharCode(unit)).join('')
  }

  private take(length: number): Uint8Array {
    this.at += length
    return this.bytes.subarray(this.at - length, this.at)
  }

  cell(type: LogicalType): Value {
    if ((type.nullable || physicalOf(type) === 'object') && this.byte() === 0) return null
    switch (physicalOf(type)) {
      case 'int32': {
        const zigzag = this.varint()
        const value = ((zigzag >>> 1) ^ -(zigzag & 1)) | 0
        return type.kind === 'BOOLEAN' ? value !== 0 : value
      }
      case 'float64':
        return this.float()
      case 'exact':
        if (this.byte() === 0) {
          const negative = this.byte() === 1
          const value = this.varint()
          return negative ? -value : value
        }
        return bigintOf(this.take(this.varint()))
      case 'object':
        return this.object(type)
    }
  }

  private object(type: LogicalType): Value {
    switch (type.kind) {
      case 'CHAR':
      case 'VARCHAR':
        return this.string()
      case 'BINARY':
      case 'VARBINARY':
      case 'BITMAP':
        return this.take(this.varint()).slice()
      case 'ARRAY':
        return Array.from({ length: this.varint() }, () => this.cell(optional(type.element)))
      case 'MAP':
      case 'MULTISET': {
        const [key, count] = type.kind === 'MAP' ? [type.key, type.value] : [type.element, COUNT]
        const keys: Value[] = []
        const values: Value[] = []
        for (let rest = this.varint(); rest > 0; rest--) {
          keys.push(this.cell(optional(key)))
          values.push(this.cell(optional(count)))
        }
        return { keys, values }
      }
      case 'ROW':
      case 'STRUCTURED':
        return type.fields.map((field) => this.cell(optional(field.type)))
      case 'RAW':
        return parsePlain(this.string()) as Value
      default:
        return JSON.parse(this.string(), (_, v) =>
          v !== null && typeof v === 'object' && typeof v.$bigint === 'string' ? BigInt(v.$bigint) : v,
        ) as Value
    }
  }
}

/** A block's rows. */
export class RowReader extends CellReader {
  readonly rows: number

  constructor(block: Uint8Array, state: string) {
    super(block)
    const version = this.byte()
    if (version !== VERSION) fail('STATE_UNKNOWN_FORMAT', { state, version, known: VERSION })
    this.rows = this.varint()
  }
}

const COUNT: LogicalType = { kind: 'INTEGER', nullable: false }

/** Nested values always have a presence byte, so that a type whose nullability is tightened later still reads them. */
function optional(type: LogicalType): LogicalType {
  return type.nullable ? type : { ...type, nullable: true }
}

function bigintBytes(value: bigint): Uint8Array {
  const bytes: number[] = []
  let rest = value
  for (;;) {
    bytes.push(Number(BigInt.asUintN(8, rest)))
    const sign = rest < 0n ? -1n : 0n
    rest >>= 8n
    if (rest === sign && bytes[bytes.length - 1] >= 128 === sign < 0n) break
  }
  return Uint8Array.from(bytes.reverse())
}

function bigintOf(bytes: Uint8Array): bigint {
  let value = bytes.length > 0 && bytes[0] >= 128 ? -1n : 0n
  for (const byte of bytes) value = (value << 8n) | BigInt(byte)
  return value
}
