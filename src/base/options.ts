/**
 * Declared options of connectors, formats and the session.
 *
 * Law: an option that is not declared is an error with the nearest declared key; a value that does not parse as the declared
 * type is an error that says what was expected; secrets never reach a message, a log or a plan that is shown.
 */
import { fail } from './errors.ts'
import { didYouMean } from './nearest.ts'
import type { SourceText, Span } from './span.ts'

export type OptionType =
  | 'string'
  | 'boolean'
  | 'int'
  | 'long'
  | 'double'
  | 'duration'
  | 'memory'
  | 'enum'
  | 'list'
  | 'map'

export interface OptionDeclaration {
  /** `scan.startup.mode`. A key that ends in `.*` declares a family (`properties.*`), values are strings. */
  readonly key: string
  readonly type: OptionType
  readonly values?: readonly string[]
  readonly default?: string
  readonly required?: boolean
  readonly secret?: boolean
  readonly description: string
  /** Older keys of the same option. */
  readonly deprecatedKeys?: readonly string[]
}

export interface OptionEntry {
  readonly value: string
  readonly span?: Span
  /** The text of `span`, where it is another one than the table's own (an OPTIONS hint). */
  readonly source?: SourceText
}

/** Parsed options: `get` by declared key. Durations are milliseconds, memory sizes bytes. */
export interface OptionValues {
  string(key: string): string | undefined
  boolean(key: string): boolean | undefined
  number(key: string): number | undefined
  list(key: string): readonly string[] | undefined
  /** All entries of a family `properties.*`, keys without the prefix. */
  family(prefix: string): Readonly<Record<string, string>>
  /** Where the value was written, for errors of the connector. */
  span(key: string): Span | undefined
}

/** Check and parse `entries` against `declarations`; `owner` names whose options they are (`connector 'kafka'`). */
export function parseOptions(
  owner: string,
  declarations: readonly OptionDeclaration[],
  entries: Readonly<Record<string, OptionEntry>>,
): OptionValues {
  const byKey = new Map<string, OptionDeclaration>()
  for (const declaration of declarations) {
    byKey.set(declaration.key, declaration)
    for (const old of declaration.deprecatedKeys ?? []) byKey.set(old, declaration)
  }
  const parsed = new Map<string, { text: string; value: unknown; span?: Span }>()
  for (const [key, entry] of Object.entries(entries)) {
    const family = declarations.find((d) => d.key.endsWith('.*') && key.startsWith(d.key.slice(0, -1)))
    const declaration = byKey.get(key) ?? family
    if (declaration === undefined) {
      const hint = didYouMean(key, byKey.keys()) ?? `Known options: ${[...byKey.keys()].sort().join(', ')}.`
      fail('CONNECTOR_UNKNOWN_OPTION', { owner, key, hint }, { span: entry.span })
    }
    const target = declaration === family ? key : declaration.key
    parsed.set(target, { text: entry.value, value: parseValue(owner, declaration, key, entry), span: entry.span })
  }
  for (const declaration of declarations) {
    if (parsed.has(declaration.key)) continue
    if (declaration.required === true) fail('CONNECTOR_MISSING_OPTION', { owner, key: declaration.key })
    if (declaration.default !== undefined) {
      const entry = { value: declaration.default }
      parsed.set(declaration.key, { text: entry.value, value: parseValue(owner, declaration, declaration.key, entry) })
    }
  }
  return {
    string: (key) => parsed.get(key)?.text,
    boolean: (key) => parsed.get(key)?.value as boolean | undefined,
    number: (key) => parsed.get(key)?.value as number | undefined,
    list: (key) => parsed.get(key)?.value as readonly string[] | undefined,
    family: (prefix) => {
      const start = prefix.endsWith('*') ? prefix.slice(0, -1) : prefix
      const found: Record<string, string> = {}
      for (const [key, { text }] of parsed) if (key.startsWith(start)) found[key.slice(start.length)] = text
      return found
    },
    span: (key) => parsed.get(key)?.span,
  }
}

function parseValue(owner: string, declaration: OptionDeclaration, key: string, entry: OptionEntry): unknown {
  const shown = declaration.secret === true ? '******' : entry.value
  const wrong = (expected: string): never =>
    fail('CONNECTOR_WRONG_OPTION_VALUE', { owner, key, value: shown, expected }, { span: entry.span })
  switch (declaration.type) {
    case 'string':
    case 'map':
      return entry.value
    case 'boolean': {
      const lower = entry.value.trim().toLowerCase()
      return lower === 'true' ? true : lower === 'false' ? false : wrong("'true' or 'false'")
    }
    case 'int':
    case 'long':
      return /^[+-]?\d+$/.test(entry.value.trim()) ? Number(entry.value) : wrong('a whole number')
    case 'double':
      return entry.value.trim() !== '' && Number.isFinite(Number(entry.value)) ? Number(entry.value) : wrong('a number')
    case 'duration':
      return parseDuration(entry.value) ?? wrong("a duration such as '500 ms', '10 s', '5 min', '1 h' or '1 d'")
    case 'memory':
      return parseMemory(entry.value) ?? wrong("a size such as '512 kb', '64 mb' or '1 gb'")
    case 'enum': {
      const found = declaration.values?.find((v) => v === entry.value.trim().toLowerCase())
      return found ?? wrong(`one of ${declaration.values?.map((v) => `'${v}'`).join(', ')}`)
    }
    case 'list':
      return entry.value
        .split(';')
        .map((part) => part.trim())
        .filter((part) => part !== '')
  }
}

const DURATION_UNITS: Readonly<Record<string, number>> = {
  ns: 1e-6,
  nano: 1e-6,
  nanosecond: 1e-6,
  nanos: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  micro: 1e-3,
  microsecond: 1e-3,
  '': 1,
  ms: 1,
  milli: 1,
  millisecond: 1,
  s: 1000,
  sec: 1000,
  second: 1000,
  m: 60_000,
  min: 60_000,
  minute: 60_000,
  h: 3_600_000,
  hour: 3_600_000,
  d: 86_400_000,
  day: 86_400_000,
}

/** Flink's durations (`10 s`, `5min`, plain numbers are ms) and ISO-8601 (`PT10S`), in milliseconds; undefined if neither. */
export function parseDuration(text: string): number | undefined {
  const match = /^\s*(\d+)\s*([a-zµ]*)\s*$/i.exec(text)
  if (match !== null) {
    const name = match[2].toLowerCase()
    const unit = DURATION_UNITS[name] ?? DURATION_UNITS[name.replace(/s$/, '')]
    return unit === undefined ? undefined : Number(match[1]) * unit
  }
  const iso = /^P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?$/i.exec(text.trim())
  if (iso === null || text.trim().length < 3) return undefined
  const [, d, h, m, s] = iso.map((part) => Number(part ?? 0))
  return d * 86_400_000 + h * 3_600_000 + m * 60_000 + s * 1000
}

const MEMORY_UNITS: Readonly<Record<string, number>> = {
  '': 1,
  b: 1,
  bytes: 1,
  k: 1024,
  kb: 1024,
  kibibytes: 1024,
  m: 1024 ** 2,
  mb: 1024 ** 2,
  mebibytes: 1024 ** 2,
  g: 1024 ** 3,
  gb: 1024 ** 3,
  gibibytes: 1024 ** 3,
  t: 1024 ** 4,
  tb: 1024 ** 4,
  tebibytes: 1024 ** 4,
}

/** Flink's memory sizes (`64 mb`), in bytes; undefined if it is none. */
export function parseMemory(text: string): number | undefined {
  const match = /^\s*(\d+)\s*([a-z]*)\s*$/i.exec(text)
  const unit = match === null ? undefined : MEMORY_UNITS[match[2].toLowerCase()]
  return match === null || unit === undefined ? undefined : Number(match[1]) * unit
}
