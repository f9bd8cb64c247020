/**
 * State in memory: tables and lists over typed arrays.
 *
 * Laws
 * - `snapshot` only notes which rows belong to it; they are written in `serialize`, or just before they change
 *   (`changes.ts`), and nothing done after `snapshot` shows in it.
 * - `restore` takes the key groups of this subtask from any number of parts and leaves the others.
 */
import { fail } from '../../base/errors.ts'
import type { Value } from '../../types/value.ts'
import type {
  KeyedPart,
  KeyGroupRange,
  ListStateDeclaration,
  OperatorList,
  OperatorState,
  SerializedState,
  SnapshotMode,
  StateBackend,
  StateDeclaration,
  StateOfKey,
  StateSnapshot,
  TableStateDeclaration,
} from '../contract.ts'
import type { KeyStore } from './key-store.ts'
import { MemoryList } from './list.ts'
import { Marks } from './marks.ts'
import { type FoundRow, peekMemory, statesOf } from './peek.ts'
import { restoreList, restoreTable } from './restore.ts'
import { keyGroups, listPart, MemoryCopy, tablePart } from './snapshot.ts'
import { MemoryTable } from './table.ts'

export interface Place {
  readonly maxParallelism: number
  readonly keyGroups: KeyGroupRange
  now(): number
}

export const memoryBackend: StateBackend = {
  incremental: true,
  open: (declarations, place) => new MemoryState(declarations, place),
}

class MemoryOperatorList implements OperatorList {
  entries: readonly unknown[] = []
  get(): readonly unknown[] {
    return this.entries
  }
  set(entries: readonly unknown[]): void {
    this.entries = entries
  }
}

export class MemoryState implements OperatorState {
  private readonly declarations: Readonly<Record<string, StateDeclaration>>
  protected readonly place: Place
  /** Tables, and lists that have keys of their own. */
  protected readonly stores: KeyStore[] = []
  private readonly tables = new Map<string, MemoryTable>()
  private readonly lists = new Map<string, MemoryList>()
  private readonly operators = new Map<string, MemoryOperatorList>()

  constructor(declarations: Readonly<Record<string, StateDeclaration>>, place: Place) {
    this.declarations = declarations
    this.place = place
    const now = () => place.now()
    for (const [name, declaration] of Object.entries(declarations)) {
      if (declaration.kind === 'table') {
        const table = new MemoryTable(declaration, now)
        this.tables.set(name, table)
        this.own(table, declaration)
        table.parts.push(tablePart(name, table))
      }
      if (declaration.kind === 'operator') this.operators.set(name, new MemoryOperatorList())
    }
    for (const [name, declaration] of Object.entries(declarations)) {
      if (declaration.kind !== 'list') continue
      const table = declaration.table === undefined ? undefined : this.table(declaration.table)
      const list = new MemoryList(declaration, now, table)
      table?.lists.push(list)
      this.lists.set(name, list)
      if (table === undefined) this.own(list.store, declaration)
      list.store.parts.push(listPart(name, list))
    }
  }

  private own(store: KeyStore, { key, partitionColumns }: TableStateDeclaration | ListStateDeclaration): void {
    store.keyGroupOf = keyGroups(key, partitionColumns, store.keys, this.place.maxParallelism)
    this.stores.push(store)
  }

  table(name: string): MemoryTable {
    return this.tables.get(name) ?? this.undeclared(name, 'table')
  }
  list(name: string): MemoryList {
    return this.lists.get(name) ?? this.undeclared(name, 'list')
  }
  /** Lists whose rows are kept with those of a store. */
  protected listsOf(store: KeyStore): MemoryList[] {
    return [...this.lists.values()].filter((list) => list.store === store)
  }

  operator(name: string): OperatorList {
    return this.operators.get(name) ?? this.undeclared(name, 'operator')
  }

  private undeclared(name: string, wanted: string): never {
    return fail('STATE_NOT_DECLARED', { name, wanted, declared: this.names() })
  }

  private names(): string {
    return (
      Object.entries(this.declarations)
        .map(([name, { kind }]) => `${name} (${kind})`)
        .join(', ') || 'none'
    )
  }

  endBatch(): void {
    for (const store of this.stores) store.endBatch()
  }

  async peek(key: readonly Value[], limit: number, pause?: () => Promise<void>): Promise<readonly StateOfKey[]> {
    const found = new Map<KeyStore, readonly FoundRow[]>()
    for (const store of this.stores) {
      if (this.partitionOf(store) === key.length) found.set(store, await this.peekStore(store, key, limit, pause))
    }
    return statesOf(this.declarations, this.tables, this.lists, found, limit)
  }

  /** Rows of a partition key, oldest first, at most one more than `limit` when there are so many. */
  protected async peekStore(
    store: KeyStore,
    key: readonly Value[],
    limit: number,
    _pause?: () => Promise<void>,
  ): Promise<readonly FoundRow[]> {
    return peekMemory(store, this.listsOf(store), key, limit, this.place.now())
  }

  private partitionOf(store: KeyStore): number {
    const { partitionColumns } = store instanceof MemoryTable ? store.declaration : this.listsOf(store)[0].declaration
    return partitionColumns
  }

  snapshot(mode: SnapshotMode = 'copy'): StateSnapshot {
    const now = this.place.now()
    for (const store of this.stores) store.sweep(now)
    const copies = this.stores.map((store) => this.copyOf(store, mode))
    const operator = [...this.operators].map(([state, list]) => ({ state, entries: structuredClone(list.entries) }))
    const discard = () => {
      for (const copy of copies) copy.close()
    }
    let written: Promise<SerializedState> | undefined
    const write = async (pause?: () => Promise<void>, emit?: (part: KeyedPart) => void): Promise<SerializedState> => {
      const keyed: KeyedPart[] = []
      try {
        for (const copy of copies) {
          const writing = copy.write(emit ?? ((part) => keyed.push(part)), emit !== undefined)
          for (const _ of writing) if (pause !== undefined) await pause()
        }
      } finally {
        discard()
      }
      return { keyed, operator }
    }
    return {
      discard,
      serialize(pause, emit) {
        if (written !== undefined && emit !== undefined)
          fail('STATE_INTERNAL', { detail: 'a snapshot is written twice' })
        written ??= write(pause, emit)
        return written
      },
    }
  }

  /** Changes count from a full snapshot on; before there was one, or when one is asked for, all rows are written. */
  protected copyOf(store: KeyStore, mode: SnapshotMode): MemoryCopy {
    const changes = mode === 'changes' && store.changes.counting
    const all = changes ? undefined : Marks.of(store.live, store.high)
    const since = mode === 'copy' ? undefined : store.changes.start()
    return changes && since !== undefined
      ? new MemoryCopy(store, since.marks, since.removed)
      : new MemoryCopy(store, all as Marks, undefined)
  }

  restore(parts: readonly SerializedState[]): void {
    const { start, end } = this.place.keyGroups
    const blocks = new Map<string, KeyedPart[]>()
    for (const part of parts) {
      for (const block of part.keyed) {
        const { state, keyGroup } = block
        if (keyGroup < start || keyGroup >= end) continue
        if (!this.tables.has(state) && !this.lists.has(state)) {
          fail('STATE_NOT_IN_PLAN', { state, declared: this.names() })
        }
        const known = blocks.get(state)
        if (known === undefined) blocks.set(state, [block])
        else known.push(block)
      }
      for (const { state, entries } of part.operator) {
        const list = this.operators.get(state)
        if (list === undefined) fail('STATE_NOT_IN_PLAN', { state, declared: this.names() })
        list.set([...list.get(), ...entries])
      }
    }
    for (const [name, table] of this.tables) restoreTable(table, blocks.get(name) ?? [])
    for (const [name, list] of this.lists) restoreList(list, blocks.get(name) ?? [])
  }

  close(): void {
    this.tables.clear()
    this.lists.clear()
  }
}
