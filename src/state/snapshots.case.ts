/**
 * Cases about snapshots that every state backend passes; part of `conformance.case.ts`.
 *
 * Law: a snapshot is what was there when it was taken, whole or as changes upon the one before.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { batchOf } from '../types/batch.ts'
import { INT, type LogicalType, STRING, timestamp } from '../types/logical-type.ts'
import type { Value } from '../types/value.ts'
import type { KeyedPart, OperatorState, SerializedState, StateDeclaration } from './contract.ts'

const field = (name: string, type: LogicalType) => ({ name, type })

export function snapshotCases(open: (declarations: Record<string, StateDeclaration>) => OperatorState): void {
  test('a snapshot holds what was there, whatever happens after', async () => {
    const declarations: Record<string, StateDeclaration> = {
      t: { kind: 'table', key: [field('k', INT)], value: [field('v', STRING)], partitionColumns: 1 },
      l: { kind: 'list', key: [field('k', INT)], value: [field('v', INT)], partitionColumns: 1 },
      o: { kind: 'operator', redistribution: 'split' },
    }
    const state = open(declarations)
    state.table('t').values[0].set(state.table('t').find([1], 'update'), 'before')
    state.list('l').appendValues(state.list('l').find([1], 'update'), [10])
    state.operator('o').set([{ offset: 5 }])
    state.endBatch()
    const snapshot = state.snapshot()
    state.table('t').find([9], 'read')
    state.table('t').values[0].set(state.table('t').find([1], 'update'), 'after')
    state.table('t').find([2], 'update')
    state.list('l').removeKey(state.list('l').find([1], 'read'))
    state.operator('o').set([])
    const next = open(declarations)
    const written = await snapshot.serialize()
    assert.deepEqual(await snapshot.serialize(), written, 'a second time it is the same')
    next.restore([written])
    assert.equal(next.table('t').size, 1)
    assert.equal(next.table('t').values[0].get(next.table('t').find([1], 'read')), 'before')
    assert.equal(next.list('l').count(next.list('l').find([1], 'read')), 1)
    assert.deepEqual(next.operator('o').get(), [{ offset: 5 }])
  })

  test('writing a snapshot pauses when asked to, and what happens meanwhile is not in it', async () => {
    const declarations: Record<string, StateDeclaration> = {
      t: { kind: 'table', key: [field('k', INT)], value: [field('v', INT)], partitionColumns: 1 },
    }
    const state = open(declarations)
    const rows = 40_000
    const batch = batchOf(
      [field('k', INT)],
      Array.from({ length: rows }, (_, i) => [i]),
    )
    state.table('t').lookup(batch, [0], new Int32Array(rows), 'update')
    state.endBatch()
    state.table('t').find([0], 'read')
    let pauses = 0
    const part = await state.snapshot().serialize(async () => {
      pauses++
      state.endBatch()
      state.table('t').remove(state.table('t').find([rows - pauses], 'read'))
      state.table('t').find([rows + pauses], 'update')
    })
    assert.ok(pauses > 1)
    const next = open(declarations)
    next.restore([part])
    assert.equal(next.table('t').size, rows)
    assert.notEqual(next.table('t').find([rows - 1], 'read'), -1)
  })

  test('a snapshot hands its parts over one by one, a long key group in several', async () => {
    const declarations: Record<string, StateDeclaration> = {
      t: { kind: 'table', key: [field('k', INT)], value: [field('v', STRING)], partitionColumns: 1 },
      l: { kind: 'list', table: 't', key: [field('k', INT)], value: [field('s', STRING)], partitionColumns: 1 },
    }
    const state = open(declarations)
    const put = (key: number, text: string) => {
      state.endBatch()
      const slot = state.table('t').find([key], 'update')
      state.table('t').values[0].set(slot, text)
      state.list('l').appendValues(slot, [text])
    }
    const emitted = async (mode: 'full' | 'changes') => {
      const keyed: KeyedPart[] = []
      const rest = await state.snapshot(mode).serialize(undefined, (part) => keyed.push(part))
      assert.deepEqual(rest.keyed, [])
      const groups = new Set(keyed.map((part) => `${part.state} ${part.keyGroup}`))
      assert.ok(keyed.length > groups.size, 'some are split')
      return { keyed, operator: [] }
    }
    for (let key = 0; key < 2000; key++) put(key, 'x'.repeat(5_000))
    const full = await emitted('full')
    for (let key = 0; key < 2000; key++) {
      state.endBatch()
      if (key % 2 === 0) state.table('t').remove(state.table('t').find([key], 'read'))
      else put(key, 'y'.repeat(10_000))
    }
    const next = open(declarations)
    next.restore([full, await emitted('changes')])
    assert.equal(next.table('t').size, 1000)
    for (let key = 1; key < 2000; key += 2) {
      next.endBatch()
      const slot = next.table('t').find([key], 'read')
      assert.equal(next.table('t').values[0].get(slot), 'y'.repeat(10_000))
      assert.equal(next.list('l').count(slot), 2)
    }
  })

  test('a snapshot of changes holds what changed, and no more', async () => {
    const declarations: Record<string, StateDeclaration> = {
      t: {
        kind: 'table',
        key: [field('k', INT)],
        value: [field('v', STRING), field('at', timestamp(3))],
        partitionColumns: 1,
        timeColumn: 1,
      },
      l: { kind: 'list', table: 't', key: [field('k', INT)], value: [field('x', INT)], partitionColumns: 1 },
    }
    const state = open(declarations)
    const put = (key: number, text: string, at: number) => {
      state.endBatch()
      const table = state.table('t')
      const slot = table.find([key], 'update')
      table.values[0].set(slot, text)
      table.values[1].set(slot, at)
      table.timeChanged(slot)
      state.list('l').appendValues(slot, [at])
    }
    const remove = (key: number) => {
      state.endBatch()
      state.table('t').remove(state.table('t').find([key], 'read'))
    }
    for (let key = 0; key < 1000; key++) put(key, 'first', key)
    const full = await state.snapshot('full').serialize()
    put(3, 'second', 5000)
    put(2000, 'new', 1)
    put(2001, 'short', 1)
    remove(2001)
    remove(7)
    remove(8)
    put(8, 'again', 2)
    const snapshot = state.snapshot('changes')
    put(4, 'later', 0)
    remove(3)
    const changes = await snapshot.serialize()
    assert.ok(changes.keyed.every((part) => part.changes === true))
    const size = (part: SerializedState) => part.keyed.reduce((sum, { bytes }) => sum + bytes.length, 0)
    assert.ok(size(changes) * 20 < size(full), `${size(changes)} of ${size(full)} bytes`)
    const more = await state.snapshot('changes').serialize()
    const read = (parts: readonly SerializedState[]) => {
      const next = open(declarations)
      next.restore(parts)
      const rows = new Map<number, string>()
      const [table, list] = [next.table('t'), next.list('l')]
      for (const slot of table.slots()) {
        const times: Value[] = []
        for (let r = list.first(slot); r >= 0; r = list.next(r)) times.push(list.values[0].get(r))
        rows.set(table.keys[0].get(slot) as number, `${table.values[0].get(slot)} ${times.join()}`)
      }
      return { rows, due: [...table.due(2)].map((slot) => table.keys[0].get(slot)) }
    }
    const then = read([full, changes])
    assert.equal(then.rows.size, 1000)
    assert.deepEqual(
      [3, 4, 8, 2000, 7, 2001].map((key) => then.rows.get(key)),
      ['second 3,5000', 'first 4', 'again 2', 'new 1', undefined, undefined],
    )
    assert.deepEqual(then.due, [0, 1, 2000, 2, 8])
    const now = read([full, changes, more])
    assert.equal(now.rows.get(4), 'later 4,0')
    assert.equal(now.rows.get(3), undefined)
    assert.deepEqual(read([await state.snapshot('copy').serialize()]), now)
  })
}
