import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { builtInAggregates } from '../../functions/aggregate/index.ts'
import type { Schema } from '../../types/batch.ts'
import { BIGINT, INT, type LogicalType, notNull, STRING, timestamp } from '../../types/logical-type.ts'
import { INSERT_ONLY } from '../../types/row-kind.ts'
import type { AggregateCall } from '../aggregate-call.ts'
import { drive, END, everyWay, now, row, rowsOf, type Step, watermark } from '../drive.case.ts'
import type { OverAggregateNode, OverFrame, OverWindow } from './node.ts'
import { overAggregateRuntime } from './operator.ts'
import { overAggregateState } from './state.ts'

const input: Schema = [
  { name: 'k', type: STRING },
  { name: 'v', type: INT },
  { name: 'ts', type: { ...timestamp(3), attribute: 'rowtime' } },
]

function call(fn: string, args: readonly number[], retract: boolean, type: LogicalType = INT, distinct = false) {
  const argTypes = args.map((c) => input[c].type)
  return { fn, args, argTypes, distinct, retract, type, name: fn.toLowerCase() } satisfies AggregateCall
}

function calls(frame: OverFrame): AggregateCall[] {
  const retract = frame.preceding !== undefined
  return [
    call('SUM', [1], retract),
    call('COUNT', [], retract, notNull(BIGINT)),
    call('MAX', [1], retract),
    call('COUNT', [1], retract, notNull(BIGINT), true),
    call('LISTAGG', [0], retract, STRING),
  ]
}

function node(
  frame: OverFrame,
  { keyed = true, time = 'rowtime' as OverWindow['time'], aggregates = calls(frame) } = {},
): OverAggregateNode {
  const window: OverWindow = {
    partition: keyed ? [0] : [],
    time,
    ...(time === 'rowtime' && { timeColumn: 2 }),
    ...(time === 'value' && { timeColumn: 1 }),
    frame,
  }
  return {
    id: 1,
    kind: 'over-aggregate',
    version: 1,
    inputs: [],
    schema: [...input, ...aggregates.map(({ name, type }) => ({ name, type }))],
    changelog: INSERT_ONLY,
    upsertKeys: [],
    state: overAggregateState({ window, aggregates }, input, builtInAggregates),
    description: '',
    window,
    aggregates,
  }
}

const run = (n: OverAggregateNode, steps: readonly Step[]) => everyWay(overAggregateRuntime, n, [input], steps)

test('RANGE: rows come in the order of time, before the watermark; those of one time share the result', async () => {
  assert.deepEqual(
    await run(node({ unit: 'range' }), [
      row('+I', 'a', 1, 30),
      row('+I', 'b', 5, 10),
      row('+I', 'a', 2, 20),
      row('+I', 'a', null, 30),
      watermark(30),
      row('+I', 'a', 7, 30),
      row('+I', 'a', 8, 31),
      END,
    ]),
    [
      '+I b 5 10 5 1 5 1 b',
      '+I a 2 20 2 1 2 1 a',
      '+I a 1 30 3 3 2 2 a,a,a',
      '+I a NULL 30 3 3 2 2 a,a,a',
      'W 30',
      '+I a 8 31 11 4 8 3 a,a,a,a',
      'W Infinity',
    ],
  )
})

test('ROWS: each row has its own result; a bounded frame lets the oldest go', async () => {
  assert.deepEqual(
    rowsOf(
      await run(node({ unit: 'rows', preceding: 1 }), [
        row('+I', 'a', 4, 10),
        row('+I', 'a', 2, 10),
        row('+I', 'a', null, 10),
        watermark(20),
        row('+I', 'a', null, 15),
        row('+I', 'a', 9, 10),
        row('+I', 'b', 1, 11),
        END,
      ]),
    ),
    [
      '+I a 4 10 4 1 4 1 a',
      '+I a 2 10 6 2 4 2 a,a',
      '+I a NULL 10 2 2 2 1 a,a',
      '+I b 1 11 1 1 1 1 b',
      '+I a NULL 15 NULL 2 NULL 0 a,a',
    ],
  )
})

test('late rows are counted, and so are those without a time', async () => {
  const steps = [row('+I', 'a', 1, 10), watermark(10), row('+I', 'a', 2, 10), row('+I', 'a', 3, null), END]
  for (const frame of [{ unit: 'range' }, { unit: 'rows', preceding: 3 }] as const) {
    const { counters } = await drive(overAggregateRuntime, node(frame), [input], steps)
    assert.deepEqual(Object.fromEntries(counters), { numLateRecordsDropped: 1, numNullRowTimeRecordsDropped: 1 })
  }
})

test('a bounded RANGE forgets a key 1.5 lengths after its newest row; an earlier such moment counts as fired', async () => {
  const n = node({ unit: 'range', preceding: 100 })
  const steps = [
    row('+I', 'a', 1, 50),
    row('+I', 'a', 2, 120),
    watermark(1000),
    row('+I', 'a', 5, 400),
    watermark(1001),
  ]
  // The second row moved the moment from 201 to 271: 201 counts as fired only, 271 forgets.
  assert.deepEqual(rowsOf(await run(n, steps)), [
    '+I a 1 50 1 1 1 1 a',
    '+I a 2 120 3 2 2 2 a,a',
    '+I a 5 400 5 1 5 1 a',
  ])
  const early = [row('+I', 'a', 1, 50), row('+I', 'a', 2, 120), watermark(210), row('+I', 'a', 7, 201), END]
  assert.equal(rowsOf(await run(n, early)).length, 2)
})

test('processing time: at once, and for RANGE when the millisecond is over', async () => {
  const rows = node({ unit: 'rows' }, { time: 'proctime' })
  assert.deepEqual(rowsOf(await run(rows, [row('+I', 'a', 1, 0), row('+I', 'a', 2, 0)])), [
    '+I a 1 0 1 1 1 1 a',
    '+I a 2 0 3 2 2 2 a,a',
  ])
  const range = node({ unit: 'range', preceding: 5 }, { time: 'proctime' })
  const steps = [
    now(10),
    row('+I', 'a', 1, 0),
    row('+I', 'a', 2, 0),
    now(11),
    row('+I', 'a', 4, 0),
    now(16),
    row('+I', 'a', 8, 0),
  ]
  assert.deepEqual(rowsOf(await run(range, [...steps, now(17), END])), [
    '+I a 1 0 3 2 2 2 a,a',
    '+I a 2 0 3 2 2 2 a,a',
    '+I a 4 0 7 3 4 3 a,a,a',
    '+I a 8 0 12 2 8 2 a,a',
  ])
})

test('LAG with a default: the value so many rows before the last of its time', async () => {
  const lag: AggregateCall = { ...call('LAG', [1], false), clauses: { offset: 1 } }
  const withDefault: AggregateCall = { ...call('LAG', [1, 1], false, notNull(INT)), clauses: { offset: 2 } }
  const steps = [
    row('+I', 'a', 1, 1),
    row('+I', 'a', null, 2),
    row('+I', 'a', 3, 3),
    row('+I', 'a', 4, 3),
    row('+I', 'a', 5, 4),
    END,
  ]
  const n = node({ unit: 'range' }, { aggregates: [lag, withDefault] })
  // A NULL under NOT NULL shows as −1.
  assert.deepEqual(rowsOf(await run(n, steps)), [
    '+I a 1 1 NULL 1',
    '+I a NULL 2 1 -1',
    '+I a 3 3 3 -1',
    '+I a 4 3 3 -1',
    '+I a 5 4 4 3',
  ])
})

test('any input: equal to looking at all rows of the key that are in the frame', async () => {
  const rowsArbitrary = fc.array(
    fc.record({
      k: fc.constantFrom('a', 'b'),
      v: fc.option(fc.integer({ min: -3, max: 3 })),
      ts: fc.integer({ min: 1, max: 12 }),
    }),
    { maxLength: 14 },
  )
  const frames: readonly OverFrame[] = [
    { unit: 'rows' },
    { unit: 'range' },
    { unit: 'rows', preceding: 2 },
    { unit: 'rows', preceding: 0 },
    { unit: 'range', preceding: 4 },
    { unit: 'range', preceding: 0 },
  ]
  await fc.assert(
    fc.asyncProperty(rowsArbitrary, fc.constantFrom(...frames), fc.boolean(), async (rows, frame, keyed) => {
      const steps: Step[] = [...rows.map(({ k, v, ts }) => row('+I', k, v, ts)), END]
      const mine = rowsOf(await run(node(frame, { keyed }), steps))
      const sorted = rows.map((r, i) => ({ ...r, i })).sort((a, b) => a.ts - b.ts || a.i - b.i)
      const expected = sorted.map((r, at) => {
        const before = sorted.filter((o, j) => {
          if (keyed && o.k !== r.k) return false
          if (frame.unit === 'rows') return j <= at
          return o.ts <= r.ts && (frame.preceding === undefined || o.ts >= r.ts - frame.preceding)
        })
        const frameRows =
          frame.unit === 'rows' && frame.preceding !== undefined ? before.slice(-frame.preceding - 1) : before
        const values = frameRows.flatMap(({ v }) => (v === null ? [] : [v]))
        const sum = values.length === 0 ? 'NULL' : values.reduce((a, b) => a + b, 0)
        const max = values.length === 0 ? 'NULL' : Math.max(...values)
        const list = frameRows.map(({ k }) => k).join(',')
        return `+I ${r.k} ${r.v ?? 'NULL'} ${r.ts} ${sum} ${frameRows.length} ${max} ${new Set(values).size} ${list}`
      })
      assert.deepEqual([...mine].sort(), [...expected].sort())
    }),
    { numRuns: 60 },
  )
})

test('ordered by value: after every change the output describes each row with its frame', async () => {
  const rowsArbitrary = fc.array(
    fc.record({
      k: fc.constantFrom('a', 'b'),
      v: fc.option(fc.integer({ min: -2, max: 2 })),
      gone: fc.boolean(),
    }),
    { maxLength: 9 },
  )
  await fc.assert(
    fc.asyncProperty(rowsArbitrary, fc.constantFrom('rows', 'range'), fc.boolean(), async (rows, unit, keyed) => {
      const live: { k: string; v: number | null; i: number }[] = []
      const steps: Step[] = []
      for (const [i, { k, v, gone }] of rows.entries()) {
        steps.push(row('+I', k, v, i))
        live.push({ k, v, i })
        if (!gone) continue
        const [removed] = live.splice(Math.floor(live.length / 2), 1)
        steps.push(row(i % 2 === 0 ? '-D' : '-U', removed.k, removed.v, removed.i))
      }
      const n = node({ unit: unit as 'rows' | 'range' }, { keyed, time: 'value' })
      const table: string[] = []
      for (const line of await run(n, steps)) {
        const [kind, text] = [line.slice(0, 2), line.slice(3)]
        if (kind === '+I' || kind === '+U') table.push(text)
        else {
          const at = table.indexOf(text)
          assert.notEqual(at, -1, `${line} takes back a row that is there`)
          table.splice(at, 1)
        }
      }
      const rank = (v: number | null) => v ?? -100
      const sorted = [...live].sort((a, b) => rank(a.v) - rank(b.v) || a.i - b.i)
      const expected = sorted.map((r, at) => {
        const frame = sorted.filter(
          (o, j) => (!keyed || o.k === r.k) && (unit === 'rows' ? j <= at : rank(o.v) <= rank(r.v)),
        )
        const values = frame.flatMap(({ v }) => (v === null ? [] : [v]))
        const sum = values.length === 0 ? 'NULL' : values.reduce((a, b) => a + b, 0)
        const max = values.length === 0 ? 'NULL' : Math.max(...values)
        const list = frame.map(({ k }) => k).join(',')
        return `${r.k} ${r.v ?? 'NULL'} ${r.i} ${sum} ${frame.length} ${max} ${new Set(values).size} ${list}`
      })
      assert.deepEqual(table.sort(), expected.sort())
    }),
    { numRuns: 60 },
  )
})
