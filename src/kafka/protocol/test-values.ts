/** For tests of the protocol: any value of a message's fields, as its schema has them in a version. */
import fc from 'fast-check'
import type { Field, FieldType, Scalar } from './schema.ts'

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

export function valuesOf(type: FieldType, version: number): fc.Arbitrary<unknown> {
  switch (type.kind) {
    case 'scalar':
      return scalarValues(type.scalar)
    case 'array':
      return fc.array(valuesOf(type.of, version), { maxLength: 3 })
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

export function carried({ options }: Field, version: number): boolean {
  return version >= (options.since ?? 0) && version <= (options.until ?? 99)
}

function fieldValues(field: Field, version: number): fc.Arbitrary<unknown> {
  const present = valuesOf(field.type, version)
  const { nullable } = field.options
  return nullable !== undefined && version >= nullable ? fc.option(present, { freq: 5 }) : present
}
