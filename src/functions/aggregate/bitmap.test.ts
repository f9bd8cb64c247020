import assert from 'node:assert/strict'
import { test } from 'node:test'
import { everyWay, row } from '../../operators/drive.case.ts'
import type { GroupAggregateNode } from '../../operators/group-aggregate/node.ts'
import { groupAggregateRuntime } from '../../operators/group-aggregate/operator.ts'
import { groupAggregateState } from '../../operators/group-aggregate/state.ts'
import type { Schema } from '../../types/batch.ts'
import { buildBitmap, decodeBitmap } from '../../types/bitmap.ts'
import { BIGINT, BITMAP, INT, STRING } from '../../types/logical-type.ts'
import { RETRACT } from '../../types/row-kind.ts'
import { builtInAggregates } from './index.ts'

const input: Schema = [
  { name: 'k', type: STRING },
  { name: 'v', type: INT },
  { name: 'set', type: BITMAP },
]

async function results(fn: string, column: number): Promise<string[]> {
  const type = fn.includes('CARDINALITY') ? BIGINT : BITMAP
  const aggregates = [
    { fn, args: [column], argTypes: [input[column].type], distinct: false, retract: true, type, name: 'x' },
  ]
  const node: GroupAggregateNode = {
    id: 1,
    kind: 'group-aggregate',
    version: 1,
    inputs: [],
    schema: [input[0], { name: 'x', type }],
    changelog: RETRACT,
    upsertKeys: [],
    state: groupAggregateState({ grouping: [0], aggregates }, input, builtInAggregates),
    description: '',
    grouping: [0],
    aggregates,
    emitUpdateBefore: false,
    inputRetracts: true,
  }
  const set = (...members: number[]) => buildBitmap(members)
  const log = await everyWay(
    groupAggregateRuntime,
    node,
    [input],
    [
      row('+I', 'a', 5, set(1, 2)),
      row('+I', 'a', 5, set(2, 3)),
      row('+I', 'a', -7, set(2)),
      row('-D', 'a', 5, set(1, 2)),
      row('-D', 'a', 5, set(2, 3)),
      row('+I', 'a', null, null),
      row('-D', 'a', -7, set(2)),
    ],
  )
  return log.map((line) => {
    const value = line.slice(5)
    if (value === 'NULL' || fn.includes('CARDINALITY')) return value
    return `{${decodeBitmap(Uint8Array.from(value.split(',').map(Number)))?.join() ?? '?'}}`
  })
}

test('sets of integers and of bitmaps, with retraction', async () => {
  assert.deepEqual(await results('BITMAP_BUILD_AGG', 1), ['{5}', '{5,4294967289}', '{4294967289}', 'NULL'])
  assert.deepEqual(await results('BITMAP_BUILD_CARDINALITY_AGG', 1), ['1', '2', '1', 'NULL'])
  assert.deepEqual(await results('BITMAP_OR_AGG', 2), ['{1,2}', '{1,2,3}', '{2,3}', '{2}', 'NULL'])
  assert.deepEqual(await results('BITMAP_AND_AGG', 2), ['{1,2}', '{2}', 'NULL'])
  assert.deepEqual(await results('BITMAP_XOR_AGG', 2), ['{1,2}', '{1,3}', '{1,2,3}', '{3}', '{2}', 'NULL'])
  assert.deepEqual(await results('BITMAP_OR_CARDINALITY_AGG', 2), ['2', '3', '2', '1', 'NULL'])
})
