/**
 * Rows of several tables in one order of arrival, replayed.
 *
 * Law: over all readers of a feed, rows come in the feed's order; a row of a table that is read twice comes to its first
 * reader first; a reader ends only when no reader has a row left, in the order of the readers. So a reader may have rows and
 * still answer 'empty', until it is its turn; it is woken then.
 */
import type { RowKindText } from '../../types/row-kind.ts'

export interface InlineRow {
  readonly table: string
  readonly kind: RowKindText
  /** The row as the text of a JSON object, so that no digit is lost; metadata columns are fields `$key`. */
  readonly json: string
}

/** What `TableRequest.inline` is for the connector `inline`. */
export interface InlineTable {
  readonly feed: InlineFeed
  readonly name: string
}

export interface FeedPlace {
  /** Orders of arrival of the rows of this table. */
  readonly orders: readonly number[]
  /** How many rows have been taken. */
  taken: number
  ended: boolean
  wake: () => void
}

export class InlineFeed {
  readonly rows: readonly InlineRow[]
  readonly #places: FeedPlace[] = []

  constructor(rows: readonly InlineRow[]) {
    this.rows = rows
  }

  table(name: string): InlineTable {
    return { feed: this, name }
  }

  rowsOf(table: string): readonly InlineRow[] {
    return this.rows.filter((row) => row.table === table)
  }

  /** A new reader of `table`. All readers of a job join before the first of them takes a row. */
  join(table: string): FeedPlace {
    const orders = this.rows.flatMap((row, order) => (row.table === table ? [order] : []))
    const place: FeedPlace = { orders, taken: 0, ended: false, wake: () => {} }
    this.#places.push(place)
    return place
  }

  leave(place: FeedPlace): void {
    const at = this.#places.indexOf(place)
    if (at >= 0) this.#places.splice(at, 1)
    this.wakeOthers(place)
  }

  /** How many rows `place` may take now before it is another reader's turn. */
  ready(place: FeedPlace): number {
    const mine = this.#places.indexOf(place)
    let limit = Number.POSITIVE_INFINITY
    this.#places.forEach((other, i) => {
      if (other === place || other.taken >= other.orders.length) return
      // Of one row that two readers read, the earlier reader has its copy first.
      limit = Math.min(limit, other.orders[other.taken] + (i < mine ? 0 : 1))
    })
    let count = 0
    while (place.taken + count < place.orders.length && place.orders[place.taken + count] < limit) count++
    return count
  }

  mayEnd(place: FeedPlace): boolean {
    const mine = this.#places.indexOf(place)
    return this.#places.every((other, i) => other.taken >= other.orders.length && (i >= mine || other.ended))
  }

  wakeOthers(place: FeedPlace): void {
    for (const other of this.#places) if (other !== place) other.wake()
  }
}
