import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { builtInAggregates, findAggregateFunction } from '../../functions/aggregate/index.ts'
import type { Schema } from '../../types/batch.ts'
import { BIGINT, BOOLEAN, DOUBLE, decimal, INT, STRING, TINYINT, withNullable } from '../../types/logical-type.ts'
import { RETRACT } from '../../types/row-kind.ts'
import type { AggregateCall } from '../aggregate-call.ts'
import { drive, everyWay, row, type Step } from '../drive.case.ts'
import type { GroupAggregateNode } from './node.ts'
import { groupAggregateRuntime } from './operator.ts'
import { groupAggregateState } from './state.ts'

const input: Schema = [
  { name: 'k', type: STRING },
  { name: 'v', type: INT },
  { name: 'd', type: DOUBLE },
  { name: 's', type: STRING },
  { name: 'f', type: BOOLEAN },
  { name: 'b', type: BIGINT },
  { name: 'e', type: decimal(10, 2) },
  { name: 't', type: TINYINT },
]
const column = (name: string) => input.findIndex((field) => field.name === name)

interface CallOptions {
  readonly distinct?: boolean
  readonly filter?: boolean
  readonly clauses?: Record<string, string>
}

function call(
  text: string,
  retract: boolean,
  { distinct = false, filter = false, clauses }: CallOptions = {},
): AggregateCall {
  const [fn, ...names] = text.split(' ')
  const args = names.map(column)
  const argTypes = args.map((c) => input[c].type)
  const definition = findAggregateFunction(fn)
  assert.ok(definition, fn)
  const resolution = definition.signature.resolve(
    argTypes.map((type) => ({ type })),
    { timeZone: 'UTC', option: () => undefined },
  )
  assert.ok(resolution, text)
  const type = definition.emptyIsNull ? withNullable(resolution.returns, true) : resolution.returns
  return { fn, args, argTypes, distinct, retract, type, name: text, filter: filter ? column('f') : undefined, clauses }
}

function node(
  calls: (retract: boolean) => AggregateCall[],
  options: { grouping?: string[]; retract?: boolean; ttlMs?: number; emitUpdateBefore?: boolean } = {},
): GroupAggregateNode {
  const { retract = false, emitUpdateBefore = true } = options
  const grouping = (options.grouping ?? ['k']).map(column)
  const aggregates = calls(retract)
  return {
    id: 1,
    kind: 'group-aggregate',
    version: 1,
    inputs: [],
    schema: [...grouping.map((c) => input[c]), ...aggregates.map(({ name, type }) => ({ name, type }))],
    changelog: RETRACT,
    upsertKeys: [],
    state: groupAggregateState({ grouping, aggregates }, input, builtInAggregates, options.ttlMs),
    description: '',
    grouping,
    aggregates,
    emitUpdateBefore,
    inputRetracts: retract,
  }
}

/** k, v, d, s, f, b, e, t */
const add = (
  k: string | null,
  v: number | null,
  d: number | null = null,
  s: string | null = null,
  f: boolean | null = null,
) => row('+I', k, v, d, s, f, v, v === null ? null : v * 100, v)

const run = (n: GroupAggregateNode, steps: readonly Step[]) => everyWay(groupAggregateRuntime, n, [input], steps)

test('the first row inserts, a changed result updates, an equal one says nothing', async () => {
  const n = node((r) => [call('MAX v', r)])
  const log = await run(n, [
    add('a', 5),
    add('b', 3),
    add('a', null),
    add('c', 7),
    add('a', 5),
    add(null, 1),
    add('b', 8),
    add('c', 2),
  ])
  assert.deepEqual(log, ['+I a 5', '+I b 3', '+I c 7', '+I NULL 1', '-U b 3', '+U b 8'])
})

test('without consumers of -U only +U is emitted', async () => {
  const n = node((r) => [call('COUNT', r)], { emitUpdateBefore: false })
  assert.deepEqual(await run(n, [add('a', 1), add('a', 2)]), ['+I a 1', '+U a 2'])
})

test('COUNT, SUM, MIN, MAX, AVG as Flink computes them over retracting input', async () => {
  const n = node((r) => [call('SUM d', r), call('AVG v', r), call('MIN v', r), call('MAX v', r), call('COUNT v', r)], {
    retract: true,
  })
  const log = await run(n, [
    row('+I', 'a', 5, 0.1, 'x', null, 5, 500, 5),
    row('+I', 'a', 3, 0.2, 'y', null, 3, 300, 3),
    row('+I', 'a', 5, 0.3, 'x', null, 5, 500, 5),
    row('-U', 'a', 5, 0.1, 'x', null, 5, 500, 5),
    row('+U', 'a', 9, 0.1, 'z', null, 9, 900, 9),
    row('-D', 'a', 9, 0.1, 'z', null, 9, 900, 9),
    row('-D', 'q', 1, 1, 'q', null, 1, 100, 1),
    row('-D', 'a', 3, 0.2, 'y', null, 3, 300, 3),
    row('-D', 'a', 5, 0.3, 'x', null, 5, 500, 5),
    row('+I', 'a', 7, 0.7, 'n', null, 7, 700, 7),
  ])
  assert.deepEqual(log, [
    '+I a 0.1 5 5 5 1',
    '-U a 0.1 5 5 5 1',
    '+U a 0.30000000000000004 4 3 5 2',
    '-U a 0.30000000000000004 4 3 5 2',
    '+U a 0.6000000000000001 4 3 5 3',
    '-U a 0.6000000000000001 4 3 5 3',
    '+U a 0.5000000000000001 4 3 5 2',
    '-U a 0.5000000000000001 4 3 5 2',
    '+U a 0.6000000000000001 5 3 9 3',
    '-U a 0.6000000000000001 5 3 9 3',
    '+U a 0.5000000000000001 4 3 5 2',
    '-U a 0.5000000000000001 4 3 5 2',
    '+U a 0.3000000000000001 5 5 5 1',
    '-D a 0.3000000000000001 5 5 5 1',
    '+I a 0.7 7 7 7 1',
  ])
})

test('a group that went in the middle of a batch starts anew in it', async () => {
  const n = node((r) => [call('COUNT v', r, { distinct: true }), call('LISTAGG s', r), call('MAX v', r)], {
    retract: true,
  })
  const log = await run(n, [
    row('+I', 'a', 5, null, 'x', null, 5, 0, 0),
    row('-D', 'a', 5, null, 'x', null, 5, 0, 0),
    row('+I', 'a', 4, null, 'y', null, 5, 0, 0),
    row('+I', 'a', 4, null, 'z', null, 5, 0, 0),
  ])
  assert.deepEqual(log, ['+I a 1 x 5', '-D a 1 x 5', '+I a 1 y 4', '-U a 1 y 4', '+U a 1 y,z 4'])
})

test('a global aggregate without input emits nothing; with input it is one group', async () => {
  const n = node((r) => [call('SUM v', r), call('COUNT', r)], { grouping: [] })
  assert.deepEqual(await run(n, []), [])
  assert.deepEqual(await run(n, [add('a', null), add('b', 2)]), ['+I NULL 1', '-U NULL 1', '+U 2 2'])
})

test('DISTINCT counts a value once, per filter, and shares its view between calls', async () => {
  const n = node((r) => [
    call('COUNT v', r, { distinct: true }),
    call('SUM v', r, { distinct: true }),
    call('COUNT v', r, { distinct: true, filter: true }),
    call('ARRAY_AGG v', r, { distinct: true }),
  ])
  assert.deepEqual(Object.keys(n.state), ['groups', 'view0', 'view1', 'view2', 'view3'])
  const log = await run(n, [
    add('a', 5, 0, '', true),
    add('a', 5),
    add('a', null),
    add('a', 6),
    add('a', 6, 0, '', true),
  ])
  assert.deepEqual(log, [
    '+I a 1 5 1 [5]',
    '-U a 1 5 1 [5]',
    '+U a 1 5 1 [5, NULL]',
    '-U a 1 5 1 [5, NULL]',
    '+U a 2 11 1 [5, NULL, 6]',
    '-U a 2 11 1 [5, NULL, 6]',
    '+U a 2 11 2 [5, NULL, 6]',
  ])
})

test('integer sums wrap, BIGINT beyond 2^53 stays exact, DECIMAL keeps its digits', async () => {
  const n = node((r) => [call('SUM t', r), call('SUM b', r), call('AVG e', r), call('SUM e', r)])
  const log = await run(n, [
    row('+I', 'a', 0, 0, '', null, 9007199254740991, 125, 100),
    row('+I', 'a', 0, 0, '', null, 9007199254740991, 225, 100),
    row('+I', 'a', 0, 0, '', null, 9223372036854775807n, 10, -5),
  ])
  assert.deepEqual(
    log.filter((line) => !line.startsWith('-U')),
    [
      '+I a 100 9007199254740991 1250000 125',
      '+U a -56 18014398509481982 1750000 350',
      '+U a -61 -9205357638345293827 1200000 360',
    ],
  )
})

test('variance emits when its parts change, and is NULL where retraction left it negative', async () => {
  const n = node((r) => [call('VAR_POP v', r)])
  assert.deepEqual(await run(n, [add('a', 5), add('a', null), add('a', 5)]), ['+I a 0', '-U a 0', '+U a 0'])
  const retracting = node((r) => [call('STDDEV_POP d', r)], { retract: true })
  const d = (kind: string, x: number) => row(kind, 'a', 0, x, '', null, 0, 0, 0)
  assert.deepEqual(await run(retracting, [d('+I', 0.1), d('+I', 0.2), d('+I', 0.3), d('-D', 0.1), d('-D', 0.2)]), [
    '+I a 0',
    '-U a 0',
    '+U a 0.049999999999999996',
    '-U a 0.049999999999999996',
    '+U a 0.08164965809277258',
    '-U a 0.08164965809277258',
    '+U a 0.049999999999999954',
    '-U a 0.049999999999999954',
    '+U a NULL',
  ])
})

test('collections: order of arrival, retraction takes the oldest equal value', async () => {
  const n = node(
    (r) => [
      call('LISTAGG s', r),
      call('ARRAY_AGG s', r),
      call('COLLECT s', r),
      call('FIRST_VALUE s', r),
      call('LAST_VALUE s', r),
      call('JSON_ARRAYAGG s', r, { clauses: { onNull: 'NULL' } }),
    ],
    { retract: true },
  )
  const s = (kind: string, x: string | null) => row(kind, 'a', 0, 0, x, null, 0, 0, 0)
  const log = await run(n, [s('+I', 'x'), s('+I', 'y'), s('+I', 'x'), s('+I', null), s('-D', 'x')])
  assert.deepEqual(
    log.filter((line) => !line.startsWith('-U')),
    [
      '+I a x [x] {x=1} x x [x]',
      '+U a x,y [x, y] {x=1, y=1} x y [x,y]',
      '+U a x,y,x [x, y, x] {x=2, y=1} x x [x,y,x]',
      '+U a x,y,x [x, y, x, NULL] {x=2, y=1} x x [x,y,x,null]',
      '+U a y,x [y, x, NULL] {x=1, y=1} y x [y,x,null]',
    ],
  )
})

test('state that expired starts a new group; with TTL every row is an update', async () => {
  const n = node((r) => [call('MAX v', r)], { ttlMs: 100 })
  const steps: Step[] = [
    { now: 0 },
    add('a', 5),
    { now: 50 },
    add('a', 5),
    { now: 149 },
    add('a', 1),
    { now: 249 },
    add('a', 2),
  ]
  assert.deepEqual(await run(n, steps), ['+I a 5', '-U a 5', '+U a 5', '-U a 5', '+U a 5', '+I a 2'])
})

test('watermarks pass', async () => {
  const n = node((r) => [call('COUNT', r)])
  assert.deepEqual(await run(n, [add('a', 1), { watermark: 5 }, add('a', 1)]), ['+I a 1', 'W 5', '-U a 1', '+U a 2'])
})

test('law: applying the changelog gives the aggregate of the rows that are left', async () => {
  const value = fc.tuple(fc.constantFrom('a', 'b', null), fc.option(fc.integer({ min: -3, max: 3 })), fc.boolean())
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(value, fc.nat(9)), { maxLength: 25 }), async (script) => {
      const n = node(
        (r) => [
          call('COUNT', r),
          call('SUM v', r),
          call('MIN v', r),
          call('MAX v', r),
          call('COUNT v', r, { distinct: true, filter: true }),
        ],
        { retract: true },
      )
      const rows: [string | null, number | null, boolean][] = []
      const steps: Step[] = []
      for (const [[k, v, f], pick] of script) {
        if (pick < 4 && rows.length > 0) {
          const [[ok, ov, of]] = rows.splice(pick % rows.length, 1)
          steps.push(row('-D', ok, ov, 0, '', of, 0, 0, 0))
        } else {
          rows.push([k, v, f])
          steps.push(row('+I', k, v, 0, '', f, 0, 0, 0))
        }
      }
      const table: string[] = []
      for (const line of (await drive(groupAggregateRuntime, n, [input], steps, { batchSize: 4 })).log) {
        const text = line.slice(3)
        if (line.startsWith('+')) table.push(text)
        else {
          assert.ok(table.includes(text), `retracts what is there: ${line}`)
          table.splice(table.indexOf(text), 1)
        }
      }
      const expected = [...new Set(rows.map(([k]) => k))].map((k) => {
        const group = rows.filter((r) => r[0] === k)
        const values = group.map((r) => r[1]).filter((v) => v !== null)
        const some = (x: number) => (values.length === 0 ? 'NULL' : String(x))
        const distinct = new Set(group.filter((r) => r[2] && r[1] !== null).map((r) => r[1]))
        return [
          k ?? 'NULL',
          group.length,
          some(values.reduce((a, b) => a + b, 0)),
          some(Math.min(...values)),
          some(Math.max(...values)),
          distinct.size,
        ].join(' ')
      })
      assert.deepEqual(table.sort(), expected.sort())
      await everyWay(groupAggregateRuntime, n, [input], steps)
    }),
    { numRuns: 60 },
  )
})

describe('mini-batch', () => {
  const mini = (calls: (retract: boolean) => AggregateCall[], size: number, retract = false) => ({
    ...node(calls, { retract }),
    miniBatch: { size, latencyMs: 5000 },
  })

  test('a group emits once per bundle', async () => {
    const n = mini((r) => [call('COUNT', r), call('SUM v', r)], 3)
    const rows = [
      add('a', 5),
      add('b', 3),
      add('a', null),
      add('c', 7),
      add('a', 5),
      add(null, 1),
      add('b', 8),
      add('c', 2),
    ]
    for (const batchSize of [1, 2, 3, 8]) {
      const { log } = await drive(groupAggregateRuntime, n, [input], [...rows, { end: true }], { batchSize })
      assert.deepEqual(log, [
        '+I a 2 5',
        '+I b 1 3',
        '+I c 1 7',
        '-U a 2 5',
        '+U a 3 10',
        '+I NULL 1 1',
        '-U b 1 3',
        '+U b 2 11',
        '-U c 1 7',
        '+U c 2 9',
        'W Infinity',
      ])
    }
  })

  test('a bundle ends at a multiple of the latency', async () => {
    const n = mini((r) => [call('COUNT', r)], 100)
    const steps: Step[] = [
      { now: 1000 },
      add('a', 1),
      add('a', 1),
      { now: 4999 },
      add('a', 1),
      { now: 5000 },
      add('a', 1),
      { now: 9000 },
    ]
    assert.deepEqual((await drive(groupAggregateRuntime, n, [input], steps)).log, ['+I a 3'])
  })

  test('a group that comes and goes within a bundle says nothing; a barrier ends the bundle', async () => {
    const n = mini((r) => [call('COUNT v', r, { distinct: true }), call('MAX v', r)], 100, true)
    const v = (kind: string, k: string, x: number) => row(kind, k, x, 0, '', null, 0, 0, 0)
    const steps = [
      v('-D', 'a', 1),
      v('+I', 'a', 2),
      v('-D', 'a', 2),
      v('+I', 'b', 1),
      v('+I', 'b', 3),
      v('-D', 'b', 3),
      { end: true } as const,
    ]
    assert.deepEqual((await drive(groupAggregateRuntime, n, [input], steps)).log, ['+I b 1 1', 'W Infinity'])
    const restored = await drive(groupAggregateRuntime, n, [input], steps, { restore: true })
    assert.deepEqual(restored.log, [
      '+I a 1 2',
      '-D a 1 2',
      '+I b 1 1',
      '-U b 1 1',
      '+U b 2 3',
      '-U b 2 3',
      '+U b 1 1',
      'W Infinity',
    ])
  })
})
