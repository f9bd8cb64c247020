/** The sink against the dev broker. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { type RunningBroker, startBroker } from '../../kafka/broker/index.ts'
import { readTopic } from '../../kafka/client/test-cluster.ts'
import { KafkaClient } from '../../kafka/index.ts'
import { batchOf, type Schema } from '../../types/batch.ts'
import * as t from '../../types/logical-type.ts'
import type { Value } from '../../types/value.ts'
import type { ProducedColumn } from '../contract.ts'
import { writerContext } from '../test-support.ts'
import { kafka } from './connector.ts'
import { hostOf, tableOf, upTo } from './test-topics.ts'

describe('kafka sink', () => {
  const columns: Schema = [
    { name: 'province', type: t.STRING },
    { name: 'amount', type: t.DOUBLE },
    { name: 'rowtime', type: t.timestamp(3) },
  ]
  const rows: Value[][] = [
    ['beijing', 1101223.765261142, Date.UTC(2020, 8, 2, 10, 13, 35)],
    ['上海', 12345678.9, Date.UTC(2020, 8, 2, 10, 13, 40)],
  ]
  const sinkOf = (broker: RunningBroker, more: Record<string, string> = {}) =>
    kafka.sink!(
      tableOf({ topic: 'results', 'properties.bootstrap.servers': broker.bootstrap, format: 'json', ...more }, columns),
    )

  it('flush waits for the acknowledgements', async () => {
    await using broker = await startBroker()
    broker.createTopic('results')
    const writer = sinkOf(broker).createWriter(writerContext(columns, { host: hostOf(broker) }))
    await writer.open()
    writer.write(batchOf(columns, rows))
    await writer.flush()
    await using client = new KafkaClient(hostOf(broker), { 'bootstrap.servers': broker.bootstrap })
    assert.deepEqual(
      (await readTopic(client, 'results', 2)).map(({ value, key }) => [key, value]),
      [
        [null, '{"province":"beijing","amount":1101223.765261142,"rowtime":"2020-09-02 10:13:35"}'],
        [null, '{"province":"上海","amount":1.23456789E7,"rowtime":"2020-09-02 10:13:40"}'],
      ],
    )
    await writer.close()
  })

  it('writes timestamp and headers, and with fixed one partition a subtask', async () => {
    await using broker = await startBroker()
    broker.createTopic('results', { partitions: 3 })
    const consumed: ProducedColumn[] = [
      columns[0],
      { name: 'ts', type: t.timestampLtz(3), metadata: 'timestamp' },
      { name: 'h', type: t.map(t.STRING, t.BYTES), metadata: 'headers' },
    ]
    const sink = sinkOf(broker, { 'sink.partitioner': 'fixed' })
    const writer = sink.createWriter(writerContext(consumed, { host: hostOf(broker), subtask: 4, parallelism: 5 }))
    await writer.open()
    const header = { keys: ['k'], values: [Uint8Array.of(65)] }
    writer.write(
      batchOf(
        consumed,
        [...Array(5)].map((_, i) => [`p${i}`, 5000 + i, header]),
      ),
    )
    await writer.flush()
    await using client = new KafkaClient(hostOf(broker), { 'bootstrap.servers': broker.bootstrap })
    const found = await readTopic(client, 'results', 5)
    assert.deepEqual(
      found.map(({ partition, timestamp, value }) => [partition, timestamp, value]),
      upTo(0, 5).map((i) => [1, 5000 + i, `{"province":"p${i}"}`]),
    )
    assert.deepEqual(
      found[0].headers.map(({ key, value }) => [key, value === null ? null : Buffer.from(value).toString()]),
      [['k', 'A']],
    )
    await writer.close()
  })

  it('writes NULL of the raw format as a record without value', async () => {
    await using broker = await startBroker()
    broker.createTopic('results')
    const only = [columns[0]]
    const table = tableOf({ topic: 'results', 'properties.bootstrap.servers': broker.bootstrap, format: 'raw' }, only)
    const writer = kafka.sink!(table).createWriter(writerContext(only, { host: hostOf(broker) }))
    await writer.open()
    writer.write(batchOf(only, [['x'], [null]]))
    await writer.flush()
    await using client = new KafkaClient(hostOf(broker), { 'bootstrap.servers': broker.bootstrap })
    assert.deepEqual(
      (await readTopic(client, 'results', 2)).map(({ value }) => value),
      ['x', null],
    )
    await writer.close()
  })

  it('is full when buffer.memory is, and ready again when the brokers have answered', async () => {
    await using broker = await startBroker()
    broker.createTopic('results')
    const sink = sinkOf(broker, { 'properties.buffer.memory': '1000' })
    const writer = sink.createWriter(writerContext(columns, { host: hostOf(broker) }))
    await writer.open()
    const ready = new Promise<void>((resolve) => writer.onReady(resolve))
    writer.write(
      batchOf(
        columns,
        [...Array(100)].map(() => rows[0]),
      ),
    )
    assert.equal(writer.full, true)
    await ready
    assert.equal(writer.full, false)
    await writer.flush()
    await writer.close()
  })
})
