/** How an API is answered: a handler per API with the versions that the broker offers. */
import type { Api } from '../protocol/api.ts'
import type { Decoded, Encodable, Fields } from '../protocol/schema.ts'
import type { Cluster } from './cluster.ts'

export interface RequestContext {
  readonly cluster: Cluster
  /** The node that the request came to. */
  readonly nodeId: number
  readonly version: number
  readonly clientId: string
  readonly clientHost: string
  /** Run when the connection closes; the result takes it back. */
  onClose(callback: () => void): () => void
}

/** A handler returns this for the requests that Kafka does not answer (Produce with acks = 0). */
export const NO_ANSWER = Symbol('no answer')
export type Answer<T> = T | typeof NO_ANSWER

export interface Offer {
  readonly api: Api
  readonly minVersion: number
  readonly maxVersion: number
  answer(body: Uint8Array, context: RequestContext): Answer<Uint8Array> | Promise<Answer<Uint8Array>>
}

export function offer<Q extends Fields, S extends Fields>(
  api: Api<Q, S>,
  [minVersion, maxVersion]: readonly [number, number],
  handle: (request: Decoded<Q>, context: RequestContext) => Answer<Encodable<S>> | Promise<Answer<Encodable<S>>>,
): Offer {
  return {
    api,
    minVersion,
    maxVersion,
    answer(body, context) {
      const { version } = context
      const encode = (answer: Answer<Encodable<S>>) =>
        answer === NO_ANSWER ? NO_ANSWER : api.encodeResponse(version, answer)
      const answer = handle(api.decodeRequest(version, body), context)
      return answer instanceof Promise ? answer.then(encode) : encode(answer)
    },
  }
}
