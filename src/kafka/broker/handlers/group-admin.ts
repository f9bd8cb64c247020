/** What tools ask about groups. */
import {
  type deleteGroups,
  type describeGroups,
  ErrorCodes,
  type findCoordinator,
  type listGroups,
  type ReceivedRequestOf,
  type ResponseOf,
} from '../../protocol/index.ts'
import type { Group } from '../group.ts'
import { NO_BYTES } from '../group-member.ts'
import type { RequestContext } from '../handler.ts'
import { groupError } from './groups.ts'

const GROUP = 0
const TRANSACTION = 1

export function handleFindCoordinator(
  { key, keyType }: ReceivedRequestOf<typeof findCoordinator>,
  { cluster }: RequestContext,
): ResponseOf<typeof findCoordinator> {
  const refused = (errorCode: number, errorMessage: string) => ({
    errorCode,
    errorMessage,
    nodeId: -1,
    host: '',
    port: -1,
  })
  if (keyType !== GROUP && keyType !== TRANSACTION) return refused(ErrorCodes.INVALID_REQUEST, `key type ${keyType}`)
  const id = cluster.groups.nodeOf(key, cluster.alive)
  const node = cluster.nodes.find((one) => one.id === id)
  if (node === undefined) return refused(ErrorCodes.COORDINATOR_NOT_AVAILABLE, 'no node is alive')
  return { errorCode: ErrorCodes.NONE, nodeId: node.id, host: node.address.host, port: node.address.port }
}

export function handleListGroups(
  { statesFilter }: ReceivedRequestOf<typeof listGroups>,
  context: RequestContext,
): ResponseOf<typeof listGroups> {
  const wanted = new Set(statesFilter.map((state) => state.toLowerCase()))
  const groups = context.cluster.groups
    .all()
    .filter(
      ({ id, state }) =>
        groupError(context, id) === ErrorCodes.NONE && (wanted.size === 0 || wanted.has(state.toLowerCase())),
    )
  return {
    errorCode: ErrorCodes.NONE,
    groups: groups.map(({ id, protocolType, state }) => ({
      groupId: id,
      protocolType: protocolType ?? '',
      groupState: state,
    })),
  }
}

export function handleDescribeGroups(
  request: ReceivedRequestOf<typeof describeGroups>,
  context: RequestContext,
): ResponseOf<typeof describeGroups> {
  return {
    groups: request.groups.map((groupId) => {
      const errorCode = groupError(context, groupId)
      const group = context.cluster.groups.get(groupId)
      if (errorCode === ErrorCodes.NONE && group !== undefined) return describe(group)
      const groupState = errorCode === ErrorCodes.NONE ? 'Dead' : ''
      return { errorCode, groupId, groupState, protocolType: '', protocolData: '', members: [] }
    }),
  }
}

function describe(group: Group): ResponseOf<typeof describeGroups>['groups'][number] {
  const settled = group.state === 'Stable'
  return {
    errorCode: ErrorCodes.NONE,
    groupId: group.id,
    groupState: group.state,
    protocolType: group.protocolType ?? '',
    protocolData: settled ? (group.protocolName ?? '') : '',
    members: [...group.members.values()].map(({ id, instanceId, client, protocols, assignment }) => ({
      memberId: id,
      groupInstanceId: instanceId,
      clientId: client.clientId,
      clientHost: client.clientHost,
      memberMetadata: (settled && protocols.find(({ name }) => name === group.protocolName)?.metadata) || NO_BYTES,
      memberAssignment: settled ? assignment : NO_BYTES,
    })),
  }
}

export function handleDeleteGroups(
  request: ReceivedRequestOf<typeof deleteGroups>,
  context: RequestContext,
): ResponseOf<typeof deleteGroups> {
  return {
    results: request.groupsNames.map((groupId) => {
      const error = groupError(context, groupId)
      return { groupId, errorCode: error === ErrorCodes.NONE ? context.cluster.groups.delete(groupId) : error }
    }),
  }
}
