/**
 * Splits of a datagen table: split i of n has the rows i, i + n, i + 2n, … of the table.
 *
 * Law: the position of a split is how many of its rows were given; restored at any parallelism, the splits of the first start
 * are dealt out anew and go on, so that a sequence has every number once. Rows come no faster than the rate.
 */
import { ColumnBuilder } from '../../types/batch.ts'
import type { ReaderContext, SourceBatch, SourceReader } from '../contract.ts'
import type { FieldGenerator } from './generators.ts'

export interface DatagenRows {
  /** One per produced column. */
  readonly generators: readonly FieldGenerator[]
  /** Rows of the whole table, or Infinity. */
  readonly total: number
  readonly perSecond: number
}

interface Split {
  readonly index: number
  readonly of: number
  /** Rows that it has in all. */
  readonly rows: number
  given: number
}

/** Rows are not given one by one when the rate is high. */
const PAUSE_MS = 10

export class DatagenReader implements SourceReader {
  readonly #context: ReaderContext
  readonly #rows: DatagenRows
  readonly #splits: Split[] = []
  #turn = 0
  #started = 0
  #givenSinceStart = 0
  #available: () => void = () => {}
  #cancel: (() => void) | undefined

  constructor(context: ReaderContext, rows: DatagenRows) {
    this.#context = context
    this.#rows = rows
  }

  async open(): Promise<void> {
    const { subtask, parallelism, restored, host } = this.#context
    this.#started = host.clock.monotonic()
    if (restored === undefined) this.#add(subtask, parallelism, 0)
    else {
      for (const { split, position } of restored) {
        const [, index, of] = /^datagen-(\d+)-of-(\d+)$/.exec(split)!.map(Number)
        if (index % parallelism === subtask) this.#add(index, of, position as number)
      }
    }
  }

  #add(index: number, of: number, given: number): void {
    const { total } = this.#rows
    const rows = total === Number.POSITIVE_INFINITY ? total : Math.max(0, Math.ceil((total - index) / of))
    this.#splits.push({ index, of, rows, given })
  }

  poll(maxRows: number): SourceBatch | 'empty' | 'end' {
    const open = this.#splits.filter(({ given, rows }) => given < rows)
    if (open.length === 0) return 'end'
    const allowed = this.#allowed()
    if (allowed <= 0) {
      this.#wait(allowed)
      return 'empty'
    }
    const split = open[this.#turn++ % open.length]
    const share = Math.max(1, Math.ceil(allowed / open.length))
    const count = Math.min(maxRows, share, split.rows - split.given)
    const { host, produced } = this.#context
    const columns = produced.map(({ type }, c) => {
      const generator = this.#rows.generators[c]
      const builder = new ColumnBuilder(type, count)
      for (let row = 0; row < count; row++) {
        builder.set(row, generator.value(split.index + (split.given + row) * split.of, host))
      }
      return builder.column()
    })
    split.given += count
    this.#givenSinceStart += count
    return { split: nameOf(split), batch: { length: count, columns, kinds: null } }
  }

  /** Rows that may be given now; not above 0: that many must wait. */
  #allowed(): number {
    const elapsed = this.#context.host.clock.monotonic() - this.#started
    // The first row comes at once.
    return Math.floor(elapsed * this.#perMilli() + 1) - this.#givenSinceStart
  }

  /** This subtask's part of the rate. */
  #perMilli(): number {
    const share = this.#splits.length / (this.#splits[0]?.of ?? 1)
    return (this.#rows.perSecond * share) / 1000
  }

  #wait(allowed: number): void {
    if (this.#cancel !== undefined) return
    const delay = Math.max(PAUSE_MS, (1 - allowed) / this.#perMilli())
    this.#cancel = this.#context.host.clock.after(delay, () => {
      this.#cancel = undefined
      this.#available()
    })
  }

  onAvailable(callback: () => void): void {
    this.#available = callback
  }

  splits(): readonly string[] {
    return this.#splits.filter(({ given, rows }) => given < rows).map(nameOf)
  }

  snapshot() {
    return this.#splits.map((split) => ({ split: nameOf(split), position: split.given }))
  }

  async close(): Promise<void> {
    this.#cancel?.()
  }
}

function nameOf({ index, of }: Split): string {
  return `datagen-${index}-of-${of}`
}
