/**
 * What the dev broker offers.
 *
 * Law: the ranges are those in which the known clients meet (Java, kafkajs, @platformatic/kafka, kafka-python, librdkafka,
 * Flink), topics by name; an API that is not in the list is not offered.
 */
import {
  addOffsetsToTxn,
  addPartitionsToTxn,
  apiVersions,
  createPartitions,
  createTopics,
  deleteGroups,
  deleteTopics,
  describeConfigs,
  describeGroups,
  ErrorCodes,
  endTxn,
  fetch,
  findCoordinator,
  heartbeat,
  initProducerId,
  joinGroup,
  leaveGroup,
  listGroups,
  listOffsets,
  listTransactions,
  metadata,
  offsetCommit,
  offsetFetch,
  produce,
  syncGroup,
  txnOffsetCommit,
} from '../../protocol/index.ts'
import { type Offer, offer } from '../handler.ts'
import { handleDescribeConfigs } from './describe-configs.ts'
import { handleFetch } from './fetch.ts'
import { handleDeleteGroups, handleDescribeGroups, handleFindCoordinator, handleListGroups } from './group-admin.ts'
import { handleHeartbeat, handleJoinGroup, handleLeaveGroup, handleSyncGroup } from './groups.ts'
import { handleInitProducerId } from './init-producer-id.ts'
import { handleListOffsets } from './list-offsets.ts'
import { handleMetadata } from './metadata.ts'
import { handleOffsetCommit, handleOffsetFetch } from './offsets.ts'
import { handleProduce } from './produce.ts'
import { handleCreatePartitions, handleCreateTopics, handleDeleteTopics } from './topic-admin.ts'
import {
  handleAddOffsetsToTxn,
  handleAddPartitionsToTxn,
  handleEndTxn,
  handleListTransactions,
  handleTxnOffsetCommit,
} from './transactions.ts'

export const offers: readonly Offer[] = [
  offer(produce, [3, 9], handleProduce),
  offer(fetch, [4, 12], handleFetch),
  offer(listOffsets, [1, 7], handleListOffsets),
  offer(metadata, [0, 12], handleMetadata),
  offer(offsetCommit, [2, 8], handleOffsetCommit),
  offer(offsetFetch, [1, 8], handleOffsetFetch),
  offer(findCoordinator, [0, 3], handleFindCoordinator),
  offer(joinGroup, [2, 7], handleJoinGroup),
  offer(heartbeat, [1, 4], handleHeartbeat),
  offer(leaveGroup, [1, 4], handleLeaveGroup),
  offer(syncGroup, [1, 5], handleSyncGroup),
  offer(describeGroups, [0, 5], handleDescribeGroups),
  offer(listGroups, [0, 4], handleListGroups),
  offer(apiVersions, [0, 3], () => ({ errorCode: ErrorCodes.NONE, apiKeys: offeredVersions })),
  offer(createTopics, [2, 7], handleCreateTopics),
  offer(deleteTopics, [1, 6], handleDeleteTopics),
  offer(initProducerId, [0, 4], handleInitProducerId),
  offer(addPartitionsToTxn, [0, 3], handleAddPartitionsToTxn),
  offer(addOffsetsToTxn, [0, 3], handleAddOffsetsToTxn),
  offer(endTxn, [0, 4], handleEndTxn),
  offer(txnOffsetCommit, [0, 3], handleTxnOffsetCommit),
  offer(listTransactions, [0, 1], handleListTransactions),
  offer(describeConfigs, [1, 4], handleDescribeConfigs),
  offer(createPartitions, [0, 3], handleCreatePartitions),
  offer(deleteGroups, [0, 2], handleDeleteGroups),
]

export const offeredVersions = offers.map(({ api, minVersion, maxVersion }) => ({
  apiKey: api.key,
  minVersion,
  maxVersion,
}))

const byKey = new Map(offers.map((one) => [one.api.key, one]))

export function offerOf(apiKey: number): Offer | undefined {
  return byKey.get(apiKey)
}
