import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Schema } from '../../types/batch.ts'
import { INT, notNull, timestamp } from '../../types/logical-type.ts'
import { INSERT_ONLY } from '../../types/row-kind.ts'
import { drive, END, everyWay, row, type Step, watermark } from '../drive.case.ts'
import type { SortKey } from '../sort-order.ts'
import type { TemporalSortNode } from './node.ts'
import { temporalSortRuntime } from './operator.ts'
import { temporalSortState } from './state.ts'

const input: Schema = [
  { name: 'id', type: notNull(INT) },
  { name: 'v', type: INT },
  { name: 'ts', type: timestamp(3) },
]

function node(time: 'rowtime' | 'proctime', order: readonly SortKey[]): TemporalSortNode {
  return {
    id: 1,
    kind: 'temporal-sort',
    version: 1,
    inputs: [],
    schema: input,
    changelog: INSERT_ONLY,
    upsertKeys: [],
    description: '',
    state: temporalSortState(input),
    time,
    timeColumn: 2,
    order,
  }
}

const byValue: readonly SortKey[] = [{ column: 1, descending: false, nullsLast: true }]
const run = (n: TemporalSortNode, steps: readonly Step[]) => everyWay(temporalSortRuntime, n, [input], steps)

test('rows come in order of time when the watermark reaches them; late is what is not behind the last one', async () => {
  const steps = [
    row('+I', 1, 5, 30),
    row('+I', 2, null, 20),
    row('+I', 3, 4, 20),
    row('+I', 4, 4, 20),
    watermark(25),
    row('+I', 5, 0, 20),
    // Behind the last row that came, though before the watermark.
    row('+I', 6, 0, 21),
    watermark(28),
    END,
  ]
  const expected = ['+I 3 4 20', '+I 4 4 20', '+I 2 NULL 20', 'W 25', '+I 6 0 21', 'W 28', '+I 1 5 30', 'W Infinity']
  assert.deepEqual(await run(node('rowtime', byValue), steps), expected)
  const { counters } = await drive(temporalSortRuntime, node('rowtime', byValue), [input], steps)
  assert.equal(counters.get('numLateRecordsDropped'), 1)
})

test('by processing time rows pass; with more keys those of a millisecond are sorted', async () => {
  const steps = [{ now: 10 }, row('+I', 1, 5, 0), row('+I', 2, 3, 0), { now: 11 }, row('+I', 3, 1, 0), { now: 12 }]
  assert.deepEqual(await run(node('proctime', []), steps), ['+I 1 5 0', '+I 2 3 0', '+I 3 1 0'])
  assert.deepEqual(await run(node('proctime', byValue), steps), ['+I 2 3 0', '+I 1 5 0', '+I 3 1 0'])
})
