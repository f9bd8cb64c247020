import { didYouMean, nearest } from '../nearest.ts'
import { declare } from './contract.ts'

/** Errors of the kafka part; codes start with `KAFKA_`. */
export const kafkaErrors = {
  KAFKA_INTERNAL: declare<{ detail: string }>({
    domain: 'internal',
    message: ({ detail }) => `Internal error (kafka): ${detail}`,
    hint: () => 'This is a bug in Rivulet: please report it with the statement and the plan.',
  }),
  KAFKA_MALFORMED_MESSAGE: declare<{ what: string; problem: string; position: number; length: number }>({
    domain: 'external',
    message: ({ what, problem, position, length }) =>
      `Malformed Kafka message (${what}): ${problem}, at byte ${position} of ${length}`,
    hint: () => 'Check that the address is a Kafka listener of the expected security protocol.',
  }),
  KAFKA_UNSUPPORTED_VERSION: declare<{ api: string; version: number; minVersion: number; maxVersion: number }>({
    domain: 'external',
    message: ({ api, version, minVersion, maxVersion }) =>
      `Version ${version} of Kafka's ${api} is not spoken here, only ${minVersion} to ${maxVersion}`,
  }),

  // Records.
  KAFKA_CORRUPT_BATCH: declare<{ place: string; detail: string }>({
    domain: 'external',
    message: ({ place, detail }) => `Corrupt record batch at ${place}: ${detail}`,
    hint: () =>
      'The broker or the way to it damaged the data. Check the log segment with kafka-dump-log; to go on, start the source behind this offset.',
    flink: 'CorruptRecordException: Record batch for partition … at offset … is invalid',
  }),
  KAFKA_BAD_COMPRESSION: declare<{ codec: string; place: string; detail: string }>({
    domain: 'external',
    message: ({ codec, place, detail }) => `Cannot decompress the record batch (${codec}) at ${place}: ${detail}`,
  }),
  KAFKA_OLD_MESSAGE_FORMAT: declare<{ place: string; magic: number }>({
    domain: 'external',
    message: ({ place, magic }) => `The message format v${magic} at ${place} is older than Kafka 0.11 and not read`,
    hint: () => 'Rewrite the topic with a producer of Kafka 0.11 or newer, or start the source behind the old records.',
  }),
  // Configuration.
  KAFKA_UNKNOWN_PROPERTY: declare<{ property: string; known: readonly string[] }>({
    domain: 'user',
    message: ({ property }) => `Unknown Kafka property '${property}'`,
    hint: ({ property, known }) =>
      didYouMean(property, known) ?? "The keys are those of Kafka's Java consumer, producer and admin client.",
  }),
  KAFKA_BAD_PROPERTY: declare<{ property: string; value: string; expected: string }>({
    domain: 'user',
    message: ({ property, value, expected }) => `Kafka property '${property}' must be ${expected}, found '${value}'`,
    flink: 'ConfigException: Invalid value … for configuration …',
  }),
  KAFKA_REFUSED_PROPERTY: declare<{ property: string; value: string; reason: string }>({
    domain: 'user',
    message: ({ property, value, reason }) => `Kafka property '${property}' = '${value}' is not possible: ${reason}`,
  }),
  KAFKA_MISSING_PROPERTY: declare<{ property: string; purpose: string }>({
    domain: 'user',
    message: ({ property, purpose }) => `Kafka property '${property}' is missing: ${purpose}`,
  }),
  // Cluster.
  KAFKA_UNREACHABLE: declare<{ addresses: readonly string[]; seconds: number; detail: string }>({
    domain: 'external',
    message: ({ addresses, seconds, detail }) =>
      `No Kafka broker answered within ${seconds} s at ${addresses.join(', ')}: ${detail}`,
    hint: () =>
      "Check 'bootstrap.servers', that a broker listens there, and that its advertised.listeners can be reached from here.",
    flink: 'TimeoutException: Timed out waiting for a node assignment',
  }),
  KAFKA_CONNECTION_LOST: declare<{ address: string; detail: string }>({
    domain: 'external',
    message: ({ address, detail }) => `Connection to the Kafka broker ${address} failed: ${detail}`,
  }),
  KAFKA_REQUEST_TIMEOUT: declare<{ api: string; address: string; ms: number }>({
    domain: 'external',
    message: ({ api, address, ms }) => `The Kafka broker ${address} did not answer ${api} within ${ms} ms`,
    hint: () => "Raise 'request.timeout.ms' if the broker is only slow.",
  }),
  KAFKA_NO_COMMON_VERSION: declare<{ api: string; address: string; ours: string; theirs: string }>({
    domain: 'external',
    message: ({ api, address, ours, theirs }) =>
      `The Kafka broker ${address} speaks ${api} in ${theirs}, and ${ours} would be needed`,
    hint: () => 'Brokers from Kafka 1.0 on are supported.',
  }),
  KAFKA_UNKNOWN_TOPIC: declare<{ topic: string; known: readonly string[] }>({
    domain: 'user',
    message: ({ topic }) => `Kafka topic '${topic}' does not exist`,
    hint: ({ topic, known }) => {
      const near = nearest(topic, known)
      if (near !== undefined) return `Did you mean '${near}'?`
      if (known.length === 0) return 'The cluster has no topics that this client may see. Create the topic first.'
      const listed = known.slice(0, 8).join(', ')
      return `Topics there: ${listed}${known.length > 8 ? ` and ${known.length - 8} more` : ''}. Create the topic first.`
    },
    flink: 'UnknownTopicOrPartitionException: This server does not host this topic-partition.',
  }),
  KAFKA_UNKNOWN_PARTITION: declare<{ topic: string; partition: number; count: number }>({
    domain: 'user',
    message: ({ topic, partition, count }) =>
      `Kafka topic '${topic}' has no partition ${partition}, only 0 to ${count - 1}`,
  }),
  KAFKA_BROKER_ERROR: declare<{ action: string; error: string; detail?: string | null }>({
    domain: 'external',
    message: ({ action, error, detail }) => `Kafka refused to ${action}: ${error}${detail ? ` (${detail})` : ''}`,
  }),
  KAFKA_CLOSED: declare<{ what: string }>({
    domain: 'external',
    message: ({ what }) => `The Kafka ${what} is closed`,
  }),
  // Reading.
  KAFKA_OFFSET_OUT_OF_RANGE: declare<{
    topic: string
    partition: number
    offset: number
    earliest: number
    latest: number
  }>({
    domain: 'user',
    message: ({ topic, partition, offset, earliest, latest }) =>
      `Offset ${offset} of topic '${topic}', partition ${partition} is not there: the log holds ${earliest} to ${latest}`,
    hint: () =>
      "Records were deleted (retention) or the topic was made anew. Set 'properties.auto.offset.reset' to earliest or latest to go on from there; records between are lost.",
    flink:
      'OffsetOutOfRangeException: Fetch position … is out of range for partition …, and no reset policy is defined',
  }),
  KAFKA_NO_COMMITTED_OFFSET: declare<{ topic: string; partition: number; group: string }>({
    domain: 'user',
    message: ({ topic, partition, group }) =>
      `Group '${group}' has no committed offset for topic '${topic}', partition ${partition}`,
    hint: () => "Set 'properties.auto.offset.reset' to earliest or latest for partitions without a committed offset.",
    flink: 'NoOffsetForPartitionException: Undefined offset with no reset policy for partitions',
  }),
  // Writing.
  KAFKA_RECORD_TOO_LARGE: declare<{ topic: string; size: number; limit: number }>({
    domain: 'user',
    message: ({ topic, size, limit }) =>
      `A record of ${size} bytes for topic '${topic}' is larger than 'max.request.size' (${limit})`,
    hint: () => "Raise 'properties.max.request.size', and 'max.message.bytes' of the topic with it.",
    flink: 'RecordTooLargeException: The message is … bytes when serialized',
  }),
  KAFKA_BATCH_TOO_LARGE: declare<{ topic: string; partition: number; size: number; records: number }>({
    domain: 'user',
    message: ({ topic, partition, size, records }) =>
      `The broker refused a batch of ${size} bytes (${records} records) for topic '${topic}', partition ${partition}: too large`,
    hint: ({ records }) =>
      records > 1
        ? "Lower 'properties.batch.size', or raise 'max.message.bytes' of the topic."
        : "Raise 'max.message.bytes' of the topic.",
    flink: 'RecordTooLargeException: The request included a message larger than the max message size',
  }),
  KAFKA_DELIVERY_TIMEOUT: declare<{ topic: string; partition: number; records: number; ms: number; detail: string }>({
    domain: 'external',
    message: ({ topic, partition, records, ms, detail }) =>
      `${records} records for topic '${topic}', partition ${partition} could not be delivered within ${ms} ms: ${detail}`,
    hint: () => "'delivery.timeout.ms' bounds the time with all retries. Check that the partition has a leader.",
    flink: 'TimeoutException: Expiring … record(s) for …: … ms has passed since batch creation',
  }),
  KAFKA_TRANSACTION_LOST: declare<{ action: string; transactionalId: string; error: string }>({
    domain: 'external',
    message: ({ action, transactionalId, error }) =>
      `Transaction '${transactionalId}' is gone: the broker refuses to ${action} it (${error}).`,
    hint: () =>
      "The broker aborts a transaction that is open longer than 'properties.transaction.timeout.ms', and when another producer takes its id: is another job running with the same 'sink.transactional-id-prefix'?",
    flink: 'ProducerFencedException / InvalidTxnStateException / Failed to commit transaction …',
  }),
  KAFKA_TRANSACTION_TIMEOUT: declare<{ transactionalId: string; timeoutMs: number }>({
    domain: 'user',
    message: ({ transactionalId, timeoutMs }) =>
      `Transaction '${transactionalId}' asks for ${timeoutMs} ms until it times out, which is more than the broker allows.`,
    hint: () =>
      "Lower 'properties.transaction.timeout.ms' (900000 where it is not set) to the broker's 'transaction.max.timeout.ms', which is 900000 (15 minutes) by default, or raise that on the broker.",
    flink:
      'InvalidTxnTimeoutException: The transaction timeout is larger than the maximum value allowed by the broker (as configured by transaction.max.timeout.ms).',
  }),
  KAFKA_BROKER_DATA_IN_USE: declare<{ folder: string; pid: number }>({
    domain: 'user',
    message: ({ folder, pid }) => `The dev broker's folder '${folder}' is in use by process ${pid}.`,
    hint: ({ folder }) =>
      `Stop that broker, or choose another folder with --data. If the process is no broker, delete '${folder}/lock'.`,
    flink:
      'Failed to acquire lock on file .lock in …. A Kafka instance in another process or thread is using this directory.',
  }),
  KAFKA_BROKER_LOG_DAMAGED: declare<{ partition: string; file: string; problem: string }>({
    domain: 'user',
    message: ({ partition, file, problem }) =>
      `The dev broker's log of partition ${partition} is damaged: '${file}' (in its data folder): ${problem}.`,
    hint: () =>
      'Only the end of the newest file of a partition may be torn by a crash, and is cut off by itself. Restore the file, or delete it and all older ones of the partition: their records are lost then.',
    flink: 'Found invalid messages in log segment …, discarding tail of the log.',
  }),
  KAFKA_WRITE_REFUSED: declare<{
    topic: string
    partition: number
    records: number
    error: string
    detail?: string | null
  }>({
    domain: 'external',
    message: ({ topic, partition, records, error, detail }) =>
      `Kafka refused ${records} records for topic '${topic}', partition ${partition}: ${error}${detail ? ` (${detail})` : ''}`,
  }),
}
