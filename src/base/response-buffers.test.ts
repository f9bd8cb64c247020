import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { giveBuffer, takeBuffer } from './response-buffers.ts'

describe('response buffers', () => {
  it('are used again after they were given back, never before', () => {
    const first = takeBuffer(1_000_000)
    const second = takeBuffer(1_000_000)
    assert.equal(first.length, 1_000_000)
    assert.notEqual(first.buffer, second.buffer)
    giveBuffer(first.subarray(10, 20))
    const third = takeBuffer(990_000)
    assert.equal(third.buffer, first.buffer)
    assert.equal(third.length, 990_000)
    assert.notEqual(takeBuffer(1_000_000).buffer, third.buffer)
  })

  it('come back once: a second giving back is no second buffer', () => {
    const one = takeBuffer(2_000_000)
    giveBuffer(one)
    giveBuffer(one)
    const a = takeBuffer(2_000_000)
    const b = takeBuffer(2_000_000)
    assert.notEqual(a.buffer, b.buffer)
  })

  it('that came from elsewhere are left alone, and a small response does not sit in a large buffer', () => {
    const foreign = new Uint8Array(3_000_000)
    giveBuffer(foreign)
    assert.notEqual(takeBuffer(3_000_000).buffer, foreign.buffer)
    const large = takeBuffer(40_000_000)
    giveBuffer(large)
    assert.notEqual(takeBuffer(100_000).buffer, large.buffer)
  })
})
