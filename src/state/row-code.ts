/**
 * Code that writes a stored row in the form of `row-codec.ts`, for one shape of row: a checkpoint writes millions of them.
 *
 * Law: the bytes are those that `RowWriter.cell` gives, column by column.
 */
import { type ColumnBuilder, type Schema, valueAt } from '../types/batch.ts'
import type { LogicalType } from '../types/logical-type.ts'
import { physicalOf } from '../types/value.ts'
import { canGenerate } from './probe.ts'
import type { RowWriter } from './row-codec.ts'

export type WriteRow = (writer: RowWriter, columns: readonly ColumnBuilder[], row: number) => void

/** Longest cells of fixed size: presence byte, two bytes before an exact number, ten of a varint. */
const LONGEST_CELL = 13

const cache = new Map<string, WriteRow>()

export function compileRow(schema: Schema, generate = canGenerate()): WriteRow {
  const types = schema.map((field) => field.type)
  if (!generate) return interpreted(types)
  // Nested types are bound; all other shapes are shared.
  if (types.some((type) => physicalOf(type) === 'object')) return generated(types)
  const shape = types.map((type) => `${physicalOf(type)}${type.nullable ? '?' : ''}`).join()
  let write = cache.get(shape)
  if (write === undefined) {
    write = generated(types)
    cache.set(shape, write)
  }
  return write
}

function interpreted(types: readonly LogicalType[]): WriteRow {
  return (writer, columns, row) => {
    for (let c = 0; c < types.length; c++) writer.cell(valueAt(columns[c] as never, types[c], row), types[c])
  }
}

function generated(types: readonly LogicalType[]): WriteRow {
  const reserve = `writer.reserve(${types.length * LONGEST_CELL}); bytes = writer.bytes; at = writer.at;`
  const lines = types.map((type, c) => {
    const code = cellCode(physicalOf(type), c, reserve)
    if (!type.nullable || physicalOf(type) === 'object') return `column = columns[${c}]; ${code}`
    return `column = columns[${c}];
      if (column.nulls !== null && column.nulls[row] !== 0) bytes[at++] = 0;
      else { bytes[at++] = 1; ${code} }`
  })
  const source = `return function writeRow(writer, columns, row) {
    let bytes, at, column, x; ${reserve}
    ${lines.join('\n')}
    writer.at = at
  }`
  return new Function('types', source)(types) as WriteRow
}

/** What a varint writes of `x`, a number from 0 to 2^53. */
const VARINT = `while (x >= 2147483648) { bytes[at++] = (x % 128) | 128; x = Math.floor(x / 128); }
  while (x >= 128) { bytes[at++] = (x & 127) | 128; x >>>= 7; }
  bytes[at++] = x;`

function cellCode(physical: ReturnType<typeof physicalOf>, c: number, reserve: string): string {
  switch (physical) {
    case 'int32':
      return `x = column.values[row]; x = ((x << 1) ^ (x >> 31)) >>> 0; ${VARINT}`
    case 'float64':
      return `writer.view.setFloat64(at, column.values[row], true); at += 8;`
    case 'exact':
      return `x = column.values[row];
        if (typeof x === 'number') { bytes[at++] = 0; if (x < 0) { bytes[at++] = 1; x = -x; } else bytes[at++] = 0; ${VARINT} }
        else { writer.at = at; writer.value(x, types[${c}]); ${reserve} }`
    case 'object':
      return `writer.at = at; writer.cell(column.values[row], types[${c}]); ${reserve}`
  }
}
