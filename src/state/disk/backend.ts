/**
 * State on the local disk with a cache in memory: the memory backend's tables and lists, with a shelf behind each.
 *
 * Laws
 * - The same contract, the same stored form: a snapshot of one backend is restored by the other.
 * - A snapshot writes rows in memory as the memory backend does, and takes the others from the log, in slices, while the
 *   operator goes on. Of changes it reads those segments alone that were written since the last snapshot.
 */
import { fail } from '../../base/errors.ts'
import type { Scratch } from '../../base/scratch.ts'
import { ColumnBuilder } from '../../types/batch.ts'
import type { Value } from '../../types/value.ts'
import type { SnapshotMode, StateBackend, StateDeclaration } from '../contract.ts'
import { keyGroupOfKey } from '../key-group.ts'
import { MemoryState, type Place } from '../memory/backend.ts'
import type { KeyStore } from '../memory/key-store.ts'
import { Marks } from '../memory/marks.ts'
import { beginsWith, type FoundRow, keyColumns, peekMemory } from '../memory/peek.ts'
import { MemoryCopy } from '../memory/snapshot.ts'
import { RecordLog, type Segment, type Stretch } from './record-log.ts'
import { RowForm } from './row-form.ts'
import { DiskShelf } from './shelf.ts'

export interface DiskOptions {
  /** A new folder for the files of one subtask's operator. */
  readonly scratch: () => Scratch
  /** Memory for rows, shared evenly by all stores of the job. */
  readonly cacheBytes: number
  readonly segmentBytes?: number
  /** Bytes of the log between two pauses of a snapshot. */
  readonly sliceBytes?: number
  /** Bytes of the log between two pauses of somebody who looks for keys; more than an operator writes meanwhile. */
  readonly peekBytes?: number
}

const SEGMENT_BYTES = 64 * 2 ** 20
const SLICE_BYTES = 256 * 1024
const PEEK_BYTES = 4 * 2 ** 20

export function diskBackend(options: DiskOptions): StateBackend {
  const shared = { stores: 0 }
  return { incremental: true, open: (declarations, place) => new DiskState(declarations, place, options, shared) }
}

class DiskState extends MemoryState {
  private readonly shelves = new Map<KeyStore, { readonly shelf: DiskShelf; readonly form: RowForm }>()
  private readonly scratch: Scratch
  private readonly shared: { stores: number }
  private readonly peekBytes: number
  private readonly sliceBytes: number

  constructor(
    declarations: Readonly<Record<string, StateDeclaration>>,
    place: Place,
    { scratch, cacheBytes, segmentBytes, sliceBytes, peekBytes }: DiskOptions,
    shared: { stores: number },
  ) {
    super(declarations, place)
    this.scratch = scratch()
    this.shared = shared
    this.peekBytes = peekBytes ?? PEEK_BYTES
    this.sliceBytes = sliceBytes ?? SLICE_BYTES
    const budget = { bytes: () => cacheBytes / shared.stores }
    for (const store of this.stores) {
      const form = new RowForm(store, this.listsOf(store))
      const shelf = new DiskShelf(store, form, new RecordLog(this.scratch, segmentBytes ?? SEGMENT_BYTES), budget)
      store.shelf = shelf
      this.shelves.set(store, { shelf, form })
      shared.stores++
    }
  }

  protected override copyOf(store: KeyStore, mode: SnapshotMode): MemoryCopy {
    const { shelf, form } = this.shelves.get(store) as { shelf: DiskShelf; form: RowForm }
    const changes = mode === 'changes' && store.changes.counting
    const stretches = shelf.log.stretches(changes)
    let pending: Marks | undefined
    if (!changes) {
      pending = Marks.of(store.live, store.high)
      // Rows that are on disk too are taken from there.
      for (let slot = 0; slot < pending.length; slot++) if (shelf.places[slot] !== 0) pending.set(slot, 0)
    }
    if (mode === 'copy')
      return new DiskCopy(store, pending as Marks, undefined, shelf, form, stretches, this.sliceBytes)
    const since = store.changes.start()
    shelf.log.snapshotTaken()
    const removed = changes ? since.removed : undefined
    return new DiskCopy(store, pending ?? since.marks, removed, shelf, form, stretches, this.sliceBytes)
  }

  protected override async peekStore(
    store: KeyStore,
    key: readonly Value[],
    limit: number,
    pause?: () => Promise<void>,
  ): Promise<readonly FoundRow[]> {
    const { shelf, form } = this.shelves.get(store) as { shelf: DiskShelf; form: RowForm }
    const exact = key.length === store.keySchema.length
    const keys = exact ? [key] : await this.keysOnDisk(store, shelf, form, key, pause)
    const rows = peekMemory(store, this.listsOf(store), key, limit, this.place.now())
    for (const each of keys) {
      const columns = keyColumns(store.keySchema, each)
      const hash = store.probe.hash(columns, 0)
      // What is in memory too was found there.
      if (store.probe.find(store, columns, 0, hash) >= 0) continue
      const row = shelf.peek(hash, each, limit)
      if (row !== undefined) rows.push(row)
    }
    return exact ? rows : rows.sort((a, b) => a.sequence - b.sequence).slice(0, limit + 1)
  }

  /**
   * The keys on disk that begin so. Rows move while this pauses, but a row that is on disk at the end was written to the log at
   * some time, and all of the log has been read then.
   */
  private async keysOnDisk(
    store: KeyStore,
    shelf: DiskShelf,
    form: RowForm,
    key: readonly Value[],
    pause: () => Promise<void> = async () => {},
  ): Promise<Value[][]> {
    const { keySchema } = store
    const group = keyGroupOfKey(keySchema.slice(0, key.length), key, this.place.maxParallelism)
    const cells = keySchema.map((field) => new ColumnBuilder(field.type, 1))
    const read = new Map<Segment, number>()
    const keys = new Map<number, { readonly hash: number; readonly key: Value[] }>()
    for (;;) {
      const rest = shelf.log.stretches(false).flatMap((stretch) => {
        const from = Math.max(stretch.from, read.get(stretch.segment) ?? 0)
        return from < stretch.end ? [{ ...stretch, from }] : []
      })
      const last = rest.reduce((sum, { from, end }) => sum + end - from, 0) <= this.peekBytes
      for (const stretch of last ? rest : rest.slice(0, 1)) {
        let { from } = stretch
        const until = last ? stretch.end : Math.min(stretch.end, from + this.peekBytes)
        while (from < until) {
          from = shelf.log.scan({ ...stretch, from }, this.sliceBytes, (view) => {
            if (view.keyGroup !== group || !shelf.index.has(view.hash, view.place)) return
            form.open(view)
            form.readKey(cells)
            if (beginsWith(keySchema, (c) => cells[c].get(0), key)) {
              keys.set(view.place, { hash: view.hash, key: cells.map((cell) => cell.get(0)) })
            }
          })
        }
        read.set(stretch.segment, from)
      }
      if (last) return [...keys].flatMap(([place, { hash, key }]) => (shelf.index.has(hash, place) ? [key] : []))
      await pause()
      if (!this.shelves.has(store)) fail('STATE_CLOSED', {})
    }
  }

  override close(): void {
    super.close()
    for (const { shelf } of this.shelves.values()) shelf.log.close()
    this.shared.stores -= this.shelves.size
    this.shelves.clear()
    this.scratch.close()
  }
}

class DiskCopy extends MemoryCopy {
  private readonly shelf: DiskShelf
  private readonly form: RowForm
  private readonly sliceBytes: number
  /** Where the log has rows of this snapshot that were not read yet. */
  private readonly unread: Map<Segment, Stretch>

  constructor(
    store: KeyStore,
    pending: Marks,
    removed: ConstructorParameters<typeof MemoryCopy>[2],
    shelf: DiskShelf,
    form: RowForm,
    stretches: readonly Stretch[],
    sliceBytes: number,
  ) {
    super(store, pending, removed)
    this.shelf = shelf
    this.form = form
    this.sliceBytes = sliceBytes
    this.unread = new Map(stretches.map((stretch) => [stretch.segment, stretch]))
  }

  override has(slot: number): boolean {
    if (super.has(slot)) return true
    const place = this.shelf.places[slot]
    if (place === 0 || place === undefined) return false
    const unread = this.unread.get(this.shelf.log.segmentOf(place))
    if (unread === undefined) return false
    const offset = this.shelf.log.offsetOf(place)
    return offset >= unread.from && offset < unread.end
  }

  protected override *writeElsewhere(): Generator<void> {
    const { store, shelf, form, writers, sliceBytes } = this
    const now = store.watch ? store.now() : 0
    for (const stretch of [...this.unread.values()]) {
      for (let from = stretch.from; from < stretch.end; ) {
        from = shelf.log.scan({ ...stretch, from }, sliceBytes, (view) => {
          if (!shelf.index.has(view.hash, view.place)) return
          if (store.watch && view.touched + store.ttlMs <= now) return
          const starts = form.findParts(view)
          for (let p = 0; p < writers.length; p++) {
            const writer = writers[p][view.keyGroup] ?? this.newWriter(p, view.keyGroup)
            writer.raw(view.bytes.subarray(starts[p], starts[p + 1]))
            writer.rows++
            this.wrote(p, view.keyGroup, writer)
          }
        })
        this.unread.set(stretch.segment, { ...stretch, from })
        yield
      }
    }
  }
}
