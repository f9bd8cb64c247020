/** Bad records of a job that is restarted, and of one that goes on from a savepoint: each counted and listed once. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { failure } from '../../src/base/errors.ts'
import type { Host } from '../../src/base/host.ts'
import { nodeHost } from '../../src/base/node-host.ts'
import { MemoryStorage } from '../../src/base/simulated-host.ts'
import { TableEnvironment } from '../../src/engine/environment.ts'
import { KafkaClient, KafkaProducer, type RunningBroker, startBroker } from '../../src/kafka/index.ts'
import { Ledger } from './ledger.ts'

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 1))
}

/** Every third record is bad. */
async function produce(host: Host, broker: RunningBroker, from: number, to: number): Promise<void> {
  const client = new KafkaClient(host, { 'bootstrap.servers': broker.bootstrap })
  const producer = new KafkaProducer(client)
  const writer = await producer.topic('numbers')
  for (let n = from; n < to; n++) {
    const value = Buffer.from(n % 3 === 0 ? `{"n":${n}` : `{"n":${n}}`)
    writer.append(n % 2, 1000, null, 0, 0, value, 0, value.length)
  }
  await producer.flush()
  producer.close()
  await client.close()
}

async function start(host: Host, broker: RunningBroker, ledger: Ledger, configuration: Record<string, string> = {}) {
  const tEnv = new TableEnvironment({
    host,
    connectors: ledger.connectors,
    configuration: {
      'restart-strategy.type': 'fixed-delay',
      'restart-strategy.fixed-delay.delay': '1 ms',
      'restart-strategy.fixed-delay.attempts': '5',
      'execution.checkpointing.interval': '3 ms',
      ...configuration,
    },
  })
  await tEnv.executeSql(`CREATE TABLE source (n BIGINT) WITH (
    'connector' = 'kafka', 'topic' = 'numbers', 'properties.bootstrap.servers' = '${broker.bootstrap}',
    'scan.startup.mode' = 'earliest-offset', 'format' = 'json', 'bad-records' = 'table')`)
  await tEnv.executeSql("CREATE TABLE ledger (n BIGINT) WITH ('connector' = 'ledger')")
  const { jobClient } = await tEnv.executeSql('INSERT INTO ledger SELECT n FROM source')
  assert.ok(jobClient)
  return jobClient
}

const good = (to: number) => Array.from({ length: to }, (_, n) => n).filter((n) => n % 3 !== 0)
const sorted = (numbers: readonly number[]) => [...numbers].sort((a, b) => a - b)

describe('bad records', { timeout: 30_000 }, () => {
  for (const parallelism of ['1', '2']) {
    it(`are counted once over restarts and savepoints, at parallelism ${parallelism} and then 1`, async () => {
      await using broker = await startBroker()
      broker.createTopic('numbers', { partitions: 2 })
      const host: Host = { ...nodeHost, network: broker.network, storage: new MemoryStorage(), warn: () => {} }
      const ledger = new Ledger()
      await produce(host, broker, 0, 30)
      const job = await start(host, broker, ledger, { 'parallelism.default': parallelism })
      await until(() => ledger.committed.length === 20)
      let left = 3
      ledger.onWrite = () => {
        if (left-- > 0) throw failure('RUNTIME_FLUSH_FAILED', { job: 'j', checkpoint: 0, detail: `down ${left}` })
      }
      await produce(host, broker, 30, 60)
      await until(() => ledger.committed.length === 40)
      assert.equal(job.restarts, 3)
      assert.deepEqual(sorted(ledger.committed), good(60))
      const { total, records } = job.badRecords()
      assert.equal(total, 20)
      const seen = records.map(({ partition, offset }) => 2 * offset + partition)
      assert.deepEqual(
        sorted(seen),
        Array.from({ length: 20 }, (_, i) => 3 * i),
      )
      assert.equal(records[0].table, 'default_catalog.default_database.source')

      await job.stopWithSavepoint('saved')
      assert.equal(job.badRecords().total, 20)
      await produce(host, broker, 60, 63)
      const next = await start(host, broker, ledger, { 'execution.state-recovery.path': 'saved' })
      await until(() => ledger.committed.length === 42)
      assert.equal(next.badRecords().total, 21)
      assert.equal(next.badRecords().records.length, 1)
      await next.cancel()
    })
  }
})
