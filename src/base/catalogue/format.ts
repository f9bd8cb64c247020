import { declare } from './contract.ts'

/** Errors of the format part; codes start with `FORMAT_`. */
export const formatErrors = {
  FORMAT_INTERNAL: declare<{ detail: string }>({
    domain: 'internal',
    message: ({ detail }) => `Internal error (format): ${detail}`,
    hint: () => 'This is a bug in Rivulet: please report it with the statement and the plan.',
  }),
}
