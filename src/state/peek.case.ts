/** Looking at a key: part of what every state backend passes (`conformance.case.ts`). */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { BIGINT, INT, type LogicalType, notNull, STRING } from '../types/logical-type.ts'
import type { Value } from '../types/value.ts'
import type { OperatorState, StateDeclaration } from './contract.ts'

const field = (name: string, type: LogicalType) => ({ name, type })
const KEY = [field('k', STRING)]

/** Windows of a key with rows that hang on them, and a list with keys of its own. */
const STATES: Record<string, StateDeclaration> = {
  windows: {
    kind: 'table',
    key: [...KEY, field('end', notNull(BIGINT))],
    value: [field('timer', notNull(BIGINT)), field('n', INT)],
    partitionColumns: 1,
    timeColumn: 0,
  },
  rows: {
    kind: 'list',
    key: [...KEY, field('end', notNull(BIGINT))],
    value: [field('x', INT)],
    partitionColumns: 1,
    table: 'windows',
  },
  seen: { kind: 'list', key: KEY, value: [field('x', INT)], partitionColumns: 1 },
}

function addTo(state: OperatorState, key: string, end: number, x: number): void {
  const windows = state.table('windows')
  const slot = windows.find([key, end], 'update')
  windows.values[0].set(slot, end - 1)
  windows.values[1].set(slot, Number(windows.values[1].get(slot) ?? 0) + 1)
  windows.timeChanged(slot)
  state.list('rows').appendValues(slot, [x])
  state.endBatch()
  const seen = state.list('seen')
  seen.appendValues(seen.find([key], 'update'), [x])
  state.endBatch()
}

function dropFrom(state: OperatorState, key: string, end: number): void {
  const windows = state.table('windows')
  const slot = windows.find([key, end], 'read')
  if (slot >= 0) windows.remove(slot)
  state.endBatch()
}

type Model = Map<string, { readonly windows: Map<number, number[]>; readonly seen: number[] }>

/** What `peek` is to say of a key. */
function expected(model: Model, key: string) {
  const own = model.get(key)
  const windows = [...(own?.windows ?? [])]
  const states = [
    {
      state: 'windows',
      rows: windows.map(([end, rows]) => ({ key: [key, end], value: [end - 1, rows.length] as Value[], due: end - 1 })),
      more: false,
    },
    {
      state: 'rows',
      rows: windows.flatMap(([end, rows]) => rows.map((x) => ({ key: [key, end], value: [x] as Value[] }))),
      more: false,
    },
    { state: 'seen', rows: (own?.seen ?? []).map((x) => ({ key: [key], value: [x] as Value[] })), more: false },
  ]
  return states.filter(({ rows }) => rows.length > 0)
}

export function peekCases(
  open: (declarations: Record<string, StateDeclaration>) => OperatorState,
  setClock: (now: number) => void,
): void {
  test('looking at a key gives its rows and changes nothing', async () => {
    const action = fc.tuple(fc.constantFrom('a', 'b', 'c'), fc.integer({ min: 1, max: 4 }), fc.nat(9), fc.nat(5))
    await fc.assert(
      fc.asyncProperty(fc.array(action, { maxLength: 60 }), async (actions) => {
        const state = open(STATES)
        const untouched = open(STATES)
        const model: Model = new Map()
        for (const [key, window, x, what] of actions) {
          const end = window * 1000
          if (!model.has(key)) model.set(key, { windows: new Map(), seen: [] })
          const own = model.get(key) as { windows: Map<number, number[]>; seen: number[] }
          if (what === 0) {
            own.windows.delete(end)
            for (const each of [state, untouched]) dropFrom(each, key, end)
          } else {
            own.windows.set(end, [...(own.windows.get(end) ?? []), x])
            own.seen.push(x)
            for (const each of [state, untouched]) addTo(each, key, end, x)
          }
          assert.deepEqual(await state.peek([key], 100), expected(model, key))
        }
        assert.deepEqual(await state.peek(['nosuch'], 100), [])
        assert.deepEqual(await state.snapshot().serialize(), await untouched.snapshot().serialize())
      }),
      { numRuns: 60 },
    )
  })

  test('rows that move and come while it looks are told as they are at the end', async () => {
    const state = open(STATES)
    const model: Model = new Map()
    const add = (key: string, end: number, x: number) => {
      if (!model.has(key)) model.set(key, { windows: new Map(), seen: [] })
      const own = model.get(key) as { windows: Map<number, number[]>; seen: number[] }
      own.windows.set(end, [...(own.windows.get(end) ?? []), x])
      own.seen.push(x)
      addTo(state, key, end, x)
    }
    for (let i = 0; i < 100; i++) add(`k${i % 20}`, 1000 * (1 + (i % 3)), i)
    let pauses = 0
    const pause = async () => {
      pauses++
      if (pauses > 30) return
      add('k7', 9000 + pauses, pauses)
      for (let i = 0; i < 3; i++) add(`k${(pauses + i) % 20}`, 2000, i)
      if (pauses % 5 !== 0) return
      model.get('k7')?.windows.delete(9000 + pauses)
      dropFrom(state, 'k7', 9000 + pauses)
    }
    assert.deepEqual(await state.peek(['k7'], 1000, pause), expected(model, 'k7'))
  })

  test('no more rows than asked for, and it says that there are more', async () => {
    const state = open(STATES)
    for (let i = 1; i <= 5; i++) addTo(state, 'a', 1000 * i, i)
    const peeked = await state.peek(['a'], 3)
    assert.deepEqual(
      peeked.map(({ state: name, rows, more }) => [name, rows.map(({ value }) => value.at(-1)), more]),
      [
        ['windows', [1, 1, 1], true],
        ['rows', [1, 2, 3], true],
        ['seen', [1, 2, 3], true],
      ],
    )
  })

  test('what has expired is not shown, and looking keeps nothing alive', async () => {
    const declarations: Record<string, StateDeclaration> = {
      t: { kind: 'table', key: KEY, value: [field('n', INT)], partitionColumns: 1, ttlMs: 100 },
      l: { kind: 'list', key: KEY, value: [field('x', INT)], partitionColumns: 1, ttlMs: 100 },
    }
    const at = (now: number) => setClock(now)
    at(0)
    const state = open(declarations)
    state.table('t').values[0].set(state.table('t').find(['a'], 'update'), 7)
    state.list('l').appendValues(state.list('l').find(['a'], 'update'), [1])
    state.endBatch()
    at(60)
    state.list('l').appendValues(state.list('l').find(['a'], 'update'), [2])
    state.endBatch()
    const rows = async () => (await state.peek(['a'], 10)).map((each) => [each.state, each.rows.map((r) => r.value[0])])
    assert.deepEqual(await rows(), [
      ['t', [7]],
      ['l', [1, 2]],
    ])
    at(100)
    assert.deepEqual(await rows(), [['l', [2]]])
    at(200)
    assert.deepEqual(await rows(), [])
    at(0)
  })
}
