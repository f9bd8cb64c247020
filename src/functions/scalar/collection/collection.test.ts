import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { equalityOf } from '../../../types/compare.ts'
import { array, DOUBLE, INT } from '../../../types/logical-type.ts'
import { valueSet } from './array-types.ts'
import { distinct } from './distinct.ts'
import { inHashOrder } from './hash-order.ts'
import { insertionSort } from './insertion-sort.ts'

test('entries come in the order of a HashMap of Java', () => {
  const keys = ['z', 'y', 'x', 'aa', 'bb', 'hello', 'world', '中']
  const ordered = inHashOrder(new Map(keys.map((key, i) => [key, i])))
  assert.deepEqual(ordered.keys, ['aa', 'bb', 'world', 'x', 'y', 'z', 'hello', '中'])
  assert.deepEqual(ordered.values, [3, 4, 6, 2, 1, 0, 5, 7])
  const many = ['a1', 'a2', 'a3', 'a4', 'a5', 'a6', 'a7', 'a8', 'a9', 'b1', 'b2', 'b3', 'b4', 'b5']
  const grown = inHashOrder(new Map(many.map((key) => [key, null])))
  assert.equal(grown.keys.join(), 'b1,a1,b2,a2,b3,a3,b4,a4,b5,a5,a6,a7,a8,a9')
})

test("Java's steps decide where a comparison has no order", () => {
  const compare = (a: number, b: number) => (a > b ? 1 : -1)
  assert.deepEqual(insertionSort([1.5, Number.NaN], compare), [Number.NaN, 1.5])
  const mixed = insertionSort([1.5, Number.NaN, Number.POSITIVE_INFINITY, 0], compare)
  assert.deepEqual(mixed, [0, Number.POSITIVE_INFINITY, Number.NaN, 1.5])
})

test('with an order it sorts', () => {
  fc.assert(
    fc.property(fc.array(fc.integer(), { maxLength: 31 }), (values) => {
      const sorted = values.toSorted((a, b) => a - b)
      assert.deepEqual(
        insertionSort([...values], (a, b) => a - b),
        sorted,
      )
    }),
  )
})

test('sets know values by value: arrays too, and NaN never', () => {
  const equal = equalityOf(array(INT))
  assert.deepEqual(distinct([[1], [2], [1]], valueSet(array(INT), equal)), [[1], [2]])
  const doubles = distinct([Number.NaN, 1, Number.NaN, 1, null, null], valueSet(DOUBLE, equalityOf(DOUBLE)))
  assert.deepEqual(doubles, [Number.NaN, 1, Number.NaN, null])
})
