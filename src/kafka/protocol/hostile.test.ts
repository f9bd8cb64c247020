/**
 * Law: whatever bytes a broker answers with, decoding ends with a value or with KAFKA_MALFORMED_MESSAGE and the position; it
 * allocates no more than the bytes justify. Runs are seeded (FUZZ_SEED) and bounded.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { isRivuletError } from '../../base/errors.ts'
import { mutations } from '../../base/test-mutations.ts'
import { apis } from './apis.ts'
import type { FieldType } from './schema.ts'
import { valuesOf } from './test-values.ts'

const seed = Number(process.env.FUZZ_SEED ?? 1)

for (const api of apis) {
  test(`mutated responses of ${api.name}`, () => {
    for (let version = api.minVersion; version <= api.maxVersion; version++) {
      const type: FieldType = { kind: 'struct', fields: api.response }
      fc.assert(
        fc.property(valuesOf(type, version), mutations, (value, mutate) => {
          const bytes = mutate(api.encodeResponse(version, value as never))
          try {
            api.decodeResponse(version, bytes)
          } catch (error) {
            assert.ok(isRivuletError(error) && error.code === 'KAFKA_MALFORMED_MESSAGE', String(error))
            assert.match(error.message, /byte \d+/)
          }
        }),
        { numRuns: 60, seed },
      )
    }
  })
}
