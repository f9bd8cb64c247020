/**
 * `'format' = 'raw'`: the record is the value of the table's one column.
 *
 * | column                    | bytes                                              |
 * |---------------------------|----------------------------------------------------|
 * | CHAR VARCHAR              | the text in `raw.charset`                          |
 * | BINARY VARBINARY          | as they are                                        |
 * | BOOLEAN                   | one byte, 0 = false                                |
 * | TINYINT … BIGINT, FLOAT, DOUBLE | 1, 2, 4, 8, 4, 8 bytes in `raw.endianness`   |
 *
 * Law: NULL is a record without a value, both ways.
 */
import { fail } from '../../base/errors.ts'
import type { OptionValues } from '../../base/options.ts'
import { type ColumnBuilder, valueAt } from '../../types/batch.ts'
import { type LogicalType, typeText } from '../../types/logical-type.ts'
import { INSERT_ONLY } from '../../types/row-kind.ts'
import { exact, type Value } from '../../types/value.ts'
import type { ByteSink, Format, FormatContext, FormatField, RowSink } from '../contract.ts'
import { type Charset, charsetOf } from './charset.ts'

export const rawFormat: Format = {
  identifier: 'raw',
  options: [
    { key: 'charset', type: 'string', default: 'UTF-8', description: 'How texts are encoded.' },
    {
      key: 'endianness',
      type: 'enum',
      values: ['big-endian', 'little-endian'],
      default: 'big-endian',
      description: 'Order of the bytes of a number.',
    },
  ],
  changelog: INSERT_ONLY,

  decoder(context) {
    const wanted = context.schema.length > 0
    const { name, type } = onlyColumn(context.record ?? context.schema)
    const read = reader(name, type, charset(context.options), isLittle(context.options))
    const append = (into: RowSink, value: Value): number => {
      const row = into.length
      if (wanted) set(into.columns[0], row, value)
      into.length = row + 1
      return 1
    }
    return {
      skipped: 0,
      decode: (bytes, start, end, into) => append(into, wanted ? read(bytes, start, end) : null),
      decodeNull: (into) => append(into, null),
    }
  },

  encoder(context: FormatContext) {
    const { name, type } = onlyColumn(context.schema)
    const write = writer(name, type, charset(context.options), isLittle(context.options))
    return {
      encode(batch, row, into) {
        const value = valueAt(batch.columns[0], type, row)
        if (value !== null) write(value, into)
      },
      isNull: (batch, row) => valueAt(batch.columns[0], type, row) === null,
    }
  },
}

function set(column: ColumnBuilder, row: number, value: Value): void {
  column.reserve(row + 1)
  column.set(row, value)
}

const isLittle = (options: OptionValues): boolean => options.string('endianness')?.toLowerCase() === 'little-endian'

function charset(options: OptionValues): Charset {
  const name = options.string('charset') ?? 'UTF-8'
  return (
    charsetOf(name) ??
    fail(
      'CONNECTOR_WRONG_OPTION_VALUE',
      {
        owner: "format 'raw'",
        key: 'raw.charset',
        value: name,
        expected: 'UTF-8, UTF-16BE, UTF-16LE, ISO-8859-1 or US-ASCII',
      },
      { span: options.span('charset') },
    )
  )
}

function onlyColumn(schema: readonly FormatField[]): FormatField {
  if (schema.length === 1) return schema[0]
  return fail('FORMAT_RAW_VALUE', {
    column: schema.map(({ name }) => name).join(', '),
    expected: 'a table of one column',
    found: `${schema.length} columns`,
  })
}

/** Bytes of a number type. */
const SIZES: Readonly<Record<string, number>> = {
  BOOLEAN: 1,
  TINYINT: 1,
  SMALLINT: 2,
  INTEGER: 4,
  BIGINT: 8,
  FLOAT: 4,
  DOUBLE: 8,
}

function unsupported(name: string, type: LogicalType): never {
  return fail('FORMAT_UNSUPPORTED_TYPE', { format: 'raw', column: name, type: typeText(type) })
}

function reader(
  name: string,
  type: LogicalType,
  charset: Charset,
  little: boolean,
): (bytes: Uint8Array, start: number, end: number) => Value {
  switch (type.kind) {
    case 'CHAR':
    case 'VARCHAR':
      return (bytes, start, end) => charset.decode(bytes.subarray(start, end))
    case 'BINARY':
    case 'VARBINARY':
      // Copied: the buffer of a whole fetch must not stay for one value.
      return (bytes, start, end) => bytes.slice(start, end)
  }
  const size = SIZES[type.kind] ?? unsupported(name, type)
  return (bytes, start, end) => {
    if (end - start !== size) {
      fail('FORMAT_RAW_VALUE', {
        column: name,
        expected: `${size} bytes for ${typeText(type)}`,
        found: `${end - start}`,
      })
    }
    const view = new DataView(bytes.buffer, bytes.byteOffset + start, size)
    switch (type.kind) {
      case 'BOOLEAN':
        return view.getUint8(0) !== 0
      case 'TINYINT':
        return view.getInt8(0)
      case 'SMALLINT':
        return view.getInt16(0, little)
      case 'INTEGER':
        return view.getInt32(0, little)
      case 'BIGINT':
        return exact(view.getBigInt64(0, little))
      case 'FLOAT':
        return view.getFloat32(0, little)
      default:
        return view.getFloat64(0, little)
    }
  }
}

function writer(
  name: string,
  type: LogicalType,
  charset: Charset,
  little: boolean,
): (value: Value, into: ByteSink) => void {
  switch (type.kind) {
    case 'CHAR':
    case 'VARCHAR':
      return (value, into) => put(into, charset.encode(value as string))
    case 'BINARY':
    case 'VARBINARY':
      return (value, into) => put(into, value as Uint8Array)
  }
  const size = SIZES[type.kind] ?? unsupported(name, type)
  return (value, into) => {
    into.reserve(size)
    const view = new DataView(into.bytes.buffer, into.bytes.byteOffset + into.length, size)
    into.length += size
    switch (type.kind) {
      case 'BOOLEAN':
        view.setUint8(0, value === true ? 1 : 0)
        return
      case 'TINYINT':
        view.setInt8(0, value as number)
        return
      case 'SMALLINT':
        view.setInt16(0, value as number, little)
        return
      case 'INTEGER':
        view.setInt32(0, value as number, little)
        return
      case 'BIGINT':
        view.setBigInt64(0, BigInt(value as number | bigint), little)
        return
      case 'FLOAT':
        view.setFloat32(0, value as number, little)
        return
      default:
        view.setFloat64(0, value as number, little)
    }
  }
}

function put(into: ByteSink, bytes: Uint8Array): void {
  into.reserve(bytes.length)
  into.bytes.set(bytes, into.length)
  into.length += bytes.length
}
