/**
 * CSV records to rows: one line a record, fields by position.
 *
 * Law: only fields of requested columns become strings. A field that begins with the quote character ends at the next one
 * that is not doubled; blanks behind it are passed over. Too few fields are an error, or NULLs with `ignore-parse-errors`;
 * too many are an error, or a skipped record. What stands behind the first line is not read, as in Flink.
 */
import { failure, type RivuletError } from '../../base/errors.ts'
import { typeText } from '../../types/logical-type.ts'
import type { Value } from '../../types/value.ts'
import type { FormatField, RowDecoder, RowSink } from '../contract.ts'
import { bytesAround, readable } from '../text/bytes.ts'
import { type FieldReader, fieldReader } from './convert.ts'
import type { CsvSettings } from './settings.ts'

const NEWLINE = 10
const RETURN = 13
const HASH = 35
const BLANK = 32

interface WantedField {
  readonly name: string
  readonly type: string
  readonly column: number
  readonly read: FieldReader
}

export class CsvRowDecoder implements RowDecoder {
  skipped = 0
  readonly #settings: CsvSettings
  /** By position in the record; undefined where nobody wants the field. */
  readonly #fields: readonly (WantedField | undefined)[]
  readonly #row: Value[]
  readonly #utf8 = new TextDecoder()
  #bytes: Uint8Array = new Uint8Array(0)
  #start = 0
  #end = 0
  #at = 0

  constructor(schema: readonly FormatField[], record: readonly FormatField[], settings: CsvSettings) {
    this.#settings = settings
    this.#row = new Array(schema.length).fill(null)
    this.#fields = record.map(({ name, type }) => {
      const column = schema.findIndex((field) => field.name === name)
      if (column < 0) return undefined
      return { name, type: typeText({ ...type, nullable: true }), column, read: fieldReader(type, name, settings) }
    })
  }

  decode(bytes: Uint8Array, start: number, end: number, into: RowSink): number {
    this.#bytes = bytes
    this.#start = start
    this.#at = start
    this.#end = end
    try {
      this.#line()
    } catch (error) {
      if (!(error instanceof CsvFault)) throw error
      if (!this.#settings.ignoreErrors) throw this.#failure(error)
      this.skipped++
      return 0
    }
    const row = into.length
    for (let i = 0; i < into.columns.length; i++) {
      into.columns[i].reserve(row + 1)
      into.columns[i].set(row, this.#row[i])
    }
    into.length = row + 1
    return 1
  }

  #line(): void {
    this.#row.fill(null)
    this.#skipComments()
    if (this.#at >= this.#end) throw new CsvFault(this.#at, 'a record', 'nothing')
    const fields = this.#fields
    for (let i = 0; ; i++) {
      const from = this.#at
      if (i >= fields.length) {
        // A delimiter at the end of the line opens no further field.
        if (from >= this.#end || this.#bytes[from] === NEWLINE || this.#bytes[from] === RETURN) return
        throw new CsvFault(from, `${fields.length} fields`, 'another one')
      }
      const field = fields[i]
      const text = this.#field(field !== undefined)
      if (field !== undefined) this.#row[field.column] = this.#value(field, text, from)
      if (this.#at >= this.#end || this.#bytes[this.#at] !== this.#settings.delimiter) {
        if (i + 1 < fields.length && !this.#settings.ignoreErrors) {
          throw new CsvFault(this.#at, `${fields.length} fields`, `${i + 1}`)
        }
        return
      }
      this.#at++
    }
  }

  #value(field: WantedField, text: string, from: number): Value {
    if (text === this.#settings.nullLiteral) return null
    const value = field.read(text)
    if (value !== undefined) return value
    if (this.#settings.ignoreErrors) return null
    throw new CsvFault(from, field.type, `'${text}'`, field.name)
  }

  #skipComments(): void {
    while (this.#settings.comments && this.#at < this.#end && this.#bytes[this.#at] === HASH) {
      while (this.#at < this.#end && this.#bytes[this.#at] !== NEWLINE) this.#at++
      this.#at++
    }
  }

  /** The field at hand; `#at` stands on the delimiter or the end of the line behind it. */
  #field(wanted: boolean): string {
    const { quote } = this.#settings
    if (quote >= 0 && this.#at < this.#end && this.#bytes[this.#at] === quote) return this.#quoted(wanted)
    const { delimiter, escape: escaping } = this.#settings
    const bytes = this.#bytes
    const from = this.#at
    let p = from
    let escaped = false
    while (p < this.#end) {
      const c = bytes[p]
      if (c === delimiter || c === NEWLINE || c === RETURN) break
      if (c === escaping) {
        escaped = true
        p++
      }
      p++
    }
    this.#at = Math.min(p, this.#end)
    if (!wanted) return ''
    const text = this.#utf8.decode(bytes.subarray(from, this.#at))
    return escaped ? this.#unescape(text) : text
  }

  #quoted(wanted: boolean): string {
    const { quote, escape: escaping, delimiter } = this.#settings
    const bytes = this.#bytes
    const opening = this.#at
    let p = opening + 1
    let special = false
    for (; ; p++) {
      if (p >= this.#end)
        throw new CsvFault(opening, `the closing ${String.fromCharCode(quote)}`, 'the end of the record')
      const c = bytes[p]
      if (c === escaping && escaping !== quote) {
        special = true
        p++
      } else if (c === quote) {
        if (bytes[p + 1] !== quote || p + 1 >= this.#end) break
        special = true
        p++
      }
    }
    const text = wanted ? this.#utf8.decode(bytes.subarray(opening + 1, p)) : ''
    p++
    while (p < this.#end && bytes[p] === BLANK && delimiter !== BLANK) p++
    if (p < this.#end && bytes[p] !== delimiter && bytes[p] !== NEWLINE && bytes[p] !== RETURN) {
      const found = readable(bytes, p, p + 1)
      throw new CsvFault(p, `'${String.fromCharCode(delimiter)}' or the end of the line`, `'${found}'`)
    }
    this.#at = p
    if (!special) return text
    const mark = String.fromCharCode(quote)
    return this.#unescape(text.replaceAll(mark + mark, mark))
  }

  #unescape(text: string): string {
    const { escape: escaping } = this.#settings
    if (escaping < 0) return text
    const mark = String.fromCharCode(escaping)
    let result = ''
    for (let i = 0; i < text.length; i++) {
      if (text[i] !== mark || i + 1 >= text.length) result += text[i]
      else {
        i++
        result += ESCAPES[text[i]] ?? text[i]
      }
    }
    return result
  }

  #failure({ at, expected, found, column }: CsvFault): RivuletError {
    const around = bytesAround(this.#bytes, at, this.#start, this.#end)
    return failure('FORMAT_CSV_RECORD', { at: at - this.#start, column, around, expected, found })
  }
}

const ESCAPES: Readonly<Record<string, string>> = { 0: '\0', n: '\n', r: '\r', t: '\t' }

/** Never leaves the decoder. */
class CsvFault {
  readonly at: number
  readonly expected: string
  readonly found: string
  readonly column: string | undefined
  constructor(at: number, expected: string, found: string, column?: string) {
    this.at = at
    this.expected = expected
    this.found = found
    this.column = column
  }
}
