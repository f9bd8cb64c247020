/** `--target flink`: the commands about jobs speak to a Flink cluster instead of a server of ours. */
import { fail } from '../base/errors.ts'
import type { Call, Flag } from './command.ts'

const DEFAULT_URL = 'http://127.0.0.1:8081'

export const targetFlags: Readonly<Record<string, Flag>> = {
  target: { type: 'string', value: 'flink', help: 'Talk to an Apache Flink cluster instead of a server.' },
  'flink-url': {
    type: 'string',
    value: 'URL',
    help: `REST address of Flink's JobManager, by default ${DEFAULT_URL}.`,
  },
}

/** The address of the Flink cluster that `--target flink` means; undefined without it. */
export function flinkUrl(call: Call, command: string): string | undefined {
  const target = call.string('target')
  if (target === undefined && call.string('flink-url') === undefined) return undefined
  if (target !== 'flink') {
    const detail =
      target === undefined ? '--flink-url needs --target flink.' : `Unknown target '${target}'; there is 'flink'.`
    fail('CLI_USAGE', { detail, command })
  }
  return call.string('flink-url') ?? DEFAULT_URL
}
