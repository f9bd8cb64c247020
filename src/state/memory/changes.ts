/**
 * What has changed in a store since its last snapshot, and the snapshots of it that are still being written.
 *
 * Laws
 * - `before` is called before a row changes or goes. A snapshot that has not written the row yet writes it then: taking one
 *   costs a byte per row, and nothing that happens afterwards shows in it.
 * - Marks say what a snapshot of changes has to hold: 0 nothing, 1 the row, 2 the row, and its removal says nothing because
 *   no snapshot has it. They are kept from the first full snapshot on; a job without checkpoints does not pay for them.
 */
import { RowWriter } from '../row-codec.ts'
import { CHANGED, Marks } from './marks.ts'

/** One state as rows of bytes: a table, or a list by key. */
export interface StatePart {
  readonly state: string
  /** Write the row of a slot; false when there is nothing to write and nothing has to be said about that. */
  write(writer: RowWriter, slot: number, changes: boolean): boolean
}

/** The rows of one store that a snapshot still has to write. */
export interface StoreCopy {
  has(slot: number): boolean
  take(slot: number): void
  /** Take those of the slots that it has. */
  takeAll(slots: Int32Array, count: number): void
}

const NEW = 2

export class Changes {
  readonly marks: Marks
  counting = false
  /** Keys removed since the last snapshot, by key group. */
  removed = new Map<number, RowWriter>()
  readonly copies = new Set<StoreCopy>()

  constructor(capacity: number) {
    this.marks = new Marks(capacity)
  }

  get idle(): boolean {
    return !this.counting && this.copies.size === 0
  }

  before(slot: number): void {
    if (this.copies.size !== 0) for (const copy of this.copies) if (copy.has(slot)) copy.take(slot)
    if (this.counting && this.marks.get(slot) === 0) this.marks.set(slot, CHANGED)
  }

  /** The same for the slots of a batch. */
  beforeAll(slots: Int32Array, count: number): void {
    for (const copy of this.copies) copy.takeAll(slots, count)
    if (this.counting) this.marks.change(slots, count)
  }

  inserted(slot: number): void {
    if (this.counting) this.marks.set(slot, NEW)
  }

  /** A row goes. @returns whether snapshots that were taken may hold it */
  forget(slot: number): boolean {
    const known = this.counting && this.marks.get(slot) !== NEW
    this.marks.set(slot, 0)
    return known
  }

  reserve(capacity: number): void {
    this.marks.reserve(capacity)
  }

  /** The marks so far; changes count from here. */
  start(): { readonly marks: Marks; readonly removed: Map<number, RowWriter> } {
    const { removed } = this
    this.removed = new Map()
    this.counting = true
    return { marks: this.marks.take(), removed }
  }
}

export function writerOf(writers: Map<number, RowWriter>, keyGroup: number): RowWriter {
  let writer = writers.get(keyGroup)
  if (writer === undefined) {
    writer = new RowWriter()
    writers.set(keyGroup, writer)
  }
  return writer
}
