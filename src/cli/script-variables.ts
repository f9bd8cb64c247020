/**
 * Variables of SQL scripts: `${name:-default}` and `${name?then:else}`, filled from `rivulet run script.sql -- --name value`.
 *
 * Law: a flag without a value is "set" (`--bounded`); a variable without a default that is not set is an error; text outside
 * `${…}` is not touched.
 */
import { fail } from '../base/errors.ts'
import { didYouMean } from '../base/nearest.ts'

const VARIABLE = /\$\{([A-Za-z][\w-]*)(?::-([^}]*)|\?([^:}]*):([^}]*))?\}/g

export function scriptFlags(args: readonly string[]): ReadonlyMap<string, string> {
  const flags = new Map<string, string>()
  for (let i = 0; i < args.length; i++) {
    const match = /^--([A-Za-z][\w-]*)(?:=(.*))?$/s.exec(args[i])
    if (match === null) {
      fail('CLI_USAGE', { detail: `A SQL script takes flags like --name value, found '${args[i]}'.`, command: 'run' })
    }
    const next = args[i + 1]
    if (match[2] !== undefined) flags.set(match[1], match[2])
    else if (next === undefined || next.startsWith('--')) flags.set(match[1], 'true')
    else {
      flags.set(match[1], next)
      i++
    }
  }
  return flags
}

export function substitute(sql: string, flags: ReadonlyMap<string, string>, ignored: readonly string[] = []): string {
  const names = new Set([...sql.matchAll(VARIABLE)].map((match) => match[1]))
  // Kafka's tools and job files call it differently; a script takes both.
  const [server, given] = SERVERS.map((name) => flags.get(name))
  const other = new Map(flags)
  for (const name of SERVERS) {
    if (names.has(name) && !flags.has(name) && (server ?? given) !== undefined)
      other.set(name, (server ?? given) as string)
  }
  return fill(sql, other, names, [...ignored, ...(SERVERS.some((name) => names.has(name)) ? SERVERS : [])])
}

const SERVERS = ['kafka-servers', 'bootstrap-server']

function fill(
  sql: string,
  flags: ReadonlyMap<string, string>,
  names: ReadonlySet<string>,
  ignored: readonly string[],
): string {
  for (const flag of flags.keys()) {
    if (names.has(flag) || ignored.includes(flag)) continue
    const near = didYouMean(flag, names) ?? (names.size === 0 ? '' : `It has: ${[...names].join(', ')}.`)
    fail('CLI_USAGE', { detail: `The script has no variable \${${flag}}. ${near}`.trim(), command: 'run' })
  }
  return sql.replace(VARIABLE, (_, name: string, standard?: string, then?: string, otherwise?: string) => {
    const value = flags.get(name)
    if (then !== undefined) return value !== undefined && value !== 'false' ? then : (otherwise ?? '')
    return value ?? standard ?? fail('CLI_MISSING_VARIABLE', { name })
  })
}
