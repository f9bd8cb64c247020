import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { ErrorCodes } from '../protocol/index.ts'
import { ProducerStates } from './producer-state.ts'

const of = (baseSequence: number, count: number, producerEpoch = 0, producerId = 1) => ({
  size: 100,
  count,
  maxTimestamp: 0,
  producerId,
  producerEpoch,
  baseSequence,
  transactional: false,
})

describe('sequences of an idempotent producer', () => {
  test('no gap, and what was stored is known again', () => {
    const states = new ProducerStates()
    states.stored(of(0, 3), 100)
    states.stored(of(3, 2), 103)
    assert.equal(states.check(of(5, 1)).kind, 'append')
    assert.deepEqual(states.check(of(0, 3)), { kind: 'duplicate', offset: 100 })
    assert.deepEqual(states.check(of(3, 2)), { kind: 'duplicate', offset: 103 })
    const gap = states.check(of(6, 1))
    assert.ok(gap.kind === 'refused')
    assert.equal(gap.error, ErrorCodes.OUT_OF_ORDER_SEQUENCE_NUMBER)
    assert.match(gap.message, /sequence 6 of producer 1, expected 5/)
  })

  test('five batches are remembered', () => {
    const states = new ProducerStates()
    for (let index = 0; index < 6; index++) states.stored(of(index, 1), index)
    assert.equal(states.check(of(0, 1)).kind, 'refused')
    assert.equal(states.check(of(1, 1)).kind, 'duplicate')
  })

  test('a new epoch begins at 0, an old one is fenced', () => {
    const states = new ProducerStates()
    states.stored(of(0, 3), 0)
    assert.equal(states.check(of(3, 1, 1)).kind, 'refused')
    assert.equal(states.check(of(0, 1, 1)).kind, 'append')
    states.stored(of(0, 1, 1), 3)
    const old = states.check(of(3, 1, 0))
    assert.ok(old.kind === 'refused')
    assert.equal(old.error, ErrorCodes.INVALID_PRODUCER_EPOCH)
  })

  test('sequences wrap after 2^31 - 1', () => {
    const states = new ProducerStates()
    states.stored(of(2_147_483_646, 3), 0)
    assert.equal(states.check(of(1, 1)).kind, 'append')
    assert.equal(states.check(of(0, 1)).kind, 'refused')
  })

  test('a producer that is not known may begin anywhere; one without id is not checked', () => {
    const states = new ProducerStates()
    assert.equal(states.check(of(17, 1)).kind, 'append')
    assert.equal(states.check(of(-1, 1, -1, -1)).kind, 'append')
  })
})
