import { declare } from './contract.ts'

/** Errors of the plan part; codes start with `PLAN_`. */
export const planErrors = {
  PLAN_INTERNAL: declare<{ detail: string }>({
    domain: 'internal',
    message: ({ detail }) => `Internal error (plan): ${detail}`,
    hint: () => 'This is a bug in Rivulet: please report it with the statement and the plan.',
  }),
}
