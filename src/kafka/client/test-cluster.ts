/** For tests: a dev broker, clients of it over the in-process network, and short ways to write and read records. */
import type { Host, Network } from '../../base/host.ts'
import { nodeHost } from '../../base/node-host.ts'
import type { RunningBroker } from '../broker/index.ts'
import { RecordCursor, type RecordHeader } from '../records/index.ts'
import { KafkaClient } from './client.ts'
import { PartitionFetcher } from './fetcher.ts'
import { listOffsets, type PartitionOffset } from './offsets.ts'
import { ANY_PARTITION, type TopicWriter } from './topic-writer.ts'

export interface ReadRecord {
  readonly partition: number
  readonly offset: number
  readonly timestamp: number
  readonly key: string | null
  readonly value: string | null
  readonly headers: readonly RecordHeader[]
}

/** The real host with a clock that runs `factor` times as fast, so that tests of long waits are short. */
export function fastHost(factor: number, network: Network = nodeHost.network): Host {
  const { clock } = nodeHost
  return {
    ...nodeHost,
    network,
    clock: {
      ...clock,
      monotonic: () => clock.monotonic() * factor,
      after: (delayMs, callback) => clock.after(delayMs / factor, callback),
      sleep: (delayMs, signal) => clock.sleep(delayMs / factor, signal),
    },
  }
}

export function clientOf(broker: RunningBroker, properties: Record<string, string> = {}): KafkaClient {
  const host: Host = { ...nodeHost, network: broker.network }
  return new KafkaClient(host, { 'bootstrap.servers': broker.bootstrap, 'retry.backoff.ms': '5', ...properties })
}

export function write(
  writer: TopicWriter,
  value: string | null,
  more: { key?: string; partition?: number; timestamp?: number; headers?: RecordHeader[] } = {},
): void {
  const key = more.key === undefined ? null : Buffer.from(more.key)
  const bytes = value === null ? null : Buffer.from(value)
  const { partition = ANY_PARTITION, timestamp = 1000, headers = null } = more
  writer.append(partition, timestamp, key, 0, key?.length ?? 0, bytes, 0, bytes?.length ?? 0, headers)
}

/** Read on until `enough` records are there. */
export function readUntil(
  fetcher: PartitionFetcher,
  enough: number,
  found: ReadRecord[] = [],
  timeoutMs = 20_000,
): Promise<ReadRecord[]> {
  const cursor = new RecordCursor()
  const text = (start: number, end: number) =>
    start < 0 ? null : Buffer.from(cursor.bytes.subarray(start, end)).toString()
  return new Promise((resolve, reject) => {
    const timer = setTimeout(
      () => reject(new Error(`${found.length} of ${enough} records came; ${fetcher.trouble?.message ?? 'no trouble'}`)),
      timeoutMs,
    )
    const done = (act: () => void) => {
      clearTimeout(timer)
      fetcher.onAvailable(() => {})
      act()
    }
    const drain = () => {
      try {
        for (let chunk = fetcher.poll(); chunk !== undefined; chunk = fetcher.poll())
          while (chunk.records.next(cursor))
            for (let i = 0; i < cursor.count; i++)
              found.push({
                partition: chunk.partition,
                offset: cursor.offset[i],
                timestamp: cursor.timestamp[i],
                key: text(cursor.keyStart[i], cursor.keyEnd[i]),
                value: text(cursor.valueStart[i], cursor.valueEnd[i]),
                headers: cursor.headers(i),
              })
        if (found.length >= enough) done(() => resolve(found))
      } catch (error) {
        done(() => reject(error))
      }
    }
    fetcher.onAvailable(drain)
    drain()
  })
}

/** All records of a topic from its beginning, `count` of them, sorted by partition and offset. */
export async function readTopic(client: KafkaClient, topic: string, count: number): Promise<ReadRecord[]> {
  const fetcher = new PartitionFetcher(client)
  fetcher.assign(await startsOf(client, topic))
  const found = await readUntil(fetcher, count)
  fetcher.close()
  return found.sort((left, right) => left.partition - right.partition || left.offset - right.offset)
}

export async function startsOf(
  client: KafkaClient,
  topic: string,
  at: 'earliest' | 'latest' = 'earliest',
): Promise<PartitionOffset[]> {
  const [{ partitions }] = await client.describeTopics([topic])
  return listOffsets(
    client,
    partitions.map(({ partition }) => ({ topic, partition })),
    at,
  )
}
