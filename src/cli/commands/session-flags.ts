/** `-D key=value`: options of the session. */
import { fail } from '../../base/errors.ts'
import type { Call } from '../command.ts'

export function definitions(call: Call, command: string): Record<string, string> {
  const configuration: Record<string, string> = {}
  for (const entry of call.strings('define')) {
    const at = entry.indexOf('=')
    if (at <= 0) fail('CLI_USAGE', { detail: `-D takes key=value, found '${entry}'.`, command })
    configuration[entry.slice(0, at)] = entry.slice(at + 1)
  }
  return configuration
}
