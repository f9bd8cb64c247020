import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { SplitWatermarks } from './watermarks.ts'

describe('watermarks of splits', () => {
  it('are the minimum over the splits; one without rows holds them back', () => {
    const watermarks = new SplitWatermarks(undefined)
    watermarks.update(['a', 'b'], 0)
    watermarks.advance('a', 100, 1)
    assert.equal(watermarks.combined(), Number.NEGATIVE_INFINITY)
    watermarks.advance('b', 50, 2)
    assert.equal(watermarks.combined(), 50)
    watermarks.advance('b', 40, 3)
    assert.equal(watermarks.combined(), 50)
    assert.deepEqual(watermarks.slowest(), { split: 'b', watermark: 50 })
  })

  it('leave out a split that ended', () => {
    const watermarks = new SplitWatermarks(undefined)
    watermarks.update(['a', 'b'], 0)
    watermarks.advance('a', 100, 1)
    watermarks.update(['a'], 2)
    assert.equal(watermarks.combined(), 100)
  })

  it('leave out an idle split after the timeout, and count it again when it has a row', () => {
    const watermarks = new SplitWatermarks(1000)
    watermarks.update(['a', 'b'], 0)
    watermarks.advance('a', 100, 900)
    assert.equal(watermarks.nextIdle(), 1000)
    assert.equal(watermarks.checkIdle(1000), false)
    assert.equal(watermarks.combined(), 100)
    assert.equal(watermarks.checkIdle(1900), true)
    watermarks.advance('b', 30, 2000)
    assert.equal(watermarks.checkIdle(2000), false)
    assert.equal(watermarks.combined(), 30)
  })

  it('of a restored split begin where they were', () => {
    const watermarks = new SplitWatermarks(undefined)
    watermarks.restore('a', 70, 0)
    watermarks.update(['a', 'new'], 0)
    assert.equal(watermarks.of('a'), 70)
    assert.equal(watermarks.combined(), Number.NEGATIVE_INFINITY)
  })
})
