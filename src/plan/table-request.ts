/**
 * A table's WITH options meet its connector and formats.
 *
 * Laws
 * - Every option belongs to the connector, to one of its formats (with the format's prefix: `json.…`, `value.json.…`) or to
 *   the planner (`scan.watermark.…`); any other is an error with the nearest known key.
 * - `'connector.type'` of Flink 1.10 is translated by the connector into today's options; the two are never mixed.
 * - A request is built from a table of a compiled plan, so the engine asks for exactly what the planner checked.
 */
import { fail } from '../base/errors.ts'
import { didYouMean } from '../base/nearest.ts'
import { type OptionDeclaration, type OptionEntry, type OptionValues, parseOptions } from '../base/options.ts'
import type { Connector, TableRequest } from '../connectors/contract.ts'
import type { Format } from '../formats/contract.ts'
import type { PlanTable } from '../operators/source-scan/node.ts'

export interface Registries {
  readonly connectors: readonly Connector[]
  readonly formats: readonly Format[]
}

/** Options of a table that the planner itself reads. */
export const PLANNER_OPTIONS: readonly OptionDeclaration[] = [
  {
    key: 'scan.watermark.emit.strategy',
    type: 'enum',
    values: ['on-event', 'on-periodic'],
    description: 'When watermarks are emitted: after every row that raises them, or at intervals.',
  },
  {
    key: 'scan.watermark.emit.on-event.gap',
    type: 'int',
    default: '1',
    description: 'With on-event: emit after this many rows.',
  },
  {
    key: 'scan.watermark.idle-timeout',
    type: 'duration',
    description: 'A split without rows for this long no longer holds the watermark back.',
  },
  { key: 'scan.watermark.alignment.group', type: 'string', description: 'Sources of one group keep in step.' },
  { key: 'scan.watermark.alignment.max-drift', type: 'duration', description: 'How far a source may run ahead.' },
  { key: 'scan.watermark.alignment.update-interval', type: 'duration', description: 'How often sources compare.' },
]

export interface OpenedTable {
  readonly connector: Connector
  readonly request: TableRequest
  /** Values of `PLANNER_OPTIONS`. */
  readonly planner: OptionValues
}

export interface OpenOptions {
  readonly timeZone: string
  /** Options with their places, where the plan has only texts. */
  readonly entries?: Readonly<Record<string, OptionEntry>>
  readonly inline?: unknown
}

/** Find the connector of a table, check all its options and make the request for its source or sink. */
export function openTable(table: PlanTable, registries: Registries, options: OpenOptions): OpenedTable {
  const written: Readonly<Record<string, OptionEntry>> =
    options.entries ?? Object.fromEntries(Object.entries(table.options).map(([key, value]) => [key, { value }]))
  const legacy = written['connector.type'] !== undefined
  const connector = findConnector(table, written, registries)
  const entries = legacy ? translateLegacy(table, connector, written) : written
  const owner = `connector '${connector.identifier}' (table ${shortName(table.name)})`

  const rest: Record<string, OptionEntry> = {}
  const planner: Record<string, OptionEntry> = {}
  const formats = formatsOf(connector, entries, registries)
  const groups = new Map(formats.map((found) => [found.optionKey, {} as Record<string, OptionEntry>]))
  for (const [key, entry] of Object.entries(entries)) {
    if (key === 'connector') continue
    const found = formats.find(({ prefix }) => key.startsWith(prefix))
    if (PLANNER_OPTIONS.some((option) => option.key === key)) planner[key] = entry
    else if (found !== undefined) (groups.get(found.optionKey) as Record<string, OptionEntry>)[key] = entry
    else rest[key] = entry
  }
  checkKnown(owner, connector, formats, rest)
  const values = parseOptions(owner, connector.options, rest)
  const parsed = new Map(
    formats.map(({ optionKey, format, prefix }) => {
      const declared = format.options.map((option) => ({ ...option, key: prefix + option.key }))
      const all = parseOptions(`format '${format.identifier}'`, declared, groups.get(optionKey) ?? {})
      return [optionKey, { format, options: withoutPrefix(all, prefix) }] as const
    }),
  )
  return {
    connector,
    planner: parseOptions('the table', PLANNER_OPTIONS, planner),
    request: {
      table: table.name,
      physical: table.physical.map(({ name, type }) => ({ name, type })),
      primaryKey: table.primaryKey,
      partitionKeys: table.partitionKeys,
      options: values,
      entries,
      legacy,
      timeZone: options.timeZone,
      format: (optionKey) => parsed.get(optionKey),
      ...(options.inline !== undefined && { inline: options.inline }),
    },
  }
}

function shortName(name: string): string {
  return name.split('.').at(-1) ?? name
}

function findConnector(
  table: PlanTable,
  entries: Readonly<Record<string, OptionEntry>>,
  registries: Registries,
): Connector {
  const entry = entries.connector ?? entries['connector.type']
  if (entry === undefined) return fail('PLAN_MISSING_CONNECTOR', { table: shortName(table.name) })
  if (entries.connector !== undefined) {
    const old = Object.keys(entries).find((key) => /^(connector|update-mode|format)\.|^update-mode$/.test(key))
    if (old !== undefined && /^connector\.|^format\.type$/.test(old)) {
      fail(
        'PLAN_MIXED_OPTIONS',
        { table: shortName(table.name), old, current: 'connector' },
        { span: entries[old].span },
      )
    }
  }
  const connector = registries.connectors.find((c) => c.identifier === entry.value)
  if (connector !== undefined) return connector
  const known = registries.connectors.map((c) => c.identifier)
  const hint = didYouMean(entry.value, known) ?? `Known connectors: ${known.join(', ')}.`
  return fail('CONNECTOR_UNKNOWN', { identifier: entry.value, hint }, { span: entry.span })
}

function translateLegacy(
  table: PlanTable,
  connector: Connector,
  entries: Readonly<Record<string, OptionEntry>>,
): Readonly<Record<string, OptionEntry>> {
  const current = Object.keys(entries).find((key) => !/^(connector|format|schema|update-mode)(\.|$)/.test(key))
  if (current !== undefined) {
    fail(
      'PLAN_MIXED_OPTIONS',
      { table: shortName(table.name), old: 'connector.type', current },
      { span: entries[current].span },
    )
  }
  if (connector.legacy === undefined) {
    return fail(
      'PLAN_NOT_SUPPORTED',
      {
        feature: `'connector.type' = '${connector.identifier}' (options of Flink 1.10)`,
        hint: `Write today's options: 'connector' = '${connector.identifier}', ….`,
      },
      { span: entries['connector.type'].span },
    )
  }
  return connector.legacy(entries)
}

interface FoundFormat {
  readonly optionKey: string
  readonly format: Format
  /** `json.`, `value.json.` */
  readonly prefix: string
}

function formatsOf(
  connector: Connector,
  entries: Readonly<Record<string, OptionEntry>>,
  registries: Registries,
): readonly FoundFormat[] {
  return connector.formatOptions.flatMap((optionKey) => {
    const entry = entries[optionKey]
    if (entry === undefined) return []
    const format = registries.formats.find((f) => f.identifier === entry.value)
    if (format === undefined) {
      const known = registries.formats.map((f) => f.identifier)
      const hint = didYouMean(entry.value, known) ?? `Known formats: ${known.join(', ')}.`
      return fail('PLAN_UNKNOWN_FORMAT', { identifier: entry.value, option: optionKey, hint }, { span: entry.span })
    }
    const scope = optionKey === 'format' ? '' : optionKey.slice(0, -'format'.length)
    return [{ optionKey, format, prefix: `${scope}${entry.value}.` }]
  })
}

/** A misspelt key of a format has the connector's name on it otherwise; look among all that are known here. */
function checkKnown(
  owner: string,
  connector: Connector,
  formats: readonly FoundFormat[],
  rest: Readonly<Record<string, OptionEntry>>,
): void {
  const declared = connector.options.flatMap((option) => [option.key, ...(option.deprecatedKeys ?? [])])
  const families = declared.filter((key) => key.endsWith('.*')).map((key) => key.slice(0, -1))
  const known = [
    ...declared,
    ...PLANNER_OPTIONS.map((option) => option.key),
    ...formats.flatMap(({ format, prefix }) => format.options.map((option) => prefix + option.key)),
  ]
  for (const [key, entry] of Object.entries(rest)) {
    if (known.includes(key) || families.some((family) => key.startsWith(family))) continue
    const hint = connector.refused?.[key] ?? didYouMean(key, known) ?? `Known options: ${[...known].sort().join(', ')}.`
    fail('CONNECTOR_UNKNOWN_OPTION', { owner, key, hint }, { span: entry.span })
  }
}

function withoutPrefix(values: OptionValues, prefix: string): OptionValues {
  return {
    string: (key) => values.string(prefix + key),
    boolean: (key) => values.boolean(prefix + key),
    number: (key) => values.number(prefix + key),
    list: (key) => values.list(prefix + key),
    family: (key) => values.family(prefix + key),
    span: (key) => values.span(prefix + key),
  }
}
