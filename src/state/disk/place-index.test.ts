import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { PlaceIndex } from './place-index.ts'

test('an index of places is a set of (hash, place), also where hashes are equal or places above 2^31', () => {
  const change = fc.record({
    what: fc.constantFrom('insert', 'insert', 'delete', 'move'),
    hash: fc.constantFrom(0, 1, 33, -1, 0x7fffffff, 0x04000000, 0x04000001),
    place: fc.integer({ min: 1, max: 40 }),
  })
  fc.assert(
    fc.property(fc.array(change, { maxLength: 200 }), (changes) => {
      const index = new PlaceIndex()
      const model = new Map<number, number>()
      for (const { what, hash, place: small } of changes) {
        const place = small % 2 === 0 ? small : 2 ** 32 - small
        const known = model.get(place)
        if (what === 'insert' && known === undefined) {
          index.insert(hash, place)
          model.set(place, hash)
        } else if (what === 'delete' && known !== undefined) {
          assert.ok(index.delete(known, place))
          model.delete(place)
        } else if (what === 'move' && known !== undefined && !model.has(small + 100)) {
          index.move(known, place, small + 100)
          model.delete(place)
          model.set(small + 100, known)
        }
      }
      assert.equal(index.size, model.size)
      for (const [place, hash] of model) {
        assert.ok(index.has(hash, place))
        const found: number[] = []
        index.find(hash, found, 0)
        assert.ok(found.includes(place))
        assert.equal(found.length, [...model.values()].filter((each) => each === hash).length)
      }
      assert.deepEqual(
        [...index.entries()].map(([, place]) => place).sort((a, b) => a - b),
        [...model.keys()].sort((a, b) => a - b),
      )
    }),
  )
})
