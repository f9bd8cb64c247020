/**
 * From a schema and a version to a pair of functions that read and write the message.
 *
 * Law: `read(write(value)) = value` for every version of the schema, fields outside the version apart. Everything that
 * depends on the version is decided once, when the codec is made; a codec holds no state between messages.
 */
import { fail } from '../../base/errors.ts'
import type { Field, Fields, FieldType, Scalar } from './schema.ts'
import { utf8, WireReader, WireWriter, ZERO_UUID } from './wire.ts'

export interface Codec {
  read(reader: WireReader): unknown
  write(writer: WireWriter, value: unknown): void
}

interface Shape {
  readonly version: number
  /** Compact lengths and tagged fields. */
  readonly flexible: boolean
  /** For error messages: "Fetch v12 request". */
  readonly what: string
}

type Row = Record<string, unknown>

interface PlainField {
  readonly name: string
  readonly codec: Codec
  readonly required: boolean
  readonly fallback: unknown
}

interface TaggedField extends PlainField {
  readonly tag: number
}

const NOTHING: readonly unknown[] = Object.freeze([])

export function structCodec(fields: Fields, shape: Shape): Codec {
  const plain: PlainField[] = []
  const tagged: TaggedField[] = []
  const defaults: Row = {}
  for (const [name, field] of Object.entries(fields)) {
    const fallback = defaultOf(field, shape)
    defaults[name] = fallback
    if (!inVersion(field, shape.version)) continue
    const nullable = field.options.nullable !== undefined && shape.version >= field.options.nullable
    const codec = fieldCodec(field.type, nullable, shape, name)
    const entry = { name, codec, required: Object.keys(field.options).length === 0, fallback }
    if (field.options.tag === undefined) plain.push(entry)
    else tagged.push({ ...entry, tag: field.options.tag })
  }
  tagged.sort((left, right) => left.tag - right.tag)
  return {
    read(reader) {
      // A copy of the defaults gives every message of one version the same hidden class.
      const row: Row = { ...defaults }
      for (const { name, codec } of plain) row[name] = codec.read(reader)
      if (shape.flexible) readTags(reader, row, tagged)
      return row
    },
    write(writer, value) {
      const row = value as Row
      for (const { name, codec, required, fallback } of plain) {
        const given = row[name]
        if (given === undefined && required) wrongValue(shape, name, 'a value', given)
        codec.write(writer, given === undefined ? fallback : given)
      }
      if (shape.flexible) writeTags(writer, row, tagged)
    },
  }
}

function readTags(reader: WireReader, row: Row, tagged: readonly TaggedField[]): void {
  for (let count = reader.uvarint(); count > 0; count--) {
    const tag = reader.uvarint()
    const content = reader.view(reader.uvarint())
    const field = tagged.find((candidate) => candidate.tag === tag)
    if (field === undefined) continue
    const inner = new WireReader(content, `${reader.what}, tagged field ${field.name}`)
    row[field.name] = field.codec.read(inner)
    inner.expectEnd()
  }
}

function writeTags(writer: WireWriter, row: Row, tagged: readonly TaggedField[]): void {
  const present = tagged.filter(({ name, fallback }) => row[name] !== undefined && !equal(row[name], fallback))
  writer.uvarint(present.length)
  for (const { name, codec, tag } of present) {
    const inner = new WireWriter(64)
    codec.write(inner, row[name])
    writer.uvarint(tag)
    writer.uvarint(inner.length)
    writer.raw(inner.finish())
  }
}

function inVersion(field: Field, version: number): boolean {
  return version >= (field.options.since ?? 0) && version <= (field.options.until ?? Number.MAX_SAFE_INTEGER)
}

function defaultOf(field: Field, shape: Shape): unknown {
  const { options, type } = field
  if (options.default !== undefined) return options.default
  if (options.nullable !== undefined) return null
  switch (type.kind) {
    case 'array':
      return NOTHING
    case 'struct':
      return Object.freeze(
        Object.fromEntries(Object.entries(type.fields).map(([name, inner]) => [name, defaultOf(inner, shape)])),
      )
    case 'scalar':
      return scalarDefault(type.scalar)
  }
}

function scalarDefault(scalar: Scalar): unknown {
  switch (scalar) {
    case 'bool':
      return false
    case 'string':
      return ''
    case 'uuid':
      return ZERO_UUID
    case 'bytes':
    case 'records':
      return new Uint8Array(0)
    case 'int8':
    case 'int16':
    case 'uint16':
    case 'int32':
    case 'int64':
    case 'float64':
      return 0
  }
}

/** Whether a value equals a default; defaults hold scalars, empty arrays and structs of such. */
function equal(value: unknown, fallback: unknown): boolean {
  if (value === fallback) return true
  if (typeof value !== 'object' || typeof fallback !== 'object' || value === null || fallback === null) return false
  if (Array.isArray(value) || value instanceof Uint8Array) return value.length === 0
  return Object.entries(value).every(
    ([name, inner]) => inner === undefined || !(name in fallback) || equal(inner, (fallback as Row)[name]),
  )
}

function fieldCodec(type: FieldType, nullable: boolean, shape: Shape, name: string): Codec {
  switch (type.kind) {
    case 'scalar':
      return scalarCodec(type.scalar, nullable, shape, name)
    case 'array':
      return arrayCodec(fieldCodec(type.of, false, shape, name), nullable, shape, name)
    case 'struct': {
      const codec = structCodec(type.fields, shape)
      return nullable ? nullableStruct(codec) : codec
    }
  }
}

function nullableStruct(codec: Codec): Codec {
  return {
    read: (reader) => (reader.int8() < 0 ? null : codec.read(reader)),
    write(writer, value) {
      writer.int8(value === null ? -1 : 1)
      if (value !== null) codec.write(writer, value)
    },
  }
}

function arrayCodec(element: Codec, nullable: boolean, shape: Shape, name: string): Codec {
  return {
    read(reader) {
      const length = shape.flexible ? reader.uvarint() - 1 : reader.int32()
      if (length < 0) return nullable ? null : reader.malformed(`null where the array '${name}' is required`)
      // Each element takes at least one byte, so a longer count is a lie that must not become an allocation.
      if (length > reader.end - reader.position) reader.malformed(`array '${name}' claims ${length} elements`)
      const values: unknown[] = []
      for (let index = 0; index < length; index++) values.push(element.read(reader))
      return values
    },
    write(writer, value) {
      const values = value as readonly unknown[] | null
      if (values === null) {
        if (!nullable) wrongValue(shape, name, 'an array', value)
        if (shape.flexible) writer.uvarint(0)
        else writer.int32(-1)
        return
      }
      if (shape.flexible) writer.uvarint(values.length + 1)
      else writer.int32(values.length)
      for (const item of values) element.write(writer, item)
    },
  }
}

function scalarCodec(scalar: Scalar, nullable: boolean, shape: Shape, name: string): Codec {
  switch (scalar) {
    case 'bool':
      return { read: (reader) => reader.bool(), write: (writer, value) => writer.bool(value as boolean) }
    case 'int8':
      return { read: (reader) => reader.int8(), write: (writer, value) => writer.int8(value as number) }
    case 'int16':
      return { read: (reader) => reader.int16(), write: (writer, value) => writer.int16(value as number) }
    case 'uint16':
      return { read: (reader) => reader.uint16(), write: (writer, value) => writer.uint16(value as number) }
    case 'int32':
      return { read: (reader) => reader.int32(), write: (writer, value) => writer.int32(value as number) }
    case 'int64':
      return {
        read: (reader) => reader.int64(),
        write(writer, value) {
          if (!Number.isSafeInteger(value)) wrongValue(shape, name, 'an integer within ±2^53', value)
          writer.int64(value as number)
        },
      }
    case 'float64':
      return { read: (reader) => reader.float64(), write: (writer, value) => writer.float64(value as number) }
    case 'uuid':
      return { read: (reader) => reader.uuid(), write: (writer, value) => writer.uuid(value as string) }
    case 'string':
      return {
        read(reader) {
          const length = shape.flexible ? reader.uvarint() - 1 : reader.int16()
          if (length >= 0) return reader.text(length)
          return nullable ? null : reader.malformed(`null where the text '${name}' is required`)
        },
        write(writer, value) {
          if (value === null && !nullable) wrongValue(shape, name, 'text', value)
          const text = value === null ? null : utf8(value as string)
          if (shape.flexible) writer.uvarint(text === null ? 0 : text.length + 1)
          else {
            if (text !== null && text.length > 32_767) wrongValue(shape, name, 'at most 32767 bytes', text.length)
            writer.int16(text === null ? -1 : text.length)
          }
          if (text !== null) writer.raw(text)
        },
      }
    case 'bytes':
    case 'records':
      return {
        read(reader) {
          const length = shape.flexible ? reader.uvarint() - 1 : reader.int32()
          if (length >= 0) return reader.view(length)
          return nullable ? null : reader.malformed(`null where the bytes '${name}' are required`)
        },
        write(writer, value) {
          const content = value as Uint8Array | null
          if (content === null && !nullable) wrongValue(shape, name, 'bytes', value)
          if (shape.flexible) writer.uvarint(content === null ? 0 : content.length + 1)
          else writer.int32(content === null ? -1 : content.length)
          if (content !== null) writer.raw(content)
        },
      }
  }
}

function wrongValue(shape: Shape, name: string, expected: string, found: unknown): never {
  return fail('KAFKA_INTERNAL', { detail: `${shape.what}: field '${name}' needs ${expected}, found ${String(found)}` })
}
