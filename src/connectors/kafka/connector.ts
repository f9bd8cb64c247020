/**
 * `'connector' = 'kafka'`, and `'connector.type' = 'kafka'` of Flink 1.10.
 *
 * Law: with `key.format` the columns `key.fields` are in the key of a record, in that order; without it keys are neither read nor
 * written.
 */
import { didYouMean } from '../../base/nearest.ts'
import { isInsertOnly } from '../../types/row-kind.ts'
import type { Connector, TableRequest, TableSource } from '../contract.ts'
import { checkPrefix, insertOnly, keyColumns, usable } from './keys.ts'
import { translateLegacy } from './legacy.ts'
import { kafkaMetadata } from './metadata.ts'
import { kafkaOptions } from './options.ts'
import { KafkaReader } from './reader.ts'
import {
  commonSettings,
  type KafkaSettings,
  type KafkaSinkSettings,
  type KafkaSourceSettings,
  type KeySettings,
  pointOf,
  readingOf,
  type Startup,
  writingOf,
  wrong,
} from './settings.ts'
import { recoverTransactions } from './transactions.ts'
import { KafkaWriter } from './writer.ts'

export const kafka: Connector = {
  identifier: 'kafka',
  options: kafkaOptions,
  legacy: translateLegacy,
  formatOptions: ['format', 'value.format', 'key.format'],

  source(request) {
    const settings = sourceSettings(request)
    return {
      changelog: settings.value.format.changelog,
      bounded: settings.bounded.mode !== 'unbounded',
      metadata: kafkaMetadata,
      derives: derivesOf(settings),
      parallel: true,
      watermarkPushDown: true,
      parallelism: request.options.number('scan.parallelism'),
      createReader: (context) => new KafkaReader(context, settings, request),
    }
  },

  sink(request) {
    const settings = sinkSettings(request)
    const { format } = settings.value
    return {
      acceptedChangelog: () => format.changelog,
      metadata: kafkaMetadata,
      parallel: true,
      parallelism: request.options.number('sink.parallelism'),
      createWriter: (context) => new KafkaWriter(context, settings, request),
      ...(settings.transactions && {
        transactionNames: {
          key: 'sink.transactional-id-prefix',
          prefix: settings.transactions.prefix,
          where: settings.properties['bootstrap.servers'] ?? '',
        },
        transactionTimeout: { key: 'properties.transaction.timeout.ms', ms: settings.transactions.timeoutMs },
        recover: ({ host, restored }) => recoverTransactions(host, settings, restored),
      }),
    }
  },
}

export function sourceSettings(request: TableRequest): KafkaSourceSettings {
  const common = withKey(request, 'decoder')
  const { key, value } = common
  // No format has such changes yet; rows that are put together from key and value would lose them.
  if (key !== undefined) insertOnly(request, valueOption(request), value.format, "a table with 'key.format'")
  return readingOf(request, common, pointOf(request, 'scan.startup', common) as Startup)
}

export function sinkSettings(request: TableRequest): KafkaSinkSettings {
  const common = withKey(request, 'encoder')
  if (common.key !== undefined && request.options.string('sink.partitioner')?.trim() === 'round-robin') {
    wrong(
      request,
      'sink.partitioner',
      "'sink.partitioner' = 'round-robin' is for records without keys, and 'key.fields' gives them keys",
      "Remove it: a record with a key goes to the partition of its key. 'fixed' works with keys too.",
    )
  }
  return writingOf(request, common)
}

function withKey(request: TableRequest, use: 'decoder' | 'encoder'): KafkaSettings {
  const common = commonSettings(request, 'kafka', 'format')
  usable(request, valueOption(request), common.value.format, use)
  if (request.primaryKey.length > 0 && isInsertOnly(common.value.format.changelog)) {
    wrong(
      request,
      'connector',
      `a PRIMARY KEY (${request.primaryKey.join(', ')}) promises one row per key, and records in '${common.value.format.identifier}' only ever add rows`,
      "Write 'connector' = 'upsert-kafka' for a table in which the newest record of a key counts, or remove the PRIMARY KEY.",
    )
  }
  const key = keySettings(request, use)
  return key === undefined ? common : { ...common, key }
}

const valueOption = (request: TableRequest): string =>
  request.format('format') === undefined ? 'value.format' : 'format'

function keySettings(request: TableRequest, use: 'decoder' | 'encoder'): KeySettings | undefined {
  const given = request.format('key.format')
  const columns = request.options.list('key.fields') ?? []
  if (given === undefined) {
    if (request.options.string('key.fields') !== undefined) {
      wrong(
        request,
        'key.fields',
        "'key.fields' needs 'key.format', which says how they stand in the key",
        "Add 'key.format' = 'json', or remove 'key.fields'.",
      )
    }
    checkPrefix(request)
    return undefined
  }
  if (columns.length === 0) {
    wrong(
      request,
      'key.format',
      "'key.format' needs 'key.fields', the columns that are in the key",
      `Add 'key.fields' = '…'; columns are separated by ';'. The table has ${namesOf(request)}.`,
    )
  }
  insertOnly(request, 'key.format', given.format, 'a key')
  usable(request, 'key.format', given.format, use)
  checkColumns(request, columns)
  return { ...given, ...keyColumns(request, columns), upsert: false }
}

function checkColumns(request: TableRequest, columns: readonly string[]): void {
  const known = request.physical.map(({ name }) => name)
  for (const [i, column] of columns.entries()) {
    if (columns.indexOf(column) < i) {
      wrong(request, 'key.fields', `'key.fields' names the column '${column}' twice`, 'Name it once.')
    }
    if (known.includes(column)) continue
    const hint = column.includes(',') ? "Columns are separated by ';'." : didYouMean(column, known)
    wrong(
      request,
      'key.fields',
      `'key.fields' names '${column}', which is no physical column of the table`,
      hint ?? `Only columns that are stored can be in the key: ${namesOf(request)}.`,
    )
  }
}

const namesOf = ({ physical }: TableRequest): string => physical.map(({ name }) => name).join(', ')

/** A derived column may stand in the key or in the value: both must be able to. */
function derivesOf({ key, value }: KafkaSettings): TableSource['derives'] {
  if (key === undefined) return value.format.derives
  return value.format.derives?.filter((one) => key.format.derives?.includes(one))
}
