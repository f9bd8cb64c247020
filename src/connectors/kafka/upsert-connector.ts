/**
 * `'connector' = 'upsert-kafka'`: a topic whose records are the rows of a table by key, the newest one counts.
 *
 * Law: the key of a record is the PRIMARY KEY, encoded by `key.format` in the order of the key; a record without a value is the
 * deletion of that row. Reading begins at the earliest offset, since any record may be the row of its key.
 */
import { fail } from '../../base/errors.ts'
import type { Format } from '../../formats/contract.ts'
import { isInsertOnly, UPSERT } from '../../types/row-kind.ts'
import type { Connector, TableRequest, TableSource } from '../contract.ts'
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
      "Add PRIMARY KEY (…) NOT ENFORCED to the columns, or use 'connector' = 'kafka' for a stream of rows without keys.",
    )
  }
  refuseFormat(request, 'key.format', keyFormat.format, use)
  refuseFormat(request, 'value.format', common.value.format, use)
  const inValue = request.options.string('value.fields-include')?.trim().toUpperCase() !== 'EXCEPT_KEY'
  const prefix = request.options.string('key.fields-prefix') ?? ''
  if (prefix !== '' && inValue) {
    return wrong(
      request,
      'key.fields-prefix',
      "'key.fields-prefix' needs 'value.fields-include' = 'EXCEPT_KEY': with ALL the key columns would be in the value under their prefixed names",
      "Add 'value.fields-include' = 'EXCEPT_KEY', or remove the prefix.",
    )
  }
  const bare = primaryKey.find((column) => !column.startsWith(prefix))
  if (bare !== undefined) {
    return wrong(
      request,
      'key.fields-prefix',
      `'key.fields-prefix' is '${prefix}', but the key column '${bare}' does not begin with it`,
      `Name the column '${prefix}${bare}', or remove the prefix.`,
    )
  }
  const fields = primaryKey.map((column) => ({ column, name: column.slice(prefix.length) }))
  return { ...common, key: { ...keyFormat, fields, inValue } }
}

function refuseFormat(request: TableRequest, option: string, format: Format, use: 'decoder' | 'encoder'): void {
  if (!isInsertOnly(format.changelog)) {
    wrong(
      request,
      option,
      `'${option}' = '${format.identifier}' has kinds of changes of its own, which a table of keys cannot hold`,
      'Choose json, csv or raw.',
    )
  }
  if (format[use] === undefined) {
    const feature = `${use === 'decoder' ? 'Reading' : 'Writing'} the format '${format.identifier}'`
    fail('CONNECTOR_NOT_YET', { feature, hint: 'Choose another format.' }, { span: request.entries[option]?.span })
  }
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
