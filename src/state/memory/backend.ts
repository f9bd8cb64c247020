/**
 * State in memory: tables and lists over typed arrays.
 *
 * Laws
 * - `snapshot` copies and returns; writing happens in `serialize`, and nothing done after `snapshot` shows in it.
 * - `restore` takes the key groups of this subtask from any number of parts and leaves the others.
 */
import { fail } from '../../base/errors.ts'
import type {
  KeyGroupRange,
  OperatorList,
  OperatorState,
  SerializedState,
  StateBackend,
  StateDeclaration,
  StateSnapshot,
} from '../contract.ts'
import { MemoryList } from './list.ts'
import { restoreList, restoreTable } from './restore.ts'
import { copyList, copyTable } from './snapshot.ts'
import { MemoryTable } from './table.ts'

interface Place {
  readonly maxParallelism: number
  readonly keyGroups: KeyGroupRange
  now(): number
}

export const memoryBackend: StateBackend = {
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

class MemoryState implements OperatorState {
  private readonly declarations: Readonly<Record<string, StateDeclaration>>
  private readonly place: Place
  private readonly tables = new Map<string, MemoryTable>()
  private readonly lists = new Map<string, MemoryList>()
  private readonly operators = new Map<string, MemoryOperatorList>()

  constructor(declarations: Readonly<Record<string, StateDeclaration>>, place: Place) {
    this.declarations = declarations
    this.place = place
    const now = () => place.now()
    for (const [name, declaration] of Object.entries(declarations)) {
      if (declaration.kind === 'table') this.tables.set(name, new MemoryTable(declaration, now))
      if (declaration.kind === 'operator') this.operators.set(name, new MemoryOperatorList())
    }
    for (const [name, declaration] of Object.entries(declarations)) {
      if (declaration.kind !== 'list') continue
      const table = declaration.table === undefined ? undefined : this.table(declaration.table)
      const list = new MemoryList(declaration, now, table)
      table?.lists.push(list)
      this.lists.set(name, list)
    }
  }

  table(name: string): MemoryTable {
    return this.tables.get(name) ?? this.undeclared(name, 'table')
  }
  list(name: string): MemoryList {
    return this.lists.get(name) ?? this.undeclared(name, 'list')
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

  snapshot(): StateSnapshot {
    const { maxParallelism } = this.place
    const now = this.place.now()
    const copies = [
      ...[...this.tables].map(([name, table]) => {
        table.sweep(now)
        return copyTable(name, table, maxParallelism)
      }),
      ...[...this.lists].map(([name, list]) => {
        if (list.declaration.table === undefined) list.store.sweep(now)
        return copyList(name, list, maxParallelism)
      }),
    ]
    const operator = [...this.operators].map(([state, list]) => ({ state, entries: structuredClone(list.entries) }))
    return {
      async serialize(pause) {
        const keyed: SerializedState['keyed'][number][] = []
        for (const write of copies) {
          const running = write()
          for (;;) {
            const step = running.next()
            if (step.done === true) {
              keyed.push(...step.value)
              break
            }
            if (pause !== undefined) await pause()
          }
        }
        return { keyed, operator }
      },
    }
  }

  restore(parts: readonly SerializedState[]): void {
    const { start, end } = this.place.keyGroups
    const blocks = new Map<string, Uint8Array[]>()
    for (const part of parts) {
      for (const { state, keyGroup, bytes } of part.keyed) {
        if (keyGroup < start || keyGroup >= end) continue
        if (!this.tables.has(state) && !this.lists.has(state)) {
          fail('STATE_NOT_IN_PLAN', { state, declared: this.names() })
        }
        blocks.set(state, [...(blocks.get(state) ?? []), bytes])
      }
      for (const { state, entries } of part.operator) {
        const list = this.operators.get(state)
        if (list === undefined) fail('STATE_NOT_IN_PLAN', { state, declared: this.names() })
        list.set([...list.get(), ...entries])
      }
    }
    for (const [name, table] of this.tables) restoreTable(table, name, blocks.get(name) ?? [])
    for (const [name, list] of this.lists) restoreList(list, name, blocks.get(name) ?? [])
  }

  close(): void {
    this.tables.clear()
    this.lists.clear()
  }
}
