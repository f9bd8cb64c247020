import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Schema } from '../../types/batch.ts'
import { INT, notNull, STRING, timestamp } from '../../types/logical-type.ts'
import { RETRACT } from '../../types/row-kind.ts'
import { drive, END, everyWay, row, type Step, watermark } from '../drive.case.ts'
import type { DeduplicateNode } from './node.ts'
import { deduplicateRuntime } from './operator.ts'
import { deduplicateState } from './state.ts'

const input: Schema = [
  { name: 'id', type: notNull(INT) },
  { name: 'k', type: STRING },
  { name: 'ts', type: timestamp(3) },
]

function node(
  time: 'rowtime' | 'proctime',
  keep: 'first' | 'last',
  options: { readonly emitUpdateBefore?: boolean; readonly ttlMs?: number } = {},
): DeduplicateNode {
  const { emitUpdateBefore = true, ttlMs } = options
  return {
    id: 1,
    kind: 'deduplicate',
    version: 1,
    inputs: [],
    schema: input,
    changelog: RETRACT,
    upsertKeys: [[1]],
    description: '',
    key: [1],
    time,
    timeColumn: 2,
    keep,
    emitUpdateBefore,
    state: deduplicateState({ key: [1], time, keep }, input, ttlMs),
  }
}

const run = (n: DeduplicateNode, steps: readonly Step[]) => everyWay(deduplicateRuntime, n, [input], steps)

const STEPS: readonly Step[] = [
  row('+I', 1, 'a', 30),
  row('+I', 2, 'a', 20),
  row('+I', 3, 'b', 25),
  row('+I', 4, 'a', 20),
  watermark(20),
  row('+I', 5, 'a', 40),
  row('+I', 6, 'b', 19),
  row('+I', 7, null, 20),
  row('+I', 8, 'b', 22),
  watermark(24),
  row('+I', 9, 'a', 23),
  END,
]

test('the first row by event time comes when the watermark reaches it; earlier rows are late', async () => {
  const n = node('rowtime', 'first')
  assert.deepEqual(await run(n, STEPS), ['+I 2 a 20', 'W 20', '+I 7 NULL 20', '+I 8 b 22', 'W 24', 'W Infinity'])
  const { counters } = await drive(deduplicateRuntime, n, [input], STEPS)
  assert.equal(counters.get('numLateRecordsDropped'), 1)
})

test('the last row by event time: an equal time replaces, an earlier one does not', async () => {
  assert.deepEqual(await run(node('rowtime', 'last'), STEPS.slice(0, 6)), [
    '+I 1 a 30',
    '+I 3 b 25',
    'W 20',
    '-U 1 a 30',
    '+U 5 a 40',
  ])
  const equal = [row('+I', 1, 'a', 20), row('+I', 2, 'a', 20)]
  const without = node('rowtime', 'last', { emitUpdateBefore: false })
  assert.deepEqual(await run(without, equal), ['+I 1 a 20', '+U 2 a 20'])
})

test('by arrival: the first row, or the last one that differs', async () => {
  const steps = [row('+I', 1, 'a', 1), row('+I', 1, 'a', 1), row('+I', 2, 'b', null), row('+I', 3, 'a', 0)]
  assert.deepEqual(await run(node('proctime', 'first'), steps), ['+I 1 a 1', '+I 2 b NULL'])
  assert.deepEqual(await run(node('proctime', 'last'), steps), ['+I 1 a 1', '+I 2 b NULL', '-U 1 a 1', '+U 3 a 0'])
})

test('with TTL an equal row is an update, and a forgotten key is new', async () => {
  const steps = [
    { now: 0 },
    row('+I', 1, 'a', 1),
    { now: 50 },
    row('+I', 1, 'a', 1),
    { now: 500 },
    row('+I', 2, 'a', 1),
  ]
  assert.deepEqual(await run(node('proctime', 'last', { ttlMs: 100 }), steps), [
    '+I 1 a 1',
    '-U 1 a 1',
    '+U 1 a 1',
    '+I 2 a 1',
  ])
})
