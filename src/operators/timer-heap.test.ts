import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { TimerHeap } from './timer-heap.ts'

test('timers of one time come in the order that the moves of the heap give', () => {
  const heap = new TimerHeap()
  for (const [slot, time] of [
    [0, 4],
    [1, 4],
    [2, 14],
    [3, 14],
  ]) {
    heap.add(slot, time)
  }
  assert.deepEqual([heap.take(), heap.take()], [0, 1])
  heap.add(4, 9)
  heap.add(5, 24)
  assert.deepEqual([heap.take(), heap.take(), heap.take(), heap.take()], [4, 3, 2, 5])
  assert.equal(heap.next, Number.POSITIVE_INFINITY)
  assert.equal(heap.isDue(Number.POSITIVE_INFINITY), false)
})

test('times rise, removed timers stay away, a rebuilt heap goes on in the same order', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 6 }), { maxLength: 40 }), fc.nat(), (times, at) => {
      const heap = new TimerHeap()
      times.forEach((time, slot) => {
        heap.add(slot, time)
      })
      const removed = times.length === 0 ? -1 : at % times.length
      if (removed >= 0) heap.remove(removed, times[removed])
      const copy = new TimerHeap()
      heap.places((slot, time) => copy.add(slot, time))
      let last = Number.NEGATIVE_INFINITY
      const seen: number[] = []
      while (heap.isDue(100)) {
        assert.ok(heap.next >= last)
        last = heap.next
        const slot = heap.take()
        assert.equal(copy.take(), slot)
        seen.push(slot)
      }
      assert.deepEqual(
        seen.sort((a, b) => a - b),
        times.flatMap((_, slot) => (slot === removed ? [] : [slot])),
      )
    }),
  )
})
