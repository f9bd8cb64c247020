import { declare } from './contract.ts'

/** Errors of the kafka part; codes start with `KAFKA_`. */
export const kafkaErrors = {
  KAFKA_INTERNAL: declare<{ detail: string }>({
    domain: 'internal',
    message: ({ detail }) => `Internal error (kafka): ${detail}`,
    hint: () => 'This is a bug in Rivulet: please report it with the statement and the plan.',
  }),
  KAFKA_MALFORMED_MESSAGE: declare<{ what: string; problem: string; position: number; length: number }>({
    domain: 'external',
    message: ({ what, problem, position, length }) =>
      `Malformed Kafka message (${what}): ${problem}, at byte ${position} of ${length}`,
    hint: () => 'Check that the address is a Kafka listener of the expected security protocol.',
  }),
  KAFKA_UNSUPPORTED_VERSION: declare<{ api: string; version: number; minVersion: number; maxVersion: number }>({
    domain: 'external',
    message: ({ api, version, minVersion, maxVersion }) =>
      `Version ${version} of Kafka's ${api} is not spoken here, only ${minVersion} to ${maxVersion}`,
  }),
}
