import { declare } from './contract.ts'

/** Errors of the kafka part; codes start with `KAFKA_`. */
export const kafkaErrors = {
  KAFKA_INTERNAL: declare<{ detail: string }>({
    domain: 'internal',
    message: ({ detail }) => `Internal error (kafka): ${detail}`,
    hint: () => 'This is a bug in Rivulet: please report it with the statement and the plan.',
  }),
}
