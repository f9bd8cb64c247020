/**
 * The JSON reader: one token at a time from bytes, by Jackson's rules as Flink sets it up.
 *
 * Law: it accepts exactly JSON (RFC 8259) plus raw control characters in strings; numbers keep their digits; strings are
 * UTF-8 or a fault (a lone surrogate passes, as it does in Jackson); at most `maxDepth` levels, MAX_NUMBER characters in a
 * number and `maxString` UTF-16 units in a string that is read. A skipped value is checked as strictly as a read one, but for
 * the length of its strings, which cost nothing. It never reads at or behind `end`.
 */
import { ascii } from '../text/ascii.ts'
import { readable } from '../text/bytes.ts'
import { JsonFault } from './fault.ts'

/** Jackson's bounds, and so Flink's. */
export const MAX_DEPTH = 1000
export const MAX_STRING = 20_000_000
const MAX_NUMBER = 1000
/** Strings up to this many bytes may be shared by `StringCache`. */
const CACHED = 40

const QUOTE = 34
const BACKSLASH = 92

export class JsonReader {
  bytes: Uint8Array = new Uint8Array(0)
  pos = 0
  end = 0
  private start = 0
  maxDepth = MAX_DEPTH
  maxString = MAX_STRING
  /** Set by `number`: the token had a fraction or an exponent. */
  isFloat = false
  /** Second results of `fastString` and `unknownKey`. */
  text = ''
  field = -1
  private readonly cache = new StringCache()

  reset(bytes: Uint8Array, start: number, end: number): void {
    this.bytes = bytes
    this.pos = start
    this.start = start
    this.end = end
  }

  syntax(expected: string, at = this.pos): never {
    throw new JsonFault({ kind: 'syntax', at, expected, found: this.found(at) })
  }

  value(type: string, at: number): never {
    throw new JsonFault({ kind: 'value', at, type, found: this.tokenText(at) })
  }

  private found(at: number): string {
    if (at >= this.end) return 'the end of the record'
    const text = readable(this.bytes, at, Math.min(this.end, at + 1))
    return this.bytes[at] >= 0x80 ? `the byte ${text}` : `'${text}'`
  }

  /** The token at `at`, bounded, for messages. */
  private tokenText(at: number): string {
    const { bytes, end } = this
    if (at >= end) return 'nothing'
    if (bytes[at] === 123) return 'a JSON object'
    if (bytes[at] === 91) return 'a JSON array'
    const copy = new JsonReader()
    copy.reset(bytes, this.start, end)
    copy.pos = at
    copy.skipValue(0)
    const text = readable(bytes, at, Math.min(copy.pos, at + 60))
    return copy.pos > at + 60 ? `${text}…` : text
  }

  /** Step over white space; the byte that stands there, or −1 at the end. */
  peek(): number {
    const { bytes, end } = this
    let p = this.pos
    while (p < end) {
      const c = bytes[p]
      if (c !== 32 && c !== 10 && c !== 13 && c !== 9) {
        this.pos = p
        return c
      }
      p++
    }
    this.pos = p
    return -1
  }

  /** After a value in an object or array: true when another follows, false behind the closing bracket. */
  more(close: 93 | 125): boolean {
    const c = this.peek()
    if (c === 44) {
      this.pos++
      return true
    }
    if (c !== close) this.syntax(close === 125 ? "',' or '}' behind a field" : "',' or ']' behind an element")
    this.pos++
    return false
  }

  /** The key at `pos`, then the colon; `pos` stands before the value. */
  key(): string {
    if (this.peek() !== QUOTE) this.syntax("a field name in '\"'")
    const key = this.string()
    if (this.peek() !== 58) this.syntax("':' behind the field name")
    this.pos++
    this.peek()
    return key
  }

  /** True when the literal `null` stood here and was read. */
  null(): boolean {
    if (this.peek() !== 110) return false
    this.literal('null')
    return true
  }

  literal(word: 'null' | 'true' | 'false'): void {
    const at = this.pos
    for (let i = 0; i < word.length; i++) {
      if (at + i >= this.end || this.bytes[at + i] !== word.charCodeAt(i)) this.syntax('a JSON value', at)
    }
    this.pos = at + word.length
    const next = this.pos < this.end ? this.bytes[this.pos] : 32
    if ((next >= 48 && next <= 57) || (next >= 65 && next <= 90) || (next >= 97 && next <= 122) || next === 95) {
      this.syntax('a JSON value', at)
    }
  }

  /** Read a number token; the text is `bytes[at…pos)`. */
  number(): void {
    const { bytes, end } = this
    const at = this.pos
    let p = at
    this.isFloat = false
    if (bytes[p] === 45) p++
    const first = p < end ? bytes[p] : 0
    if (first === 48) {
      p++
      if (p < end && digit(bytes[p])) this.syntax('a number without leading zeros', at)
    } else p = this.digits(p)
    if (p < end && bytes[p] === 46) {
      this.isFloat = true
      p = this.digits(p + 1)
    }
    if (p < end && (bytes[p] === 101 || bytes[p] === 69)) {
      this.isFloat = true
      p++
      if (p < end && (bytes[p] === 43 || bytes[p] === 45)) p++
      p = this.digits(p)
    }
    if (p - at > MAX_NUMBER) this.syntax(`a number of at most ${MAX_NUMBER} characters`, at)
    this.pos = p
  }

  private digits(p: number): number {
    const from = p
    while (p < this.end && digit(this.bytes[p])) p++
    if (p === from) this.syntax('a digit', p)
    return p
  }

  numberText(): string {
    const at = this.pos
    this.number()
    return ascii(this.bytes, at, this.pos)
  }

  /** The string at `pos` (on its quote). */
  string(): string {
    const { bytes, end } = this
    const at = this.pos
    let p = at + 1
    let hash = 0
    let c = bytes[p]
    let high = 0
    while (p < end && c !== QUOTE && c !== BACKSLASH) {
      hash = (Math.imul(hash, 31) + c) | 0
      high |= c
      c = bytes[++p]
    }
    if (c === QUOTE && p < end && high < 0x80) {
      if (p - at - 1 > this.maxString) this.tooLong()
      this.pos = p + 1
      return this.plain(at + 1, p, hash)
    }
    return this.composedString()
  }

  /** The ASCII bytes from `from` to `to`, whose hash is known, as a string. */
  plain(from: number, to: number, hash: number): string {
    return to - from <= CACHED ? this.cache.get(this.bytes, from, to, hash) : ascii(this.bytes, from, to)
  }

  /** A string with escapes or other characters than ASCII. */
  private composedString(): string {
    const { bytes, end } = this
    let p = this.pos + 1
    const opening = this.pos
    let units = scratch
    let n = 0
    for (;;) {
      if (p >= end) {
        this.pos = p
        this.syntax(`'"' at the end of the string that starts at byte ${opening - this.start}`, end)
      }
      const c = bytes[p]
      if (c === QUOTE) break
      if (n >= this.maxString) this.tooLong()
      if (n + 2 > units.length) {
        const grown = new Uint16Array(units.length * 2)
        grown.set(units)
        units = grown
        if (grown.length <= 1 << 16) scratch = grown
      }
      if (c === BACKSLASH) {
        const unit = this.escape(p)
        units[n++] = unit
        p += bytes[p + 1] === 117 ? 6 : 2
      } else if (c < 0x80) {
        units[n++] = c
        p++
      } else {
        const length = this.utf8(p)
        if (length === 2) units[n++] = ((c & 0x1f) << 6) | (bytes[p + 1] & 0x3f)
        else if (length === 3) units[n++] = ((c & 0x0f) << 12) | ((bytes[p + 1] & 0x3f) << 6) | (bytes[p + 2] & 0x3f)
        else {
          const point =
            (((c & 0x07) << 18) |
              ((bytes[p + 1] & 0x3f) << 12) |
              ((bytes[p + 2] & 0x3f) << 6) |
              (bytes[p + 3] & 0x3f)) -
            0x10000
          units[n++] = 0xd800 | ((point >> 10) & 0x3ff)
          units[n++] = 0xdc00 | (point & 0x3ff)
        }
        p += length
      }
    }
    this.pos = p + 1
    let text = ''
    for (let i = 0; i < n; i += 4096) {
      text += String.fromCharCode.apply(null, units.subarray(i, Math.min(n, i + 4096)) as unknown as number[])
    }
    return text
  }

  private tooLong(): never {
    this.syntax(`a string of at most ${this.maxString} characters`)
  }

  /** The UTF-16 unit of the escape whose backslash is at `p`. */
  private escape(p: number): number {
    const { bytes, end } = this
    if (p + 1 >= end) this.syntax('an escape', end)
    switch (bytes[p + 1]) {
      case 34:
      case 47:
      case 92:
        return bytes[p + 1]
      case 98:
        return 8
      case 102:
        return 12
      case 110:
        return 10
      case 114:
        return 13
      case 116:
        return 9
      case 117: {
        let unit = 0
        for (let i = 2; i < 6; i++) {
          const h = p + i < end ? hexDigit(bytes[p + i]) : -1
          if (h < 0) this.syntax('four hexadecimal digits behind \\u', Math.min(p + i, end))
          unit = unit * 16 + h
        }
        return unit
      }
      default:
        return this.syntax('one of the escapes \\" \\\\ \\/ \\b \\f \\n \\r \\t \\u', p + 1)
    }
  }

  /** Length of the UTF-8 sequence at `p`; a fault when it is none. */
  private utf8(p: number): number {
    const { bytes, end } = this
    const c = bytes[p]
    const length = (c & 0xe0) === 0xc0 ? 2 : (c & 0xf0) === 0xe0 ? 3 : (c & 0xf8) === 0xf0 ? 4 : 0
    if (length === 0) this.syntax('UTF-8', p)
    for (let i = 1; i < length; i++) {
      if (p + i >= end || (bytes[p + i] & 0xc0) !== 0x80) this.syntax('UTF-8', Math.min(p + i, end))
    }
    return length
  }

  /** Step over the string at `pos`, checking it. */
  skipString(): void {
    const { bytes, end } = this
    const opening = this.pos
    let p = opening + 1
    while (p < end) {
      const c = bytes[p]
      if (c === QUOTE) {
        this.pos = p + 1
        return
      }
      if (c === BACKSLASH) {
        this.escape(p)
        p += bytes[p + 1] === 117 ? 6 : 2
      } else if (c < 0x80) p++
      else p += this.utf8(p)
    }
    this.syntax(`'"' at the end of the string that starts at byte ${opening - this.start}`, end)
  }

  /** Step over one value of any kind, checking it. */
  skipValue(depth: number): void {
    switch (this.peek()) {
      case QUOTE:
        this.skipString()
        return
      case 123:
        this.enter(depth)
        if (this.peek() === 125) {
          this.pos++
          return
        }
        do {
          if (this.peek() !== QUOTE) this.syntax("a field name in '\"'")
          this.skipString()
          if (this.peek() !== 58) this.syntax("':' behind the field name")
          this.pos++
          this.skipValue(depth + 1)
        } while (this.more(125))
        return
      case 91:
        this.enter(depth)
        if (this.peek() === 93) {
          this.pos++
          return
        }
        do this.skipValue(depth + 1)
        while (this.more(93))
        return
      case 116:
        this.literal('true')
        return
      case 102:
        this.literal('false')
        return
      case 110:
        this.literal('null')
        return
      default:
        if (this.pos >= this.end) this.syntax('a JSON value')
        if (this.bytes[this.pos] !== 45 && !digit(this.bytes[this.pos])) this.syntax('a JSON value')
        this.number()
    }
  }

  /** Step over the opening bracket. */
  enter(depth: number): void {
    if (depth >= this.maxDepth) this.syntax(`at most ${this.maxDepth} levels of nesting`)
    this.pos++
  }
}

const digit = (c: number): boolean => c >= 48 && c <= 57

function hexDigit(c: number): number {
  if (c >= 48 && c <= 57) return c - 48
  const lower = c | 32
  return lower >= 97 && lower <= 102 ? lower - 87 : -1
}

let scratch = new Uint16Array(256)

const SLOTS = 2048

/**
 * Short ASCII strings that were made before, by the hash of their bytes: streams repeat names, platforms and seconds, and
 * looking one up costs less than making it again. A slot holds its latest string; nothing grows.
 */
export class StringCache {
  private readonly texts: string[] = new Array(SLOTS).fill('')

  get(bytes: Uint8Array, from: number, to: number, hash: number): string {
    const slot = (hash ^ (hash >>> 15)) & (SLOTS - 1)
    const text = this.texts[slot]
    const length = to - from
    if (text.length === length) {
      let i = 0
      while (i < length && text.charCodeAt(i) === bytes[from + i]) i++
      if (i === length) return text
    }
    const made = ascii(bytes, from, to)
    this.texts[slot] = made
    return made
  }
}
