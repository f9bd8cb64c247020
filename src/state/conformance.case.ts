/**
 * Cases that every state backend passes. A backend's test file calls `stateConformance(name, backend)`.
 *
 * Law: a table behaves as a Map from key to row in order of insertion, a list as a Map from key to an array of rows, in every
 * representation of keys, across snapshots and any split of the key groups.
 */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { type Batch, batchOf, type Schema } from '../types/batch.ts'
import {
  array,
  BIGINT,
  BOOLEAN,
  BYTES,
  DOUBLE,
  decimal,
  INT,
  type LogicalType,
  map,
  notNull,
  row,
  STRING,
  timestamp,
} from '../types/logical-type.ts'
import type { Value } from '../types/value.ts'
import type { OperatorState, SerializedState, StateBackend, StateDeclaration, StateSnapshot } from './contract.ts'
import { keyGroupsOf } from './key-group.ts'
import { peekCases } from './peek.case.ts'
import { snapshotCases } from './snapshots.case.ts'

const MAX_PARALLELISM = 128
const ALL = { start: 0, end: MAX_PARALLELISM }

export const field = (name: string, type: LogicalType) => ({ name, type })

/** One type with values that are all different keys. */
const KEY_TYPES: readonly (readonly [LogicalType, readonly Value[]])[] = [
  [INT, [0, 1, -1, 2147483647, -2147483648, null]],
  [BOOLEAN, [true, false, null]],
  [BIGINT, [0, 1, 4294967296, 4294967297, -1, 9007199254740991, 9007199254740992n, -9223372036854775808n, null]],
  [decimal(38, 2), [0, 150, 10n ** 37n, -(10n ** 37n), null]],
  [DOUBLE, [0, -0, 1.5, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 1e300, null]],
  [STRING, ['', 'a', 'b', 'ab', 'ba', '中文', '\ud800', '\u{1f600}', null]],
  [BYTES, [new Uint8Array(), Uint8Array.of(0), Uint8Array.of(1, 2), null]],
  [array(INT), [[], [1], [1, 2], [2, 1], [null], null]],
  [row([field('a', INT), field('b', STRING)]), [[1, 'x'], [1, null], [null, 'x'], null]],
  [map(STRING, INT), [{ keys: ['a'], values: [1] }, { keys: ['a'], values: [2] }, { keys: [], values: [] }, null]],
  [timestamp(3), [0, 1714557600000, null]],
]

export function stateConformance(name: string, backend: StateBackend): void {
  let clock = 0
  const open = (declarations: Record<string, StateDeclaration>, keyGroups = ALL) =>
    backend.open(declarations, { maxParallelism: MAX_PARALLELISM, keyGroups, now: () => clock })
  const restored = async (state: OperatorState, declarations: Record<string, StateDeclaration>, keyGroups = ALL) => {
    const parts = [await state.snapshot().serialize()]
    const next = open(declarations, keyGroups)
    next.restore(parts)
    return next
  }

  describe(`state backend ${name}`, () => {
    snapshotCases((declarations) => open(declarations))
    peekCases(
      (declarations) => open(declarations),
      (now) => {
        clock = now
      },
    )

    for (const [type, values] of KEY_TYPES) {
      test(`keys of ${type.kind} are found by value, before and after a restore`, async () => {
        const declarations: Record<string, StateDeclaration> = {
          t: { kind: 'table', key: [field('k', type)], value: [field('v', notNull(INT))], partitionColumns: 1 },
        }
        const batch = batchOf(
          [field('k', type)],
          [...values, ...values].map((value) => [value]),
        )
        const slots = new Int32Array(batch.length)
        const state = open(declarations)
        state.table('t').lookup(batch, [0], slots, 'update')
        assert.equal(state.table('t').size, values.length)
        assert.equal(state.table('t').insertedCount, values.length)
        for (let i = 0; i < values.length; i++) {
          assert.equal(slots[i], slots[i + values.length])
          state.table('t').values[0].set(slots[i], i)
          assert.deepEqual(state.table('t').keys[0].get(slots[i]), values[i])
        }
        const next = (await restored(state, declarations)).table('t')
        next.lookup(batch, [0], slots, 'read')
        for (let i = 0; i < values.length; i++) {
          assert.equal(next.values[0].get(slots[i]), i)
          assert.deepEqual(next.keys[0].get(slots[i]), values[i])
          assert.equal(next.find([values[i]], 'read'), slots[i])
        }
        assert.deepEqual(
          [...next.slots()].map((slot) => next.values[0].get(slot)),
          values.map((_, i) => i),
          'insertion order survives',
        )
      })
    }

    test('new rows have NULL or 0, also in reused slots', () => {
      const state = open({
        t: {
          kind: 'table',
          key: [field('k', INT)],
          value: [field('a', INT), field('b', notNull(BIGINT)), field('c', STRING)],
          partitionColumns: 1,
        },
      })
      const table = state.table('t')
      for (let round = 0; round < 3; round++) {
        state.endBatch()
        const slot = table.find([round], 'update')
        assert.deepEqual(
          table.values.map((column) => column.get(slot)),
          [null, 0, null],
        )
        table.values[0].set(slot, 5)
        table.values[1].set(slot, 2n ** 60n)
        table.values[2].set(slot, 'x')
        table.remove(slot)
        assert.equal(table.size, 0)
        assert.equal(table.find([round], 'read'), -1)
      }
    })

    test('a key in a column of doubles equals the same key in a column of exact values', () => {
      const state = open({ t: { kind: 'table', key: [field('k', BIGINT)], value: [], partitionColumns: 1 } })
      const slots = new Int32Array(2)
      const narrow = batchOf([field('k', BIGINT)], [[7], [4294967299]])
      const wide = batchOf([field('k', BIGINT)], [[7], [4294967299], [2n ** 62n]])
      state.table('t').lookup(narrow, [0], slots, 'update')
      const again = new Int32Array(3)
      state.table('t').lookup(wide, [0], again, 'update')
      assert.deepEqual([...again.subarray(0, 2)], [...slots])
      assert.equal(state.table('t').size, 3)
    })

    test('timers come by time, then by insertion, and move', async () => {
      const declarations: Record<string, StateDeclaration> = {
        t: {
          kind: 'table',
          key: [field('k', INT)],
          value: [field('at', timestamp(3))],
          partitionColumns: 1,
          timeColumn: 0,
        },
      }
      let state = open(declarations)
      let table = state.table('t')
      const put = (key: number, at: number) => {
        state.endBatch()
        const slot = table.find([key], 'update')
        table.values[0].set(slot, at)
        table.timeChanged(slot)
      }
      const due = (time: number) => [...table.due(time)].map((slot) => table.keys[0].get(slot))
      assert.equal(table.earliest(), undefined)
      put(1, 20)
      put(2, 10)
      put(3, 20)
      put(4, 10)
      put(5, 30)
      put(4, 30)
      put(4, 10)
      assert.equal(table.earliest(), 10)
      assert.deepEqual(due(9), [])
      assert.deepEqual(due(20), [2, 4, 1, 3])
      assert.deepEqual(due(20), [2, 4, 1, 3], 'they stay')
      table.remove(table.find([2], 'read'))
      put(4, 25)
      assert.equal(table.earliest(), 20)
      assert.deepEqual(due(25), [1, 3, 4])
      state = open(declarations)
      table = state.table('t')
      put(1, 20)
      put(2, 10)
      put(3, 10)
      put(4, 15)
      put(4, 5)
      assert.equal(table.earliest(), 5)
      put(4, 40)
      assert.equal(table.earliest(), 10)
      state = await restored(state, declarations)
      table = state.table('t')
      state.endBatch()
      table.find([9], 'read')
      assert.equal(table.earliest(), 10)
      assert.deepEqual(due(30), [2, 3, 1])
      state.endBatch()
      table.find([9], 'read')
      assert.deepEqual(due(30), [2, 3, 1], 'they stay, wherever they are')
      assert.deepEqual(due(100), [2, 3, 1, 4])
    })

    test('TTL: a row not updated for that long is missing; reading does not keep it', async () => {
      const declarations: Record<string, StateDeclaration> = {
        t: { kind: 'table', key: [field('k', INT)], value: [field('v', INT)], partitionColumns: 1, ttlMs: 100 },
        l: { kind: 'list', key: [field('k', INT)], value: [field('v', INT)], partitionColumns: 1, ttlMs: 100 },
      }
      clock = 0
      let state = open(declarations)
      const t = () => {
        state.endBatch()
        return state.table('t')
      }
      t().values[0].set(t().find([1], 'update'), 11)
      state.list('l').appendValues(state.list('l').find([1], 'update'), [1])
      clock = 50
      assert.notEqual(t().find([1], 'read'), -1)
      state.list('l').appendValues(state.list('l').find([1], 'update'), [2])
      state = await restored(state, declarations)
      clock = 99
      assert.equal(t().values[0].get(t().find([1], 'read')), 11)
      clock = 100
      assert.equal(t().find([1], 'read'), -1)
      const slot = t().find([1], 'update')
      assert.equal(t().values[0].get(slot), null)
      assert.equal(t().insertedCount, 1)
      const list = state.list('l')
      assert.equal(list.count(list.find([1], 'read')), 1)
      clock = 150
      const empty = list.find([1], 'read')
      assert.ok(empty < 0 || list.count(empty) === 0)
      clock = 0
    })

    test('a list that hangs on a table goes with its rows and comes back with them', async () => {
      const declarations: Record<string, StateDeclaration> = {
        t: { kind: 'table', key: [field('k', STRING)], value: [field('n', notNull(INT))], partitionColumns: 1 },
        seen: {
          kind: 'list',
          table: 't',
          key: [field('k', STRING)],
          value: [field('x', INT), field('n', notNull(INT))],
          identity: [0],
          partitionColumns: 1,
        },
      }
      const state = open(declarations)
      const batch = batchOf([field('x', INT)], [[1], [2], [1], [null], [1]])
      const slots = new Int32Array(5)
      const rows = new Int32Array(5)
      const a = state.table('t').find(['a'], 'update')
      const b = state.table('t').find(['b'], 'update')
      slots.set([a, a, b, a, a])
      slots[1] = -1
      const list = state.list('seen')
      list.matchAll(slots, batch, [0], rows, 'update')
      assert.equal(rows[1], -1)
      assert.equal(rows[0], rows[4])
      assert.notEqual(rows[0], rows[2])
      assert.deepEqual([list.count(a), list.count(b)], [2, 1])
      list.values[1].set(rows[0], 3)
      state.endBatch()
      assert.equal(state.table('t').find(['none'], 'read'), -1)
      const next = await restored(state, declarations)
      const again = next.table('t').find(['a'], 'read')
      assert.equal(next.list('seen').count(again), 2)
      const found = next.list('seen').match(again, batch, [0], 4)
      assert.equal(next.list('seen').values[1].get(found), 3)
      next.list('seen').moveRows(again, next.table('t').find(['b'], 'read'))
      assert.equal(next.list('seen').count(next.table('t').find(['b'], 'read')), 3)
      assert.equal(next.list('seen').count(again), 0)
      next.table('t').remove(next.table('t').find(['b'], 'read'))
      assert.equal(next.list('seen').rowCount, 0)
    })

    const lists: StateDeclaration = {
      kind: 'list',
      key: [field('k', BIGINT)],
      value: [field('s', STRING), field('x', INT)],
      partitionColumns: 1,
    }
    const operation = fc.oneof(
      fc.tuple(fc.constant('add' as const), fc.integer({ min: 0, max: 5 }), fc.integer({ min: 0, max: 3 })),
      fc.tuple(fc.constant('take' as const), fc.integer({ min: 0, max: 5 }), fc.integer({ min: 0, max: 3 })),
      fc.tuple(fc.constant('clear' as const), fc.integer({ min: 0, max: 5 }), fc.constant(0)),
      fc.tuple(fc.constant('restore' as const), fc.constant(0), fc.integer({ min: 1, max: 4 })),
      fc.tuple(fc.constant('checkpoint' as const), fc.constant(0), fc.integer({ min: 1, max: 3 })),
    )
    const check = (state: OperatorState, model: ReadonlyMap<number, readonly number[]>) => {
      assert.equal(state.table('t').size, model.size)
      for (const [key, rows] of model) {
        state.endBatch()
        const list = state.list('l')
        const slot = list.find([key], 'read')
        const seen: Value[] = []
        for (let r = list.first(slot); r >= 0; r = list.next(r)) seen.push(list.values[1].get(r))
        assert.deepEqual(seen, rows)
        assert.equal(state.table('t').values[0].get(state.table('t').find([key], 'read')), rows.length)
      }
    }
    test('lists and tables behave as their models under random operations', async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(operation, { maxLength: 60 }), async (operations) => {
          const declarations: Record<string, StateDeclaration> = {
            l: lists,
            t: { kind: 'table', key: [field('k', BIGINT)], value: [field('n', notNull(BIGINT))], partitionColumns: 1 },
          }
          const model = new Map<number, number[]>()
          let state = open(declarations)
          let chain: (SerializedState | undefined)[] = []
          let writing: StateSnapshot | undefined
          const schema: Schema = [field('s', STRING), field('x', INT)]
          const rowOf = (x: number): Batch => batchOf(schema, [[`s${x}`, x]])
          for (const [what, k, x] of operations) {
            const list = state.list('l')
            const table = state.table('t')
            state.endBatch()
            if (what === 'restore') {
              state = await throughParts(state, declarations, x, open)
              chain = []
              // A snapshot of the state before is none of this one's.
              writing?.discard()
              writing = undefined
            } else if (what === 'checkpoint') {
              chain.push(await writing?.serialize())
              writing = undefined
              if (x === 1) chain = [await state.snapshot('full').serialize()]
              else if (x === 2) writing = state.snapshot('changes')
              else chain.push(await state.snapshot('changes').serialize())
              if (writing === undefined) {
                const parts = chain.filter((part) => part !== undefined)
                const from = Math.max(
                  0,
                  parts.findLastIndex((part) => part.keyed.some(({ changes }) => changes !== true)),
                )
                const again = open(declarations)
                again.restore(parts.slice(from))
                check(again, model)
              }
            } else if (what === 'clear') {
              model.delete(k)
              if (list.find([k], 'read') >= 0) list.removeKey(list.find([k], 'read'))
              if (table.find([k], 'read') >= 0) table.remove(table.find([k], 'read'))
            } else if (what === 'add') {
              model.set(k, [...(model.get(k) ?? []), x])
              list.append(list.find([k], 'update'), rowOf(x), [0, 1], 0)
              const slot = table.find([k], 'update')
              table.values[0].set(slot, (table.values[0].get(slot) as number) + 1)
            } else {
              const key = list.find([k], 'read')
              const rows = model.get(k) ?? []
              const at = rows.indexOf(x)
              const found = key < 0 ? -1 : list.match(key, rowOf(x), [0, 1], 0)
              assert.equal(found >= 0, at >= 0)
              if (at >= 0) {
                rows.splice(at, 1)
                if (rows.length === 0) model.delete(k)
                list.removeRow(key, found)
                const slot = table.find([k], 'update')
                table.values[0].set(slot, (table.values[0].get(slot) as number) - 1)
                if (rows.length === 0) table.remove(slot)
              }
            }
            check(state, model)
          }
        }),
        { numRuns: 150 },
      )
    })

    test('rescaling keeps every row once', async () => {
      const declarations: Record<string, StateDeclaration> = {
        t: { kind: 'table', key: [field('k', STRING)], value: [field('v', INT)], partitionColumns: 1 },
      }
      const state = open(declarations)
      for (let i = 0; i < 500; i++) {
        state.endBatch()
        state.table('t').values[0].set(state.table('t').find([`k${i}`], 'update'), i)
      }
      const whole = await state.snapshot().serialize()
      const parts: SerializedState[] = []
      let rows = 0
      for (let subtask = 0; subtask < 3; subtask++) {
        const one = open(declarations, keyGroupsOf(subtask, 3, MAX_PARALLELISM))
        one.restore([whole])
        assert.ok(one.table('t').size > 100, 'keys spread')
        rows += one.table('t').size
        parts.push(await one.snapshot().serialize())
      }
      assert.equal(rows, 500)
      const one = open(declarations)
      one.restore(parts)
      for (let i = 0; i < 500; i++) {
        assert.equal(one.table('t').values[0].get(one.table('t').find([`k${i}`], 'read')), i)
      }
    })

    test('asking for undeclared state names what is declared', () => {
      const state = open({ o: { kind: 'operator', redistribution: 'union' } })
      assert.throws(() => state.table('o'), { code: 'STATE_NOT_DECLARED', message: /o \(operator\)/ })
    })
  })
}

async function throughParts(
  state: OperatorState,
  declarations: Record<string, StateDeclaration>,
  parallelism: number,
  open: (declarations: Record<string, StateDeclaration>, range?: typeof ALL) => OperatorState,
): Promise<OperatorState> {
  const whole = await state.snapshot().serialize()
  const parts: SerializedState[] = []
  for (let subtask = 0; subtask < parallelism; subtask++) {
    const one = open(declarations, keyGroupsOf(subtask, parallelism, MAX_PARALLELISM))
    one.restore([whole])
    parts.push(await one.snapshot().serialize())
  }
  const next = open(declarations)
  next.restore(parts)
  return next
}
