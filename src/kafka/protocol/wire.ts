/**
 * Bytes of Kafka's wire format: a bounds-checked reader and a growing writer.
 *
 * Law: big-endian as Kafka writes it; a reader never reads past its end and never copies byte fields (they are views of the
 * buffer that was read); every defect of the bytes is KAFKA_MALFORMED_MESSAGE with the position.
 * int64 is a JavaScript number: offsets, timestamps and producer ids stay below 2^53 in any real cluster, and a value
 * beyond that is refused rather than rounded.
 */
import { fail } from '../../base/errors.ts'

const TWO_32 = 4_294_967_296
const utf8Decoder = new TextDecoder('utf-8', { fatal: true })
const utf8Encoder = new TextEncoder()
const BASE64_URL = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'

/** The id that Kafka uses for "no topic id". Ids are 22 characters of URL-safe base64, as Kafka's tools print them. */
export const ZERO_UUID = 'AAAAAAAAAAAAAAAAAAAAAA'

export class WireReader {
  readonly bytes: Uint8Array
  /** What is being read ("Fetch v12 request"), for error messages. */
  readonly what: string
  readonly end: number
  position = 0
  readonly #view: DataView

  constructor(bytes: Uint8Array, what: string) {
    this.bytes = bytes
    this.what = what
    this.end = bytes.byteLength
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }

  malformed(problem: string): never {
    return fail('KAFKA_MALFORMED_MESSAGE', { what: this.what, problem, position: this.position, length: this.end })
  }

  /** Claim `count` bytes and return where they begin. */
  take(count: number): number {
    const at = this.position
    if (count < 0 || at + count > this.end) {
      this.malformed(`${count} bytes expected, ${this.end - at} left`)
    }
    this.position = at + count
    return at
  }

  int8(): number {
    return this.#view.getInt8(this.take(1))
  }

  bool(): boolean {
    return this.#view.getInt8(this.take(1)) !== 0
  }

  int16(): number {
    return this.#view.getInt16(this.take(2))
  }

  uint16(): number {
    return this.#view.getUint16(this.take(2))
  }

  int32(): number {
    return this.#view.getInt32(this.take(4))
  }

  int64(): number {
    const at = this.take(8)
    const value = this.#view.getInt32(at) * TWO_32 + this.#view.getUint32(at + 4)
    if (!Number.isSafeInteger(value)) this.malformed(`the 64-bit integer ${this.#view.getBigInt64(at)} exceeds 2^53`)
    return value
  }

  float64(): number {
    return this.#view.getFloat64(this.take(8))
  }

  /** Unsigned LEB128 of at most 32 bits. */
  uvarint(): number {
    let value = 0
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = this.bytes[this.take(1)]
      value += (byte & 0x7f) * 2 ** shift
      if (byte < 0x80) return value
    }
    return this.malformed('a variable-length integer longer than 5 bytes')
  }

  uuid(): string {
    const at = this.take(16)
    let text = ''
    for (let bit = 0; bit < 128; bit += 6) {
      const byte = at + (bit >> 3)
      const next = bit < 120 ? this.bytes[byte + 1] : 0
      text += BASE64_URL[(((this.bytes[byte] << 8) | next) >> (10 - (bit & 7))) & 0x3f]
    }
    return text
  }

  /** `length` bytes as a view of the buffer, not a copy. */
  view(length: number): Uint8Array {
    const at = this.take(length)
    return this.bytes.subarray(at, at + length)
  }

  text(length: number): string {
    const at = this.take(length)
    // Names are short and nearly always ASCII, where this loop beats a call into the decoder.
    if (length <= 48) {
      let text = ''
      let index = at
      for (; index < at + length; index++) {
        const byte = this.bytes[index]
        if (byte > 0x7f) break
        text += String.fromCharCode(byte)
      }
      if (index === at + length) return text
    }
    try {
      return utf8Decoder.decode(this.bytes.subarray(at, at + length))
    } catch (cause) {
      this.position = at
      return fail(
        'KAFKA_MALFORMED_MESSAGE',
        { what: this.what, problem: 'text that is not UTF-8', position: at, length: this.end },
        { cause },
      )
    }
  }

  /** Tagged fields that nobody asked for. */
  skipTags(): void {
    for (let count = this.uvarint(); count > 0; count--) {
      this.uvarint()
      this.take(this.uvarint())
    }
  }

  /** A message must end where its bytes end; anything else means that the two sides disagree about its version. */
  expectEnd(): void {
    if (this.position !== this.end) this.malformed(`${this.end - this.position} bytes left after the last field`)
  }
}

export class WireWriter {
  #bytes: Uint8Array
  #view: DataView
  length = 0

  constructor(capacity = 256) {
    this.#bytes = new Uint8Array(capacity)
    this.#view = new DataView(this.#bytes.buffer)
  }

  /** Make room for `count` bytes and return where they begin. */
  claim(count: number): number {
    const at = this.length
    const needed = at + count
    if (needed > this.#bytes.length) {
      const grown = new Uint8Array(Math.max(needed, this.#bytes.length * 2))
      grown.set(this.#bytes.subarray(0, at))
      this.#bytes = grown
      this.#view = new DataView(grown.buffer)
    }
    this.length = needed
    return at
  }

  int8(value: number): void {
    const at = this.claim(1)
    this.#view.setInt8(at, value)
  }

  bool(value: boolean): void {
    this.int8(value ? 1 : 0)
  }

  int16(value: number): void {
    const at = this.claim(2)
    this.#view.setInt16(at, value)
  }

  uint16(value: number): void {
    const at = this.claim(2)
    this.#view.setUint16(at, value)
  }

  int32(value: number): void {
    const at = this.claim(4)
    this.#view.setInt32(at, value)
  }

  /** Overwrite an int32 written before, for lengths known only at the end. */
  patchInt32(at: number, value: number): void {
    this.#view.setInt32(at, value)
  }

  int64(value: number): void {
    const at = this.claim(8)
    this.#view.setInt32(at, Math.floor(value / TWO_32))
    this.#view.setUint32(at + 4, value >>> 0)
  }

  float64(value: number): void {
    const at = this.claim(8)
    this.#view.setFloat64(at, value)
  }

  uvarint(value: number): void {
    let rest = value >>> 0
    while (rest > 0x7f) {
      const at = this.claim(1)
      this.#bytes[at] = (rest & 0x7f) | 0x80
      rest >>>= 7
    }
    const at = this.claim(1)
    this.#bytes[at] = rest
  }

  uuid(value: string): void {
    const at = this.claim(16)
    let bits = 0
    let held = 0
    let out = at
    for (let index = 0; index < 22; index++) {
      bits = ((bits << 6) | BASE64_URL.indexOf(value[index] ?? 'A')) & 0xffff
      held += 6
      if (held >= 8 && out < at + 16) {
        held -= 8
        this.#bytes[out++] = (bits >> held) & 0xff
      }
    }
  }

  raw(bytes: Uint8Array): void {
    const at = this.claim(bytes.length)
    this.#bytes.set(bytes, at)
  }

  /** What was written, as a view that stays valid because the writer is done with it. */
  finish(): Uint8Array {
    return this.#bytes.subarray(0, this.length)
  }
}

export function utf8(text: string): Uint8Array {
  return utf8Encoder.encode(text)
}
