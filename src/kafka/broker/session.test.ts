/** Law: no bytes whatever end more than their own connection, and every frame is answered, refused or silently taken. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import {
  encodeRequestHeader,
  fetch,
  headerFlags,
  joinGroup,
  metadata,
  offsetCommit,
  produce,
} from '../protocol/index.ts'
import { offers } from './handlers/index.ts'
import type { Session } from './session.ts'
import { batch, call, settle, simulatedBroker } from './test-support.ts'

/** The longest time that a request can ask to wait. */
const LONGEST_WAIT_MS = 2 ** 31

/** Requests that are right, to be damaged. */
const wholesome: readonly (readonly [number, number, Uint8Array])[] = [
  [
    produce.key,
    9,
    produce.encodeRequest(9, {
      acks: -1,
      timeoutMs: 1,
      topicData: [{ name: 't', partitionData: [{ index: 0, records: batch(['a', 'b']) }] }],
    }),
  ],
  [
    fetch.key,
    12,
    fetch.encodeRequest(12, {
      maxWaitMs: 100,
      minBytes: 1,
      isolationLevel: 0,
      topics: [{ topic: 't', partitions: [{ partition: 0, fetchOffset: 0, partitionMaxBytes: 1_000 }] }],
    }),
  ],
  [metadata.key, 12, metadata.encodeRequest(12, { topics: [{ name: 't' }] })],
  [
    joinGroup.key,
    5,
    joinGroup.encodeRequest(5, {
      groupId: 'g',
      sessionTimeoutMs: 10_000,
      rebalanceTimeoutMs: 10_000,
      memberId: '',
      protocolType: 'consumer',
      protocols: [{ name: 'range', metadata: new Uint8Array(3) }],
    }),
  ],
  [
    offsetCommit.key,
    8,
    offsetCommit.encodeRequest(8, {
      groupId: 'g',
      memberId: '',
      topics: [{ name: 't', partitions: [{ partitionIndex: 0, committedOffset: 1 }] }],
    }),
  ],
]

function frameOf(apiKey: number, apiVersion: number, body: Uint8Array): Uint8Array {
  const found = offers.find(({ api }) => api.key === apiKey)
  const flexible = found !== undefined && headerFlags(found.api, apiVersion).flexible
  const header = encodeRequestHeader({ apiKey, apiVersion, correlationId: 1, clientId: 'c' }, flexible)
  return new Uint8Array([...header, ...body])
}

describe('a session that is sent anything', () => {
  const survives = async (frame: Uint8Array) => {
    const { broker, clock, connect } = simulatedBroker()
    broker.createTopic('t')
    const session: Session = broker.open(1, 'test')!
    const outcome = session.frame(frame)
    await settle()
    clock.advance(LONGEST_WAIT_MS)
    const answer = await outcome
    assert.ok(answer === 'nothing' || answer === 'closed' || answer.length === 2)
    assert.equal(session.closed, answer === 'closed')
    assert.equal((await call(await connect(), metadata, 9, { topics: null })).brokers.length, 1)
  }

  test('random bytes', async () => {
    await fc.assert(fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), survives), { numRuns: 200 })
  })

  test('random bodies of every API and version', async () => {
    for (const { api, minVersion, maxVersion } of offers) {
      const versions = fc.integer({ min: minVersion - 1, max: maxVersion + 1 })
      const frames = fc.tuple(versions, fc.uint8Array({ maxLength: 60 }))
      await fc.assert(
        fc.asyncProperty(frames, ([version, body]) => survives(frameOf(api.key, Math.max(0, version), body))),
        { numRuns: 30 },
      )
    }
  })

  test('right requests with a byte changed or the end cut off', async () => {
    const damage = fc.record({
      request: fc.constantFrom(...wholesome),
      at: fc.nat(),
      value: fc.integer({ min: 0, max: 255 }),
      cut: fc.option(fc.nat()),
    })
    await fc.assert(
      fc.asyncProperty(damage, ({ request: [key, version, body], at, value, cut }) => {
        const damaged = Uint8Array.from(body)
        damaged[at % damaged.length] = value
        return survives(frameOf(key, version, cut === null ? damaged : damaged.subarray(0, cut % damaged.length)))
      }),
      { numRuns: 400 },
    )
  })
})
