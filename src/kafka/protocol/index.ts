/** Kafka's wire protocol: messages, headers, error codes. */
export type { Api, ReceivedRequestOf, ReceivedResponseOf, RequestOf, ResponseOf } from './api.ts'
export * from './apis.ts'
export { type ErrorCodeInfo, type ErrorCodeName, ErrorCodes, errorCodeInfo } from './error-codes.ts'
export {
  decodeRequestHeader,
  decodeResponseHeader,
  encodeRequestHeader,
  encodeResponseHeader,
  type HeaderFlags,
  headerFlags,
  type RequestHeader,
} from './header.ts'
export { WireReader, WireWriter, ZERO_UUID } from './wire.ts'
