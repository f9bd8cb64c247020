/**
 * `'connector' = 'inline'`: replays rows that the caller hands over, for tests.
 *
 * Options: `'changelog-mode' = 'I,UB,UA,D'`, `'metadata' = 'key:TYPE;…'` (values are the fields `$key` of a row),
 * `'lookup' = 'true'` (a dimension table). Rows are read by the json format, SQL timestamps; a missing field is NULL.
 * Watermarks are emitted on every row.
 */
import { fail } from '../../base/errors.ts'
import { createRowSink, type FormatField, sinkBatch } from '../../formats/contract.ts'
import { JsonRowDecoder } from '../../formats/json/decoder.ts'
import { type Batch, gather, slice, valueAt } from '../../types/batch.ts'
import { type ChangelogMode, parseRowKind } from '../../types/row-kind.ts'
import type { Value } from '../../types/value.ts'
import type { Connector, LookupReader, ProducedColumn, ReaderContext, SourceReader, TableRequest } from '../contract.ts'
import { type FeedPlace, InlineFeed, type InlineRow, type InlineTable } from './feed.ts'
import { metadataColumns } from './metadata.ts'

export const inline: Connector = {
  identifier: 'inline',
  options: [
    { key: 'changelog-mode', type: 'string', default: 'I', description: 'Kinds of rows, of I, UB, UA and D.' },
    { key: 'metadata', type: 'string', default: '', description: "Metadata columns: 'key:TYPE;…'." },
    { key: 'lookup', type: 'boolean', default: 'false', description: 'A dimension table for lookup joins.' },
  ],
  formatOptions: [],
  source(request) {
    const changelog = changelogOf(request)
    const metadata = metadataColumns(request)
    return {
      changelog,
      bounded: true,
      metadata,
      parallel: false,
      watermarkEmit: 'on-event',
      createReader: (context) => new InlineReader(context, tableOf(request)),
      ...(request.options.boolean('lookup') === true && {
        scans: false,
        createLookup: (context) => new InlineLookup(context.produced, context.keys, tableOf(request)),
      }),
    }
  },
}

function changelogOf({ options, table }: TableRequest): ChangelogMode {
  const text = options.string('changelog-mode') ?? 'I'
  const kinds = text.split(',').map((kind) => kind.trim())
  const unknown = kinds.find((kind) => !['I', 'UB', 'UA', 'D'].includes(kind))
  if (unknown !== undefined) {
    fail(
      'CONNECTOR_WRONG_OPTION_VALUE',
      { owner: `table ${table}`, key: 'changelog-mode', value: text, expected: 'a list of I, UB, UA and D' },
      { span: options.span('changelog-mode') },
    )
  }
  return { updateBefore: kinds.includes('UB'), updateAfter: kinds.includes('UA'), delete: kinds.includes('D') }
}

function tableOf(request: TableRequest): InlineTable {
  const given = request.inline as InlineTable | undefined
  if (given === undefined) fail('CONNECTOR_INLINE_WITHOUT_ROWS', { table: request.table })
  return given
}

/** All rows of a table as one batch. */
function decodeAll(rows: readonly InlineRow[], produced: readonly ProducedColumn[]): Batch {
  const schema: FormatField[] = produced.map(({ name, type, metadata }) => ({
    name: metadata === undefined ? name : `$${metadata}`,
    type,
  }))
  const decoder = new JsonRowDecoder(schema, { ignoreErrors: false, failOnMissing: false, standard: 'SQL' })
  const sink = createRowSink(schema, rows.length)
  if (rows.some(({ kind }) => kind !== '+I')) sink.kinds = new Uint8Array(Math.max(1, rows.length))
  const utf8 = new TextEncoder()
  rows.forEach(({ json, kind }, i) => {
    const bytes = utf8.encode(json)
    decoder.decode(bytes, 0, bytes.length, sink)
    if (sink.kinds !== null) sink.kinds[i] = parseRowKind(kind) ?? 0
  })
  return sinkBatch(sink)
}

class InlineReader implements SourceReader {
  readonly #context: ReaderContext
  readonly #table: InlineTable
  readonly #place: FeedPlace
  readonly #limit: number
  #batch: Batch | undefined

  constructor(context: ReaderContext, table: InlineTable) {
    this.#context = context
    this.#table = table
    this.#limit = context.limit ?? Number.POSITIVE_INFINITY
    this.#place = table.feed.join(table.name)
  }

  async open(): Promise<void> {
    this.#batch = decodeAll(this.#table.feed.rowsOf(this.#table.name), this.#context.produced)
    const mine = this.#context.restored?.find(({ split }) => split === this.#split)
    if (mine !== undefined) this.#place.taken = mine.position as number
  }

  get #split(): string {
    return `${this.#table.name}-0`
  }

  poll(maxRows: number) {
    const { feed } = this.#table
    const place = this.#place
    if (place.ended) return 'end'
    if (place.taken >= this.#limit) place.taken = place.orders.length
    if (place.taken >= place.orders.length) {
      if (!feed.mayEnd(place)) return 'empty'
      place.ended = true
      feed.wakeOthers(place)
      return 'end'
    }
    const start = place.taken
    const count = Math.min(maxRows, feed.ready(place), this.#limit - start)
    if (count === 0) return 'empty'
    place.taken = start + count
    feed.wakeOthers(place)
    return { split: this.#split, batch: plainKinds(slice(this.#batch as Batch, start, start + count)) }
  }

  onAvailable(callback: () => void): void {
    this.#place.wake = callback
  }

  splits(): readonly string[] {
    return this.#place.ended ? [] : [this.#split]
  }

  snapshot() {
    return [{ split: this.#split, position: this.#place.taken }]
  }

  async close(): Promise<void> {
    this.#table.feed.leave(this.#place)
  }
}

/** `kinds` is absent exactly when all rows are +I. */
function plainKinds(batch: Batch): Batch {
  return batch.kinds?.every((kind) => kind === 0) ? { ...batch, kinds: null } : batch
}

class InlineLookup implements LookupReader {
  readonly #produced: readonly ProducedColumn[]
  readonly #keys: readonly number[]
  readonly #batch: Batch

  constructor(produced: readonly ProducedColumn[], keys: readonly number[], table: InlineTable) {
    this.#produced = produced
    this.#keys = keys
    this.#batch = { ...decodeAll(table.feed.rowsOf(table.name), produced), kinds: null }
  }

  async open(): Promise<void> {}

  lookup(key: readonly Value[]): Batch {
    const batch = this.#batch
    const found = new Int32Array(batch.length)
    let count = 0
    for (let row = 0; row < batch.length; row++) {
      const matches = this.#keys.every((column, i) => {
        const value = valueAt(batch.columns[column], this.#produced[column].type, row)
        return value !== null && key[i] !== null && sameValue(value, key[i])
      })
      if (matches) found[count++] = row
    }
    return gather(batch, found, count)
  }

  async close(): Promise<void> {}
}

function sameValue(a: Value, b: Value): boolean {
  if (a instanceof Uint8Array && b instanceof Uint8Array) return a.length === b.length && a.every((x, i) => x === b[i])
  return a === b
}

export { InlineFeed, type InlineRow, type InlineTable }
