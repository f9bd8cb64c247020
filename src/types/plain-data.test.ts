import assert from 'node:assert/strict'
import { test } from 'node:test'
import { copyPlain, parsePlain, plainText } from './plain-data.ts'

const data = {
  text: 'a',
  none: null,
  missing: undefined,
  big: 2n ** 70n,
  numbers: [0, -0, Number.NaN, Number.POSITIVE_INFINITY, 1.5],
  map: new Map<unknown, unknown>([
    ['k', { $bigint: '1' }],
    [2, new Set([1n])],
  ]),
  at: new Date(7),
  bytes: Uint8Array.of(0, 255),
  nested: { $map: [] },
}

test('plain data comes back as it was, also where it looks like a tag', () => {
  assert.deepStrictEqual(parsePlain(plainText(data)), data)
  assert.deepStrictEqual(copyPlain(data), data)
})

test('a copy shares nothing', () => {
  const copy = copyPlain(data) as typeof data
  copy.numbers.push(1)
  copy.map.set('x', 1)
  assert.equal(data.numbers.length, 5)
  assert.equal(data.map.size, 2)
})

test('what is more than data is refused by name', () => {
  class Account {
    balance = 1
  }
  for (const write of [copyPlain, plainText]) {
    assert.throws(() => write({ list: [new Account()] }), /STATE_NOT_PLAIN|Account/)
    assert.throws(() => write({ call: () => 1 }), /a function/)
  }
})
