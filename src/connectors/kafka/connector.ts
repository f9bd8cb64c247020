/** `'connector' = 'kafka'`, and `'connector.type' = 'kafka'` of Flink 1.10. */
import { fail } from '../../base/errors.ts'
import type { Connector } from '../contract.ts'
import { translateLegacy } from './legacy.ts'
import { kafkaMetadata } from './metadata.ts'
import { kafkaOptions } from './options.ts'
import { KafkaReader } from './reader.ts'
import { sinkSettings, sourceSettings } from './settings.ts'
import { recoverTransactions } from './transactions.ts'
import { KafkaWriter } from './writer.ts'

export const kafka: Connector = {
  identifier: 'kafka',
  options: kafkaOptions,
  legacy: translateLegacy,
  formatOptions: ['format', 'value.format', 'key.format'],

  source(request) {
    const settings = sourceSettings(request)
    const { format } = settings.value
    if (format.decoder === undefined) {
      fail('CONNECTOR_NOT_YET', {
        feature: `Reading the format '${format.identifier}'`,
        hint: 'Choose another format.',
      })
    }
    return {
      changelog: format.changelog,
      bounded: settings.bounded.mode !== 'unbounded',
      metadata: kafkaMetadata,
      derives: format.derives,
      parallel: true,
      watermarkPushDown: true,
      parallelism: request.options.number('scan.parallelism'),
      createReader: (context) => new KafkaReader(context, settings, request),
    }
  },

  sink(request) {
    const settings = sinkSettings(request)
    const { format } = settings.value
    if (format.encoder === undefined) {
      fail('CONNECTOR_NOT_YET', {
        feature: `Writing the format '${format.identifier}'`,
        hint: 'Choose another format.',
      })
    }
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
