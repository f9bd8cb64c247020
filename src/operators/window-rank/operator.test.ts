import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Schema } from '../../types/batch.ts'
import { BIGINT, INT, notNull, STRING, timestamp } from '../../types/logical-type.ts'
import { INSERT_ONLY } from '../../types/row-kind.ts'
import { drive, END, everyWay, row, type Step, watermark } from '../drive.case.ts'
import type { WindowRankNode } from './node.ts'
import { windowRankRuntime } from './operator.ts'
import { windowRankState } from './state.ts'

const input: Schema = [
  { name: 'k', type: STRING },
  { name: 'v', type: INT },
  { name: 'window_end', type: notNull(timestamp(3)) },
]

function node(options: Partial<WindowRankNode> = {}): WindowRankNode {
  const draft = {
    id: 1,
    kind: 'window-rank' as const,
    version: 1,
    inputs: [],
    changelog: INSERT_ONLY,
    upsertKeys: [],
    description: '',
    partition: [],
    endColumn: 2,
    time: 'rowtime' as const,
    timeZone: 'UTC',
    order: [{ column: 1, descending: true, nullsLast: true }],
    start: 1,
    end: 2,
    latestFirst: false,
    outputRank: true,
    ...options,
  }
  const schema = draft.outputRank ? [...input, { name: 'rn', type: notNull(BIGINT) }] : input
  return { ...draft, schema, state: windowRankState(draft, input) }
}

const run = (n: WindowRankNode, steps: readonly Step[]) => everyWay(windowRankRuntime, n, [input], steps)

const STEPS: readonly Step[] = [
  row('+I', 'a', 1, 10),
  row('+I', 'b', 3, 20),
  row('+I', 'b', 3, 10),
  row('+I', 'c', null, 10),
  row('+I', 'd', 3, 10),
  watermark(8),
  row('+I', 'e', 2, 10),
  watermark(9),
  row('+I', 'f', 7, 10),
  row('+I', 'g', 9, 20),
  END,
]

test('the best rows of a window when it is over; rows behind its end are late', async () => {
  const expected = ['W 8', '+I b 3 10 1', '+I d 3 10 2', 'W 9', '+I g 9 20 1', '+I b 3 20 2', 'W Infinity']
  assert.deepEqual(await run(node(), STEPS), expected)
  const { counters } = await drive(windowRankRuntime, node(), [input], STEPS)
  assert.equal(counters.get('numLateRecordsDropped'), 1)
})

test('a range that does not begin with the first, and the latest of equal rows', async () => {
  const second = node({ start: 2, outputRank: false })
  assert.deepEqual(await run(second, STEPS), ['W 8', '+I d 3 10', 'W 9', '+I b 3 20', 'W Infinity'])
  const last = node({ end: 1, outputRank: false, latestFirst: true })
  assert.deepEqual(await run(last, STEPS.slice(0, 8)), ['W 8', '+I d 3 10', 'W 9'])
})

test('partitions of a window, in order of their first rows', async () => {
  const log = await run(node({ partition: [0], end: 1, outputRank: false }), [...STEPS.slice(0, 5), watermark(9)])
  assert.deepEqual(log, ['+I a 1 10', '+I b 3 10', '+I c NULL 10', '+I d 3 10', 'W 9'])
})

test('by processing time a window ends with the clock', async () => {
  const steps = [row('+I', 'a', 1, 10), row('+I', 'b', 3, 10), { now: 8 }, { now: 9 }]
  assert.deepEqual(await run(node({ time: 'proctime', end: 1 }), steps), ['+I b 3 10 1'])
})
