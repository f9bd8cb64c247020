/**
 * The laws that every format with an encoder and a decoder keeps; each format's test calls this with what it can carry.
 *
 * - Round trip: what was encoded is decoded to the same rows, one record a row.
 * - Projection: a decoder of some columns, in any order, gives the same values as one of all.
 * - Appending: rows decoded before stand untouched; capacity is the decoder's business.
 * - A damaged record gives a coded error or a row, and never leaves half a row.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { isRivuletError } from '../base/errors.ts'
import { parseOptions } from '../base/options.ts'
import { batchOf, rowAt } from '../types/batch.ts'
import { inHashMapOrder } from '../types/java-hash.ts'
import type * as t from '../types/logical-type.ts'
import { exact, type Value } from '../types/value.ts'
import { createByteSink, createRowSink, type Format, type FormatField, sinkBatch } from './contract.ts'

export interface FormatCase {
  readonly format: Format
  /** Types of which values survive the round trip. */
  readonly types: readonly t.LogicalType[]
  readonly options?: Readonly<Record<string, string>>
  readonly legacy?: boolean
  /** False for formats of one column (`raw`). */
  readonly manyColumns?: boolean
  /** False where a record has no names, so that columns cannot be chosen. */
  readonly projection?: boolean
  /** Strings that the format cannot tell from NULL are left out. */
  readonly text?: fc.Arbitrary<string>
}

export function formatConformance(name: string, c: FormatCase): void {
  const entries = Object.fromEntries(Object.entries(c.options ?? {}).map(([key, value]) => [key, { value }]))
  const options = parseOptions(`format '${c.format.identifier}'`, c.format.options, entries)
  const context = (schema: readonly FormatField[]) => ({
    schema,
    options,
    timeZone: 'UTC',
    legacy: c.legacy === true,
  })
  const type = fc.constantFrom(...c.types)
  const schemas = fc.array(type, { minLength: 1, maxLength: c.manyColumns === false ? 1 : 6 })
  const tables = schemas.chain((types) => {
    const schema: FormatField[] = types.map((type, i) => ({ name: `c${i}${i % 2 === 0 ? '' : '"é'}`, type }))
    const row = fc.tuple(...types.map((type) => values(type, c.text)))
    return fc.record({ schema: fc.constant(schema), rows: fc.array(row, { minLength: 1, maxLength: 8 }) })
  })

  const encodeAll = (schema: readonly FormatField[], rows: readonly (readonly Value[])[]) => {
    const encoder = c.format.encoder!(context(schema))
    const batch = batchOf(schema, rows)
    const sink = createByteSink(1)
    const starts = rows.map((_, i) => {
      const start = sink.length
      encoder.encode(batch, i, sink)
      return start
    })
    return { bytes: sink.bytes, starts: [...starts, sink.length] }
  }

  test(`${name}: rows survive the round trip`, () => {
    fc.assert(
      fc.property(tables, ({ schema, rows }) => {
        const { bytes, starts } = encodeAll(schema, rows)
        const decoder = c.format.decoder!(context(schema))
        const sink = createRowSink(schema, 1)
        rows.forEach((_, i) => {
          assert.equal(decoder.decode(bytes, starts[i], starts[i + 1], sink), 1)
        })
        const batch = sinkBatch(sink)
        rows.forEach((row, i) => {
          assert.deepEqual(rowAt(batch, schema, i), row)
        })
      }),
      { numRuns: 150 },
    )
  })

  if (c.projection !== false) {
    test(`${name}: a decoder of some columns reads the same values`, () => {
      fc.assert(
        fc.property(tables, fc.infiniteStream(fc.nat(99)), ({ schema, rows }, random) => {
          const chosen = schema
            .map((field, i) => ({ field, i, order: random.next().value as number }))
            .filter(({ order }) => order < 60)
            .sort((a, b) => a.order - b.order)
          const { bytes, starts } = encodeAll(schema, rows)
          const fields = chosen.map(({ field }) => field)
          const decoder = c.format.decoder!(context(fields))
          const sink = createRowSink(fields, 3)
          for (let i = 0; i < rows.length; i++) decoder.decode(bytes, starts[i], starts[i + 1], sink)
          const batch = sinkBatch(sink)
          rows.forEach((row, i) => {
            assert.deepEqual(
              rowAt(batch, fields, i),
              chosen.map(({ i: column }) => row[column]),
            )
          })
        }),
        { numRuns: 150 },
      )
    })
  }

  test(`${name}: a damaged record gives an error or a row, never half of one`, () => {
    fc.assert(
      fc.property(tables, fc.nat(), fc.nat(255), fc.boolean(), ({ schema, rows }, where, byte, cut) => {
        const { bytes, starts } = encodeAll(schema, rows)
        const decoder = c.format.decoder!(context(schema))
        const sink = createRowSink(schema, 2)
        const length = starts[1]
        const good = bytes.slice()
        const end = cut ? where % (length + 1) : length
        if (!cut && length > 0) bytes[where % length] = byte
        try {
          assert.equal(decoder.decode(bytes, 0, end, sink), sink.length)
        } catch (error) {
          assert.ok(isRivuletError(error) && error.code.startsWith('FORMAT_') && error.domain === 'user', String(error))
          assert.equal(sink.length, 0)
        }
        const before = sink.length
        assert.equal(decoder.decode(good, 0, length, sink), 1)
        assert.deepEqual(rowAt(sinkBatch(sink), schema, before), rows[0])
      }),
      { numRuns: 150 },
    )
  })
}

/** Values of a type, NULL among them. */
export function values(type: t.LogicalType, text?: fc.Arbitrary<string>): fc.Arbitrary<Value> {
  return type.nullable ? fc.option(notNull(type, text), { nil: null, freq: 6 }) : notNull(type, text)
}

function notNull(type: t.LogicalType, text?: fc.Arbitrary<string>): fc.Arbitrary<Value> {
  const int = (bits: number) => fc.integer({ min: -(2 ** (bits - 1)), max: 2 ** (bits - 1) - 1 })
  switch (type.kind) {
    case 'BOOLEAN':
      return fc.boolean()
    case 'TINYINT':
      return int(8)
    case 'SMALLINT':
      return int(16)
    case 'INTEGER':
      return int(32)
    case 'BIGINT':
      return fc
        .oneof(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), fc.bigInt({ min: -1000n, max: 1000n }))
        .map(exact)
    case 'FLOAT':
      return fc.float()
    case 'DOUBLE':
      return fc.double()
    case 'DECIMAL': {
      const limit = 10n ** BigInt(type.precision) - 1n
      return fc.bigInt({ min: -limit, max: limit }).map(exact)
    }
    case 'DATE':
      return fc.integer({ min: -1_000_000, max: 4_000_000 })
    case 'TIME':
      return fc.nat(86_399_999).map((ms) => (type.precision === 0 ? ms - (ms % 1000) : ms))
    case 'TIMESTAMP':
    case 'TIMESTAMP_LTZ': {
      const units = type.precision <= 3 ? 1n : type.precision <= 6 ? 1000n : 1_000_000n
      return fc.bigInt({ min: -80_000_000_000_000n * units, max: 250_000_000_000_000n * units }).map(exact)
    }
    case 'CHAR':
    case 'VARCHAR':
      return text ?? fc.oneof(fc.string({ maxLength: 60 }), fc.string({ unit: 'grapheme', maxLength: 20 }))
    case 'BINARY':
    case 'VARBINARY':
      return fc.uint8Array({ maxLength: 20 }).map((bytes) => Uint8Array.from(bytes))
    case 'ARRAY':
      return fc.array(values(type.element), { maxLength: 4 })
    case 'MAP':
      return fc
        .uniqueArray(fc.string({ maxLength: 5 }), { maxLength: 4 })
        .chain((keys) =>
          fc.tuple(...keys.map(() => values(type.value))).map((all) => inHashMapOrder({ keys, values: all }, type.key)),
        )
    case 'ROW':
      return fc.tuple(...type.fields.map((field) => values(field.type)))
    default:
      throw new Error(`no values of ${type.kind} here`)
  }
}
