import assert from 'node:assert/strict'
import { test } from 'node:test'
import { batchOf } from '../types/batch.ts'
import { BIGINT, INT, STRING } from '../types/logical-type.ts'
import { defaultMaxParallelism, keyGroupAssigner, keyGroupsOf, subtaskOf } from './key-group.ts'

test('the default maximum parallelism is that of Flink', () => {
  const cases = [
    [1, 128],
    [85, 128],
    [86, 256],
    [128, 256],
    [170, 256],
    [171, 256],
    [172, 512],
    [30000, 32768],
  ]
  for (const [parallelism, max] of cases) assert.equal(defaultMaxParallelism(parallelism), max, `${parallelism}`)
})

test('ranges cover each key group once and agree with the subtask of a key group', () => {
  for (const parallelism of [1, 2, 3, 4, 7, 128]) {
    const owners: number[] = []
    for (let subtask = 0; subtask < parallelism; subtask++) {
      const { start, end } = keyGroupsOf(subtask, parallelism, 128)
      for (let group = start; group < end; group++) owners[group] = subtask
    }
    assert.equal(owners.length, 128)
    owners.forEach((subtask, group) => {
      assert.equal(subtaskOf(group, parallelism, 128), subtask)
    })
  }
})

test('the key group depends on the value, not on its representation', () => {
  const schema = [{ name: 'k', type: BIGINT }]
  const assign = keyGroupAssigner(schema, [0], 128)
  const narrow = new Int32Array(2)
  const wide = new Int32Array(3)
  assign(batchOf(schema, [[5], [2 ** 40]]), narrow)
  assign(batchOf(schema, [[5], [2 ** 40], [2n ** 63n - 1n]]), wide)
  assert.deepEqual([...wide.subarray(0, 2)], [...narrow])
})

test('key groups stay what they are: stored state depends on them', () => {
  const schema = [
    { name: 'a', type: INT },
    { name: 'b', type: STRING },
  ]
  const groups = new Int32Array(4)
  keyGroupAssigner(
    schema,
    [0, 1],
    128,
  )(
    batchOf(schema, [
      [1, 'a'],
      [2, 'b'],
      [null, null],
      [1000000, '中文'],
    ]),
    groups,
  )
  assert.deepEqual([...groups], [92, 7, 97, 109])
})
