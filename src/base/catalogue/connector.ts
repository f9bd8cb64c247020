import { declare } from './contract.ts'

/** Errors of the connector part; codes start with `CONNECTOR_`. */
export const connectorErrors = {
  CONNECTOR_INTERNAL: declare<{ detail: string }>({
    domain: 'internal',
    message: ({ detail }) => `Internal error (connector): ${detail}`,
    hint: () => 'This is a bug in Rivulet: please report it with the statement and the plan.',
  }),
}
