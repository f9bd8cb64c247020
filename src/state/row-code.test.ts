/** Law: generated code writes the bytes that the interpreted form writes, for every type and value. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { ColumnBuilder } from '../types/batch.ts'
import * as t from '../types/logical-type.ts'
import type { Value } from '../types/value.ts'
import { compileRow } from './row-code.ts'
import { RowReader, RowWriter } from './row-codec.ts'

const exact = fc.oneof(fc.maxSafeInteger(), fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).filter(wide))
function wide(value: bigint): boolean {
  return !Number.isSafeInteger(Number(value))
}
const kinds: readonly (readonly [t.LogicalType, fc.Arbitrary<Value>])[] = [
  [t.INT, fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 })],
  [t.BOOLEAN, fc.boolean()],
  [t.DOUBLE, fc.oneof(fc.double(), fc.constantFrom(Number.NaN, -0, Number.POSITIVE_INFINITY))],
  [t.BIGINT, exact],
  [t.STRING, fc.string({ unit: 'binary' })],
  [t.notNull(t.INT), fc.constantFrom(0, 1, -1, 63, 64, -64, -65, 2 ** 31 - 1, -(2 ** 31))],
  [t.notNull(t.BIGINT), fc.constantFrom(0, -0, 127, 128, 2 ** 31 - 1, 2 ** 31, -(2 ** 31), 2 ** 53 - 1, 1 - 2 ** 53)],
]

test('a row of any shape', () => {
  const rows = fc.array(fc.nat(kinds.length - 1), { minLength: 1, maxLength: 5 }).chain((chosen) => {
    const cells = chosen.map((kind) => {
      const [type, value] = kinds[kind]
      return type.nullable ? fc.option(value, { nil: null }) : value
    })
    const schema = chosen.map((kind, c) => ({ name: `c${c}`, type: kinds[kind][0] }))
    return fc.array(fc.tuple(...cells), { minLength: 1, maxLength: 20 }).map((values) => ({ schema, values }))
  })
  fc.assert(
    fc.property(rows, ({ schema, values }) => {
      const columns = schema.map(({ type }) => new ColumnBuilder(type, values.length))
      values.forEach((row, r) => {
        row.forEach((value, c) => {
          columns[c].set(r, value as Value)
        })
      })
      const [compiled, plain] = [true, false].map((generate) => {
        const writer = new RowWriter()
        const write = compileRow(schema, generate)
        for (let r = 0; r < values.length; r++, writer.rows++) write(writer, columns, r)
        return writer.finish()
      })
      assert.deepEqual(compiled, plain)
      const reader = new RowReader(compiled, 's')
      assert.equal(reader.rows, values.length)
      for (const row of values) {
        assert.deepEqual(
          row.map((_, c) => reader.cell(schema[c].type)),
          row.map((value, c) => (Object.is(value, -0) && schema[c].type.kind !== 'DOUBLE' ? 0 : value)),
        )
      }
    }),
    { numRuns: 300 },
  )
})
