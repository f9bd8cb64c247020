/** The source against the dev broker: through the in-process network, and over sockets where connections die. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { nodeHost } from '../../base/node-host.ts'
import { startBroker } from '../../kafka/broker/index.ts'
import { fastHost } from '../../kafka/client/test-cluster.ts'
import { committedOffsets, createPartitions, KafkaClient } from '../../kafka/index.ts'
import * as t from '../../types/logical-type.ts'
import type { Value } from '../../types/value.ts'
import type { ProducedColumn, SplitState } from '../contract.ts'
import { readerContext, rowsOf } from '../test-support.ts'
import { kafka } from './connector.ts'
import { ownerOf } from './splits.ts'
import {
  coded,
  event,
  events,
  hostOf,
  ids,
  open,
  optionsOf,
  produce,
  schema,
  tableOf,
  take,
  upTo,
} from './test-topics.ts'

describe('kafka source', () => {
  it('reads a bounded topic of several partitions, batches of one partition each', async () => {
    await using broker = await startBroker()
    broker.createTopic('events', { partitions: 3 })
    for (const partition of [0, 1, 2]) {
      await produce(broker, 'events', events(partition * 100, partition * 100 + 50), { partition })
    }
    const reader = await open(broker, { 'scan.bounded.mode': 'latest-offset' })
    assert.deepEqual([...reader.splits()].sort(), ['events-0', 'events-1', 'events-2'])
    await produce(broker, 'events', events(900, 910), { partition: 1 })
    const bySplit = new Map<string, Value[]>()
    for (;;) {
      const polled = reader.poll(7)
      if (polled === 'end') break
      if (polled === 'empty') await new Promise<void>((resolve) => reader.onAvailable(resolve))
      else bySplit.set(polled.split, [...(bySplit.get(polled.split) ?? []), ...ids(rowsOf(polled, schema))])
    }
    assert.deepEqual(bySplit.get('events-0'), upTo(0, 50))
    assert.deepEqual(bySplit.get('events-1'), upTo(100, 150))
    assert.deepEqual(bySplit.get('events-2'), upTo(200, 250))
    assert.deepEqual(reader.splits(), [])
    assert.equal(reader.poll(7), 'end')
    await reader.close()
  })

  for (const compression of ['none', 'gzip', 'snappy', 'lz4', 'zstd']) {
    it(`reads ${compression}`, async () => {
      await using broker = await startBroker()
      broker.createTopic('events')
      await produce(broker, 'events', events(0, 300), {}, { 'compression.type': compression })
      const reader = await open(broker, { 'scan.bounded.mode': 'latest-offset' })
      assert.deepEqual(ids(await take(reader)), upTo(0, 300))
      await reader.close()
    })
  }

  it('goes on from a snapshot taken after any poll, with the ends of the first start', async () => {
    await using broker = await startBroker()
    broker.createTopic('events', { partitions: 2 })
    await produce(broker, 'events', events(0, 10), { partition: 0 })
    await produce(broker, 'events', events(10, 20), { partition: 1 })
    const bounded = { 'scan.bounded.mode': 'latest-offset' }
    const first = await open(broker, bounded)
    const snapshots: { readonly before: Value[]; readonly positions: readonly SplitState[] }[] = []
    const before: Value[] = []
    for (;;) {
      snapshots.push({ before: [...before], positions: JSON.parse(JSON.stringify(first.snapshot())) })
      const rows = await take(first, 3)
      if (rows.length === 0) break
      before.push(...ids(rows))
    }
    await first.close()
    // What came later is behind the ends.
    await produce(broker, 'events', events(90, 95), { partition: 1 })
    assert.ok(snapshots.length > 5)
    for (const { before, positions } of snapshots) {
      const again = await open(broker, bounded, { restored: positions })
      const all = [...before, ...ids(await take(again))].map(Number).sort((a, b) => a - b)
      assert.deepEqual(all, upTo(0, 20))
      await again.close()
    }
  })

  it('deals partitions out to subtasks as Flink does, and again after a change of parallelism', async () => {
    await using broker = await startBroker()
    broker.createTopic('events', { partitions: 5 })
    for (const partition of upTo(0, 5))
      await produce(broker, 'events', events(partition * 10, partition * 10 + 4), { partition })
    const bounded = { 'scan.bounded.mode': 'latest-offset' }
    const positions: SplitState[] = []
    const seen: Value[] = []
    for (const subtask of [0, 1, 2]) {
      const reader = await open(broker, bounded, { subtask, parallelism: 3 })
      for (const split of reader.splits()) {
        assert.equal(ownerOf({ topic: 'events', partition: Number(split.slice(7)) }, 3), subtask)
      }
      seen.push(...ids(await take(reader, 2)))
      positions.push(...reader.snapshot())
      await reader.close()
    }
    assert.equal(positions.length, 5)
    for (const subtask of [0, 1]) {
      const reader = await open(broker, bounded, { subtask, parallelism: 2, restored: positions })
      seen.push(...ids(await take(reader)))
      await reader.close()
    }
    assert.deepEqual(
      seen.map(Number).sort((a, b) => a - b),
      upTo(0, 5).flatMap((p) => upTo(p * 10, p * 10 + 4)),
    )
  })

  it('starts where it is told', async () => {
    await using broker = await startBroker()
    broker.createTopic('events')
    for (const id of upTo(0, 6)) await produce(broker, 'events', [event(id)], { timestamp: 1000 + id })
    const bounded = { 'scan.bounded.mode': 'latest-offset' }
    const starts: [Record<string, string>, number][] = [
      [{ 'scan.startup.mode': 'earliest-offset' }, 0],
      [{ 'scan.startup.mode': 'timestamp', 'scan.startup.timestamp-millis': '1003' }, 3],
      [{ 'scan.startup.mode': 'timestamp', 'scan.startup.timestamp-millis': '9999' }, 6],
      [{ 'scan.startup.mode': 'specific-offsets', 'scan.startup.specific-offsets': 'partition:0,offset:4' }, 4],
      [{ 'scan.startup.mode': 'latest-offset' }, 6],
    ]
    for (const [options, from] of starts) {
      const reader = await open(broker, { ...bounded, ...options })
      assert.deepEqual(ids(await take(reader)), upTo(from, 6), JSON.stringify(options))
      await reader.close()
    }
    const ends: [Record<string, string>, number][] = [
      [{ 'scan.bounded.mode': 'timestamp', 'scan.bounded.timestamp-millis': '1002' }, 2],
      [{ 'scan.bounded.mode': 'specific-offsets', 'scan.bounded.specific-offsets': 'partition:0,offset:5' }, 5],
    ]
    for (const [options, to] of ends) {
      const reader = await open(broker, options)
      assert.deepEqual(ids(await take(reader)), upTo(0, to), JSON.stringify(options))
      await reader.close()
    }
  })

  it('group-offsets: from what the checkpoints committed, else as auto.offset.reset says', async () => {
    await using broker = await startBroker()
    broker.createTopic('events')
    await produce(broker, 'events', events(0, 6))
    const group = { 'scan.startup.mode': 'group-offsets', 'properties.group.id': 'g' }
    await assert.rejects(
      open(broker, group),
      coded('CONNECTOR_KAFKA_OPTION', /no committed offset.*auto.offset.reset/s),
    )
    const reader = await open(broker, { ...group, 'properties.auto.offset.reset': 'earliest' })
    assert.deepEqual(ids(await take(reader, 4)), upTo(0, 4))
    const positions = reader.snapshot()
    reader.checkpointComplete?.(positions)
    await using client = new KafkaClient(hostOf(broker), { 'bootstrap.servers': broker.bootstrap })
    const committed = () => committedOffsets(client, 'g', [{ topic: 'events', partition: 0 }])
    for (let tries = 0; tries < 100 && (await committed())[0] !== 4; tries++) await nodeHost.clock.sleep(20)
    assert.deepEqual(await committed(), [4])
    await reader.close()
    const next = await open(broker, { ...group, 'scan.bounded.mode': 'latest-offset' })
    assert.deepEqual(ids(await take(next)), [4, 5])
    await next.close()
  })

  it('metadata columns, in any order among the others', async () => {
    await using broker = await startBroker()
    broker.createTopic('events', { partitions: 2 })
    const headers = [
      { key: 'h', value: Buffer.from('x') },
      { key: 'h', value: Buffer.from('y') },
      { key: 'n', value: null },
    ]
    await produce(broker, 'events', [event(1)], { partition: 1, timestamp: 1234, headers })
    await produce(broker, 'events', ['[{"id":2},{"id":3}]'], { partition: 1, timestamp: 1235 })
    const metadata = (key: string): ProducedColumn => ({
      name: `m_${key}`,
      metadata: key,
      type: kafka.source!(tableOf(optionsOf(broker))).metadata.find((m) => m.key === key)!.type,
    })
    const produced = [
      metadata('offset'),
      schema[0],
      ...['topic', 'partition', 'timestamp', 'timestamp-type', 'leader-epoch', 'headers'].map(metadata),
    ]
    const reader = await open(broker, { 'scan.bounded.mode': 'latest-offset' }, {}, produced)
    const rows = await take(reader, undefined, produced)
    const header = { keys: ['h', 'n'], values: [Uint8Array.from(Buffer.from('y')), null] }
    assert.deepEqual(
      rows.map((row) => row.slice(0, 6)),
      [
        ['+I', 0, 1, 'events', 1, 1234],
        ['+I', 1, 2, 'events', 1, 1235],
        ['+I', 1, 3, 'events', 1, 1235],
      ],
    )
    assert.deepEqual(
      rows.map((row) => row[6]),
      ['CreateTime', 'CreateTime', 'CreateTime'],
    )
    const found = rows[0][8] as unknown as { keys: string[]; values: (Uint8Array | null)[] }
    assert.deepEqual(
      { keys: found.keys, values: found.values.map((v) => (v === null ? null : Uint8Array.from(v))) },
      header,
    )
    assert.deepEqual(rows[1][8], { keys: [], values: [] })
    await reader.close()
  })

  it('passes over records without value and empty ones', async () => {
    await using broker = await startBroker()
    broker.createTopic('events')
    await produce(broker, 'events', [event(1), null, '', event(2), null])
    const reader = await open(broker, { 'scan.bounded.mode': 'latest-offset' })
    assert.deepEqual(ids(await take(reader)), [1, 2])
    assert.deepEqual(reader.snapshot()[0].position, { offset: 5, end: 5 })
    await reader.close()
  })

  it('a bad record: the rows before it, then an error with topic, partition, offset, column and bytes', async () => {
    await using broker = await startBroker()
    broker.createTopic('events', { partitions: 2 })
    await produce(broker, 'events', [event(1), event(2), '{"id": "many", "name": "x"}', event(4)], { partition: 1 })
    const reader = await open(broker, { 'scan.bounded.mode': 'latest-offset' })
    assert.deepEqual(ids(await take(reader, 2)), [1, 2])
    const pattern =
      /topic 'events', partition 1, offset 2: .*column 'id' at byte 7: "many" is no INT.*⟪here⟫.*ignore-parse-errors/s
    assert.throws(() => reader.poll(10), coded('CONNECTOR_KAFKA_RECORD', pattern))
    assert.throws(() => reader.poll(10), coded('CONNECTOR_KAFKA_RECORD'))
    await reader.close()
  })

  it('bad records are skipped and counted with ignore-parse-errors', async () => {
    await using broker = await startBroker()
    broker.createTopic('events')
    await produce(broker, 'events', [event(1), '{"id": "x"}', '{"id": ', event(4)])
    const reader = await open(broker, { 'scan.bounded.mode': 'latest-offset', 'json.ignore-parse-errors': 'true' })
    assert.deepEqual(ids(await take(reader)), [1, null, 4])
    assert.equal(reader.counters.get('numRecordsInErrors'), 1)
    await reader.close()
  })

  it('finds new partitions, from their beginning', async () => {
    await using broker = await startBroker()
    broker.createTopic('events')
    const options = { 'scan.topic-partition-discovery.interval': '1 s', 'scan.startup.mode': 'latest-offset' }
    const reader = await open(broker, options, { host: fastHost(50, broker.network) })
    assert.deepEqual(reader.splits(), ['events-0'])
    await using client = new KafkaClient(hostOf(broker), { 'bootstrap.servers': broker.bootstrap })
    await createPartitions(client, 'events', 2)
    await produce(broker, 'events', events(7, 9), { partition: 1 })
    assert.deepEqual(ids(await take(reader, 2)), [7, 8])
    assert.deepEqual(reader.splits(), ['events-0', 'events-1'])
    await reader.close()
  })

  it('reads all topics that a pattern matches as a whole', async () => {
    await using broker = await startBroker()
    for (const [i, topic] of ['ev-1', 'ev-2', 'other-ev-1'].entries()) {
      broker.createTopic(topic)
      await produce(broker, topic, [event(i)])
    }
    const { topic: _, ...options } = optionsOf(broker, {
      'topic-pattern': 'ev-\\d',
      'scan.bounded.mode': 'latest-offset',
    })
    const source = kafka.source!(tableOf(options))
    const reader = source.createReader(readerContext(schema, { host: hostOf(broker) }))
    await reader.open()
    assert.deepEqual(
      ids(await take(reader))
        .map(Number)
        .sort((a, b) => a - b),
      [0, 1],
    )
    await reader.close()
  })

  it('derives times from strings on the way, and finds fields of formats without names', async () => {
    await using broker = await startBroker()
    broker.createTopic('events')
    await produce(broker, 'events', ['{"id":1,"name":"2026-11-23 10:00:01"}', '{"id":2,"name":"never"}'])
    const bounded = { 'scan.bounded.mode': 'latest-offset' }
    const derived: ProducedColumn[] = [{ name: 'name', type: t.timestamp(3), parse: 'sql-timestamp' }]
    const reader = await open(broker, bounded, {}, derived)
    const time = Date.UTC(2026, 10, 23, 10, 0, 1)
    assert.deepEqual(await take(reader, undefined, derived), [
      ['+I', time],
      ['+I', null],
    ])
    await reader.close()
    broker.createTopic('lines')
    await produce(broker, 'lines', ['7,"a,b"', '8,c'])
    const names = [schema[1]]
    const lines = await open(broker, { ...bounded, topic: 'lines', format: 'csv' }, {}, names)
    assert.deepEqual(await take(lines, undefined, names), [
      ['+I', 'a,b'],
      ['+I', 'c'],
    ])
    await lines.close()
  })

  it('a record without value is NULL in the raw format', async () => {
    await using broker = await startBroker()
    broker.createTopic('events')
    await produce(broker, 'events', ['x', null, ''])
    const columns = [schema[1]]
    const options = optionsOf(broker, { 'scan.bounded.mode': 'latest-offset', format: 'raw' })
    const reader = kafka.source!(tableOf(options, columns)).createReader(
      readerContext(columns, { host: hostOf(broker) }),
    )
    await reader.open()
    assert.deepEqual(await take(reader, undefined, columns), [
      ['+I', 'x'],
      ['+I', null],
      ['+I', ''],
    ])
    await reader.close()
  })

  it('a job that ran without end can be resumed bounded, and the other way round', async () => {
    await using broker = await startBroker()
    broker.createTopic('events')
    await produce(broker, 'events', events(0, 6))
    const endless = await open(broker)
    assert.deepEqual(ids(await take(endless, 2)), [0, 1])
    const restored = endless.snapshot()
    await endless.close()
    const bounded = await open(broker, { 'scan.bounded.mode': 'latest-offset' }, { restored })
    assert.deepEqual(ids(await take(bounded)), [2, 3, 4, 5])
    await produce(broker, 'events', events(6, 8))
    const again = await open(broker, {}, { restored: bounded.snapshot() })
    assert.deepEqual(ids(await take(again, 2)), [6, 7])
    await bounded.close()
    await again.close()
  })

  it('stops at the limit, and reads no field where none is wanted', async () => {
    await using broker = await startBroker()
    broker.createTopic('events')
    await produce(broker, 'events', events(0, 100))
    const limited = await open(broker, {}, { limit: 5 })
    assert.deepEqual(ids(await take(limited)), upTo(0, 5))
    await limited.close()
    const counting = await open(broker, { 'scan.bounded.mode': 'latest-offset' }, {}, [])
    assert.equal((await take(counting, undefined, [])).length, 100)
    await counting.close()
  })

  it('goes on over a broker that was killed and restarted, no record lost or twice', async () => {
    await using broker = await startBroker()
    broker.createTopic('events', { partitions: 2 })
    await produce(broker, 'events', events(0, 500), { partition: 0 })
    const properties = { 'properties.retry.backoff.ms': '10', 'properties.reconnect.backoff.ms': '10' }
    const reader = await open(broker, properties, { host: nodeHost })
    const rows = await take(reader, 100)
    await broker.stopListening()
    rows.push(...(await take(reader, 50)))
    await broker.restart()
    await produce(broker, 'events', events(500, 600), { partition: 1 })
    rows.push(...(await take(reader, 450)))
    assert.deepEqual(
      ids(rows)
        .map(Number)
        .sort((a, b) => a - b),
      upTo(0, 600),
    )
    await reader.close()
  })

  it('an unknown topic and an unreachable broker fail the start', async () => {
    await using broker = await startBroker()
    broker.createTopic('event')
    await assert.rejects(open(broker), coded('KAFKA_UNKNOWN_TOPIC', /Did you mean 'event'/))
    const nowhere = { 'properties.bootstrap.servers': '127.0.0.1:1' }
    await assert.rejects(open(broker, nowhere, { host: fastHost(50) }), coded('KAFKA_UNREACHABLE', /127.0.0.1:1/))
  })
})
