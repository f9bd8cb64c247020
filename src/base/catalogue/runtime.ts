import { declare } from './contract.ts'

/** Errors of the runtime part; codes start with `RUNTIME_`. */
export const runtimeErrors = {
  RUNTIME_INTERNAL: declare<{ detail: string }>({
    domain: 'internal',
    message: ({ detail }) => `Internal error (runtime): ${detail}`,
    hint: () => 'This is a bug in Rivulet: please report it with the statement and the plan.',
  }),
}
