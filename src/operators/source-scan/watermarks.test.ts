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

  it('wait for no split whose rows come, and say which one is behind', () => {
    const one = new SplitWatermarks(undefined)
    one.update(['a'], 0)
    assert.equal(one.waitingFor(0), 'the first row of a')
    one.advance('a', 100, 1)
    assert.equal(one.waitingFor(1), undefined)
    assert.equal(one.waitingFor(100_000), undefined, 'nothing is ahead of it')
    const two = new SplitWatermarks(undefined)
    two.update(['a', 'b'], 0)
    two.advance('a', 100, 1)
    assert.equal(two.waitingFor(1), 'the first row of b, without which the watermark would be 1970-01-01T00:00:00.100Z')
    two.advance('b', 50, 2)
    assert.equal(two.waitingFor(5000), undefined, 'b is lower, and its rows come')
    two.advance('a', 900, 20_000)
    assert.equal(
      two.waitingFor(20_000),
      'rows of b, which holds the watermark at 1970-01-01T00:00:00.050Z; without it, it would be 1970-01-01T00:00:00.900Z',
    )
    const idle = new SplitWatermarks(1000)
    idle.update(['a', 'b'], 0)
    idle.advance('a', 100, 1500)
    idle.checkIdle(1500)
    assert.equal(idle.waitingFor(1500), undefined, 'an idle split does not count')
  })

  it('of a restored split begin where they were', () => {
    const watermarks = new SplitWatermarks(undefined)
    watermarks.restore('a', 70, 0)
    watermarks.update(['a', 'new'], 0)
    assert.equal(watermarks.of('a'), 70)
    assert.equal(watermarks.combined(), Number.NEGATIVE_INFINITY)
  })
})
