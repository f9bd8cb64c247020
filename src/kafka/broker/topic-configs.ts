/**
 * Settings of topics, by Kafka's names.
 *
 * Law: a name that Kafka does not know, or a value that does not fit its type, is refused; what the dev broker does not act
 * on is kept and reported as it was set, so that scripts which set it run.
 */

import type { BrokerSettings } from './options.ts'
import type { Retention } from './partition-log.ts'

type Kind = 'int' | 'long' | 'boolean' | 'double' | 'text' | 'list'

/** Kafka's codes of types in DescribeConfigs. */
export const configTypeCodes: Readonly<Record<Kind, number>> = {
  boolean: 1,
  text: 2,
  int: 3,
  long: 5,
  double: 6,
  list: 7,
}

interface ConfigDeclaration {
  readonly kind: Kind
  readonly fallback: string
  readonly allowed?: readonly string[]
}

const LONG_MAX = '9223372036854775807'

export const topicConfigs: Readonly<Record<string, ConfigDeclaration>> = {
  'cleanup.policy': { kind: 'list', fallback: 'delete', allowed: ['delete', 'compact'] },
  'compression.type': {
    kind: 'text',
    fallback: 'producer',
    allowed: ['producer', 'uncompressed', 'gzip', 'snappy', 'lz4', 'zstd'],
  },
  'compression.gzip.level': { kind: 'int', fallback: '-1' },
  'compression.lz4.level': { kind: 'int', fallback: '9' },
  'compression.zstd.level': { kind: 'int', fallback: '3' },
  'delete.retention.ms': { kind: 'long', fallback: '86400000' },
  'file.delete.delay.ms': { kind: 'long', fallback: '60000' },
  'flush.messages': { kind: 'long', fallback: LONG_MAX },
  'flush.ms': { kind: 'long', fallback: LONG_MAX },
  'follower.replication.throttled.replicas': { kind: 'list', fallback: '' },
  'index.interval.bytes': { kind: 'int', fallback: '4096' },
  'leader.replication.throttled.replicas': { kind: 'list', fallback: '' },
  'local.retention.bytes': { kind: 'long', fallback: '-2' },
  'local.retention.ms': { kind: 'long', fallback: '-2' },
  'max.compaction.lag.ms': { kind: 'long', fallback: LONG_MAX },
  'max.message.bytes': { kind: 'int', fallback: '1048588' },
  'message.timestamp.after.max.ms': { kind: 'long', fallback: '3600000' },
  'message.timestamp.before.max.ms': { kind: 'long', fallback: LONG_MAX },
  'message.timestamp.type': { kind: 'text', fallback: 'CreateTime', allowed: ['CreateTime'] },
  'min.cleanable.dirty.ratio': { kind: 'double', fallback: '0.5' },
  'min.compaction.lag.ms': { kind: 'long', fallback: '0' },
  'min.insync.replicas': { kind: 'int', fallback: '1' },
  preallocate: { kind: 'boolean', fallback: 'false' },
  'remote.log.copy.disable': { kind: 'boolean', fallback: 'false' },
  'remote.log.delete.on.disable': { kind: 'boolean', fallback: 'false' },
  'remote.storage.enable': { kind: 'boolean', fallback: 'false', allowed: ['false'] },
  'retention.bytes': { kind: 'long', fallback: '-1' },
  'retention.ms': { kind: 'long', fallback: '604800000' },
  'segment.bytes': { kind: 'int', fallback: '1073741824' },
  'segment.index.bytes': { kind: 'int', fallback: '10485760' },
  'segment.jitter.ms': { kind: 'long', fallback: '0' },
  'segment.ms': { kind: 'long', fallback: '604800000' },
  'unclean.leader.election.enable': { kind: 'boolean', fallback: 'false' },
}

/** Why a setting is not possible, or undefined. */
export function configProblem(name: string, value: string | null): string | undefined {
  const declaration = Object.hasOwn(topicConfigs, name) ? topicConfigs[name] : undefined
  if (declaration === undefined) return `Unknown topic config name: ${name}`
  if (value === null) return `Null value not supported for topic configs: ${name}`
  const { kind, allowed } = declaration
  const parts = kind === 'list' ? value.split(',').map((part) => part.trim()) : [value]
  const fits =
    allowed !== undefined
      ? parts.every((part) => allowed.includes(part))
      : kind === 'int' || kind === 'long'
        ? /^-?\d{1,19}$/.test(value)
        : kind === 'boolean'
          ? value === 'true' || value === 'false'
          : kind === 'double'
            ? value.trim() !== '' && Number.isFinite(Number(value))
            : true
  if (fits) return undefined
  return `Invalid value ${value} for configuration ${name}: expected ${allowed?.join(', ') ?? `a value of type ${kind}`}`
}

/** What a topic's settings mean for its logs; the broker's own where the topic says nothing. */
export function retentionOf(configs: ReadonlyMap<string, string>, settings: BrokerSettings): Retention {
  const number = (name: string, otherwise: number) => {
    const value = configs.get(name)
    return value === undefined ? otherwise : Number(value)
  }
  return {
    bytes: number('retention.bytes', settings.retentionBytes),
    ms: number('retention.ms', settings.retentionMs),
    records: settings.retentionRecords,
    // What suits files of a gigabyte does not suit buffers in memory, and of a file the index is in memory.
    segmentBytes: Math.min(settings.segmentBytes, number('segment.bytes', settings.segmentBytes)),
  }
}

/** The value that holds for a topic and whether the topic itself sets it. */
export function effectiveConfig(
  name: string,
  configs: ReadonlyMap<string, string>,
  settings: BrokerSettings,
): { readonly value: string; readonly own: boolean } {
  const own = configs.get(name)
  if (own !== undefined) return { value: own, own: true }
  return { value: brokerValue(name, settings), own: false }
}

function brokerValue(name: string, settings: BrokerSettings): string {
  switch (name) {
    case 'retention.bytes':
      return String(settings.retentionBytes)
    case 'retention.ms':
      return String(settings.retentionMs)
    case 'segment.bytes':
      return String(settings.segmentBytes)
    case 'max.message.bytes':
      return String(settings.maxMessageBytes)
    default:
      return topicConfigs[name].fallback
  }
}
