/**
 * `'connector' = 'upsert-kafka'`: a topic whose records are the rows of a table by key, the newest one counts.
 *
 * Law: the key of a record is the PRIMARY KEY, encoded by `key.format` in the order of the key; a record without a value is the
 * deletion of that row. Reading begins at the earliest offset, since any record may be the row of its key.
 */
import { fail } from '../../base/errors.ts'
import { UPSERT } from '../../types/row-kind.ts'
import type { Connector, TableRequest, TableSource } from '../contract.ts'
import { insertOnly, keyColumns, usable } from './keys.ts'
import { kafkaMetadata } from './metadata.ts'
import { KafkaReader } from './reader.ts'
import { ReducingWriter } from './reducing-writer.ts'
import { commonSettings, type KafkaSettings, type KeySettings, readingOf, writingOf, wrong } from './settings.ts'
import { recoverTransactions } from './transactions.ts'
import { refusedOptions, upsertKafkaOptions } from './upsert-options.ts'
import { KafkaWriter } from './writer.ts'

const IDENTIFIER = 'upsert-kafka'

export const upsertKafka: Connector = {
  identifier: IDENTIFIER,
  options: upsertKafkaOptions,
  refused: refusedOptions,
  formatOptions: ['key.format', 'value.format'],

  source(request): TableSource {
    const settings = readingOf(request, keyedSettings(request, 'decoder'), { mode: 'earliest-offset' })
    return {
      changelog: UPSERT,
      bounded: settings.bounded.mode !== 'unbounded',
      metadata: kafkaMetadata,
      parallel: true,
      watermarkPushDown: true,
      parallelism: request.options.number('scan.parallelism'),
      createReader: (context) => new KafkaReader(context, settings, request),
    }
  },

  sink(request) {
    const settings = writingOf(request, keyedSettings(request, 'encoder'))
    const buffer = bufferOf(request)
    return {
      acceptedChangelog: () => UPSERT,
      metadata: kafkaMetadata,
      parallel: true,
      parallelism: request.options.number('sink.parallelism'),
      createWriter: (context) => {
        const writer = new KafkaWriter(context, settings, request)
        return buffer === undefined ? writer : new ReducingWriter(context, writer, request.primaryKey, buffer)
      },
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

function keyedSettings(
  request: TableRequest,
  use: 'decoder' | 'encoder',
): KafkaSettings & { readonly key: KeySettings } {
  const { primaryKey, table } = request
  const owner = `connector '${IDENTIFIER}' (table ${table})`
  const keyFormat = request.format('key.format')
  if (keyFormat === undefined) return fail('CONNECTOR_MISSING_OPTION', { owner, key: 'key.format' })
  const common = commonSettings(request, IDENTIFIER, 'value.format')
  if (primaryKey.length === 0) {
    return wrong(
      request,
      'connector',
      "'upsert-kafka' needs a PRIMARY KEY, which is the key of the records and says which row a record replaces or deletes",
      "Add PRIMARY KEY (…) NOT ENFORCED to the columns, or use 'connector' = 'kafka' for a stream in which no row replaces another.",
    )
  }
  for (const [option, { format }] of [
    ['key.format', keyFormat],
    ['value.format', common.value],
  ] as const) {
    insertOnly(request, option, format, 'a table of keys')
    usable(request, option, format, use)
  }
  return { ...common, key: { ...keyFormat, ...keyColumns(request, primaryKey), upsert: true } }
}

/** Both options, or none. */
function bufferOf(request: TableRequest): { readonly rows: number; readonly ms: number } | undefined {
  const rows = request.options.number('sink.buffer-flush.max-rows') ?? 0
  const ms = request.options.number('sink.buffer-flush.interval') ?? 0
  if (rows > 0 && ms > 0) return { rows, ms }
  if (rows <= 0 && ms <= 0) return undefined
  const [given, missing] =
    rows > 0
      ? ['sink.buffer-flush.max-rows', 'sink.buffer-flush.interval']
      : ['sink.buffer-flush.interval', 'sink.buffer-flush.max-rows']
  return wrong(request, given, `'${given}' needs '${missing}' above zero`, `Add '${missing}', or remove both.`)
}
