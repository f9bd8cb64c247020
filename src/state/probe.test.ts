import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { batchOf } from '../types/batch.ts'
import { array, BIGINT, DOUBLE, INT, STRING } from '../types/logical-type.ts'
import { combine, finish, hashKindOf, hashValue, SEED } from './hash.ts'
import { compileProbe } from './probe.ts'

const types = [INT, BIGINT, DOUBLE, STRING, array(STRING)]
const schema = types.map((type, i) => ({ name: `c${i}`, type }))
const rows = fc.array(
  fc.tuple(
    fc.option(fc.integer()),
    fc.option(fc.maxSafeInteger()),
    fc.option(fc.double()),
    fc.option(fc.string()),
    fc.option(fc.array(fc.string(), { maxLength: 2 })),
  ),
  { minLength: 1, maxLength: 20 },
)

test('generated and interpreted code hash alike, and as hashValue says', () => {
  const kinds = types.map(hashKindOf)
  const generated = compileProbe(kinds, types, true)
  const interpreted = compileProbe(kinds, types, false)
  fc.assert(
    fc.property(rows, (values) => {
      const batch = batchOf(schema, values)
      values.forEach((row, i) => {
        const hash = finish(row.reduce<number>((h, value, c) => combine(h, hashValue(value, types[c])), SEED))
        assert.equal(generated.hash(batch.columns, i), hash)
        assert.equal(interpreted.hash(batch.columns, i), hash)
      })
    }),
  )
})
