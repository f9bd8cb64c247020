import { declare } from './contract.ts'

/** Errors of the command line; codes start with `CLI_`. */
export const cliErrors = {
  CLI_USAGE: declare<{ detail: string; command: string }>({
    domain: 'user',
    message: ({ detail }) => detail,
    hint: ({ command }) => `See \`rivulet ${command}${command === '' ? '' : ' '}--help\`.`,
  }),
  CLI_NO_SUCH_FILE: declare<{ file: string; hint?: string }>({
    domain: 'user',
    message: ({ file }) => `There is no file '${file}'.`,
    hint: ({ hint }) => hint,
  }),
  CLI_BUNDLE_FAILED: declare<{ file: string; detail: string }>({
    domain: 'user',
    message: ({ file, detail }) => `'${file}' could not be compiled:\n${detail}`,
  }),
  CLI_NOTHING_RAN: declare<{ file: string }>({
    domain: 'user',
    message: ({ file }) => `'${file}' ran no job.`,
    hint: () => 'Export one (`export const job = defineJob(…)`), or call execute at the top level of the script.',
  }),
  CLI_MISSING_VARIABLE: declare<{ name: string }>({
    domain: 'user',
    message: ({ name }) => `The script needs a value for \${${name}}.`,
    hint: ({ name }) => `Pass it behind --: rivulet run script.sql -- --${name} VALUE`,
  }),
  CLI_NODE_VERSION: declare<{ found: string; needed: string }>({
    domain: 'user',
    message: ({ found, needed }) => `Rivulet needs Node ${needed}; this is Node ${found}.`,
  }),
  CLI_GATEWAY_UNREACHABLE: declare<{ url: string; detail: string }>({
    domain: 'external',
    message: ({ url, detail }) => `No SQL Gateway answers at ${url}: ${detail}`,
    hint: () => 'Check the address, and that a server runs there (rivulet server, or sql-gateway.sh of Flink).',
  }),
  CLI_GATEWAY_ERROR: declare<{ detail: string }>({
    domain: 'user',
    message: ({ detail }) => detail,
  }),
}
