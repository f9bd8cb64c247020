/**
 * JSON texts as the SQL/JSON functions see them.
 *
 * Laws
 * - Strict JSON; what follows the first value is not looked at, but a number must end at a blank or the text's end, and a
 *   word before a letter or digit is none.
 * - Numbers keep all their digits: `text` is what java.math.BigDecimal writes (1.50, 1E+3), whole numbers are plain.
 * - Of a key that stands twice the last value holds.
 */
export interface JsonNumber {
  readonly number: string
  readonly whole: boolean
  /** As it was written. */
  readonly source: string
}
export type JsonObject = Map<string, Json>
export type Json = null | boolean | string | JsonNumber | readonly Json[] | JsonObject

export const isJsonObject = (json: Json): json is JsonObject => json instanceof Map
export const isJsonArray = (json: Json): json is readonly Json[] => Array.isArray(json)
export const isJsonNumber = (json: Json): json is JsonNumber =>
  typeof json === 'object' && json !== null && 'number' in json
export const isScalar = (json: Json): boolean => !isJsonObject(json) && !isJsonArray(json)

export interface ParseOptions {
  /** Refuse an object that has a key twice. */
  readonly uniqueKeys?: boolean
}

/** The value, or undefined when the text is not JSON. */
export function parseJson(text: string, options: ParseOptions = {}): Json | undefined {
  try {
    return new Reader(text, options.uniqueKeys === true).read()
  } catch (error) {
    if (error === NOT_JSON) return undefined
    throw error
  }
}

/** Thrown within a reader only; one object, so that a text that is no JSON costs no stack trace. */
const NOT_JSON = new Error('not JSON')
const NUMBER = /-?(?:0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?/y
const QUOTE = 34
const BACKSLASH = 92
const ESCAPES: Readonly<Record<string, string>> = {
  '"': '"',
  '\\': '\\',
  '/': '/',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
}

class Reader {
  readonly #text: string
  readonly #uniqueKeys: boolean
  #at = 0

  constructor(text: string, uniqueKeys: boolean) {
    this.#text = text
    this.#uniqueKeys = uniqueKeys
  }

  read(): Json {
    this.#blanks()
    return this.#value(true)
  }

  #blanks(): void {
    for (;;) {
      const code = this.#text.charCodeAt(this.#at)
      if (code !== 32 && code !== 10 && code !== 13 && code !== 9) return
      this.#at++
    }
  }

  #value(root: boolean): Json {
    switch (this.#text[this.#at]) {
      case '{':
        return this.#object()
      case '[':
        return this.#array()
      case '"':
        return this.#string()
      case 't':
        return this.#word('true', true)
      case 'f':
        return this.#word('false', false)
      case 'n':
        return this.#word('null', null)
      default:
        return this.#number(root)
    }
  }

  #word<T extends Json>(word: string, value: T): T {
    if (!this.#text.startsWith(word, this.#at)) throw NOT_JSON
    this.#at += word.length
    if (/[\p{L}\p{N}_$]/u.test(this.#text[this.#at] ?? '')) throw NOT_JSON
    return value
  }

  #number(root: boolean): JsonNumber {
    NUMBER.lastIndex = this.#at
    const match = NUMBER.exec(this.#text)
    if (match === null) throw NOT_JSON
    this.#at = NUMBER.lastIndex
    const next = this.#text[this.#at]
    if (next !== undefined && (/[0-9.eE]/.test(next) || (root && !/[ \t\r\n]/.test(next)))) throw NOT_JSON
    const whole = match[1] === undefined && match[2] === undefined
    return { number: whole ? (match[0] === '-0' ? '0' : match[0]) : bigDecimalText(match[0]), whole, source: match[0] }
  }

  #string(): string {
    this.#at++
    let value = ''
    for (;;) {
      const start = this.#at
      let code = this.#text.charCodeAt(this.#at)
      while (code !== QUOTE && code !== BACKSLASH && code >= 32) code = this.#text.charCodeAt(++this.#at)
      value += this.#text.slice(start, this.#at)
      const end = this.#text[this.#at++]
      if (end === '"') return value
      if (end !== '\\') throw NOT_JSON
      const escaped = this.#text[this.#at++]
      if (escaped === 'u') {
        const digits = this.#text.slice(this.#at, this.#at + 4)
        if (!/^[0-9a-fA-F]{4}$/.test(digits)) throw NOT_JSON
        value += String.fromCharCode(Number.parseInt(digits, 16))
        this.#at += 4
      } else {
        const character = ESCAPES[escaped]
        if (character === undefined) throw NOT_JSON
        value += character
      }
    }
  }

  #array(): Json[] {
    const elements: Json[] = []
    this.#at++
    this.#blanks()
    if (this.#text[this.#at] === ']') {
      this.#at++
      return elements
    }
    for (;;) {
      this.#blanks()
      elements.push(this.#value(false))
      this.#blanks()
      const separator = this.#text[this.#at++]
      if (separator === ']') return elements
      if (separator !== ',') throw NOT_JSON
    }
  }

  #object(): JsonObject {
    const entries: JsonObject = new Map()
    this.#at++
    this.#blanks()
    if (this.#text[this.#at] === '}') {
      this.#at++
      return entries
    }
    for (;;) {
      this.#blanks()
      if (this.#text[this.#at] !== '"') throw NOT_JSON
      const key = this.#string()
      this.#blanks()
      if (this.#text[this.#at++] !== ':') throw NOT_JSON
      this.#blanks()
      const value = this.#value(false)
      if (this.#uniqueKeys && entries.has(key)) throw NOT_JSON
      entries.set(key, value)
      this.#blanks()
      const separator = this.#text[this.#at++]
      if (separator === '}') return entries
      if (separator !== ',') throw NOT_JSON
    }
  }
}

/** A decimal number as BigDecimal.toString writes it: plain while the exponent is small and negative, else scientific. */
export function bigDecimalText(text: string): string {
  const negative = text.startsWith('-')
  const [mantissa, exponent = '0'] = (negative ? text.slice(1) : text).split(/[eE]/)
  const [whole, fraction = ''] = mantissa.split('.')
  const scale = fraction.length - Number(exponent)
  const digits = (whole + fraction).replace(/^0+(?=\d)/, '')
  const sign = negative && !/^0+$/.test(digits) ? '-' : ''
  const power = digits.length - 1 - scale
  if (scale >= 0 && power >= -6) {
    if (scale === 0) return sign + digits
    const padded = digits.padStart(scale + 1, '0')
    return `${sign}${padded.slice(0, -scale)}.${padded.slice(-scale)}`
  }
  const point = digits.length > 1 ? `${digits[0]}.${digits.slice(1)}` : digits
  return `${sign}${point}E${power < 0 ? '' : '+'}${power}`
}

/** The text without blanks, keys of objects sorted. */
export function writeJson(json: Json): string {
  if (json === null || typeof json === 'boolean') return String(json)
  if (typeof json === 'string') return quoteJson(json)
  if (isJsonArray(json)) return `[${json.map(writeJson).join(',')}]`
  if (isJsonObject(json))
    return `{${sortedKeys(json)
      .map((key) => `${quoteJson(key)}:${writeJson(json.get(key) as Json)}`)
      .join(',')}}`
  return json.number
}

/** In the order of UTF-16 units, as Java sorts strings. */
export const sortedKeys = (object: JsonObject): string[] => [...object.keys()].sort()

/** A JSON string; only what must be escaped is. */
export function quoteJson(text: string): string {
  return JSON.stringify(text).replaceAll(/\\u[0-9a-f]{4}/g, (code) => `\\u${code.slice(2).toUpperCase()}`)
}
