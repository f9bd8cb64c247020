import { declare } from './contract.ts'

/** Errors of the sql part; codes start with `SQL_`. */
export const sqlErrors = {
  SQL_INTERNAL: declare<{ detail: string }>({
    domain: 'internal',
    message: ({ detail }) => `Internal error (sql): ${detail}`,
    hint: () => 'This is a bug in Rivulet: please report it with the statement and the plan.',
  }),
}
