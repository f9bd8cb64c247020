/**
 * JSON records to rows.
 *
 * A record is one object, or an array of objects (one row each); an empty record has no rows; what stands behind the object
 * is not looked at — all as in Flink.
 *
 * Law: a record that is not read to its end leaves no row. A fault becomes a FORMAT_JSON_… error with its byte, its column
 * and the bytes around; with `ignore-parse-errors` a value that does not fit is NULL, and a broken record is skipped and
 * counted.
 */
import { type ErrorCode, failure, type RivuletError } from '../../base/errors.ts'
import type { FormatField, RowDecoder, RowSink } from '../contract.ts'
import { bytesAround } from '../text/bytes.ts'
import { type ConvertOptions, rowReader, sqlTimestampReader, type ValueReader, valueReader } from './convert.ts'
import { type Fault, JsonFault } from './fault.ts'
import { generateDecoder, type ObjectDecoder } from './generate.ts'
import { JsonReader, MAX_DEPTH, MAX_STRING } from './reader.ts'

export interface JsonDecodeOptions extends ConvertOptions {
  /** False: the general reader alone, as where code generation is forbidden. */
  readonly generate?: boolean
  /** Levels of nesting; absent = Jackson's bound, as for `maxString`. */
  readonly maxDepth?: number
  /** UTF-16 units of a string that is read. */
  readonly maxString?: number
}

export class JsonRowDecoder implements RowDecoder {
  skipped = 0
  private readonly reader = new JsonReader()
  private readonly options: JsonDecodeOptions
  private readonly fast: ObjectDecoder | undefined
  private readonly row: ReturnType<typeof rowReader>
  private sink: RowSink | undefined

  constructor(schema: readonly FormatField[], options: JsonDecodeOptions) {
    this.options = options
    this.reader.maxDepth = options.maxDepth ?? MAX_DEPTH
    this.reader.maxString = options.maxString ?? MAX_STRING
    const readers: ValueReader[] = schema.map((field) =>
      field.parse === 'sql-timestamp'
        ? sqlTimestampReader(field.name, options)
        : valueReader(field.type, field.name, options),
    )
    this.row = rowReader(
      schema.map((field) => field.name),
      readers,
      options,
    )
    this.fast = options.generate === false ? undefined : generateDecoder(schema, readers, options)
  }

  decode(bytes: Uint8Array, start: number, end: number, into: RowSink): number {
    const row = into.length
    if (into !== this.sink || (into.columns.length > 0 && row >= into.columns[0].capacity)) this.makeRoom(into)
    const reader = this.reader
    reader.reset(bytes, start, end)
    // A record that is no longer than a string may be has none that is too long: the generated code need not look.
    if (this.fast !== undefined && start < end && bytes[start] === 123 && end - start <= reader.maxString) {
      const behind = this.quick(bytes, start, end, into, row)
      if (behind > 0 && behind <= end) {
        into.length = row + 1
        if (into.kinds !== null) this.insertKind(into, row)
        return 1
      }
      reader.reset(bytes, start, end)
    }
    return this.careful(bytes, start, end, into)
  }

  /** The generated decoder; −1 when it could not, faults included, because the general reader says better what is wrong. */
  private quick(bytes: Uint8Array, start: number, end: number, into: RowSink, row: number): number {
    try {
      return (this.fast as ObjectDecoder)(this.reader, bytes, start, end, into.columns, row)
    } catch (fault) {
      if (fault instanceof JsonFault) return -1
      throw fault
    }
  }

  private careful(bytes: Uint8Array, start: number, end: number, into: RowSink): number {
    if (start >= end) return 0
    const first = into.length
    try {
      this.record(into)
      return into.length - first
    } catch (fault) {
      if (!(fault instanceof JsonFault)) throw fault
      if (this.options.ignoreErrors) {
        // Rows of an array that came before the broken one stay, as in Flink.
        this.skipped++
        return into.length - first
      }
      into.length = first
      throw recordError(fault.fault, bytes, start, end)
    }
  }

  private record(into: RowSink): void {
    const reader = this.reader
    const { bytes, pos } = reader
    if (bytes[pos] === 0xef && bytes[pos + 1] === 0xbb && bytes[pos + 2] === 0xbf && pos + 3 <= reader.end)
      reader.pos += 3
    const c = reader.peek()
    if (c === 123) {
      this.append(this.row(reader, 0), into)
      return
    }
    if (c !== 91) reader.syntax('a JSON object')
    reader.enter(0)
    if (reader.peek() === 93) return
    do {
      if (reader.peek() !== 123) {
        if (!this.options.ignoreErrors) reader.value('JSON object', reader.pos)
        reader.skipValue(1)
        this.skipped++
      } else this.append(this.row(reader, 1), into)
    } while (reader.more(93))
  }

  private append(values: ReturnType<typeof this.row>, into: RowSink): void {
    const row = into.length
    const { columns } = into
    for (let i = 0; i < columns.length; i++) {
      columns[i].reserve(row + 1)
      columns[i].set(row, values[i])
    }
    into.length = row + 1
    if (into.kinds !== null) this.insertKind(into, row)
  }

  /** All columns get the same capacity, so that one test per record is enough. */
  private makeRoom(into: RowSink): void {
    this.sink = into
    let capacity = into.length + 1
    for (const column of into.columns) capacity = Math.max(capacity, column.capacity)
    if (into.columns.length > 0 && into.length >= into.columns[0].capacity)
      capacity = Math.max(capacity, into.length * 2)
    for (const column of into.columns) column.reserve(capacity)
    const most = into.columns.reduce((size, column) => Math.max(size, column.capacity), 0)
    for (const column of into.columns) column.reserve(most)
  }

  private insertKind(into: RowSink, row: number): void {
    if (into.kinds !== null && row >= into.kinds.length) {
      const grown = new Uint8Array(Math.max(row + 1, into.kinds.length * 2))
      grown.set(into.kinds)
      into.kinds = grown
    }
    if (into.kinds !== null) into.kinds[row] = 0
  }
}

function recordError(fault: Fault, bytes: Uint8Array, start: number, end: number): RivuletError {
  const at = Math.min(fault.at, end)
  const place = { at: at - start, column: columnAt(bytes, start, end, at), around: bytesAround(bytes, at, start, end) }
  switch (fault.kind) {
    case 'syntax':
      return failure('FORMAT_JSON_SYNTAX', { ...place, expected: fault.expected, found: fault.found })
    case 'value':
      return failure('FORMAT_JSON_VALUE', { ...place, type: fault.type, found: fault.found })
    case 'missing':
      return failure('FORMAT_JSON_MISSING_FIELD', { ...place, field: fault.field })
  }
}

/** Path of the field whose value holds the byte `at`, read again from the start: nobody keeps it while all is well. */
function columnAt(bytes: Uint8Array, start: number, end: number, at: number): string | undefined {
  const reader = new JsonReader()
  reader.reset(bytes, start, end)
  const path: string[] = []
  try {
    descend(reader, at, path, 0)
  } catch (fault) {
    if (!(fault instanceof JsonFault)) throw fault
  }
  return path.length === 0 ? undefined : path.join('.')
}

/** Step over the value at hand; true (with `path` left standing) when `at` lies in it. */
function descend(reader: JsonReader, at: number, path: string[], depth: number): boolean {
  const c = reader.peek()
  const begin = reader.pos
  if (c === 123) {
    reader.enter(depth)
    if (reader.peek() === 125) reader.pos++
    else {
      do {
        const key = reader.key()
        if (reader.pos > at) return true
        path.push(key)
        if (descend(reader, at, path, depth + 1)) return true
        path.pop()
      } while (reader.more(125))
    }
  } else if (c === 91) {
    reader.enter(depth)
    if (reader.peek() === 93) reader.pos++
    else {
      do if (descend(reader, at, path, depth + 1)) return true
      while (reader.more(93))
    }
  } else reader.skipValue(depth)
  return begin <= at && at < reader.pos
}

/** For tests and messages: every code that decoding JSON can raise. */
export const JSON_DECODE_CODES: readonly ErrorCode[] = [
  'FORMAT_JSON_SYNTAX',
  'FORMAT_JSON_VALUE',
  'FORMAT_JSON_MISSING_FIELD',
]
