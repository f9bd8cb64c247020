/**
 * Which partitions a subtask reads, from where, and up to where.
 *
 * Laws
 * - A partition belongs to one subtask, by Flink's rule: (start(topic) + partition) mod parallelism.
 * - Ends of a bounded table are fixed when the job first starts, and kept in the splits' positions. Whether a resumed job
 *   ends is what its table says now: a job that ran without end can be resumed bounded, and the other way round.
 * - A partition that appears later is read from its beginning: nothing in it is older than the job.
 */
import { fail } from '../../base/errors.ts'
import {
  committedOffsets,
  type KafkaClient,
  listOffsets,
  type PartitionOffset,
  type TopicPartition,
} from '../../kafka/index.ts'
import type { Bounded, KafkaSourceSettings, Startup } from './settings.ts'

/** JSON: part of checkpoints. */
export interface SplitPosition {
  /** Offset of the next record to read. */
  readonly offset: number
  /** Reading ends before this offset; absent when unbounded. */
  readonly end?: number
  /** Records that were passed over because they could not be read; absent = none. */
  readonly bad?: number
}

export interface KafkaSplit extends TopicPartition {
  readonly name: string
  offset: number
  readonly end: number
  ended: boolean
  bad: number
}

export function splitOf(topic: string, partition: number, { offset, end, bad = 0 }: SplitPosition): KafkaSplit {
  const last = end ?? Number.POSITIVE_INFINITY
  return { name: `${topic}-${partition}`, topic, partition, offset, end: last, ended: offset >= last, bad }
}

export function positionOf({ offset, end, bad }: KafkaSplit): SplitPosition {
  return { offset, ...(end !== Number.POSITIVE_INFINITY && { end }), ...(bad > 0 && { bad }) }
}

/** Topic and partition of a split's name. */
export function partitionOfName(name: string): TopicPartition {
  const dash = name.lastIndexOf('-')
  return { topic: name.slice(0, dash), partition: Number(name.slice(dash + 1)) }
}

export function ownerOf({ topic, partition }: TopicPartition, parallelism: number): number {
  let hash = 0
  for (let i = 0; i < topic.length; i++) hash = (Math.imul(hash, 31) + topic.charCodeAt(i)) | 0
  const start = (Math.imul(hash, 31) & 0x7fffffff) % parallelism
  return (start + partition) % parallelism
}

/** The splits of a fresh start. */
export async function startSplits(
  client: KafkaClient,
  settings: KafkaSourceSettings,
  partitions: readonly TopicPartition[],
): Promise<KafkaSplit[]> {
  if (partitions.length === 0) return []
  const [starts, ends] = await Promise.all([
    startOffsets(client, settings, partitions),
    endOffsets(client, settings, partitions),
  ])
  return partitions.map(({ topic, partition }, i) => splitOf(topic, partition, { offset: starts[i], end: ends?.[i] }))
}

/** The splits of a resumed job: offsets from the snapshot, ends where the table has them now. */
export async function resumedSplits(
  client: KafkaClient,
  settings: KafkaSourceSettings,
  known: readonly (TopicPartition & { readonly position: SplitPosition })[],
): Promise<KafkaSplit[]> {
  const bounded = settings.bounded.mode !== 'unbounded'
  const open = bounded ? known.filter(({ position }) => position.end === undefined) : []
  const ends = open.length === 0 ? [] : ((await endOffsets(client, settings, open)) ?? [])
  return known.map((one) => {
    const { topic, partition, position } = one
    const end = bounded ? (position.end ?? ends[open.indexOf(one)]) : undefined
    return splitOf(topic, partition, { offset: position.offset, end, bad: position.bad })
  })
}

async function startOffsets(
  client: KafkaClient,
  settings: KafkaSourceSettings,
  partitions: readonly TopicPartition[],
): Promise<number[]> {
  const { startup } = settings
  switch (startup.mode) {
    case 'earliest-offset':
      return offsetsOf(await listOffsets(client, partitions, 'earliest'))
    case 'latest-offset':
      return offsetsOf(await listOffsets(client, partitions, 'latest'))
    case 'timestamp':
      return offsetsOf(await listOffsets(client, partitions, startup))
    case 'group-offsets':
      return committedOr(client, settings, partitions, settings.reset)
    case 'specific-offsets': {
      checkPartitions(settings, startup, partitions)
      const others = partitions.filter(({ partition }) => !startup.offsets.has(partition))
      const rest = await (settings.groupId === undefined
        ? listOffsets(client, others, 'earliest').then(offsetsOf)
        : committedOr(client, settings, others, 'earliest'))
      return partitions.map(({ partition }, i) => startup.offsets.get(partition) ?? rest[others.indexOf(partitions[i])])
    }
  }
}

/** Committed offsets of the group; where there are none, as `reset` says. */
async function committedOr(
  client: KafkaClient,
  settings: KafkaSourceSettings,
  partitions: readonly TopicPartition[],
  reset: 'earliest' | 'latest' | 'none',
): Promise<number[]> {
  if (partitions.length === 0) return []
  const committed = await committedOffsets(client, settings.groupId as string, partitions)
  const open = partitions.filter((_, i) => committed[i] === undefined)
  if (open.length === 0) return committed as number[]
  if (reset === 'none') {
    const { topic, partition } = open[0]
    fail('CONNECTOR_KAFKA_OPTION', {
      table: settings.table,
      problem: `the group '${settings.groupId}' has no committed offset for topic '${topic}', partition ${partition}`,
      hint: "Say where to start then: 'properties.auto.offset.reset' = 'earliest' or 'latest', or another 'scan.startup.mode'.",
    })
  }
  const found = await listOffsets(client, open, reset)
  return partitions.map((one, i) => committed[i] ?? found[open.indexOf(one)].offset)
}

async function endOffsets(
  client: KafkaClient,
  settings: KafkaSourceSettings,
  partitions: readonly TopicPartition[],
): Promise<number[] | undefined> {
  const { bounded } = settings
  switch (bounded.mode) {
    case 'unbounded':
      return undefined
    case 'latest-offset':
      return offsetsOf(await listOffsets(client, partitions, 'latest'))
    case 'timestamp':
      return offsetsOf(await listOffsets(client, partitions, bounded))
    case 'group-offsets':
      return committedOr(client, settings, partitions, 'none')
    case 'specific-offsets': {
      checkPartitions(settings, bounded, partitions)
      return partitions.map(({ topic, partition }) => {
        const end = bounded.offsets.get(partition)
        return (
          end ??
          fail('CONNECTOR_KAFKA_OPTION', {
            table: settings.table,
            problem: `'scan.bounded.specific-offsets' has no end for topic '${topic}', partition ${partition}`,
            hint: 'Give an end offset for every partition of the topic.',
          })
        )
      })
    }
  }
}

/** Offsets for a partition that the topic does not have are a mistake that would otherwise pass in silence. */
function checkPartitions(
  { table, topics }: KafkaSourceSettings,
  { offsets }: Extract<Startup | Bounded, { mode: 'specific-offsets' }>,
  partitions: readonly TopicPartition[],
): void {
  for (const partition of offsets.keys()) {
    if (partitions.some((one) => one.partition === partition)) continue
    fail('CONNECTOR_KAFKA_OPTION', {
      table,
      problem: `an offset is given for partition ${partition}, which topic '${topics[0]}' does not have`,
      hint: `The topic has ${partitions.length} partitions, numbered from 0.`,
    })
  }
}

function offsetsOf(found: readonly PartitionOffset[]): number[] {
  return found.map(({ offset }) => offset)
}
