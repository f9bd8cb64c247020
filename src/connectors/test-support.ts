/** For tests of connectors: requests as the planner makes them, contexts, and readers read to their end. */
import { type OptionEntry, parseOptions } from '../base/options.ts'
import { type SimulatedHost, simulatedHost } from '../base/simulated-host.ts'
import type { Format } from '../formats/contract.ts'
import { rowAt, type Schema } from '../types/batch.ts'
import { rowKindText } from '../types/row-kind.ts'
import type { Value } from '../types/value.ts'
import type {
  Connector,
  ProducedColumn,
  ReaderContext,
  SourceBatch,
  SourceReader,
  TableRequest,
  WriterContext,
} from './contract.ts'

export interface RequestParts {
  readonly schema: Schema
  readonly options?: Readonly<Record<string, string>>
  readonly formats?: readonly Format[]
  readonly inline?: unknown
  readonly table?: string
  readonly legacy?: boolean
  readonly primaryKey?: readonly string[]
}

export function request(connector: Connector, parts: RequestParts): TableRequest {
  const entries: Record<string, OptionEntry> = {}
  const ofFormats: Record<string, OptionEntry> = {}
  const formats = parts.formats ?? []
  for (const [key, value] of Object.entries(parts.options ?? {})) {
    const prefix = formats.map(({ identifier }) => `${identifier}.`).find((start) => key.startsWith(start))
    if (prefix === undefined) entries[key] = { value }
    else ofFormats[key.slice(prefix.length)] = { value }
  }
  const options = parseOptions(`connector '${connector.identifier}'`, connector.options, entries)
  return {
    table: parts.table ?? 'default_catalog.default_database.t',
    physical: parts.schema,
    primaryKey: parts.primaryKey ?? [],
    partitionKeys: [],
    options,
    entries,
    legacy: parts.legacy === true,
    timeZone: 'UTC',
    format(optionKey) {
      const format = formats.find(({ identifier }) => identifier === entries[optionKey]?.value)
      if (format === undefined) return undefined
      return { format, options: parseOptions(`format '${format.identifier}'`, format.options, ofFormats) }
    },
    inline: parts.inline,
  }
}

export function readerContext(
  produced: readonly ProducedColumn[],
  more: Partial<ReaderContext> = {},
): ReaderContext & { readonly counters: Map<string, number>; readonly host: ReaderContext['host'] } {
  const counters = new Map<string, number>()
  return {
    host: simulatedHost(),
    subtask: 0,
    parallelism: 1,
    produced,
    maxRows: 4096,
    counter: (name) => ({ add: (n) => void counters.set(name, (counters.get(name) ?? 0) + n) }),
    gauge: () => {},
    ...more,
    counters,
  }
}

export function writerContext(consumed: readonly ProducedColumn[], more: Partial<WriterContext> = {}): WriterContext {
  return {
    host: simulatedHost(),
    subtask: 0,
    parallelism: 1,
    consumed,
    print: () => {},
    counter: () => ({ add: () => {} }),
    ...more,
  }
}

/** Rows as `[kind, …values]`. */
export function rowsOf({ batch }: SourceBatch, produced: readonly ProducedColumn[]): [string, ...Value[]][] {
  return Array.from({ length: batch.length }, (_, row) => [
    rowKindText(batch.kinds === null ? 0 : batch.kinds[row]),
    ...rowAt(batch, produced, row),
  ])
}

/** Read until 'end' (or `enough` rows), waiting in virtual time where the reader has nothing. */
export function readAll(
  reader: SourceReader,
  produced: readonly ProducedColumn[],
  options: { readonly maxRows?: number; readonly host?: SimulatedHost; readonly enough?: number } = {},
): [string, ...Value[]][] {
  const rows: [string, ...Value[]][] = []
  for (let idle = 0; idle < 10_000 && rows.length < (options.enough ?? Number.POSITIVE_INFINITY); ) {
    const polled = reader.poll(options.maxRows ?? 4096)
    if (polled === 'end') return rows
    if (polled === 'empty') {
      idle++
      options.host?.clock.advance(50)
    } else rows.push(...rowsOf(polled, produced))
  }
  if (options.enough === undefined) throw new Error('the reader neither ends nor gives rows')
  return rows
}
