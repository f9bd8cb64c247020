/**
 * Law: decode(encode(value)) = value for every API, direction and version, fields outside the version apart, and a message
 * cut anywhere is refused with a coded error, never read beyond its end.
 */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { isRivuletError } from '../../base/errors.ts'
import { apis } from './apis.ts'
import type { Field, Fields, FieldType, Scalar } from './schema.ts'

function scalarValues(scalar: Scalar): fc.Arbitrary<unknown> {
  switch (scalar) {
    case 'bool':
      return fc.boolean()
    case 'int8':
      return fc.integer({ min: -128, max: 127 })
    case 'int16':
      return fc.integer({ min: -32_768, max: 32_767 })
    case 'uint16':
      return fc.integer({ min: 0, max: 65_535 })
    case 'int32':
      return fc.integer()
    case 'int64':
      return fc.maxSafeInteger()
    case 'float64':
      return fc.double({ noNaN: true })
    case 'uuid':
      return fc.uint8Array({ minLength: 16, maxLength: 16 }).map((bytes) => Buffer.from(bytes).toString('base64url'))
    case 'string':
      return fc.string({ unit: 'grapheme', maxLength: 60 })
    case 'bytes':
    case 'records':
      return fc.uint8Array({ maxLength: 200 })
  }
}

function values(type: FieldType, version: number): fc.Arbitrary<unknown> {
  switch (type.kind) {
    case 'scalar':
      return scalarValues(type.scalar)
    case 'array':
      return fc.array(values(type.of, version), { maxLength: 3 })
    case 'struct':
      return fc.record(
        Object.fromEntries(
          Object.entries(type.fields)
            .filter(([, field]) => carried(field, version))
            .map(([name, field]) => [name, fieldValues(field, version)]),
        ),
      )
  }
}

function carried({ options }: Field, version: number): boolean {
  return version >= (options.since ?? 0) && version <= (options.until ?? 99)
}

function fieldValues(field: Field, version: number): fc.Arbitrary<unknown> {
  const present = values(field.type, version)
  const { nullable } = field.options
  return nullable !== undefined && version >= nullable ? fc.option(present, { freq: 5 }) : present
}

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
    fc.property(values(type, version), fc.double({ min: 0, max: 1, noNaN: true }), (value, where) => {
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
