import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Expr } from '../../expr/expr.ts'
import type { Schema } from '../../types/batch.ts'
import { BOOLEAN, INT, STRING, timestamp } from '../../types/logical-type.ts'
import { INSERT_ONLY } from '../../types/row-kind.ts'
import { END, everyWay, now, right, row, rowsOf, type Step, watermark } from '../drive.case.ts'
import type { IntervalJoinNode } from './node.ts'
import { intervalJoinRuntime } from './operator.ts'
import { intervalJoinState } from './state.ts'

const ROWTIME = { ...timestamp(3), attribute: 'rowtime' } as const
const a: Schema = [
  { name: 'id', type: INT },
  { name: 'k', type: STRING },
  { name: 'ts', type: ROWTIME },
]
const b: Schema = [
  { name: 'rid', type: INT },
  { name: 'rk', type: STRING },
  { name: 'rts', type: ROWTIME },
]
const column = (index: number): Expr => ({ kind: 'input', index, type: INT })
/** a.id <> b.rid */
const different: Expr = { kind: 'call', fn: '<>', args: [column(0), column(3)], type: BOOLEAN }

function node(joinType: IntervalJoinNode['joinType'], more: Partial<IntervalJoinNode> = {}): IntervalJoinNode {
  const leftKeys = [1]
  return {
    id: 1,
    kind: 'interval-join',
    version: 1,
    inputs: [],
    schema: [...a, ...b],
    changelog: INSERT_ONLY,
    upsertKeys: [],
    state: intervalJoinState({ leftKeys }, [a, b]),
    description: '',
    joinType,
    leftKeys,
    rightKeys: [1],
    filterNulls: [true],
    time: 'rowtime',
    leftTime: 2,
    rightTime: 2,
    lower: -10,
    upper: 5,
    minCleanUpMs: 0,
    ...more,
  }
}

const run = (n: IntervalJoinNode, steps: readonly Step[]) => everyWay(intervalJoinRuntime, n, [a, b], steps)

const NEAR: readonly Step[] = [
  row('+I', 1, 'x', 100),
  row('+I', 2, 'x', 120),
  right('+I', 1, 'x', 95),
  right('+I', 2, 'x', 94),
  right('+I', 3, 'x', 110),
  right('+I', 4, 'x', 111),
  right('+I', 5, 'y', 100),
  right('+I', 6, null, 100),
  row('+I', 3, null, 100),
  row('+I', 4, 'x', 99),
]

test('both bounds belong to the interval; other keys and NULL do not join', async () => {
  assert.deepEqual(await run(node('inner'), NEAR), [
    '+I 1 x 100 1 x 95',
    '+I 1 x 100 3 x 110',
    // By the hash of the time: 94 before 95.
    '+I 4 x 99 2 x 94',
    '+I 4 x 99 1 x 95',
  ])
})

test('an outer row is padded when the watermark proves that no partner can come, once', async () => {
  const steps = [
    ...NEAR,
    watermark(104),
    watermark(110),
    watermark(111),
    row('+I', 5, 'x', 90),
    right('+I', 7, 'x', 100),
    END,
  ]
  assert.deepEqual(rowsOf(await run(node('full'), steps)).slice(4), [
    // Timers of one time: in the order of the heap.
    '+I NULL NULL NULL 6 NULL 100',
    '+I NULL NULL NULL 5 y 100',
    '+I 3 NULL 100 NULL NULL NULL',
    '+I 5 x 90 NULL NULL NULL',
    '+I NULL NULL NULL 7 x 100',
    '+I NULL NULL NULL 4 x 111',
    '+I 2 x 120 NULL NULL NULL',
  ])
})

test('watermarks are held back by the longer distance', async () => {
  assert.deepEqual(await run(node('inner'), [watermark(100), END]), ['W 90', 'W Infinity'])
})

test('a condition besides the times', async () => {
  const steps = [row('+I', 1, 'x', 100), right('+I', 1, 'x', 100), right('+I', 2, 'x', 100), watermark(1000)]
  assert.deepEqual(rowsOf(await run(node('full', { condition: different }), steps)), [
    '+I 1 x 100 2 x 100',
    '+I NULL NULL NULL 1 x 100',
  ])
})

test('bounds that exclude each other pad at once and keep nothing', async () => {
  const steps = [row('+I', 1, 'x', 100), right('+I', 1, 'x', 100), watermark(7)]
  assert.deepEqual(await run(node('left', { lower: 5, upper: 2 }), steps), ['+I 1 x 100 NULL NULL NULL', 'W 7'])
})

test('by processing time', async () => {
  const steps = [now(1000), row('+I', 1, 'x', 0), now(1010), right('+I', 2, 'x', 0), now(1011), right('+I', 3, 'x', 0)]
  const n = node('full', { time: 'proctime' })
  assert.deepEqual(rowsOf(await run(n, [...steps, now(2000)])), ['+I 1 x 0 2 x 0', '+I NULL NULL NULL 3 x 0'])
})

test('rows are gone when no partner can come', async () => {
  const steps = [row('+I', 1, 'x', 100), right('+I', 1, 'x', 100), watermark(105), watermark(106), watermark(111)]
  // A row that comes again behind the watermark finds nothing.
  const again = [...steps, row('+I', 2, 'x', 100)]
  assert.deepEqual(rowsOf(await run(node('inner'), again)), ['+I 1 x 100 1 x 100'])
})
