import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Expr } from '../../expr/expr.ts'
import type { Schema } from '../../types/batch.ts'
import { BOOLEAN, INT, STRING, timestamp } from '../../types/logical-type.ts'
import { INSERT_ONLY } from '../../types/row-kind.ts'
import { drive, END, everyWay, right, row, rowsOf, type Step, watermark } from '../drive.case.ts'
import type { WindowJoinNode } from './node.ts'
import { windowJoinRuntime } from './operator.ts'
import { windowJoinState } from './state.ts'

const side = (prefix: string): Schema => [
  { name: `${prefix}id`, type: INT },
  { name: `${prefix}k`, type: STRING },
  { name: `${prefix}end`, type: timestamp(3) },
]
const inputs = [side('a'), side('b')]
const column = (index: number): Expr => ({ kind: 'input', index, type: INT })
/** a.id < b.id */
const less: Expr = { kind: 'call', fn: '<', args: [column(0), column(3)], type: BOOLEAN }

function node(joinType: WindowJoinNode['joinType'], condition?: Expr): WindowJoinNode {
  return {
    id: 1,
    kind: 'window-join',
    version: 1,
    inputs: [],
    schema: joinType === 'semi' || joinType === 'anti' ? inputs[0] : inputs.flat(),
    changelog: INSERT_ONLY,
    upsertKeys: [],
    state: windowJoinState({ leftKeys: [1] }, inputs),
    description: '',
    joinType,
    leftKeys: [1],
    rightKeys: [1],
    filterNulls: [true],
    leftEnd: 2,
    rightEnd: 2,
    timeZone: 'UTC',
    ...(condition && { condition }),
  }
}

const STEPS: readonly Step[] = [
  row('+I', 1, 'x', 10),
  right('+I', 1, 'x', 10),
  right('+I', 2, 'x', 10),
  row('+I', 2, 'x', 10),
  row('+I', 3, 'y', 10),
  right('+I', 3, 'z', 10),
  row('+I', 4, null, 10),
  right('+I', 4, null, 10),
  right('+I', 5, 'y', 20),
  watermark(8),
  watermark(9),
  row('+I', 6, 'x', 10),
  row('+I', 7, 'y', 20),
  END,
]
const run = async (joinType: WindowJoinNode['joinType'], condition?: Expr) =>
  everyWay(windowJoinRuntime, node(joinType, condition), inputs, STEPS)

test('rows of one key and window, when the window is over; late rows are dropped and counted', async () => {
  assert.deepEqual(await run('inner'), [
    'W 8',
    '+I 1 x 10 1 x 10',
    '+I 1 x 10 2 x 10',
    '+I 2 x 10 1 x 10',
    '+I 2 x 10 2 x 10',
    'W 9',
    '+I 7 y 20 5 y 20',
    'W Infinity',
  ])
  const { counters } = await drive(windowJoinRuntime, node('inner'), inputs, STEPS)
  assert.equal(counters.get('leftNumLateRecordsDropped'), 1)
})

test('outer rows without partner', async () => {
  const padded = (rows: readonly string[]) =>
    rowsOf(rows)
      .filter((line) => line.includes('NULL NULL NULL'))
      .sort()
  const left = ['+I 3 y 10 NULL NULL NULL', '+I 4 NULL 10 NULL NULL NULL']
  const rights = ['+I NULL NULL NULL 3 z 10', '+I NULL NULL NULL 4 NULL 10']
  assert.deepEqual(padded(await run('left')), left)
  assert.deepEqual(padded(await run('right')), rights)
  assert.deepEqual(padded(await run('full')), [...left, ...rights])
})

test('RIGHT goes by right rows', async () => {
  assert.deepEqual(rowsOf(await run('right')).slice(0, 4), [
    '+I 1 x 10 1 x 10',
    '+I 2 x 10 1 x 10',
    '+I 1 x 10 2 x 10',
    '+I 2 x 10 2 x 10',
  ])
})

test('SEMI and ANTI', async () => {
  assert.deepEqual(rowsOf(await run('semi')).sort(), ['+I 1 x 10', '+I 2 x 10', '+I 7 y 20'])
  assert.deepEqual(rowsOf(await run('anti')).sort(), ['+I 3 y 10', '+I 4 NULL 10'])
})

test('a condition', async () => {
  assert.deepEqual(rowsOf(await run('inner', less)), ['+I 1 x 10 2 x 10'])
  assert.deepEqual(rowsOf(await run('full', less)).slice(0, 3), [
    '+I 1 x 10 2 x 10',
    '+I 2 x 10 NULL NULL NULL',
    '+I NULL NULL NULL 1 x 10',
  ])
})
