/** The classic consumer-group protocol, at the node that coordinates the group. */
import {
  ErrorCodes,
  type heartbeat,
  type joinGroup,
  type leaveGroup,
  type ReceivedRequestOf,
  type ResponseOf,
  type syncGroup,
} from '../../protocol/index.ts'
import { joinFailure, syncFailure } from '../group-member.ts'
import type { RequestContext } from '../handler.ts'

/** Whether this node coordinates the group. */
export function groupError({ cluster, nodeId }: RequestContext, groupId: string): number {
  if (groupId === '') return ErrorCodes.INVALID_GROUP_ID
  return cluster.groups.nodeOf(groupId, cluster.alive) === nodeId ? ErrorCodes.NONE : ErrorCodes.NOT_COORDINATOR
}

export function handleJoinGroup(
  request: ReceivedRequestOf<typeof joinGroup>,
  context: RequestContext,
): ResponseOf<typeof joinGroup> | Promise<ResponseOf<typeof joinGroup>> {
  const { cluster, version, clientId, clientHost } = context
  const { groupMinSessionTimeoutMs, groupMaxSessionTimeoutMs } = cluster.settings
  const error = groupError(context, request.groupId)
  if (error !== ErrorCodes.NONE) return joinFailure(error, request.memberId)
  if (request.sessionTimeoutMs < groupMinSessionTimeoutMs || request.sessionTimeoutMs > groupMaxSessionTimeoutMs) {
    return joinFailure(ErrorCodes.INVALID_SESSION_TIMEOUT, request.memberId)
  }
  // A group that only a wrong member id names must not come into being.
  if (request.memberId !== '' && cluster.groups.get(request.groupId) === undefined) {
    return joinFailure(ErrorCodes.UNKNOWN_MEMBER_ID, request.memberId)
  }
  return cluster.groups.getOrCreate(request.groupId).join(request, { clientId, clientHost }, version >= 4)
}

export function handleSyncGroup(
  request: ReceivedRequestOf<typeof syncGroup>,
  context: RequestContext,
): ResponseOf<typeof syncGroup> | Promise<ResponseOf<typeof syncGroup>> {
  const error = groupError(context, request.groupId)
  if (error !== ErrorCodes.NONE) return syncFailure(error)
  // Nullable on the wire, and yet demanded from v5 on.
  if (context.version >= 5 && (request.protocolType === null || request.protocolName === null)) {
    return syncFailure(ErrorCodes.INCONSISTENT_GROUP_PROTOCOL)
  }
  const group = context.cluster.groups.get(request.groupId)
  return group === undefined ? syncFailure(ErrorCodes.UNKNOWN_MEMBER_ID) : group.sync(request)
}

export function handleHeartbeat(
  { groupId, memberId, groupInstanceId, generationId }: ReceivedRequestOf<typeof heartbeat>,
  context: RequestContext,
): ResponseOf<typeof heartbeat> {
  const error = groupError(context, groupId)
  if (error !== ErrorCodes.NONE) return { errorCode: error }
  const group = context.cluster.groups.get(groupId)
  return { errorCode: group?.heartbeat(memberId, groupInstanceId, generationId) ?? ErrorCodes.UNKNOWN_MEMBER_ID }
}

export function handleLeaveGroup(
  request: ReceivedRequestOf<typeof leaveGroup>,
  context: RequestContext,
): ResponseOf<typeof leaveGroup> {
  const error = groupError(context, request.groupId)
  if (error !== ErrorCodes.NONE) return { errorCode: error }
  const group = context.cluster.groups.get(request.groupId)
  const leave = (memberId: string, instanceId: string | null) =>
    group?.leave(memberId, instanceId) ?? ErrorCodes.UNKNOWN_MEMBER_ID
  if (context.version < 3) return { errorCode: leave(request.memberId, null) }
  const members = request.members.map(({ memberId, groupInstanceId }) => ({
    memberId,
    groupInstanceId,
    errorCode: leave(memberId, groupInstanceId),
  }))
  return { errorCode: ErrorCodes.NONE, members }
}
