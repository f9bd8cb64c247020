import assert from 'node:assert/strict'
import { it } from 'node:test'
import { keyText } from './reducing-writer.ts'

it('tells keys of rows apart', () => {
  const keys = [
    [0],
    [-0],
    [NaN],
    [Infinity],
    [-Infinity],
    [1n],
    [2n],
    ['a', 'b'],
    ['a,b'],
    [new Uint8Array([1, 2])],
    [[1], 2],
  ]
  assert.equal(new Set(keys.map(keyText)).size, keys.length)
  assert.equal(keyText([NaN, 1n, new Uint8Array([1])]), keyText([NaN, 1n, new Uint8Array([1])]))
})
