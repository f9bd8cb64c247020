/** `rivulet/kafka`: the wire client, the dev broker, and the host that a client needs to run in Node. */
export { nodeHost } from '../base/node-host.ts'
export * from './broker/index.ts'
export { createPartitions, createTopics, deleteTopics, type NewTopic } from './client/admin.ts'
export {
  type BrokerInfo,
  KafkaClient,
  type PartitionInfo,
  type TopicInfo,
} from './client/client.ts'
export { type KafkaConfig, type OffsetReset, parseConfig } from './client/config.ts'
export { isSecretKey, type KeyTreatment, propertyKeys } from './client/config-keys.ts'
export { type DiscoveryOptions, PartitionDiscovery } from './client/discovery.ts'
export { type FetchedPartition, type FetcherOptions, PartitionFetcher } from './client/fetcher.ts'
export {
  commitOffsets,
  committedOffsets,
  groupOffsets,
  listOffsets,
  type OffsetSpec,
  type PartitionOffset,
  type TopicPartition,
} from './client/offsets.ts'
export { KafkaProducer } from './client/producer.ts'
export { ANY_PARTITION, TopicWriter } from './client/topic-writer.ts'
export {
  beginTransaction,
  endTransaction,
  openTransactions,
  type TransactionIdentity,
} from './client/transactions.ts'
export { type CompressionType, RecordCursor, type RecordHeader, RecordSet } from './records/index.ts'
