/**
 * Tables of Flink 1.10 as today's.
 *
 * Laws
 * - `connector.type` options become today's by the table of the kafka connector, the one the embedded engine reads.
 * - The old JSON format writes timestamps as RFC 3339 with a `Z`, which no option of today's says: such a column goes out as a
 *   STRING, and every INSERT formats it.
 */
import { translateLegacy } from '../connectors/kafka/legacy.ts'
import {
  type CreateTable,
  type Insert,
  parseDataType,
  print,
  printIdentifier,
  printText,
  type Text,
} from '../sql/index.ts'

interface LegacySink {
  readonly columns: readonly string[]
  readonly stamps: ReadonlySet<string>
}

export class LegacyTables {
  readonly #sinks = new Map<string, LegacySink>()
  readonly #tell: (finding: string) => void

  constructor(tell: (finding: string) => void) {
    this.#tell = tell
  }

  translate(table: CreateTable): CreateTable {
    const given = Object.fromEntries(
      table.options.map(({ key, value, span }) => [key.value, { value: value.value, span }]),
    )
    if (given['connector.type'] === undefined) return table
    const name = nameOf(table.name)
    this.#tell(`Table ${name}: the options of Flink 1.10 go out as today's.`)
    const text = (value: string): Text => ({ ...table.options[0].value, value })
    const options = Object.entries(translateLegacy(given)).map(([key, entry]) => ({
      ...table.options[0],
      key: text(key),
      value: text(entry.value),
    }))
    const columns = table.schema?.columns ?? []
    // A table that is read has a rowtime column or a watermark; only what is written is formatted.
    const json = given['format.type']?.value === 'json' && table.schema?.watermark === undefined
    const stamps = new Set<string>()
    const changed = columns.map((column) => {
      if (!json || column.kind !== 'physical-column' || !/^TIMESTAMP/i.test(print(column.type))) return column
      stamps.add(column.name.name)
      return { ...column, type: parseDataType('STRING') }
    })
    if (stamps.size === 0) return { ...table, options }
    const written = columns.filter((each) => each.kind === 'physical-column').map((each) => each.name.name)
    this.#sinks.set(name, { columns: written, stamps })
    this.#tell(
      `Table ${name}: ${[...stamps].join(', ')} goes out as a STRING, since today's JSON format writes no timestamps with Z.`,
    )
    return { ...table, options, schema: { ...table.schema!, columns: changed } }
  }

  insert(insert: Insert): string {
    const sink = this.#sinks.get(nameOf(insert.table))
    if (sink === undefined) return print(insert)
    const columns = sink.columns.map((name) => printIdentifier(name, true))
    const values = sink.columns.map((name, i) => (sink.stamps.has(name) ? rfc3339(columns[i]) : columns[i]))
    return `INSERT INTO ${insert.table.parts.map((part) => printIdentifier(part.name, true)).join('.')} SELECT ${values.join(', ')} FROM (${print(insert.query)}) AS T(${columns.join(', ')})`
  }
}

const nameOf = (name: { readonly parts: readonly { readonly name: string }[] }) =>
  name.parts.map((part) => part.name).join('.')

/** Fractions of a second as far as there are any. */
function rfc3339(column: string): string {
  const [whole, zero] = [printText("yyyy-MM-dd'T'HH:mm:ss.SSS'Z'"), printText('\\.000Z$')]
  return `REGEXP_REPLACE(DATE_FORMAT(${column}, ${whole}), ${zero}, 'Z')`
}
