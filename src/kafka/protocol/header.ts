/**
 * The headers in front of requests and responses.
 *
 *     request v1   apiKey int16 · apiVersion int16 · correlationId int32 · clientId nullable string (length int16, always)
 *     request v2   v1 · tagged fields
 *     response v0  correlationId int32
 *     response v1  v0 · tagged fields
 */
import { utf8, WireReader, WireWriter } from './wire.ts'

const API_VERSIONS = 18

export interface HeaderFlags {
  /** Request header v2. */
  readonly flexible: boolean
  /** Response header v1. ApiVersions never has it, so that any client can read its answer. */
  readonly responseFlexible: boolean
}

export function headerFlags(
  api: { readonly key: number; readonly flexibleFrom: number },
  version: number,
): HeaderFlags {
  const flexible = version >= api.flexibleFrom
  return { flexible, responseFlexible: flexible && api.key !== API_VERSIONS }
}

export interface RequestHeader {
  readonly apiKey: number
  readonly apiVersion: number
  readonly correlationId: number
  readonly clientId: string | null
}

export function encodeRequestHeader(header: RequestHeader, flexible: boolean): Uint8Array {
  const writer = new WireWriter(64)
  writer.int16(header.apiKey)
  writer.int16(header.apiVersion)
  writer.int32(header.correlationId)
  if (header.clientId === null) writer.int16(-1)
  else {
    const text = utf8(header.clientId)
    writer.int16(text.length)
    writer.raw(text)
  }
  if (flexible) writer.uvarint(0)
  return writer.finish()
}

/**
 * @param flexible whether this API and version has request header v2
 * @returns the header and the body, a view of `bytes`
 */
export function decodeRequestHeader(
  bytes: Uint8Array,
  flexible: (apiKey: number, version: number) => boolean,
): RequestHeader & { readonly body: Uint8Array } {
  const reader = new WireReader(bytes, 'request header')
  const apiKey = reader.int16()
  const apiVersion = reader.int16()
  const correlationId = reader.int32()
  const length = reader.int16()
  const clientId = length < 0 ? null : reader.text(length)
  if (flexible(apiKey, apiVersion)) reader.skipTags()
  return { apiKey, apiVersion, correlationId, clientId, body: bytes.subarray(reader.position) }
}

export function encodeResponseHeader(correlationId: number, flexible: boolean): Uint8Array {
  const writer = new WireWriter(5)
  writer.int32(correlationId)
  if (flexible) writer.uvarint(0)
  return writer.finish()
}

export function decodeResponseHeader(
  bytes: Uint8Array,
  flexible: boolean,
): { readonly correlationId: number; readonly body: Uint8Array } {
  const reader = new WireReader(bytes, 'response header')
  const correlationId = reader.int32()
  if (flexible) reader.skipTags()
  return { correlationId, body: bytes.subarray(reader.position) }
}
