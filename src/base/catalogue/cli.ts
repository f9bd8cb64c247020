import { declare } from './contract.ts'

/** Errors of the cli part; codes start with `CLI_`. */
export const cliErrors = {
  CLI_INTERNAL: declare<{ detail: string }>({
    domain: 'internal',
    message: ({ detail }) => `Internal error (cli): ${detail}`,
    hint: () => 'This is a bug in Rivulet: please report it with the statement and the plan.',
  }),
}
