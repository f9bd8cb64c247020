/**
 * An API of Kafka's protocol: its key, its versions, and the codecs of its requests and responses.
 *
 * Law: codecs are made on first use per version and direction and kept; a version outside the range is
 * KAFKA_UNSUPPORTED_VERSION, never a guess.
 */
import { fail } from '../../base/errors.ts'
import { type Codec, structCodec } from './codec.ts'
import type { Decoded, Encodable, Fields } from './schema.ts'
import { WireReader, WireWriter } from './wire.ts'

export interface ApiDeclaration<Q extends Fields, S extends Fields> {
  readonly key: number
  /** Kafka's name of the API. */
  readonly name: string
  /** First and last version that these schemas describe. */
  readonly versions: readonly [number, number]
  /** First version with compact lengths and tagged fields. */
  readonly flexibleFrom: number
  readonly request: Q
  readonly response: S
}

export interface Api<Q extends Fields = Fields, S extends Fields = Fields> {
  readonly key: number
  readonly name: string
  readonly minVersion: number
  readonly maxVersion: number
  readonly flexibleFrom: number
  readonly request: Q
  readonly response: S
  encodeRequest(version: number, value: Encodable<Q>): Uint8Array
  decodeRequest(version: number, bytes: Uint8Array): Decoded<Q>
  encodeResponse(version: number, value: Encodable<S>): Uint8Array
  decodeResponse(version: number, bytes: Uint8Array): Decoded<S>
}

export type RequestOf<A> = A extends Api<infer Q, Fields> ? Encodable<Q> : never
export type ReceivedRequestOf<A> = A extends Api<infer Q, Fields> ? Decoded<Q> : never
export type ResponseOf<A> = A extends Api<Fields, infer S> ? Encodable<S> : never
export type ReceivedResponseOf<A> = A extends Api<Fields, infer S> ? Decoded<S> : never

export function api<const Q extends Fields, const S extends Fields>(declaration: ApiDeclaration<Q, S>): Api<Q, S> {
  const { key, name, versions, flexibleFrom, request, response } = declaration
  const [minVersion, maxVersion] = versions
  const made = { request: new Map<number, Codec>(), response: new Map<number, Codec>() }

  const codec = (direction: 'request' | 'response', version: number): Codec => {
    const known = made[direction].get(version)
    if (known !== undefined) return known
    if (!(version >= minVersion && version <= maxVersion)) {
      fail('KAFKA_UNSUPPORTED_VERSION', { api: name, version, minVersion, maxVersion })
    }
    const shape = { version, flexible: version >= flexibleFrom, what: `${name} v${version} ${direction}` }
    const fresh = structCodec(direction === 'request' ? request : response, shape)
    made[direction].set(version, fresh)
    return fresh
  }
  const encode = (direction: 'request' | 'response', version: number, value: unknown): Uint8Array => {
    const writer = new WireWriter()
    codec(direction, version).write(writer, value)
    return writer.finish()
  }
  const decode = (direction: 'request' | 'response', version: number, bytes: Uint8Array): unknown => {
    const reader = new WireReader(bytes, `${name} v${version} ${direction}`)
    const value = codec(direction, version).read(reader)
    reader.expectEnd()
    return value
  }

  return {
    key,
    name,
    minVersion,
    maxVersion,
    flexibleFrom,
    request,
    response,
    encodeRequest: (version, value) => encode('request', version, value),
    decodeRequest: (version, bytes) => decode('request', version, bytes) as Decoded<Q>,
    encodeResponse: (version, value) => encode('response', version, value),
    decodeResponse: (version, bytes) => decode('response', version, bytes) as Decoded<S>,
  }
}
