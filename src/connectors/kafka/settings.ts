/**
 * What the options of a Kafka table mean, checked when the table is planned and not when it runs.
 *
 * Law: a table whose settings exist can be opened; what is missing, contradicts itself or is not built yet is an error that
 * names the option and points at it.
 */
import { fail, isRivuletError, RivuletError } from '../../base/errors.ts'
import type { OptionValues } from '../../base/options.ts'
import type { Format } from '../../formats/contract.ts'
import { type OffsetReset, parseConfig } from '../../kafka/index.ts'
import type { TableRequest } from '../contract.ts'

export type Offsets = ReadonlyMap<number, number>

export type Startup =
  | { readonly mode: 'earliest-offset' | 'latest-offset' | 'group-offsets' }
  | { readonly mode: 'timestamp'; readonly timestamp: number }
  | { readonly mode: 'specific-offsets'; readonly offsets: Offsets }

export type Bounded =
  | { readonly mode: 'unbounded' | 'latest-offset' | 'group-offsets' }
  | { readonly mode: 'timestamp'; readonly timestamp: number }
  | { readonly mode: 'specific-offsets'; readonly offsets: Offsets }

export interface ValueFormat {
  readonly format: Format
  readonly options: OptionValues
}

/** What is in the keys of records. */
export interface KeySettings extends ValueFormat {
  /** The columns of the key, in its order, and how the record calls them. */
  readonly fields: readonly { readonly column: string; readonly name: string }[]
  /** Are they in the value too. */
  readonly inValue: boolean
  /** A record without a value deletes the row of its key. */
  readonly upsert: boolean
}

export interface KafkaSettings {
  readonly table: string
  readonly topics: readonly string[]
  /** Names of topics match as a whole. */
  readonly pattern: RegExp | undefined
  readonly properties: Readonly<Record<string, string>>
  readonly groupId: string | undefined
  readonly value: ValueFormat
  /** Absent: keys are neither read nor written. */
  readonly key?: KeySettings
}

export interface KafkaSourceSettings extends KafkaSettings {
  readonly startup: Startup
  readonly bounded: Bounded
  /** Milliseconds; 0 = never. */
  readonly discoveryInterval: number
  readonly commitOnCheckpoint: boolean
  /** Where group-offsets starts a partition that the group has not committed. */
  readonly reset: OffsetReset
  readonly badRecords: BadRecordSettings
}

export interface BadRecordSettings {
  readonly mode: 'fail' | 'skip' | 'table'
  readonly topic?: string
}

/** Keys of `properties.*` that are Flink's and not Kafka's. */
const FLINK_PROPERTIES = [
  'commit.offsets.on.checkpoint',
  'partition.discovery.interval.ms',
  'client.id.prefix',
  'register.consumer.metrics',
]

/** What both connectors have; `valueKey` is the option that names the format of values. */
export function commonSettings(request: TableRequest, connector: string, valueKey: string): KafkaSettings {
  const { options, table } = request
  const owner = `connector '${connector}' (table ${table})`
  const topics = options.list('topic') ?? []
  const patternText = options.string('topic-pattern')
  if (topics.length > 0 === (patternText !== undefined)) {
    wrong(
      request,
      'topic',
      topics.length > 0 ? "give 'topic' or 'topic-pattern', not both" : "neither 'topic' nor 'topic-pattern' is given",
    )
  }
  const value = request.format(valueKey) ?? request.format('value.format')
  if (value === undefined) return fail('CONNECTOR_MISSING_OPTION', { owner, key: valueKey })
  const properties = Object.fromEntries(
    Object.entries(options.family('properties.')).filter(([key]) => !FLINK_PROPERTIES.includes(key)),
  )
  if (properties['bootstrap.servers'] === undefined) {
    fail('CONNECTOR_MISSING_OPTION', { owner, key: 'properties.bootstrap.servers' })
  }
  checkProperties(request, properties)
  return {
    table,
    topics,
    pattern: patternText === undefined ? undefined : patternOf(request, patternText),
    properties,
    groupId: properties['group.id']?.trim() || undefined,
    value,
  }
}

/** Kafka's checks, with the place of the property in the statement. */
function checkProperties(request: TableRequest, properties: Readonly<Record<string, string>>): void {
  try {
    parseConfig(properties)
  } catch (error) {
    if (!isRivuletError(error)) throw error
    const guilty = Object.keys(properties).find((key) => error.message.includes(`'${key}'`))
    const span = guilty === undefined ? undefined : request.entries[`properties.${guilty}`]?.span
    throw new RivuletError({ ...error.toJSON(), span: error.span ?? span }, error.cause)
  }
}

function patternOf(request: TableRequest, text: string): RegExp {
  try {
    return new RegExp(text)
  } catch (error) {
    return wrong(request, 'topic-pattern', `'topic-pattern' is no regular expression (${(error as Error).message})`)
  }
}

export function readingOf(request: TableRequest, common: KafkaSettings, startup: Startup): KafkaSourceSettings {
  const { options } = request
  const bounded = pointOf(request, 'scan.bounded', common) as Bounded
  const flink = options.family('properties.')
  const interval = flink['partition.discovery.interval.ms']
  const given = common.properties['auto.offset.reset']?.trim().toLowerCase() as OffsetReset | undefined
  return {
    ...common,
    // What happens when an offset is gone follows from where reading starts, as in Flink.
    properties: { ...common.properties, 'auto.offset.reset': resetOf(startup.mode, given) },
    startup,
    bounded,
    discoveryInterval:
      interval !== undefined && request.entries['scan.topic-partition-discovery.interval'] === undefined
        ? Math.max(0, Number(interval))
        : (options.number('scan.topic-partition-discovery.interval') ?? 0),
    commitOnCheckpoint: flink['commit.offsets.on.checkpoint']?.trim().toLowerCase() !== 'false',
    reset: given ?? 'none',
    badRecords: badRecordSettings(request, common),
  }
}

function badRecordSettings(request: TableRequest, { topics, pattern, value }: KafkaSettings): BadRecordSettings {
  const { options } = request
  const mode = (options.string('bad-records')?.trim().toLowerCase() ?? 'fail') as BadRecordSettings['mode']
  const topic = options.string('bad-records.topic')?.trim()
  if (mode !== 'fail' && value.options.boolean('ignore-parse-errors') === true) {
    const ignore = `'${value.format.identifier}.ignore-parse-errors' = 'true'`
    wrong(
      request,
      'bad-records',
      `'bad-records' = '${mode}' would never see a record, since ${ignore} hides them`,
      `Remove one of the two: ${ignore} reads values that do not fit as NULL, 'bad-records' takes the whole record out.`,
    )
  }
  if (topic === undefined) return { mode }
  if (mode !== 'table') wrong(request, 'bad-records.topic', "'bad-records.topic' needs 'bad-records' = 'table'")
  if (topics.includes(topic) || pattern?.exec(topic)?.[0] === topic) {
    wrong(
      request,
      'bad-records.topic',
      `'bad-records.topic' is '${topic}', which the table itself reads`,
      'Choose another topic: a bad record would come back for ever.',
    )
  }
  return { mode, topic }
}

function resetOf(mode: Startup['mode'], given: OffsetReset | undefined): OffsetReset {
  switch (mode) {
    case 'earliest-offset':
    case 'specific-offsets':
      return 'earliest'
    case 'latest-offset':
    case 'timestamp':
      return 'latest'
    case 'group-offsets':
      return given ?? 'none'
  }
}

export function pointOf(
  request: TableRequest,
  prefix: 'scan.startup' | 'scan.bounded',
  common: KafkaSettings,
): Startup | Bounded {
  const { options } = request
  const mode = options.string(`${prefix}.mode`)?.trim().toLowerCase() as (Startup | Bounded)['mode']
  const timestamp = options.number(`${prefix}.timestamp-millis`)
  const specific = options.string(`${prefix}.specific-offsets`)
  switch (mode) {
    case 'timestamp':
      if (timestamp === undefined) return missingFor(request, `${prefix}.timestamp-millis`, `${prefix}.mode`, mode)
      return { mode, timestamp }
    case 'specific-offsets':
      if (specific === undefined) return missingFor(request, `${prefix}.specific-offsets`, `${prefix}.mode`, mode)
      if (common.topics.length !== 1) {
        wrong(request, `${prefix}.specific-offsets`, `'${prefix}.specific-offsets' needs exactly one topic`)
      }
      return { mode, offsets: parseOffsets(request, `${prefix}.specific-offsets`, specific) }
    case 'group-offsets':
      if (common.groupId === undefined) {
        return wrong(
          request,
          `${prefix}.mode`,
          `'${prefix}.mode' = 'group-offsets' needs 'properties.group.id'`,
          prefix === 'scan.startup'
            ? "group-offsets is the default: add 'properties.group.id', or say 'scan.startup.mode' = 'earliest-offset' or 'latest-offset'."
            : "Add 'properties.group.id'.",
        )
      }
      return { mode }
    default:
      return { mode } as Startup | Bounded
  }
}

function missingFor(request: TableRequest, key: string, modeKey: string, mode: string): never {
  return wrong(request, modeKey, `'${modeKey}' = '${mode}' needs '${key}'`, `Add '${key}' = '…'.`)
}

/** `partition:0,offset:42;partition:1,offset:300` */
export function parseOffsets(request: TableRequest, key: string, text: string): Offsets {
  const offsets = new Map<number, number>()
  for (const part of text.split(';')) {
    const match = /^\s*partition:(\d+),\s*offset:(\d+)\s*$/.exec(part)
    if (match === null) {
      fail(
        'CONNECTOR_WRONG_OPTION_VALUE',
        {
          owner: `connector '${request.entries.connector?.value ?? 'kafka'}' (table ${request.table})`,
          key,
          value: text,
          expected: "'partition:0,offset:42;partition:1,offset:300'",
        },
        { span: request.entries[key]?.span },
      )
    }
    offsets.set(Number(match[1]), Number(match[2]))
  }
  return offsets
}

export type DeliveryGuarantee = 'none' | 'at-least-once' | 'exactly-once'

export interface TransactionSettings {
  readonly prefix: string
  readonly timeoutMs: number
  /** Go on when a transaction of a complete checkpoint cannot be committed any more. */
  readonly acceptLoss: boolean
}

export interface KafkaSinkSettings extends KafkaSettings {
  readonly topic: string
  readonly partitioner: 'default' | 'fixed'
  readonly guarantee: DeliveryGuarantee
  /** Present for exactly-once. */
  readonly transactions?: TransactionSettings
}

export function writingOf(request: TableRequest, common: KafkaSettings): KafkaSinkSettings {
  const { options, entries } = request
  if (common.topics.length !== 1) {
    wrong(
      request,
      common.pattern === undefined ? 'topic' : 'topic-pattern',
      'a table that is written to needs exactly one topic',
    )
  }
  const partitioner = options.string('sink.partitioner')?.trim() ?? 'default'
  if (!['default', 'fixed', 'round-robin'].includes(partitioner)) {
    fail(
      'CONNECTOR_NOT_YET',
      {
        feature: `A partitioner class ('sink.partitioner' = '${partitioner}')`,
        hint: "Use 'default', 'fixed' or 'round-robin'.",
      },
      { span: entries['sink.partitioner']?.span },
    )
  }
  const transactions = transactionSettings(request)
  return {
    ...common,
    topic: common.topics[0],
    partitioner: partitioner === 'fixed' ? 'fixed' : 'default',
    guarantee: guaranteeOf(options),
    ...(transactions && { transactions }),
  }
}

function guaranteeOf(options: OptionValues): DeliveryGuarantee {
  return (options.string('sink.delivery-guarantee')?.trim().toLowerCase() ?? 'at-least-once') as DeliveryGuarantee
}

/** The broker's default of the most that it allows; a checkpoint must come through in that time. */
const TRANSACTION_TIMEOUT_MS = 900_000

function transactionSettings(request: TableRequest): TransactionSettings | undefined {
  const { options } = request
  const prefix = options.string('sink.transactional-id-prefix')?.trim()
  if (guaranteeOf(options) !== 'exactly-once') return undefined
  if (prefix === undefined || prefix === '') {
    return wrong(
      request,
      'sink.delivery-guarantee',
      "'exactly-once' needs 'sink.transactional-id-prefix'",
      'Choose a name that no other job that writes to this Kafka cluster uses; after a restart it finds its open transactions by it.',
    )
  }
  const timeout = options.family('properties.')['transaction.timeout.ms']
  const timeoutMs = timeout === undefined ? TRANSACTION_TIMEOUT_MS : Number(timeout)
  if (!Number.isInteger(timeoutMs) || timeoutMs <= 0) {
    wrong(request, 'properties.transaction.timeout.ms', `'${timeout}' is no number of milliseconds`)
  }
  return { prefix, timeoutMs, acceptLoss: options.boolean('sink.transactions.accept-loss') === true }
}

export function wrong(request: TableRequest, key: string, problem: string, hint?: string): never {
  return fail('CONNECTOR_KAFKA_OPTION', { table: request.table, problem, hint }, { span: request.entries[key]?.span })
}
