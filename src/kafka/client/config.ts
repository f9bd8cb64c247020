/**
 * From Kafka's own properties to the settings of this client.
 *
 * Law: keys, defaults and limits are those of Kafka 4.1's Java client. An unknown key is KAFKA_UNKNOWN_PROPERTY with the
 * nearest known one; a key that cannot have its effect is KAFKA_REFUSED_PROPERTY; values are never shown for secret keys.
 */
import { fail } from '../../base/errors.ts'
import type { BrokerAddress } from '../../base/host.ts'
import type { CompressionType } from '../records/index.ts'
import { compressionTypes } from '../records/index.ts'
import { isSecretKey, propertyKeys } from './config-keys.ts'

export type OffsetReset = 'earliest' | 'latest' | 'none'

export interface KafkaConfig {
  readonly bootstrapServers: readonly BrokerAddress[]
  readonly clientId: string
  readonly groupId: string | undefined
  readonly metadataMaxAgeMs: number
  readonly requestTimeoutMs: number
  /** Bound on a call with all its retries. */
  readonly apiTimeoutMs: number
  readonly retryBackoffMs: number
  readonly retryBackoffMaxMs: number
  readonly reconnectBackoffMs: number
  readonly reconnectBackoffMaxMs: number
  readonly connectTimeoutMs: number
  readonly allowAutoCreateTopics: boolean
  readonly fetch: FetchConfig
  readonly produce: ProduceConfig
}

export interface FetchConfig {
  readonly minBytes: number
  readonly maxWaitMs: number
  readonly maxBytes: number
  readonly maxPartitionBytes: number
  readonly checkCrcs: boolean
  readonly autoOffsetReset: OffsetReset
  readonly readCommitted: boolean
}

export interface ProduceConfig {
  /** −1 = all. */
  readonly acks: -1 | 0 | 1
  readonly lingerMs: number
  readonly batchSize: number
  readonly bufferMemory: number
  readonly compression: CompressionType
  readonly compressionLevel: number | undefined
  readonly maxRequestSize: number
  readonly deliveryTimeoutMs: number
  readonly retries: number
  readonly idempotence: boolean
  readonly maxInFlight: number
  readonly ignoreKeys: boolean
  readonly roundRobin: boolean
}

export function parseConfig(properties: Readonly<Record<string, string>>): KafkaConfig {
  const read = new PropertyReader(properties)
  const acks = acksOf(read)
  const retries = read.int('retries', 2147483647, 0)
  const maxInFlight = read.int('max.in.flight.requests.per.connection', 5, 1)
  const compression = read.choice('compression.type', 'none', compressionTypes)
  const lingerMs = read.int('linger.ms', 5, 0)
  const requestTimeoutMs = read.int('request.timeout.ms', 30_000, 1)
  const deliveryTimeoutMs = read.int('delivery.timeout.ms', Math.max(120_000, lingerMs + requestTimeoutMs), 0)
  if (read.has('delivery.timeout.ms') && deliveryTimeoutMs < lingerMs + requestTimeoutMs)
    read.bad('delivery.timeout.ms', `at least linger.ms + request.timeout.ms (${lingerMs + requestTimeoutMs})`)
  return {
    bootstrapServers: addressesOf(read),
    clientId: read.text('client.id', 'rivulet'),
    groupId: read.has('group.id') ? read.text('group.id', '') : undefined,
    metadataMaxAgeMs: read.int('metadata.max.age.ms', 300_000, 0),
    requestTimeoutMs,
    apiTimeoutMs: read.int('default.api.timeout.ms', 60_000, 0),
    retryBackoffMs: read.int('retry.backoff.ms', 100, 0),
    retryBackoffMaxMs: read.int('retry.backoff.max.ms', 1000, 0),
    reconnectBackoffMs: read.int('reconnect.backoff.ms', 50, 0),
    reconnectBackoffMaxMs: read.int('reconnect.backoff.max.ms', 1000, 0),
    connectTimeoutMs: read.int('socket.connection.setup.timeout.ms', 10_000, 1),
    allowAutoCreateTopics: read.bool('allow.auto.create.topics', true),
    fetch: {
      minBytes: read.int('fetch.min.bytes', 1, 0),
      maxWaitMs: read.int('fetch.max.wait.ms', 500, 0),
      maxBytes: read.int('fetch.max.bytes', 52_428_800, 0),
      maxPartitionBytes: read.int('max.partition.fetch.bytes', 1_048_576, 0),
      checkCrcs: read.bool('check.crcs', true),
      autoOffsetReset: read.choice('auto.offset.reset', 'latest', ['earliest', 'latest', 'none'] as const),
      readCommitted:
        read.choice('isolation.level', 'read_uncommitted', ['read_uncommitted', 'read_committed'] as const) ===
        'read_committed',
    },
    produce: {
      acks,
      lingerMs,
      batchSize: read.int('batch.size', 16_384, 0),
      bufferMemory: read.int('buffer.memory', 33_554_432, 0),
      compression,
      compressionLevel: levelOf(read, compression),
      maxRequestSize: read.int('max.request.size', 1_048_576, 0),
      deliveryTimeoutMs,
      retries,
      idempotence: idempotenceOf(read, acks, retries, maxInFlight),
      maxInFlight,
      ignoreKeys: read.bool('partitioner.ignore.keys', false),
      roundRobin: read.text('partitioner.class', '').endsWith('.RoundRobinPartitioner'),
    },
  }
}

function addressesOf(read: PropertyReader): BrokerAddress[] {
  const key = 'bootstrap.servers'
  const entries = read
    .text(key, '')
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '')
  if (entries.length === 0) fail('KAFKA_MISSING_PROPERTY', { property: key, purpose: 'the addresses of the brokers' })
  return entries.map((entry) => {
    // A listener's protocol in front and an IPv6 address in brackets are as Java accepts them.
    const match = /^(?:[A-Za-z_]+:\/\/)?(?:\[([0-9a-fA-F:%.]+)\]|([^:[\]/\s]+)):(\d{1,5})$/.exec(entry)
    const port = Number(match?.[3])
    if (match === null || port < 1 || port > 65535) return read.bad(key, 'a list of host:port, such as localhost:9092')
    return { host: match[1] ?? match[2], port }
  })
}

function acksOf(read: PropertyReader): -1 | 0 | 1 {
  const text = read.choice('acks', 'all', ['all', '-1', '0', '1'] as const)
  return text === 'all' ? -1 : (Number(text) as -1 | 0 | 1)
}

/** On by default; an explicit wish that the other settings contradict is an error, as in Java. */
function idempotenceOf(read: PropertyReader, acks: number, retries: number, maxInFlight: number): boolean {
  const key = 'enable.idempotence'
  const wanted = read.bool(key, true)
  if (!wanted) return false
  const against =
    acks !== -1
      ? 'idempotence needs acks=all'
      : retries === 0
        ? 'idempotence needs retries > 0'
        : maxInFlight > 5
          ? 'idempotence needs max.in.flight.requests.per.connection ≤ 5'
          : undefined
  if (against === undefined) return true
  if (read.has(key)) fail('KAFKA_REFUSED_PROPERTY', { property: key, value: 'true', reason: against })
  return false
}

function levelOf(read: PropertyReader, compression: CompressionType): number | undefined {
  const key = `compression.${compression}.level`
  if (compression === 'gzip' && read.has(key)) return read.int(key, 6, -1, 9)
  if (compression === 'zstd' && read.has(key)) return read.int(key, 3, -131_072, 22)
  return undefined
}

class PropertyReader {
  readonly #properties: Readonly<Record<string, string>>

  constructor(properties: Readonly<Record<string, string>>) {
    this.#properties = properties
    for (const [property, value] of Object.entries(properties)) {
      const treatment = Object.hasOwn(propertyKeys, property) ? propertyKeys[property] : undefined
      if (treatment === undefined) fail('KAFKA_UNKNOWN_PROPERTY', { property, known: Object.keys(propertyKeys) })
      if (treatment.kind === 'refused' || (treatment.kind === 'limited' && !treatment.values.includes(value)))
        fail('KAFKA_REFUSED_PROPERTY', { property, value: shown(property, value), reason: treatment.because })
    }
  }

  has(key: string): boolean {
    return this.#properties[key] !== undefined
  }

  text(key: string, fallback: string): string {
    return this.#properties[key]?.trim() ?? fallback
  }

  int(key: string, fallback: number, min: number, max = 2147483647): number {
    const text = this.#properties[key]?.trim()
    if (text === undefined) return fallback
    const value = Number(text)
    if (text === '' || !Number.isInteger(value) || value < min || value > max)
      return this.bad(key, max === 2147483647 ? `an integer of at least ${min}` : `an integer from ${min} to ${max}`)
    return value
  }

  bool(key: string, fallback: boolean): boolean {
    const text = this.#properties[key]?.trim().toLowerCase()
    if (text === undefined) return fallback
    return text === 'true' || (text !== 'false' && this.bad(key, 'true or false'))
  }

  choice<const T extends string>(key: string, fallback: T, values: readonly T[]): T {
    const text = this.#properties[key]?.trim().toLowerCase()
    if (text === undefined) return fallback
    return values.find((value) => value === text) ?? this.bad(key, `one of ${values.join(', ')}`)
  }

  bad(key: string, expected: string): never {
    return fail('KAFKA_BAD_PROPERTY', { property: key, value: shown(key, this.#properties[key] ?? ''), expected })
  }
}

function shown(key: string, value: string): string {
  return isSecretKey(key) ? '***' : value
}
