import { declare } from './contract.ts'

/** Errors of the state part; codes start with `STATE_`. */
export const stateErrors = {
  STATE_INTERNAL: declare<{ detail: string }>({
    domain: 'internal',
    message: ({ detail }) => `Internal error (state): ${detail}`,
    hint: () => 'This is a bug in Rivulet: please report it with the statement and the plan.',
  }),
}
