/**
 * Records of a topic one by one, for people and for the demo. Convenience, not the data path: a record is an object here.
 */
import { fail } from '../base/errors.ts'
import { type KafkaClient, listOffsets, PartitionFetcher, RecordCursor } from '../kafka/index.ts'

export interface ReadRecord {
  readonly partition: number
  readonly offset: number
  /** Epoch milliseconds. */
  readonly timestamp: number
  readonly key: Uint8Array | null
  readonly value: Uint8Array | null
}

export interface ReadOptions {
  readonly from: 'earliest' | 'latest'
  readonly partition?: number
  /** End when nothing came for so many milliseconds; default: never. */
  readonly idleMs?: number
  readonly signal: AbortSignal
}

/** Ends when the signal aborts or after `idleMs` without a record. */
export async function* readRecords(
  client: KafkaClient,
  topic: string,
  options: ReadOptions,
): AsyncGenerator<ReadRecord> {
  const [{ partitions }] = await client.describeTopics([topic])
  if (options.partition !== undefined && options.partition >= partitions.length) {
    fail('KAFKA_UNKNOWN_PARTITION', { topic, partition: options.partition, count: partitions.length })
  }
  const wanted = partitions
    .map((_, partition) => ({ topic, partition }))
    .filter(({ partition }) => options.partition === undefined || partition === options.partition)
  const fetcher = new PartitionFetcher(client)
  fetcher.assign(await listOffsets(client, wanted, options.from))
  const cursor = new RecordCursor()
  try {
    while (!options.signal.aborted) {
      const chunk = fetcher.poll()
      if (chunk === undefined) {
        if (!(await available(client, fetcher, options))) return
        continue
      }
      while (chunk.records.next(cursor)) {
        for (let i = 0; i < cursor.count; i++) {
          const part = (start: number, end: number) => (start < 0 ? null : cursor.bytes.subarray(start, end))
          yield {
            partition: chunk.partition,
            offset: cursor.offset[i],
            timestamp: cursor.timestamp[i],
            key: part(cursor.keyStart[i], cursor.keyEnd[i]),
            value: part(cursor.valueStart[i], cursor.valueEnd[i]),
          }
        }
      }
    }
  } finally {
    fetcher.close()
  }
}

/** False when the wait ended without anything to poll: aborted, or idle for too long. */
function available(client: KafkaClient, fetcher: PartitionFetcher, { idleMs, signal }: ReadOptions): Promise<boolean> {
  return new Promise((resolve) => {
    const cancelTimer = idleMs === undefined ? () => {} : client.host.clock.after(idleMs, () => finish(false))
    const abort = () => finish(false)
    const finish = (found: boolean) => {
      cancelTimer()
      signal.removeEventListener('abort', abort)
      fetcher.onAvailable(() => {})
      resolve(found)
    }
    signal.addEventListener('abort', abort, { once: true })
    fetcher.onAvailable(() => finish(true))
  })
}
