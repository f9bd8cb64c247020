/** For the broker's tests: typed calls over a connection, and record batches from text. */
import type { BrokerConnection, Network } from '../../base/host.ts'
import { simulatedHost } from '../../base/simulated-host.ts'
import type { Api } from '../protocol/api.ts'
import { fetch, headerFlags, produce } from '../protocol/index.ts'
import type { Decoded, Encodable, Fields } from '../protocol/schema.ts'
import { BatchWriter, type CompressionType, stamp } from '../records/index.ts'
import { Broker } from './broker.ts'
import { inProcessNetwork } from './in-process-network.ts'
import type { BrokerOptions } from './options.ts'

export async function call<Q extends Fields, S extends Fields>(
  connection: BrokerConnection,
  api: Api<Q, S>,
  version: number,
  request: Encodable<Q>,
): Promise<Decoded<S>> {
  const body = api.encodeRequest(version, request)
  return api.decodeResponse(version, await connection.request(api.key, version, body, headerFlags(api, version)))
}

export interface BatchOptions {
  readonly compression?: CompressionType
  readonly timestamps?: readonly number[]
  /** Id, epoch and first sequence of an idempotent producer. */
  readonly producer?: readonly [number, number, number]
}

const encoder = new TextEncoder()

export function batch(values: readonly string[], options: BatchOptions = {}): Uint8Array {
  const writer = new BatchWriter()
  values.forEach((value, index) => {
    const bytes = encoder.encode(value)
    writer.append(options.timestamps?.[index] ?? 1_000, null, 0, 0, bytes, 0, bytes.length)
  })
  const finished = Uint8Array.from(writer.finish(options.compression ?? 'none'))
  const [id, epoch, sequence] = options.producer ?? [-1, -1, -1]
  stamp(finished, id, epoch, sequence, false)
  return finished
}

/** A broker on a simulated host, and a way to its nodes. */
export function simulatedBroker(options: BrokerOptions = {}) {
  const host = simulatedHost({ startMs: 1_000_000 })
  const log: string[] = []
  const broker = new Broker({ log: (line) => log.push(line), ...options }, host)
  const network: Network = inProcessNetwork(broker)
  const connect = (nodeId = 1): Promise<BrokerConnection> =>
    network.connect(broker.nodes[nodeId - 1].address, { clientId: 'test', connectTimeoutMs: 1_000 })
  return { broker, clock: host.clock, host, log, network, connect }
}

/** Let everything run that waits for nothing but other promises. */
export function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}

/** Write to partition 0 of topic `t`. */
export async function append(
  connection: BrokerConnection,
  records: Uint8Array | null,
  topic = 't',
  partition = 0,
  acks = -1,
) {
  const answer = await call(connection, produce, 9, {
    acks,
    timeoutMs: 1_000,
    topicData: [{ name: topic, partitionData: [{ index: partition, records }] }],
  })
  return answer.responses[0].partitionResponses[0]
}

export interface FetchOptions {
  readonly offset?: number
  readonly partition?: number
  readonly maxWaitMs?: number
  readonly minBytes?: number
  readonly maxBytes?: number
  readonly epoch?: number
}

/** Read a partition of topic `t`. */
export async function read(connection: BrokerConnection, options: FetchOptions = {}) {
  const partition = {
    partition: options.partition ?? 0,
    fetchOffset: options.offset ?? 0,
    currentLeaderEpoch: options.epoch ?? -1,
    partitionMaxBytes: 1_000_000,
  }
  const answer = await call(connection, fetch, 12, {
    maxWaitMs: options.maxWaitMs ?? 0,
    minBytes: options.minBytes ?? 1,
    maxBytes: options.maxBytes ?? 1_000_000,
    isolationLevel: 0,
    topics: [{ topic: 't', partitions: [partition] }],
  })
  return answer.responses[0].partitions[0]
}

/** The values `value-N` in record batches that are not compressed, in order. */
export const valuesOf = (bytes: Uint8Array): string[] =>
  [
    ...Buffer.from(bytes)
      .toString('latin1')
      .matchAll(/value-\d+/g),
  ].map(String)
