/** Committed offsets of groups. */
import {
  ErrorCodes,
  type offsetCommit,
  type offsetFetch,
  type ReceivedRequestOf,
  type ResponseOf,
} from '../../protocol/index.ts'
import type { RequestContext } from '../handler.ts'
import { groupError } from './groups.ts'

/** Kafka's `offset.metadata.max.bytes`. */
const MAX_METADATA_LENGTH = 4_096

export function handleOffsetCommit(
  request: ReceivedRequestOf<typeof offsetCommit>,
  context: RequestContext,
): ResponseOf<typeof offsetCommit> {
  const { cluster } = context
  const { groupId, memberId, groupInstanceId, generationIdOrMemberEpoch: generation } = request
  let error = groupError(context, groupId)
  const group = cluster.groups.get(groupId)
  if (error === ErrorCodes.NONE) {
    if (group !== undefined) error = group.commitError(memberId, groupInstanceId, generation)
    else if (generation >= 0) error = ErrorCodes.ILLEGAL_GENERATION
    else if (memberId !== '') error = ErrorCodes.UNKNOWN_MEMBER_ID
  }
  const topics = request.topics.map(({ name, partitions }) => ({
    name,
    partitions: partitions.map(({ partitionIndex, committedOffset, committedLeaderEpoch, committedMetadata }) => {
      if (error !== ErrorCodes.NONE) return { partitionIndex, errorCode: error }
      if (cluster.topics.partition(name, partitionIndex) === undefined) {
        return { partitionIndex, errorCode: ErrorCodes.UNKNOWN_TOPIC_OR_PARTITION }
      }
      if (committedMetadata !== null && committedMetadata.length > MAX_METADATA_LENGTH) {
        return { partitionIndex, errorCode: ErrorCodes.OFFSET_METADATA_TOO_LARGE }
      }
      const store = (group ?? cluster.groups.getOrCreate(groupId)).offsets
      store.commit(name, partitionIndex, {
        offset: committedOffset,
        leaderEpoch: committedLeaderEpoch,
        metadata: committedMetadata,
      })
      return { partitionIndex, errorCode: ErrorCodes.NONE }
    }),
  }))
  return { topics }
}

type WantedTopics = readonly { readonly name: string; readonly partitionIndexes: readonly number[] }[]

export function handleOffsetFetch(
  request: ReceivedRequestOf<typeof offsetFetch>,
  context: RequestContext,
): ResponseOf<typeof offsetFetch> {
  if (context.version >= 8) {
    return { groups: request.groups.map(({ groupId, topics }) => ({ groupId, ...stored(context, groupId, topics) })) }
  }
  return stored(context, request.groupId, request.topics)
}

function stored(context: RequestContext, groupId: string, wanted: WantedTopics | null) {
  const errorCode = groupError(context, groupId)
  const store = context.cluster.groups.get(groupId)?.offsets
  const topics = (errorCode === ErrorCodes.NONE ? (wanted ?? store?.all()) : wanted) ?? []
  return {
    errorCode,
    topics: topics.map(({ name, partitionIndexes }) => ({
      name,
      partitions: partitionIndexes.map((partitionIndex) => {
        const found = errorCode === ErrorCodes.NONE ? store?.get(name, partitionIndex) : undefined
        return {
          partitionIndex,
          committedOffset: found?.offset ?? -1,
          committedLeaderEpoch: found?.leaderEpoch ?? -1,
          metadata: found?.metadata ?? '',
          errorCode,
        }
      }),
    })),
  }
}
