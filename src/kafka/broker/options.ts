/** What a dev broker can be told, and what holds where nothing is said (Kafka's defaults where Kafka has one). */
import type { Host } from '../../base/host.ts'

/** The part of the host that the broker needs: it never asks the machine for the time. */
export type BrokerHost = Pick<Host, 'clock' | 'random' | 'logs'>

export interface BrokerOptions {
  /** Folder in which records, topics, offsets and transactions survive the process; in memory where absent. */
  readonly data?: string
  /** Number of nodes that the cluster presents; 1. */
  readonly brokers?: number
  /** Partitions of a topic that is created without a number; 1. */
  readonly defaultPartitions?: number
  /** Replication factor of a topic that is created without one; 1. */
  readonly defaultReplicationFactor?: number
  /** Create a topic when a client asks for it and allows that; true. */
  readonly autoCreateTopics?: boolean
  /** Bytes that a partition keeps, as Kafka's `retention.bytes`: the oldest segments go first; 256 MiB in memory, all in a folder; −1 for all. */
  readonly retentionBytes?: number
  /**
   * Milliseconds that a record is kept at least, as `retention.ms`; −1, for ever (Kafka: 7 days). It goes by the records' own
   * timestamps, so that a bound would eat test data of past years.
   */
  readonly retentionMs?: number
  /** Records that a partition keeps at least; −1 for all. */
  readonly retentionRecords?: number
  /** Bytes after which a new log segment begins; at most a quarter of the retention; 16 MiB in memory, 64 MiB in a folder. */
  readonly segmentBytes?: number
  /** Largest record batch; 1048588. */
  readonly maxMessageBytes?: number
  /** Largest request; 100 MiB. */
  readonly maxRequestBytes?: number
  /** Time that the first members of an empty group wait for others; 0 (Kafka: 3000). */
  readonly groupInitialRebalanceDelayMs?: number
  /** Shortest and longest session timeout of a group's members; 6000 and 1800000. */
  readonly groupMinSessionTimeoutMs?: number
  readonly groupMaxSessionTimeoutMs?: number
  /** Longest timeout that a transaction may ask for, as Kafka's `transaction.max.timeout.ms`; 900000. */
  readonly transactionMaxTimeoutMs?: number
  /** Asked for every request; what it returns happens to that request. For tests of clients. */
  readonly faults?: (request: FaultRequest) => Fault | undefined
  /** Told about what a person may want to know: refused versions, malformed requests, faults. */
  readonly log?: (line: string) => void
}

export interface FaultRequest {
  readonly nodeId: number
  /** Number of the connection, counted over the broker's life. */
  readonly connection: number
  readonly api: string
  readonly apiKey: number
  readonly version: number
  readonly clientId: string | null
  /** Number of the request, counted over the broker's life from 1. */
  readonly sequence: number
}

export type Fault =
  /** Close the connection: before the request has had any effect, or after it, so that only the answer is lost. */
  | { readonly kind: 'drop'; readonly when: 'before' | 'after' }
  /** Answer later. The request takes effect at once. */
  | { readonly kind: 'delay'; readonly ms: number }

export type BrokerSettings = Required<Omit<BrokerOptions, 'faults' | 'data'>> & Pick<BrokerOptions, 'faults' | 'data'>

const MIB = 1_048_576

export function settingsOf(options: BrokerOptions): BrokerSettings {
  const inMemory = options.data === undefined
  return {
    data: options.data,
    brokers: options.brokers ?? 1,
    defaultPartitions: options.defaultPartitions ?? 1,
    defaultReplicationFactor: options.defaultReplicationFactor ?? 1,
    autoCreateTopics: options.autoCreateTopics ?? true,
    retentionBytes: options.retentionBytes ?? (inMemory ? 256 * MIB : -1),
    retentionMs: options.retentionMs ?? -1,
    retentionRecords: options.retentionRecords ?? -1,
    segmentBytes: options.segmentBytes ?? (inMemory ? 16 : 64) * MIB,
    maxMessageBytes: options.maxMessageBytes ?? MIB + 12,
    maxRequestBytes: options.maxRequestBytes ?? 100 * MIB,
    groupInitialRebalanceDelayMs: options.groupInitialRebalanceDelayMs ?? 0,
    groupMinSessionTimeoutMs: options.groupMinSessionTimeoutMs ?? 6_000,
    groupMaxSessionTimeoutMs: options.groupMaxSessionTimeoutMs ?? 1_800_000,
    transactionMaxTimeoutMs: options.transactionMaxTimeoutMs ?? 900_000,
    faults: options.faults,
    log: options.log ?? (() => {}),
  }
}
