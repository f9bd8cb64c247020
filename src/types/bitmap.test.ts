import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { bitmapText, decodeBitmap, encodeBitmap } from './bitmap.ts'
import { hexText } from './format.ts'

test('bytes and texts that Flink gave', () => {
  assert.equal(hexText(encodeBitmap([1, 2, 3])), '3a300000010000000000020010000000010002000300')
  assert.equal(hexText(encodeBitmap([4294967295])), '3a30000001000000ffff000010000000ffff')
  assert.equal(bitmapText(encodeBitmap([2, 5, 4294967295])), '{2,5,4294967295}')
})

test('a set survives the way to bytes and back', () => {
  const members = fc.uniqueArray(fc.oneof(fc.nat(200_000), fc.integer({ min: 0, max: 4294967295 })), {
    maxLength: 9000,
  })
  fc.assert(
    fc.property(members, fc.boolean(), (found, dense) => {
      const block = dense ? Array.from({ length: 5000 }, (_, i) => 1_000_000_000 + i) : []
      const sorted = [...new Set([...found, ...block])].sort((a, b) => a - b)
      assert.deepEqual(decodeBitmap(encodeBitmap(sorted)), sorted)
    }),
    { numRuns: 50 },
  )
})

test('run containers are read, other bytes are refused', () => {
  const runs = Uint8Array.from([0x3b, 0x30, 0, 0, 1, 0, 0, 9, 0, 2, 0, 1, 0, 3, 0, 100, 0, 5, 0])
  assert.deepEqual(decodeBitmap(runs), [1, 2, 3, 4, 100, 101, 102, 103, 104, 105])
  assert.equal(decodeBitmap(Uint8Array.from([1, 2, 3, 4])), undefined)
  assert.equal(decodeBitmap(encodeBitmap([1, 2, 3]).subarray(0, 18)), undefined)
})
