import { declare } from './contract.ts'

/** Errors of connectors and of options; codes start with `CONNECTOR_`. */
export const connectorErrors = {
  CONNECTOR_UNKNOWN_OPTION: declare<{ owner: string; key: string; hint?: string }>({
    domain: 'user',
    message: ({ owner, key }) => `Unknown option '${key}' for ${owner}.`,
    hint: ({ hint }) => hint,
    flink: 'Unsupported options found for …',
  }),
  CONNECTOR_MISSING_OPTION: declare<{ owner: string; key: string }>({
    domain: 'user',
    message: ({ owner, key }) => `Option '${key}' is required for ${owner} and was not given.`,
    hint: ({ key }) => `Add '${key}' = '…' to the WITH clause.`,
    flink: 'One or more required options are missing.',
  }),
  CONNECTOR_WRONG_OPTION_VALUE: declare<{ owner: string; key: string; value: string; expected: string }>({
    domain: 'user',
    message: ({ owner, key, value, expected }) =>
      `Option '${key}' for ${owner} has the value '${value}', but ${expected} was expected.`,
    flink: "Invalid value for option '…'.",
  }),
  CONNECTOR_UNKNOWN: declare<{ identifier: string; hint?: string }>({
    domain: 'user',
    message: ({ identifier }) => `There is no connector '${identifier}'.`,
    hint: ({ hint }) => hint,
    flink: 'Could not find any factory for identifier … that implements DynamicTableFactory in the classpath.',
  }),
}
