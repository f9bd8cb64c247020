/**
 * What a command of the command line is: data that `--help` prints, and a function.
 *
 * Law: flags are declared once; parsing, help and the check for misspelt flags all read that declaration.
 */
import { parseArgs } from 'node:util'
import { fail } from '../base/errors.ts'
import { didYouMean } from '../base/nearest.ts'

export interface Flag {
  readonly type: 'string' | 'boolean'
  /** One letter. */
  readonly short?: string
  /** Shown in help as the value's name: `--topic NAME`. */
  readonly value?: string
  readonly default?: string
  readonly multiple?: boolean
  readonly help: string
}

export interface Command {
  readonly name: string
  /** Behind `rivulet`: `run FILE [-- ARGS]`. */
  readonly usage: string
  readonly summary: string
  readonly details?: string
  readonly flags: Readonly<Record<string, Flag>>
  /** Resolves with the exit code. */
  run(call: Call): Promise<number>
}

export interface Call {
  readonly positionals: readonly string[]
  /** What stood behind `--`. */
  readonly rest: readonly string[]
  string(flag: string): string | undefined
  strings(flag: string): readonly string[]
  boolean(flag: string): boolean
  /** A whole number ≥ 0, or undefined when the flag was not given. */
  count(flag: string): number | undefined
  readonly io: Io
}

/** Where a command writes and how it learns that it must stop; tests give their own. */
export interface Io {
  out(line: string): void
  err(line: string): void
  /** Standard output is a terminal: colours and a status line are welcome. */
  readonly terminal: boolean
  /** Aborted by Ctrl-C and SIGTERM. */
  readonly signal: AbortSignal
}

export function parseCall(command: Command, argv: readonly string[], io: Io): Call {
  const split = argv.indexOf('--')
  const own = split === -1 ? argv : argv.slice(0, split)
  const rest = split === -1 ? [] : argv.slice(split + 1)
  const options = Object.fromEntries(
    Object.entries(command.flags).map(([name, flag]) => {
      const short = flag.short === undefined ? {} : { short: flag.short }
      return [name, { type: flag.type, multiple: flag.multiple ?? false, ...short }]
    }),
  )
  let parsed: { values: Record<string, unknown>; positionals: string[] }
  try {
    parsed = parseArgs({ args: [...own], options, allowPositionals: true, strict: true })
  } catch (error) {
    return usage(command, error)
  }
  const { values, positionals } = parsed
  const string = (flag: string) => (values[flag] as string | undefined) ?? command.flags[flag]?.default
  return {
    positionals,
    rest,
    string,
    strings: (flag) => (values[flag] as string[] | undefined) ?? [],
    boolean: (flag) => values[flag] === true,
    count(flag) {
      const text = string(flag)
      if (text === undefined) return undefined
      if (!/^\d+$/.test(text)) {
        fail('CLI_USAGE', { detail: `--${flag} takes a whole number, found '${text}'.`, command: command.name })
      }
      return Number(text)
    },
    io,
  }
}

function usage(command: Command, error: unknown): never {
  const text = error instanceof Error ? error.message : String(error)
  const unknown = /Unknown option '(-{1,2}[^']+)'/.exec(text)?.[1]
  if (unknown === undefined) fail('CLI_USAGE', { detail: text.split('. ')[0], command: command.name })
  const known = Object.keys(command.flags).map((name) => `--${name}`)
  const near = didYouMean(unknown, known)
  const detail = `rivulet ${command.name} has no flag '${unknown}'.${near === undefined ? '' : ` ${near}`}`
  return fail('CLI_USAGE', { detail, command: command.name })
}

export function helpText(command: Command): string {
  const rows = Object.entries(command.flags).map(([name, flag]) => {
    const short = flag.short === undefined ? '    ' : `-${flag.short}, `
    const value = flag.type === 'string' ? ` ${flag.value ?? 'VALUE'}` : ''
    const standard = flag.default === undefined ? '' : ` (default: ${flag.default})`
    return [`${short}--${name}${value}`, `${flag.help}${standard}`] as const
  })
  const width = Math.max(...rows.map(([left]) => left.length), 14)
  const lines = [`Usage: rivulet ${command.usage}`, '', command.summary]
  if (command.details !== undefined) lines.push('', command.details)
  if (rows.length > 0) lines.push('', 'Flags:', ...rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`))
  return lines.join('\n')
}
