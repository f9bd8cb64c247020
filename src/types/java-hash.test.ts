import assert from 'node:assert/strict'
import { test } from 'node:test'
import { hashMapOrder } from './java-hash.ts'
import { BOOLEAN, DATE, DOUBLE, decimal, INT, type LogicalType, STRING, TINYINT, timestamp } from './logical-type.ts'
import type { Value } from './value.ts'

test('keys come in the order in which Flink prints a multiset', () => {
  const cases: [LogicalType, Value[], Value[]][] = [
    [INT, [100, 50], [50, 100]],
    [INT, [2000000000, -3], [-3, 2000000000]],
    [TINYINT, [100, -5], [100, -5]],
    [STRING, ['x', 'y', 'z'], ['x', 'z', 'y']],
    [STRING, ['x', 'y', 'q', 'b'], ['x', 'q', 'y', 'b']],
    [STRING, ['apple', 'avocado'], ['apple', 'avocado']],
    [BOOLEAN, [true, false], [false, true]],
    [DATE, [19723, 19358, 20089], [20089, 19723, 19358]],
    [DOUBLE, [0.1, 0.2, 0.7], [0.7, 0.1, 0.2]],
    [decimal(10, 3), [1234, 2345, -9999], [1234, -9999, 2345]],
    [
      timestamp(6),
      [1704103200123456, 1672567200123456, 1735725600123456],
      [1735725600123456, 1704103200123456, 1672567200123456],
    ],
  ]
  for (const [type, keys, order] of cases)
    assert.deepEqual(
      hashMapOrder(keys, type).map((i) => keys[i]),
      order,
    )
})
