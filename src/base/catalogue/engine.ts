import { declare } from './contract.ts'

/** Errors of the engine part; codes start with `ENGINE_`. */
export const engineErrors = {
  ENGINE_INTERNAL: declare<{ detail: string }>({
    domain: 'internal',
    message: ({ detail }) => `Internal error (engine): ${detail}`,
    hint: () => 'This is a bug in Rivulet: please report it with the statement and the plan.',
  }),
}
