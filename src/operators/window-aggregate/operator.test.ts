import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { builtInAggregates } from '../../functions/aggregate/index.ts'
import type { Schema } from '../../types/batch.ts'
import { INT, STRING, timestamp } from '../../types/logical-type.ts'
import { INSERT_ONLY } from '../../types/row-kind.ts'
import type { AggregateCall } from '../aggregate-call.ts'
import { drive, END, everyWay, row, rowsOf, watermark } from '../drive.case.ts'
import { callsOf, flinkWindow, normalize, windowInput, windowOf, windowSteps } from '../window.case.ts'
import { FLINK_ANSWERS } from '../window-answers.case.ts'
import type { WindowAggregateNode } from './node.ts'
import { windowAggregateRuntime } from './operator.ts'
import { windowAggregateNodeState } from './state.ts'

const TIME = { name: 't', type: timestamp(3) }

function node(
  windowing: WindowAggregateNode['windowing'],
  aggregates: readonly AggregateCall[],
  { grouping = [0], input = windowInput, properties = ['start', 'end'] as WindowAggregateNode['properties'] } = {},
): WindowAggregateNode {
  return {
    id: 1,
    kind: 'window-aggregate',
    version: 1,
    inputs: [],
    schema: [
      ...grouping.map((c) => input[c]),
      ...aggregates.map(({ name, type }) => ({ name, type })),
      ...properties.map(() => TIME),
    ],
    changelog: INSERT_ONLY,
    upsertKeys: [],
    state: windowAggregateNodeState({ grouping, aggregates, windowing, partialSums: true }, input, builtInAggregates),
    description: '',
    windowing,
    partialSums: true,
    grouping,
    aggregates,
    properties,
  }
}

describe('window table functions give the answers of Flink, digit for digit', () => {
  for (const answer of FLINK_ANSWERS.filter(({ kind }) => kind === 'table')) {
    test(`${answer.window} ${answer.aggregates}`, async () => {
      const n = node({ kind: 'assign', window: flinkWindow(answer) }, callsOf(answer.aggregates))
      const log = rowsOf(await everyWay(windowAggregateRuntime, n, [windowInput], windowSteps))
      const float = answer.aggregates.includes('(f)')
      const mine = log.map((line) => {
        const cells = line.slice(3).split(/ (?![^[]*\])/)
        const [start, end] = cells.splice(-2)
        return normalize([cells[0], start, end, ...cells.slice(1)].join(' '), [1, 2], 3, float)
      })
      assert.deepEqual(mine.sort(), answer.rows.map((line) => normalize(line, [], 3, float)).sort())
    })
  }
})

const input: Schema = [
  { name: 'k', type: STRING },
  { name: 'v', type: INT },
  { name: 'window_start', type: timestamp(3) },
  { name: 'window_end', type: timestamp(3) },
]

test('windows that rows bring along are grouped as they are', async () => {
  const window = windowOf({ type: 'hop', size: 10_000, slide: 5000, offset: 0 }, { timeColumn: 3 })
  const n = node({ kind: 'attached', window, startColumn: 2, endColumn: 3 }, callsOf('SUM(v)', input), { input })
  const log = await everyWay(
    windowAggregateRuntime,
    n,
    [input],
    [
      row('+I', 'a', 1, 0, 10_000),
      row('+I', 'a', 2, 5000, 15_000),
      row('+I', 'a', 4, 0, 10_000),
      watermark(9999),
      row('+I', 'a', 8, 0, 10_000),
      END,
    ],
  )
  assert.deepEqual(log, ['+I a 5 0 10000', 'W 9999', '+I a 2 5000 15000', 'W Infinity'])
})

test('attached sessions keep their own start', async () => {
  const window = windowOf({ type: 'session', gap: 3000, partition: [0] }, { timeColumn: 3 })
  const n = node({ kind: 'attached', window, startColumn: 2, endColumn: 3 }, callsOf('COUNT(*)', input), {
    input,
    properties: ['start', 'end', 'time'],
  })
  const rows = [row('+I', 'a', 1, 100, 9000), row('+I', 'a', 2, 100, 9000), row('+I', 'a', 4, 200, 9000), END]
  assert.deepEqual(rowsOf(await everyWay(windowAggregateRuntime, n, [input], rows)), [
    '+I a 2 100 9000 8999',
    '+I a 1 200 9000 8999',
  ])
})

test('distinct values that several slices share count once', async () => {
  const hop = windowOf({ type: 'hop', size: 4000, slide: 2000, offset: 0 })
  const n = node({ kind: 'assign', window: hop }, callsOf('COUNT(DISTINCT i), SUM(DISTINCT i), MIN(i)'))
  const at = (i: number, time: number) => row('+I', 'a', 0, 0, i, time)
  const steps = [at(1, 0), at(1, 2000), at(2, 2000), at(2, 100), END]
  assert.deepEqual(rowsOf(await everyWay(windowAggregateRuntime, n, [windowInput], steps)), [
    '+I a 2 3 1 -2000 2000',
    '+I a 2 3 1 0 4000',
    '+I a 2 3 1 2000 6000',
  ])
})

test('a row whose first windows have fired still counts in the later ones', async () => {
  const hop = windowOf({ type: 'hop', size: 4000, slide: 2000, offset: 0 })
  const n = node({ kind: 'assign', window: hop }, callsOf('COUNT(*)'))
  const at = (time: number) => row('+I', 'a', 0, 0, 0, time)
  const steps = [at(0), watermark(1999), at(100), watermark(3999), at(200), at(2000), END]
  const { log, counters } = await drive(windowAggregateRuntime, n, [windowInput], steps)
  assert.deepEqual(rowsOf(log), ['+I a 1 -2000 2000', '+I a 2 0 4000', '+I a 1 2000 6000'])
  assert.equal(counters.get('numLateRecordsDropped'), 1)
  await everyWay(windowAggregateRuntime, n, [windowInput], steps)
})

test('sums of windows with an offset lose no row', async () => {
  const cumulate = windowOf({ type: 'cumulate', maxSize: 6000, step: 2000, offset: 1000 })
  const n = node({ kind: 'assign', window: cumulate }, callsOf('SUM(d)'))
  const at = (d: number, time: number) => row('+I', 'a', d, 0, 0, time)
  const steps = [
    at(1, 0),
    watermark(0),
    at(2, 3000),
    watermark(2000),
    at(4, 4999),
    watermark(3999),
    at(8, 6500),
    watermark(5500),
    END,
  ]
  assert.deepEqual(rowsOf(await everyWay(windowAggregateRuntime, n, [windowInput], steps)), [
    '+I a 1 -5000 1000',
    '+I a 6 1000 5000',
    '+I a 14 1000 7000',
  ])
})
