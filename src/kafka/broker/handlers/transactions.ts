/** Transactions: their partitions, offsets and ends. */
import {
  type addOffsetsToTxn,
  type addPartitionsToTxn,
  ErrorCodes,
  type endTxn,
  type listTransactions,
  type ReceivedRequestOf,
  type ResponseOf,
  type txnOffsetCommit,
} from '../../protocol/index.ts'
import type { RequestContext } from '../handler.ts'

/** The node that coordinates the id answers; as for groups, by the hash of the name. */
function coordinatorError({ cluster, nodeId }: RequestContext, id: string): number {
  const node = cluster.groups.nodeOf(id, cluster.alive)
  if (node === undefined) return ErrorCodes.COORDINATOR_NOT_AVAILABLE
  return node === nodeId ? ErrorCodes.NONE : ErrorCodes.NOT_COORDINATOR
}

/** Before FENCED had a code of its own, an old epoch was all that could be said. */
function forVersion(code: number, knows: boolean): number {
  return code === ErrorCodes.PRODUCER_FENCED && !knows ? ErrorCodes.INVALID_PRODUCER_EPOCH : code
}

export function handleAddPartitionsToTxn(
  request: ReceivedRequestOf<typeof addPartitionsToTxn>,
  context: RequestContext,
): ResponseOf<typeof addPartitionsToTxn> {
  const { transactionalId, producerId, producerEpoch, topics } = request
  const { cluster } = context
  const places = topics.flatMap(({ name, partitions }) => partitions.map((partition) => ({ topic: name, partition })))
  const unknown = new Set(
    places.filter(({ topic, partition }) => cluster.topics.partition(topic, partition) === undefined),
  )
  let code = coordinatorError(context, transactionalId)
  if (code === ErrorCodes.NONE && unknown.size === 0) {
    code = cluster.transactions.addPartitions(transactionalId, producerId, producerEpoch, places)
  }
  const answer = forVersion(code, context.version >= 2)
  return {
    resultsByTopic: topics.map(({ name, partitions }) => ({
      name,
      resultsByPartition: partitions.map((partitionIndex) => ({
        partitionIndex,
        partitionErrorCode:
          answer !== ErrorCodes.NONE || unknown.size === 0
            ? answer
            : cluster.topics.partition(name, partitionIndex) === undefined
              ? ErrorCodes.UNKNOWN_TOPIC_OR_PARTITION
              : ErrorCodes.OPERATION_NOT_ATTEMPTED,
      })),
    })),
  }
}

export function handleAddOffsetsToTxn(
  { transactionalId, producerId, producerEpoch, groupId }: ReceivedRequestOf<typeof addOffsetsToTxn>,
  context: RequestContext,
): ResponseOf<typeof addOffsetsToTxn> {
  const error = coordinatorError(context, transactionalId)
  if (error !== ErrorCodes.NONE) return { errorCode: error }
  const code = context.cluster.transactions.addGroup(transactionalId, producerId, producerEpoch, groupId)
  return { errorCode: forVersion(code, context.version >= 2) }
}

export function handleTxnOffsetCommit(
  request: ReceivedRequestOf<typeof txnOffsetCommit>,
  { cluster }: RequestContext,
): ResponseOf<typeof txnOffsetCommit> {
  const { transactionalId, producerId, producerEpoch, groupId, topics } = request
  return {
    topics: topics.map(({ name, partitions }) => ({
      name,
      partitions: partitions.map(({ partitionIndex, committedOffset, committedLeaderEpoch, committedMetadata }) => ({
        partitionIndex,
        errorCode: cluster.transactions.addOffset(transactionalId, producerId, producerEpoch, {
          group: groupId,
          topic: name,
          partition: partitionIndex,
          offset: committedOffset,
          leaderEpoch: committedLeaderEpoch,
          metadata: committedMetadata,
        }),
      })),
    })),
  }
}

export function handleEndTxn(
  { transactionalId, producerId, producerEpoch, committed }: ReceivedRequestOf<typeof endTxn>,
  context: RequestContext,
): ResponseOf<typeof endTxn> {
  const error = coordinatorError(context, transactionalId)
  if (error !== ErrorCodes.NONE) return { errorCode: error }
  const code = context.cluster.transactions.end(transactionalId, producerId, producerEpoch, committed)
  return { errorCode: forVersion(code, context.version >= 2) }
}

export function handleListTransactions(
  { stateFilters, producerIdFilters }: ReceivedRequestOf<typeof listTransactions>,
  context: RequestContext,
): ResponseOf<typeof listTransactions> {
  const { cluster } = context
  const known: readonly string[] = [
    'Empty',
    'Ongoing',
    'PrepareCommit',
    'PrepareAbort',
    'CompleteCommit',
    'CompleteAbort',
    'PrepareEpochFence',
    'Dead',
  ]
  const transactionStates = cluster.transactions
    .list()
    .filter(({ id }) => coordinatorError(context, id) === ErrorCodes.NONE)
    .filter(({ state }) => stateFilters.length === 0 || stateFilters.includes(state))
    .filter(({ producerId }) => producerIdFilters.length === 0 || producerIdFilters.includes(producerId))
    .map(({ id, producerId, state }) => ({ transactionalId: id, producerId, transactionState: state }))
  return {
    errorCode: ErrorCodes.NONE,
    unknownStateFilters: stateFilters.filter((state) => !known.includes(state)),
    transactionStates,
  }
}
