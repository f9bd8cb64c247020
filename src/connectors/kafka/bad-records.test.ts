/** `'bad-records'` against the dev broker: what is passed over, counted, kept and written. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { startBroker } from '../../kafka/broker/index.ts'
import * as t from '../../types/logical-type.ts'
import type { MapValue } from '../../types/value.ts'
import type { BadRecord, ProducedColumn, SplitState } from '../contract.ts'
import { readerContext } from '../test-support.ts'
import { kafka } from './connector.ts'
import { coded, event, hostOf, ids, open, optionsOf, produce, tableOf, take, upTo } from './test-topics.ts'

const BROKEN = '{"id":1,"name":'
const MISFIT = '{"id":"one"}'
const bounded = { 'scan.bounded.mode': 'latest-offset' }
const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes)
const badOf = (positions: readonly SplitState[]) =>
  positions.map(({ position }) => (position as { bad?: number }).bad ?? 0)

describe('bad records', () => {
  it('skip: the rows around them are given, and they are counted in the position', async () => {
    await using broker = await startBroker()
    broker.createTopic('events')
    await produce(broker, 'events', [event(0), BROKEN, event(2), MISFIT, '[{"id":4},{"id":"x"}]', event(5), '{'])
    const kept: BadRecord[] = []
    const reader = await open(
      broker,
      { ...bounded, 'bad-records': 'skip' },
      { badRecord: (record) => kept.push(record) },
    )
    assert.deepEqual(ids(await take(reader)), [0, 2, 5])
    assert.deepEqual(badOf(reader.snapshot()), [4])
    assert.equal(reader.counters.get('numRecordsInErrors'), 4)
    assert.deepEqual(kept, [])
    await reader.close()
  })

  it('table: each with reason, place, time and bytes; the count goes on from a snapshot after any row', async () => {
    await using broker = await startBroker()
    broker.createTopic('events', { partitions: 2 })
    for (const partition of [0, 1]) {
      await produce(broker, 'events', [event(0), BROKEN, event(1), MISFIT, event(2)], { partition, timestamp: 77 })
    }
    for (const rowsBefore of upTo(0, 6)) {
      const kept: BadRecord[] = []
      const context = { badRecord: (record: BadRecord) => kept.push(record) }
      const options = { ...bounded, 'bad-records': 'table' }
      const first = await open(broker, options, context)
      const before = await take(first, rowsBefore, undefined, 1)
      const restored: SplitState[] = JSON.parse(JSON.stringify(first.snapshot()))
      await first.close()
      const second = await open(broker, options, { ...context, restored })
      const rows = [...before, ...(await take(second))]
      assert.deepEqual(ids(rows).map(Number).sort(), [0, 0, 1, 1, 2, 2])
      assert.deepEqual(badOf(second.snapshot()), [2, 2])
      assert.equal(kept.length, 4)
      const misfit = kept.find(({ partition, offset }) => partition === 1 && offset === 3)
      assert.deepEqual(
        { ...misfit, reason: '', bytes: text(misfit?.bytes ?? new Uint8Array(0)) },
        {
          table: 'events_table',
          topic: 'events',
          partition: 1,
          offset: 3,
          timestamp: 77,
          code: 'FORMAT_JSON_VALUE',
          reason: '',
          bytes: MISFIT,
          size: MISFIT.length,
        },
      )
      assert.match(misfit?.reason ?? '', /column 'id' at byte 6/)
      await second.close()
    }
  })

  it('topic: written with key and headers, acknowledged when flush resolves', async () => {
    await using broker = await startBroker()
    broker.createTopic('events')
    broker.createTopic('bad')
    await produce(broker, 'events', [event(0), BROKEN, event(2), MISFIT], { timestamp: 77 })
    const reader = await open(broker, { ...bounded, 'bad-records': 'table', 'bad-records.topic': 'bad' })
    assert.deepEqual(ids(await take(reader)), [0, 2])
    await reader.flush?.()
    await reader.close()
    const produced: ProducedColumn[] = [
      { name: 'id', type: t.STRING },
      { name: 'headers', type: t.map(t.STRING, t.BYTES), metadata: 'headers' },
    ]
    const table = tableOf({ ...optionsOf(broker, bounded), topic: 'bad', format: 'raw' }, produced.slice(0, 1))
    const second = kafka.source!(table).createReader(readerContext(produced, { host: hostOf(broker) }))
    await second.open()
    const rows = await take(second, undefined, produced)
    await second.close()
    assert.deepEqual(
      rows.map(([, value]) => value),
      [BROKEN, MISFIT],
    )
    const map = rows[1][2] as MapValue
    const headers = Object.fromEntries(map.keys.map((key, i) => [key, text(map.values[i] as Uint8Array)]))
    const { reason, ...rest } = headers
    assert.match(reason, /is no INT/)
    assert.deepEqual(rest, {
      code: 'FORMAT_JSON_VALUE',
      table: 'events_table',
      topic: 'events',
      partition: '0',
      offset: '3',
      timestamp: '77',
      size: String(MISFIT.length),
    })
  })

  it('a topic that is missing fails the start; what cannot be delivered fails the reader', async () => {
    await using broker = await startBroker({ autoCreateTopics: false })
    broker.createTopic('events')
    broker.createTopic('bad')
    await produce(broker, 'events', [BROKEN])
    const options = { ...bounded, 'bad-records': 'table' }
    await assert.rejects(open(broker, { ...options, 'bad-records.topic': 'nowhere' }), coded('KAFKA_UNKNOWN_TOPIC'))
    const small = { 'bad-records.topic': 'bad', 'properties.max.request.size': '90' }
    const reader = await open(broker, { ...options, ...small })
    await assert.rejects(take(reader), coded('KAFKA_RECORD_TOO_LARGE'))
    await reader.close()
  })

  it('the job has its turn between many of them', async () => {
    await using broker = await startBroker()
    broker.createTopic('events')
    await produce(broker, 'events', [...upTo(0, 1000).map(() => BROKEN), event(1)])
    const reader = await open(broker, { ...bounded, 'bad-records': 'skip' })
    const sizes: number[] = []
    for (;;) {
      const polled = reader.poll(100)
      if (polled === 'end') break
      if (polled === 'empty') await new Promise<void>((resolve) => reader.onAvailable(resolve))
      else sizes.push(polled.batch.length)
    }
    assert.deepEqual(sizes, [0, 0, 0, 1])
    assert.deepEqual(badOf(reader.snapshot()), [1000])
    await reader.close()
  })
})
