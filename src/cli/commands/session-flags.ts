/** `-D key=value`: options of the session. */
import { fail } from '../../base/errors.ts'
import type { Call } from '../command.ts'

export function definitions(call: Call, command: string): Record<string, string> {
  return keyValues(call, 'define', '-D', command)
}

/** Of a flag that may be repeated. @param written how the user writes it */
export function keyValues(call: Call, flag: string, written: string, command: string): Record<string, string> {
  const found: Record<string, string> = {}
  for (const entry of call.strings(flag)) {
    const at = entry.indexOf('=')
    if (at <= 0) fail('CLI_USAGE', { detail: `${written} takes key=value, found '${entry}'.`, command })
    found[entry.slice(0, at)] = entry.slice(at + 1)
  }
  return found
}
