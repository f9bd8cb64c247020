/** The options of `'connector' = 'kafka'`, Flink's keys and defaults. */
import type { OptionDeclaration } from '../../base/options.ts'

export const kafkaOptions: readonly OptionDeclaration[] = [
  { key: 'topic', type: 'list', description: "The topic; several, separated by ';', can be read as one table." },
  {
    key: 'topic-pattern',
    type: 'string',
    description: 'A regular expression: all topics whose whole name it matches are read.',
  },
  {
    key: 'properties.*',
    type: 'string',
    description:
      "Kafka's own client properties; 'properties.bootstrap.servers' is required, 'properties.group.id' optional.",
  },
  { key: 'format', type: 'string', description: 'Format of the record values.' },
  { key: 'value.format', type: 'string', description: 'The same as format.' },
  {
    key: 'key.format',
    type: 'string',
    description: 'Format of the record keys; needs key.fields. Without it keys are neither read nor written.',
  },
  {
    key: 'key.fields',
    type: 'list',
    description: "The columns in the key, in its order, separated by ';'; needs key.format.",
  },
  {
    key: 'key.fields-prefix',
    type: 'string',
    description:
      "What the names of key columns begin with in the table but not in the record; needs 'value.fields-include' = 'EXCEPT_KEY'.",
  },
  {
    key: 'value.fields-include',
    type: 'enum',
    values: ['all', 'except_key'],
    default: 'ALL',
    description: 'Whether key columns are in the value too.',
  },
  {
    key: 'scan.startup.mode',
    type: 'enum',
    values: ['earliest-offset', 'latest-offset', 'group-offsets', 'timestamp', 'specific-offsets'],
    default: 'group-offsets',
    description: 'Where a fresh job starts to read; a restored one goes on where it stopped.',
  },
  {
    key: 'scan.startup.specific-offsets',
    type: 'string',
    description: "Start offsets: 'partition:0,offset:42;partition:1,offset:300'.",
  },
  {
    key: 'scan.startup.timestamp-millis',
    type: 'long',
    description: 'Start at the first record of this time or later.',
  },
  {
    key: 'scan.bounded.mode',
    type: 'enum',
    values: ['unbounded', 'latest-offset', 'group-offsets', 'timestamp', 'specific-offsets'],
    default: 'unbounded',
    description: 'Where reading ends; ends are fixed when the job starts.',
  },
  {
    key: 'scan.bounded.specific-offsets',
    type: 'string',
    description: 'End offsets, exclusive, as the start offsets.',
  },
  {
    key: 'scan.bounded.timestamp-millis',
    type: 'long',
    description: 'End before the first record of this time or later.',
  },
  {
    key: 'scan.topic-partition-discovery.interval',
    type: 'duration',
    default: '5 min',
    description: 'How often new topics and partitions are looked for; 0 = never.',
  },
  {
    key: 'bad-records',
    type: 'enum',
    values: ['fail', 'skip', 'table'],
    default: 'fail',
    description:
      "What happens with a record that cannot be read: fail ends the job, skip passes over and counts it, table also keeps it with reason and place (jobClient.badRecords(), 'bad-records.topic'). Rivulet's own.",
  },
  {
    key: 'bad-records.topic',
    type: 'string',
    description:
      "For 'bad-records' = 'table': the topic that bad records are written to, with reason and place as headers. Rivulet's own.",
  },
  { key: 'scan.parallelism', type: 'int', description: 'How many subtasks read.' },
  {
    key: 'sink.partitioner',
    type: 'string',
    default: 'default',
    description:
      'default: by the key as Kafka does it, without a key the producer chooses; round-robin: the same, for tables without key.fields; fixed: each subtask writes to one partition.',
  },
  {
    key: 'sink.delivery-guarantee',
    type: 'enum',
    values: ['at-least-once', 'none', 'exactly-once'],
    default: 'at-least-once',
    description:
      'at-least-once waits for all acknowledgements at every checkpoint; exactly-once writes in transactions that a checkpoint commits; none waits for nothing.',
  },
  { key: 'sink.parallelism', type: 'int', description: 'How many subtasks write.' },
  {
    key: 'sink.transactional-id-prefix',
    type: 'string',
    description: 'For exactly-once: transactional ids are PREFIX-SUBTASK-CHECKPOINT. No other job may have the same.',
  },
  {
    key: 'sink.transactions.accept-loss',
    type: 'boolean',
    default: 'false',
    description:
      "Go on when a transaction of a complete checkpoint cannot be committed any more (it timed out while the job was down): its rows are lost. Otherwise the job fails. Rivulet's own.",
  },
]
