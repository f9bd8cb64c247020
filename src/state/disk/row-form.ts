/**
 * What a record on disk holds: a row of a table with the rows of lists that hang on it, or the rows of a list's key.
 *
 * The body is: whether a time is announced (1 byte) · length of each part but the last (varint) · the parts, each in the form
 * in which a snapshot has them (`memory/snapshot.ts`), so that a snapshot copies them.
 */
import type { ColumnBuilder, Schema } from '../../types/batch.ts'
import { physicalOf, type Value } from '../../types/value.ts'
import type { KeyStore } from '../memory/key-store.ts'
import type { MemoryList } from '../memory/list.ts'
import type { FoundRow } from '../memory/peek.ts'
import { MemoryTable } from '../memory/table.ts'
import { CellReader, RowWriter } from '../row-codec.ts'
import type { RecordView } from './record-log.ts'

/** Index, order, marks and places of a row in memory, about. */
const ROW_BYTES = 64
const CELL_BYTES = 12

export class RowForm {
  private readonly store: KeyStore
  private readonly table: MemoryTable | undefined
  private readonly lists: readonly MemoryList[]
  private readonly whole = new RowWriter()
  private readonly part = new RowWriter()
  private readonly ends: number[] = []
  private reader = new CellReader(new Uint8Array())
  private bytes: Uint8Array | undefined
  private start = 0
  private readonly rowBytes: number
  private readonly listBytes: readonly number[]
  private readonly objects: boolean
  private averageBody = 64

  /** @param lists those that hang on the table, or the list whose keys the store holds */
  constructor(store: KeyStore, lists: readonly MemoryList[]) {
    this.store = store
    this.table = store instanceof MemoryTable ? store : undefined
    this.lists = lists
    const columns = [...store.keys, ...(this.table?.values ?? [])]
    this.rowBytes = ROW_BYTES + CELL_BYTES * columns.length
    this.listBytes = lists.map((list) => ROW_BYTES + CELL_BYTES * list.values.length)
    const all = [...columns, ...lists.flatMap((list) => list.values)]
    this.objects = all.some((column) => physicalOf(column.type) === 'object')
  }

  /** What the rows in memory take, about: strings and the like are estimated by what they take on disk. */
  residentBytes(): number {
    const { store, lists, listBytes } = this
    let bytes = store.resident * (this.rowBytes + (this.objects ? 2 * this.averageBody : 0))
    for (let i = 0; i < lists.length; i++) bytes += lists[i].rowCount * listBytes[i]
    return bytes
  }

  /** The body of a slot's row, valid until the next call. */
  write(slot: number): Uint8Array {
    const { whole, part, store } = this
    const { parts } = store
    whole.clear()
    part.clear()
    whole.byte(Number.isNaN(this.timeOf(slot)) ? 0 : 1)
    let before = 0
    for (let p = 0; p < parts.length; p++) {
      parts[p].write(part, slot, true)
      if (p < parts.length - 1) whole.varint(part.length - before)
      before = part.length
    }
    whole.raw(part.written())
    this.averageBody += (whole.length - this.averageBody) / 256
    return whole.written()
  }

  timeOf(slot: number): number {
    return this.table?.timeOf(slot) ?? Number.NaN
  }

  /** Time of the youngest update, with TTL; 0 without. */
  touched(slot: number): number {
    if (this.store.touched === null) return 0
    if (this.table !== undefined) return this.store.touched[slot]
    const [list] = this.lists
    let youngest = Number.NEGATIVE_INFINITY
    for (let row = list.heads[slot]; row >= 0; row = list.links[row]) {
      youngest = Math.max(youngest, list.touched?.values[row] ?? 0)
    }
    return youngest
  }

  /** Read this record from here on. */
  open(view: RecordView): void {
    if (view.bytes !== this.bytes) {
      this.bytes = view.bytes
      this.reader = new CellReader(view.bytes)
    }
    this.start = view.start
    this.findParts(view)
  }

  /** Where the parts of a record begin and, last, where it ends. */
  findParts(view: RecordView): readonly number[] {
    const { ends } = this
    const count = this.store.parts.length
    let at = view.start + 1
    for (let p = 1; p < count; p++) {
      let value = 0
      let scale = 1
      for (;;) {
        const byte = view.bytes[at++]
        value += (byte & 127) * scale
        if (byte < 128) break
        scale *= 128
      }
      ends[p] = value
    }
    ends[0] = at
    for (let p = 1; p < count; p++) ends[p] += ends[p - 1]
    ends[count] = view.end
    return ends
  }

  readKey(into: readonly ColumnBuilder[]): void {
    this.reader.seek(this.ends[0])
    for (const column of into) column.set(0, this.reader.cell(column.type))
  }

  /** Behind the key: everything else, into a slot. @returns the announced time, or NaN */
  readRow(slot: number): number {
    const { table, reader, store, lists } = this
    if (table === undefined) {
      this.readListRows(lists[0], slot)
      return Number.NaN
    }
    for (const column of table.values) column.set(slot, reader.cell(column.type))
    table.sequence[slot] = reader.varint()
    if (store.touched !== null) store.touched[slot] = reader.float()
    for (let i = 0; i < lists.length; i++) {
      reader.seek(this.ends[i + 1])
      for (const column of store.keys) reader.cell(column.type)
      this.readListRows(lists[i], slot)
    }
    reader.seek(this.start)
    if (reader.byte() === 0) return Number.NaN
    const time = Number(table.values[table.declaration.timeColumn as number].values[slot])
    table.setTime(slot, time)
    return time
  }

  /** A record as values, at most `limit` + 1 rows of each list; nothing comes into memory. */
  readFound(view: RecordView, limit: number, now: number): FoundRow {
    this.open(view)
    const { table, reader, store, lists, ends } = this
    const cells = (schema: Schema) => schema.map((field) => reader.cell(field.type))
    reader.seek(ends[0])
    const key = cells(store.keySchema)
    const value = table === undefined ? [] : cells(table.declaration.value)
    const sequence = table === undefined ? 0 : reader.varint()
    const rows = lists.map((list, i) => {
      if (table !== undefined) {
        reader.seek(ends[i + 1])
        cells(store.keySchema)
      }
      const found: Value[][] = []
      for (let rest = reader.varint(); rest > 0 && found.length <= limit; rest--) {
        const row = cells(list.declaration.value)
        if (list.touched === null || reader.float() + (list.declaration.ttlMs as number) > now) found.push(row)
      }
      return found
    })
    reader.seek(this.start)
    const timed = reader.byte() !== 0
    return {
      key,
      value,
      ...(timed && { due: Number(value[table?.declaration.timeColumn as number]) }),
      sequence,
      lists: rows,
    }
  }

  private readListRows(list: MemoryList, slot: number): void {
    const { reader } = this
    const { values } = list
    for (let rest = reader.varint(); rest > 0; rest--) {
      const cells = values.map((column) => reader.cell(column.type))
      list.enterValues(slot, cells, list.touched === null ? undefined : reader.float())
    }
  }
}
