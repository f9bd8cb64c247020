/**
 * The source of golden tests: rows, watermarks and the end arrive when the test says so.
 *
 * Law: elements of all tables have one order of arrival; a table's reader gives rows only up to the next element of another
 * table, so that a job sees them in the test's order whatever the batch size.
 */
import type {
  Connector,
  ReaderContext,
  SourceBatch,
  SourceReader,
  TableRequest,
} from '../../src/connectors/contract.ts'
import { batchOf, type Schema } from '../../src/types/batch.ts'
import { type ChangelogMode, INSERT_ONLY, RETRACT, UPSERT } from '../../src/types/row-kind.ts'
import type { Value } from '../../src/types/value.ts'

export type FeedElement =
  | { readonly kind: 'row'; readonly table: string; readonly rowKind: number; readonly values: readonly Value[] }
  | { readonly kind: 'watermark'; readonly table: string; readonly watermark: number }

/** What all tables of a test have in common: the elements so far, and how far the jobs have read. */
export class Feed {
  readonly elements: FeedElement[] = []
  /** Index of the first element that no reader has given. */
  next = 0
  ended = false
  readonly #listeners = new Set<() => void>()

  push(element: FeedElement): void {
    this.elements.push(element)
    this.changed()
  }

  end(): void {
    this.ended = true
    this.changed()
  }

  changed(): void {
    for (const listener of this.#listeners) listener()
  }

  onChange(listener: () => void): void {
    this.#listeners.add(listener)
  }
}

const MODES: Readonly<Record<string, ChangelogMode>> = { I: INSERT_ONLY, 'I,UB,UA,D': RETRACT, 'I,UA,D': UPSERT }

/** `'connector' = 'feed'`, with `'changelog-mode'` as in the conformance contract. */
export function feedConnector(feed: Feed): Connector {
  return {
    identifier: 'feed',
    options: [
      {
        key: 'changelog-mode',
        type: 'string',
        default: 'I',
        description: 'Kinds of rows in the input.',
      },
    ],
    formatOptions: [],
    source: (request) => ({
      changelog: MODES[request.options.string('changelog-mode') ?? 'I'],
      bounded: false,
      metadata: [],
      parallel: false,
      watermarkEmit: 'on-event',
      createReader: (context) => new FeedReader(feed, request, context),
    }),
  }
}

class FeedReader implements SourceReader {
  readonly #feed: Feed
  readonly #table: string
  readonly #physical: Schema
  readonly #produced: Schema
  readonly #columns: readonly number[]

  constructor(feed: Feed, request: TableRequest, context: ReaderContext) {
    this.#feed = feed
    this.#table = request.table.split('.').at(-1) as string
    this.#physical = request.physical
    this.#produced = context.produced
    this.#columns = context.produced.map(({ name }) => this.#physical.findIndex((column) => column.name === name))
  }

  async open(): Promise<void> {}

  onAvailable(callback: () => void): void {
    this.#feed.onChange(callback)
  }

  poll(maxRows: number): SourceBatch | 'empty' | 'end' {
    const feed = this.#feed
    const first = feed.elements[feed.next]
    if (first === undefined) return feed.ended ? 'end' : 'empty'
    if (first.table !== this.#table) return 'empty'
    if (first.kind === 'watermark') {
      feed.next++
      return { split: this.#table, batch: batchOf(this.#produced, []), watermark: first.watermark }
    }
    const rows: Value[][] = []
    const kinds: number[] = []
    while (rows.length < maxRows) {
      const element = feed.elements[feed.next]
      if (element?.kind !== 'row' || element.table !== this.#table) break
      rows.push(this.#columns.map((column) => element.values[column]))
      kinds.push(element.rowKind)
      feed.next++
    }
    return { split: this.#table, batch: batchOf(this.#produced, rows, kinds) }
  }

  splits(): readonly string[] {
    return [this.#table]
  }

  snapshot() {
    return [{ split: this.#table, position: this.#feed.next }]
  }

  async close(): Promise<void> {}
}
