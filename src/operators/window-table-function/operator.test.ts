import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Schema } from '../../types/batch.ts'
import { INT, STRING, timestamp } from '../../types/logical-type.ts'
import { INSERT_ONLY } from '../../types/row-kind.ts'
import { drive, END, everyWay, row, rowsOf, type Step, watermark } from '../drive.case.ts'
import { windowOf } from '../window.case.ts'
import type { WindowShape } from '../window.ts'
import type { WindowTableFunctionNode } from './node.ts'
import { windowTableFunctionRuntime } from './operator.ts'
import { windowTableFunctionState } from './state.ts'

const input: Schema = [
  { name: 'k', type: STRING },
  { name: 'v', type: INT },
  { name: 'ts', type: { ...timestamp(3), attribute: 'rowtime' } },
]
const TIME = { name: 't', type: timestamp(3) }

function node(shape: WindowShape): WindowTableFunctionNode {
  const window = windowOf(shape, { timeColumn: 2 })
  return {
    id: 1,
    kind: 'window-table-function',
    version: 1,
    inputs: [],
    schema: [...input, TIME, TIME, TIME],
    changelog: INSERT_ONLY,
    upsertKeys: [],
    state: windowTableFunctionState({ window }, input),
    description: '',
    window,
  }
}

const run = async (shape: WindowShape, steps: readonly Step[]) =>
  everyWay(windowTableFunctionRuntime, node(shape), [input], steps)

test('TUMBLE adds start, end and time', async () => {
  const log = await run({ type: 'tumble', size: 5000, offset: 0 }, [
    row('+I', 'a', 1, 4999),
    watermark(6000),
    row('+I', 'a', null, -1),
  ])
  assert.deepEqual(log, ['+I a 1 4999 0 5000 4999', 'W 6000', '+I a NULL -1 -5000 0 -1'])
})

test('HOP gives the newest window first, also where the size is no multiple of the slide', async () => {
  const log = await run({ type: 'hop', size: 10_000, slide: 3000, offset: 0 }, [row('+I', 'a', 1, 1000)])
  assert.deepEqual(log, ['+I a 1 1000 0 10000 9999', '+I a 1 1000 -3000 7000 6999', '+I a 1 1000 -6000 4000 3999'])
})

test('CUMULATE gives the shortest window first', async () => {
  const log = await run({ type: 'cumulate', maxSize: 6000, step: 2000, offset: 0 }, [row('+I', 'a', 1, 2200)])
  assert.deepEqual(log, ['+I a 1 2200 0 4000 3999', '+I a 1 2200 0 6000 5999'])
})

test('SESSION emits the rows of a session, in order of arrival, when it is over', async () => {
  const steps = [
    row('+I', 'a', 1, 3000),
    row('+I', 'b', 2, 3000),
    row('+I', 'a', 3, 1000),
    row('+I', 'a', 4, 2000),
    watermark(3999),
    row('+I', 'b', 5, 2000),
    row('+I', 'b', 6, 9000),
    END,
  ]
  const shape: WindowShape = { type: 'session', gap: 1000, partition: [0] }
  assert.deepEqual(await run(shape, steps), [
    '+I b 2 3000 3000 4000 3999',
    '+I a 3 1000 1000 4000 3999',
    '+I a 1 3000 1000 4000 3999',
    '+I a 4 2000 1000 4000 3999',
    'W 3999',
    '+I b 6 9000 9000 10000 9999',
    'W Infinity',
  ])
  const { counters } = await drive(windowTableFunctionRuntime, node(shape), [input], steps)
  assert.equal(counters.get('numLateRecordsDropped'), 1)
})

test('SESSION without keys is one for all', async () => {
  const log = await run({ type: 'session', gap: 1000, partition: [] }, [
    row('+I', 'a', 1, 0),
    row('+I', 'b', 2, 1000),
    END,
  ])
  assert.deepEqual(rowsOf(log), ['+I a 1 0 0 2000 1999', '+I b 2 1000 0 2000 1999'])
})

test('rows without a time are dropped and counted', async () => {
  const steps = [row('+I', 'a', 1, null), row('+I', 'a', 2, 100)]
  for (const shape of [
    { type: 'tumble', size: 5000, offset: 0 } as const,
    { type: 'session', gap: 1000, partition: [0] } as const,
  ]) {
    const { counters } = await drive(windowTableFunctionRuntime, node(shape), [input], steps)
    assert.equal(counters.get('numNullRowTimeRecordsDropped'), 1)
  }
  assert.deepEqual(await run({ type: 'tumble', size: 5000, offset: 0 }, steps), ['+I a 2 100 0 5000 4999'])
})
