/** The options of `'connector' = 'upsert-kafka'`, Flink's keys and defaults; most are those of `kafka`. */
import type { OptionDeclaration } from '../../base/options.ts'
import { kafkaOptions } from './options.ts'

const shared = (...keys: readonly string[]): readonly OptionDeclaration[] =>
  kafkaOptions.filter(({ key }) => keys.includes(key))

export const upsertKafkaOptions: readonly OptionDeclaration[] = [
  ...shared('topic', 'topic-pattern', 'properties.*'),
  {
    key: 'key.format',
    type: 'string',
    required: true,
    description: 'Format of the record keys, which are the PRIMARY KEY in its order.',
  },
  {
    key: 'key.fields-prefix',
    type: 'string',
    description:
      "What the names of key columns begin with in the table but not in the record; needs 'value.fields-include' = 'EXCEPT_KEY'.",
  },
  { key: 'value.format', type: 'string', required: true, description: 'Format of the record values.' },
  {
    key: 'value.fields-include',
    type: 'enum',
    values: ['all', 'except_key'],
    default: 'ALL',
    description: 'Whether key columns are in the value too.',
  },
  ...shared(
    'scan.bounded.mode',
    'scan.bounded.specific-offsets',
    'scan.bounded.timestamp-millis',
    'scan.topic-partition-discovery.interval',
    'bad-records',
    'bad-records.topic',
    'scan.parallelism',
    'sink.delivery-guarantee',
    'sink.parallelism',
    'sink.transactional-id-prefix',
    'sink.transactions.accept-loss',
  ),
  {
    key: 'sink.buffer-flush.max-rows',
    type: 'int',
    default: '0',
    description:
      'Keep this many rows and write only the last one of each key; 0 = write each row. A checkpoint writes what is kept. Goes with the interval.',
  },
  {
    key: 'sink.buffer-flush.interval',
    type: 'duration',
    default: '0 s',
    description: 'Write what is kept at least this often; 0 = write each row. Goes with max-rows.',
  },
]

/** Options of `kafka` that have no place here, and what to do instead. */
export const refusedOptions: Readonly<Record<string, string>> = {
  ...Object.fromEntries(
    ['scan.startup.mode', 'scan.startup.specific-offsets', 'scan.startup.timestamp-millis'].map((key) => [
      key,
      "Remove it: an upsert-kafka table is always read from the earliest offset, since any earlier record may hold the row of its key. 'scan.bounded.mode' says where reading ends.",
    ]),
  ),
  format: "Name both formats: 'key.format' = 'json', 'value.format' = 'json'.",
  'key.fields': 'Remove it: the key of a record is the PRIMARY KEY of the table.',
  'sink.partitioner': 'Remove it: a record goes to the partition of its key, so that changes of one key stay in order.',
}
