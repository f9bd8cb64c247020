/**
 * Law: decode(encode(value)) = value for every API, direction and version, fields outside the version apart, and a message
 * cut anywhere is refused with a coded error, never read beyond its end.
 */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { isRivuletError } from '../../base/errors.ts'
import { apis } from './apis.ts'
import type { Fields, FieldType } from './schema.ts'
import { carried, valuesOf } from './test-values.ts'

/** Only the fields that the version carries, as the generated values have them. */
function strip(value: unknown, type: FieldType, version: number): unknown {
  if (value === null || type.kind === 'scalar') return value instanceof Uint8Array ? Uint8Array.from(value) : value
  if (type.kind === 'array') return (value as unknown[]).map((item) => strip(item, type.of, version))
  return Object.fromEntries(
    Object.entries(type.fields)
      .filter(([, field]) => carried(field, version))
      .map(([name, field]) => [name, strip((value as Record<string, unknown>)[name], field.type, version)]),
  )
}

function check(
  fields: Fields,
  version: number,
  encode: (version: number, value: never) => Uint8Array,
  decode: (version: number, bytes: Uint8Array) => unknown,
): void {
  const type: FieldType = { kind: 'struct', fields }
  fc.assert(
    fc.property(valuesOf(type, version), fc.double({ min: 0, max: 1, noNaN: true }), (value, where) => {
      const bytes = encode(version, value as never)
      assert.deepEqual(strip(decode(version, bytes), type, version), strip(value, type, version))
      if (bytes.length === 0) return
      const cut = bytes.subarray(0, Math.floor(where * (bytes.length - 1)))
      assert.throws(() => decode(version, cut), isRivuletError)
    }),
    { numRuns: 25 },
  )
}

describe('every message of every version reads back what was written', () => {
  for (const api of apis) {
    test(api.name, () => {
      for (let version = api.minVersion; version <= api.maxVersion; version++) {
        check(api.request, version, api.encodeRequest, api.decodeRequest)
        check(api.response, version, api.encodeResponse, api.decodeResponse)
      }
    })
  }
})
