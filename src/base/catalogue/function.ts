import { declare } from './contract.ts'

/** Errors of the function part; codes start with `FUNCTION_`. */
export const functionErrors = {
  FUNCTION_INTERNAL: declare<{ detail: string }>({
    domain: 'internal',
    message: ({ detail }) => `Internal error (function): ${detail}`,
    hint: () => 'This is a bug in Rivulet: please report it with the statement and the plan.',
  }),
}
