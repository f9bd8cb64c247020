import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { builtInAggregates } from '../../functions/aggregate/index.ts'
import type { Schema } from '../../types/batch.ts'
import { INT, STRING, timestamp, timestampLtz } from '../../types/logical-type.ts'
import { INSERT_ONLY } from '../../types/row-kind.ts'
import type { AggregateCall } from '../aggregate-call.ts'
import { drive, END, everyWay, now, row, rowsOf, type Step, watermark } from '../drive.case.ts'
import { callsOf, flinkWindow, normalize, windowInput, windowOf, windowSteps } from '../window.case.ts'
import type { WindowShape, WindowSpec } from '../window.ts'
import { FLINK_ANSWERS } from '../window-answers.case.ts'
import type { GroupWindowAggregateNode, WindowProperty } from './node.ts'
import { groupWindowAggregateRuntime } from './operator.ts'
import { groupWindowAggregateState } from './state.ts'

const TIME = { name: 't', type: timestamp(3) }

interface Options {
  readonly grouping?: readonly number[]
  readonly input?: Schema
  readonly properties?: readonly WindowProperty[]
  readonly retracts?: boolean
}

function node(
  window: WindowSpec,
  aggregates: readonly AggregateCall[],
  options: Options = {},
): GroupWindowAggregateNode {
  const { grouping = [0], input = windowInput, properties = ['start'], retracts = false } = options
  return {
    id: 1,
    kind: 'group-window-aggregate',
    version: 1,
    inputs: [],
    schema: [
      ...grouping.map((c) => input[c]),
      ...aggregates.map(({ name, type }) => ({ name, type })),
      ...properties.map(() => TIME),
    ],
    changelog: INSERT_ONLY,
    upsertKeys: [],
    state: groupWindowAggregateState({ grouping, aggregates, window }, input, builtInAggregates),
    description: '',
    window,
    grouping,
    aggregates,
    properties,
    inputRetracts: retracts,
  }
}

describe('group windows give the answers of Flink, digit for digit', () => {
  for (const answer of FLINK_ANSWERS.filter(({ kind }) => kind === 'group')) {
    test(`${answer.window} ${answer.aggregates}`, async () => {
      const calls = callsOf(answer.aggregates)
      const n = node(flinkWindow(answer), calls)
      const log = rowsOf(await everyWay(groupWindowAggregateRuntime, n, [windowInput], windowSteps))
      const float = answer.aggregates.includes('(f)')
      const mine = log.map((line) => {
        const cells = line.slice(3).split(/ (?![^[]*\])/)
        const start = cells.pop() as string
        return normalize([cells[0], start, ...cells.slice(1)].join(' '), [1], 2, float)
      })
      assert.deepEqual(mine.sort(), answer.rows.map((line) => normalize(line, [], 2, float)).sort())
    })
  }
})

const input: Schema = [
  { name: 'k', type: STRING },
  { name: 'v', type: INT },
  { name: 'ts', type: { ...timestamp(3), attribute: 'rowtime' } },
]
const tumble = windowOf({ type: 'tumble', size: 5000, offset: 0 }, { timeColumn: 2 })
const run = (n: GroupWindowAggregateNode, steps: readonly Step[], timeZone = 'UTC') =>
  everyWay(groupWindowAggregateRuntime, n, [input], steps, { timeZone })

test('a window fires when the watermark reaches its end − 1, before the watermark goes on', async () => {
  const n = node(tumble, callsOf('COUNT(*), SUM(v)', input), { input, properties: ['start', 'end', 'rowtime'] })
  const log = await run(n, [
    row('+I', 'a', 1, 0),
    row('+I', 'b', 2, 4999),
    row('+I', 'a', 3, 5000),
    watermark(4998),
    watermark(4999),
    END,
  ])
  assert.deepEqual(log, [
    'W 4998',
    '+I a 1 1 0 5000 4999',
    '+I b 1 2 0 5000 4999',
    'W 4999',
    '+I a 1 3 5000 10000 9999',
    'W Infinity',
  ])
})

test('rows of a fired window are dropped and counted', async () => {
  const n = node(tumble, callsOf('COUNT(*)', input), { input })
  const steps = [
    row('+I', 'a', 1, 0),
    watermark(4999),
    row('+I', 'a', 1, 4999),
    row('+I', 'c', 1, 3),
    row('+I', 'a', 1, 5000),
    END,
  ]
  const { log, counters } = await drive(groupWindowAggregateRuntime, n, [input], steps)
  assert.deepEqual(rowsOf(log), ['+I a 1 0', '+I a 1 5000'])
  assert.equal(counters.get('numLateRecordsDropped'), 2)
  await run(n, steps)
})

test('windows before 1970 and with an offset', async () => {
  const n = node(
    windowOf({ type: 'tumble', size: 5000, offset: 2000 }, { timeColumn: 2 }),
    callsOf('COUNT(*)', input),
    { input },
  )
  const log = await run(n, [
    row('+I', 'a', 1, -1),
    row('+I', 'a', 1, -3001),
    row('+I', 'a', 1, 1999),
    row('+I', 'a', 1, 2000),
    END,
  ])
  assert.deepEqual(rowsOf(log), ['+I a 1 -8000', '+I a 2 -3000', '+I a 1 2000'])
})

test('hopping with a slide above the size leaves gaps whose rows are dropped', async () => {
  const n = node(
    windowOf({ type: 'hop', size: 2000, slide: 5000, offset: 0 }, { timeColumn: 2 }),
    callsOf('COUNT(*)', input),
    { input },
  )
  const log = await run(n, [
    row('+I', 'a', 1, 0),
    row('+I', 'a', 1, 1999),
    row('+I', 'a', 1, 2000),
    row('+I', 'a', 1, 5001),
    END,
  ])
  assert.deepEqual(rowsOf(log), ['+I a 2 0', '+I a 1 5000'])
})

test('a row in between makes one session of two', async () => {
  const session = windowOf({ type: 'session', gap: 1000, partition: [0] }, { timeColumn: 2 })
  const n = node(session, callsOf('COUNT(*), SUM(v), COUNT(DISTINCT v)', input), {
    input,
    properties: ['start', 'end'],
  })
  const log = await run(n, [
    row('+I', 'a', 1, 3000),
    row('+I', 'a', 2, 1000),
    row('+I', 'a', 1, 2000),
    row('+I', 'b', 1, 2000),
    watermark(2998),
    row('+I', 'b', 1, 2999),
    watermark(2999),
    row('+I', 'b', 1, 1500),
    watermark(3998),
    row('+I', 'b', 1, 2500),
    END,
  ])
  assert.deepEqual(rowsOf(log), ['+I b 3 3 1 1500 3999', '+I a 3 4 2 1000 4000'])
})

test('retraction: a window without rows left says nothing', async () => {
  const n = node(tumble, callsOf('SUM(v), COUNT(*)', input, true), { input, retracts: true, grouping: [] })
  const log = await run(n, [
    row('+I', 'a', 5, 1000),
    row('+I', 'a', 6, 1000),
    row('-D', 'a', 5, 1000),
    row('+I', 'a', 6, 7000),
    row('-D', 'a', 6, 7000),
    row('+I', 'a', 6, 17000),
    END,
  ])
  assert.deepEqual(rowsOf(log), ['+I 6 1 0', '+I 6 1 15000'])
})

test('days of TIMESTAMP_LTZ are those of the session time zone', async () => {
  const ltz: Schema = [input[0], input[1], { name: 'ts', type: { ...timestampLtz(3), attribute: 'rowtime' } }]
  const day = (zone: string) =>
    node(
      windowOf({ type: 'tumble', size: 86_400_000, offset: 0 }, { timeColumn: 2, timeZone: zone }),
      callsOf('COUNT(*)', ltz),
      {
        input: ltz,
        grouping: [],
        properties: ['start', 'rowtime'],
      },
    )
  const at = (text: string) => row('+I', 'a', 1, Date.parse(text))
  const steps = [
    at('2024-05-01T15:59:59Z'),
    at('2024-05-01T16:00:00Z'),
    at('2024-05-02T03:00:00Z'),
    at('2024-05-02T16:00:01Z'),
    END,
  ]
  const times = (line: string) =>
    line.split(' ').map((cell, i) => (i < 2 ? cell : new Date(Number(cell)).toISOString().slice(0, 19)))
  assert.deepEqual(rowsOf(await run(day('Asia/Shanghai'), steps, 'Asia/Shanghai')).map(times), [
    ['+I', '1', '2024-05-01T00:00:00', '2024-05-01T15:59:59'],
    ['+I', '2', '2024-05-02T00:00:00', '2024-05-02T15:59:59'],
    ['+I', '1', '2024-05-03T00:00:00', '2024-05-03T15:59:59'],
  ])
  // The day on which the clock is set back has 25 hours.
  const back = [
    at('2024-11-03T04:30:00Z'),
    at('2024-11-04T04:30:00Z'),
    watermark(Date.parse('2024-11-04T04:59:59.998Z')),
    END,
  ]
  assert.deepEqual(
    (await run(day('America/New_York'), back, 'America/New_York')).map((l) => l.slice(0, 4)),
    ['W 17', '+I 2', 'W In'],
  )
})

test('processing time: windows fire by the clock', async () => {
  const n = node({ ...tumble, time: 'proctime' }, callsOf('COUNT(*)', input), { input, properties: ['start', 'end'] })
  const log = await run(n, [
    now(1000),
    row('+I', 'a', 1, null),
    now(4000),
    row('+I', 'a', 1, null),
    now(4999),
    now(5200),
    row('+I', 'a', 1, null),
    now(20000),
  ])
  assert.deepEqual(log, ['+I a 2 0 5000', '+I a 1 5000 10000'])
})

test('it says at which watermark it acts next, and what it waits for', async () => {
  const n = node(tumble, callsOf('COUNT(*)', input), { input })
  const seen: unknown[] = []
  const steps = [row('+I', 'a', 1, 7000), watermark(4998), watermark(5000), watermark(9999)]
  await drive(groupWindowAggregateRuntime, n, [input], steps, {
    after: (operator) => seen.push([operator.nextEventTime?.(), operator.waitingFor?.()]),
  })
  const waiting = '1 open window: the next fires when the watermark reaches 1970-01-01T00:00:09.999Z; '
  assert.deepEqual(seen, [
    [Number.NEGATIVE_INFINITY, `${waiting}there is none yet`],
    [4999, `${waiting}it is 1970-01-01T00:00:04.998Z`],
    [9999, `${waiting}it is 1970-01-01T00:00:05.000Z`],
    [14999, undefined],
  ])
})

test('law: a window holds the rows of its time that were not late', async () => {
  const shapes = fc.constantFrom<WindowShape>(
    { type: 'tumble', size: 10, offset: 3 },
    { type: 'hop', size: 10, slide: 4, offset: 0 },
    { type: 'hop', size: 6, slide: 2, offset: 1 },
    { type: 'session', gap: 4, partition: [0] },
  )
  const event = fc.tuple(
    fc.constantFrom('a', 'b'),
    fc.integer({ min: -20, max: 40 }),
    fc.option(fc.integer({ min: -20, max: 40 }), { freq: 3 }),
  )
  await fc.assert(
    fc.asyncProperty(shapes, fc.array(event, { maxLength: 30 }), async (shape, events) => {
      const n = node(windowOf(shape, { timeColumn: 2 }), callsOf('COUNT(*), SUM(v)', input), {
        input,
        properties: ['start', 'end'],
      })
      const steps: Step[] = []
      const windows = new Map<string, { count: number; sum: number; start: number; end: number; key: string }>()
      let highest = Number.NEGATIVE_INFINITY
      events.forEach(([key, time, mark], v) => {
        steps.push(row('+I', key, v, time))
        addToModel(windows, shape, key, time, v, highest)
        if (mark !== null && mark > highest) {
          highest = mark
          steps.push(watermark(mark))
          // A session that has fired takes no more rows: it gets a name of its own.
          for (const [name, window] of windows) {
            if (window.end - 1 > mark || name.startsWith('done')) continue
            windows.delete(name)
            windows.set(`done ${windows.size} ${name}`, window)
          }
        }
      })
      const log = rowsOf(await everyWay(groupWindowAggregateRuntime, n, [input], [...steps, END]))
      const expected = [...windows.values()].map(
        ({ key, count, sum, start, end }) => `+I ${key} ${count} ${sum} ${start} ${end}`,
      )
      assert.deepEqual(log.sort(), expected.sort())
    }),
    { numRuns: 100 },
  )
})

type Model = Map<string, { count: number; sum: number; start: number; end: number; key: string }>

function addToModel(windows: Model, shape: WindowShape, key: string, time: number, v: number, mark: number): void {
  const put = (start: number, end: number, count: number, sum: number) =>
    windows.set(`${key} ${start}`, { key, start, end, count, sum })
  if (shape.type === 'session') {
    const open = [...windows].filter(
      ([name, w]) => !name.startsWith('done') && w.key === key && w.start <= time + shape.gap && w.end >= time,
    )
    if (open.length === 0 && time + shape.gap - 1 <= mark) return
    const all = open.map(([, w]) => w)
    for (const [name] of open) windows.delete(name)
    put(
      Math.min(time, ...all.map((w) => w.start)),
      Math.max(time + shape.gap, ...all.map((w) => w.end)),
      all.reduce((n, w) => n + w.count, 1),
      all.reduce((n, w) => n + w.sum, v),
    )
    return
  }
  if (shape.type === 'cumulate') return
  const slide = shape.type === 'hop' ? shape.slide : shape.size
  for (let start = -400 * slide + shape.offset; start <= time; start += slide) {
    const end = start + shape.size
    if (time >= end || end - 1 <= mark) continue
    const window = windows.get(`${key} ${start}`)
    put(start, end, (window?.count ?? 0) + 1, (window?.sum ?? 0) + v)
  }
}
