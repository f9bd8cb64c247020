import { declare } from './contract.ts'

/** Errors of connectors and of options; codes start with `CONNECTOR_`. */
export const connectorErrors = {
  CONNECTOR_UNKNOWN_OPTION: declare<{ owner: string; key: string; hint?: string }>({
    domain: 'user',
    message: ({ owner, key }) => `Unknown option '${key}' for ${owner}.`,
    hint: ({ hint }) => hint,
    flink: 'Unsupported options found for …',
  }),
  CONNECTOR_MISSING_OPTION: declare<{ owner: string; key: string }>({
    domain: 'user',
    message: ({ owner, key }) => `Option '${key}' is required for ${owner} and was not given.`,
    hint: ({ key }) => `Add '${key}' = '…' to the WITH clause.`,
    flink: 'One or more required options are missing.',
  }),
  CONNECTOR_WRONG_OPTION_VALUE: declare<{ owner: string; key: string; value: string; expected: string }>({
    domain: 'user',
    message: ({ owner, key, value, expected }) =>
      `Option '${key}' for ${owner} has the value '${value}', but ${expected} was expected.`,
    flink: "Invalid value for option '…'.",
  }),
  CONNECTOR_UNKNOWN: declare<{ identifier: string; hint?: string }>({
    domain: 'user',
    message: ({ identifier }) => `There is no connector '${identifier}'.`,
    hint: ({ hint }) => hint,
    flink: 'Could not find any factory for identifier … that implements DynamicTableFactory in the classpath.',
  }),
  CONNECTOR_INLINE_WITHOUT_ROWS: declare<{ table: string }>({
    domain: 'user',
    message: ({ table }) => `The inline table ${table} was given no rows.`,
    hint: () => "'connector' = 'inline' is for tests: the program that creates the table hands over its rows.",
  }),
  CONNECTOR_DATAGEN_FIELD: declare<{ key: string; column: string; reason: string; hint?: string }>({
    domain: 'user',
    message: ({ key, column, reason }) =>
      `Option '${key}' does not fit column '${column}' of the datagen table: ${reason}.`,
    hint: ({ hint }) => hint,
  }),
  CONNECTOR_KAFKA_OPTION: declare<{ table: string; problem: string; hint?: string }>({
    domain: 'user',
    message: ({ table, problem }) => `Kafka table ${table}: ${problem}.`,
    hint: ({ hint }) => hint,
  }),
  CONNECTOR_LEGACY_OPTION: declare<{ key: string; problem: string; hint?: string }>({
    domain: 'user',
    message: ({ key, problem }) => `Option '${key}' of Flink 1.10: ${problem}.`,
    hint: ({ hint }) => hint,
  }),
  CONNECTOR_NOT_YET: declare<{ feature: string; hint: string }>({
    domain: 'user',
    message: ({ feature }) => `${feature} is not supported yet.`,
    hint: ({ hint }) => hint,
  }),
  CONNECTOR_KAFKA_COMMIT_LOST: declare<{
    checkpoint: number
    topic: string
    transactionalId: string
    /** `partition 0: 10 to 20, …`; empty when unknown. */
    offsets: string
    detail: string
  }>({
    // Not of the outside: it stays so at every restart, until somebody decides what is to become of the rows.
    domain: 'user',
    message: ({ checkpoint, topic, offsets, detail }) =>
      `The rows of checkpoint ${checkpoint} for topic '${topic}'${offsets === '' ? '' : ` (offsets of ${offsets})`} cannot be committed: ${detail}`,
    hint: () =>
      "They are lost for readers with 'isolation.level' = 'read_committed'. Start from an earlier checkpoint, or go on without them with 'sink.transactions.accept-loss' = 'true'. Keep 'properties.transaction.timeout.ms' longer than any time that the job may be down.",
    flink: 'Failed to commit transaction … because of … Data loss may occur.',
  }),
  CONNECTOR_KAFKA_RECORD: declare<{ topic: string; partition: number; offset: number; detail: string; hint?: string }>({
    domain: 'user',
    message: ({ topic, partition, offset, detail }) =>
      `Cannot read the record of topic '${topic}', partition ${partition}, offset ${offset}: ${detail}`,
    hint: ({ hint }) =>
      `${hint === undefined ? '' : `${hint} `}'bad-records' = 'skip' or 'table' goes on without such records and counts them.`,
    flink: 'Failed to deserialize consumer record ConsumerRecord(topic = …, partition = …, offset = …).',
  }),
}
