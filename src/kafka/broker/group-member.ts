/** A member of a consumer group, and what it waits for. */
import type { joinGroup, ReceivedRequestOf, ResponseOf, syncGroup } from '../protocol/index.ts'

export type JoinRequest = ReceivedRequestOf<typeof joinGroup>
export type JoinResponse = ResponseOf<typeof joinGroup>
export type SyncRequest = ReceivedRequestOf<typeof syncGroup>
export type SyncResponse = ResponseOf<typeof syncGroup>

export interface ClientIdentity {
  readonly clientId: string
  readonly clientHost: string
}

export interface Member {
  readonly id: string
  /** Given by static members, which keep their assignment over a restart. */
  readonly instanceId: string | null
  readonly client: ClientIdentity
  sessionTimeoutMs: number
  rebalanceTimeoutMs: number
  protocols: JoinRequest['protocols']
  assignment: Uint8Array
  /** Answers the JoinGroup that is waiting for the round to end. */
  join: ((response: JoinResponse) => void) | undefined
  /** Answers the SyncGroup that is waiting for the leader's assignment. */
  sync: ((response: SyncResponse) => void) | undefined
  stopSession: () => void
}

export const NO_BYTES = new Uint8Array(0)

export function sameProtocols(left: JoinRequest['protocols'], right: JoinRequest['protocols']): boolean {
  return (
    left.length === right.length &&
    left.every(({ name, metadata }, index) => name === right[index].name && sameBytes(metadata, right[index].metadata))
  )
}

function sameBytes(left: Uint8Array, right: Uint8Array): boolean {
  return left.length === right.length && left.every((byte, index) => byte === right[index])
}

export function joinFailure(error: number, memberId: string): JoinResponse {
  return {
    errorCode: error,
    generationId: -1,
    protocolType: null,
    // Before v7 the name may not be null.
    protocolName: '',
    leader: '',
    memberId,
    members: [],
  }
}

export function syncFailure(error: number): SyncResponse {
  return { errorCode: error, protocolType: null, protocolName: null, assignment: NO_BYTES }
}
