import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Expr } from '../../expr/expr.ts'
import type { Schema } from '../../types/batch.ts'
import { BOOLEAN, INT, STRING, timestamp } from '../../types/logical-type.ts'
import { RETRACT } from '../../types/row-kind.ts'
import { END, everyWay, right, row, rowsOf, type Step, watermark } from '../drive.case.ts'
import type { TemporalJoinNode } from './node.ts'
import { temporalJoinRuntime } from './operator.ts'
import { temporalJoinState } from './state.ts'

const ROWTIME = { ...timestamp(3), attribute: 'rowtime' } as const
const a: Schema = [
  { name: 'id', type: INT },
  { name: 'k', type: STRING },
  { name: 'ts', type: ROWTIME },
]
const b: Schema = [
  { name: 'rk', type: STRING },
  { name: 'rate', type: INT },
  { name: 'rts', type: ROWTIME },
]
const rate: Expr = { kind: 'input', index: 4, type: INT }
const above2: Expr = { kind: 'call', fn: '>', args: [rate, { kind: 'literal', value: 2, type: INT }], type: BOOLEAN }

function node(joinType: 'inner' | 'left', condition?: Expr): TemporalJoinNode {
  const planned = { leftKeys: [1], rightTime: 2 }
  return {
    id: 1,
    kind: 'temporal-join',
    version: 1,
    inputs: [],
    schema: [...a, ...b],
    changelog: RETRACT,
    upsertKeys: [],
    state: temporalJoinState(planned, [a, b]),
    description: '',
    joinType,
    ...planned,
    rightKeys: [0],
    filterNulls: [true],
    leftTime: 2,
    ...(condition && { condition }),
  }
}

const run = (n: TemporalJoinNode, steps: readonly Step[]) => everyWay(temporalJoinRuntime, n, [a, b], steps)

const STEPS: readonly Step[] = [
  right('+I', 'x', 1, 100),
  row('+I', 1, 'x', 99),
  row('+I', 2, 'x', 100),
  right('+U', 'x', 2, 200),
  row('+I', 3, 'x', 250),
  row('+I', 4, 'x', 199),
  row('+I', 5, null, 150),
  right('+I', null, 9, 100),
  right('-D', 'x', 2, 300),
  right('+I', 'x', 3, 400),
  watermark(250),
  row('+I', 6, 'x', 260),
  row('-U', 7, 'x', 350),
  row('+U', 8, 'x', 450),
]

test('each row has the version of its time when the watermark has reached it', async () => {
  assert.deepEqual(await run(node('inner'), [...STEPS, END]), [
    '+I 2 x 100 x 1 100',
    '+I 3 x 250 x 2 200',
    '+I 4 x 199 x 1 100',
    'W 250',
    '+I 6 x 260 x 2 200',
    '+U 8 x 450 x 3 400',
    'W Infinity',
  ])
})

test('LEFT pads where there is no version, it was deleted, or the key is NULL', async () => {
  const pads = rowsOf(await run(node('left'), [...STEPS, END])).filter((line) => line.endsWith('NULL NULL NULL'))
  assert.deepEqual(pads, ['+I 1 x 99 NULL NULL NULL', '+I 5 NULL 150 NULL NULL NULL', '-U 7 x 350 NULL NULL NULL'])
})

test('a version that fails the condition hides the one before it', async () => {
  const steps = [right('+I', 'x', 5, 1), right('+U', 'x', 1, 2), row('+I', 1, 'x', 1), row('+I', 2, 'x', 2), END]
  assert.deepEqual(rowsOf(await run(node('inner', above2), steps)), ['+I 1 x 1 x 5 1'])
  assert.deepEqual(rowsOf(await run(node('left', above2), steps)), ['+I 1 x 1 x 5 1', '+I 2 x 2 NULL NULL NULL'])
})

test('two rows of one time are one version, the last', async () => {
  const steps = [right('+I', 'x', 1, 5), right('+U', 'x', 2, 5), row('+I', 1, 'x', 6), END]
  assert.deepEqual(rowsOf(await run(node('inner'), steps)), ['+I 1 x 6 x 2 5'])
})

test('versions that nobody can ask for any more are forgotten', async () => {
  const steps: Step[] = [right('+I', 'x', 1, 10), right('+U', 'x', 2, 20), watermark(25), row('+I', 1, 'x', 15), END]
  assert.deepEqual(rowsOf(await run(node('left'), steps)), ['+I 1 x 15 NULL NULL NULL'])
})
