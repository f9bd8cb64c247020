/**
 * A real Flink reads from and writes exactly once to the dev broker: copied over a stop with a savepoint, a restart of the broker
 * and a canceled job that goes on from its last checkpoint, each id is read once.
 */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { installKafka } from '../../scripts/kafka-distribution.ts'
import { nodeHost } from '../../src/base/node-host.ts'
import { type RunningBroker, startBroker } from '../../src/kafka/broker/index.ts'
import { readUntil, startsOf, write } from '../../src/kafka/client/test-cluster.ts'
import { KafkaClient, KafkaProducer, openTransactions, PartitionFetcher } from '../../src/kafka/index.ts'
import { javaTool } from '../harness/java-tool.ts'
import { type RealFlink, startFlink } from '../harness/real-flink.ts'

const CONSUMER = 'org.apache.kafka.tools.consumer.ConsoleConsumer'
const STEP = 2_000
const PAUSE_MS = 200

const soon = () => new Promise((resolve) => setTimeout(resolve, PAUSE_MS))

describe('a real Flink and the dev broker', { timeout: 300_000 }, () => {
  let data: string
  let broker: RunningBroker
  let flink: RealFlink
  let written = 0
  const log: string[] = []

  before(async () => {
    data = mkdtempSync(join(tmpdir(), 'rivulet-broker-'))
    broker = await startBroker({ data, log: (line) => log.push(line) })
    for (const topic of ['numbers', 'copies']) broker.createTopic(topic, { partitions: 2 })
    flink = await startFlink(1)
  })
  after(async () => {
    flink?.stop()
    await broker?.close()
    rmSync(data, { recursive: true })
  })

  const clientOf = () =>
    new KafkaClient(nodeHost, { 'bootstrap.servers': broker.bootstrap, 'isolation.level': 'read_committed' })

  const produce = async (count: number) => {
    await using client = clientOf()
    const producer = new KafkaProducer(client)
    const writer = await producer.topic('numbers')
    for (let i = 0; i < count; i++, written++) write(writer, `{"id":${written}}`, { partition: written % 2 })
    await producer.flush()
    producer.close()
  }

  /** What a reader of committed records sees of the copies, as soon as there are that many. */
  const copies = async (count: number): Promise<number[]> => {
    await using client = clientOf()
    const fetcher = new PartitionFetcher(client)
    fetcher.assign(await startsOf(client, 'copies'))
    const found = await readUntil(fetcher, count)
    fetcher.close()
    return found.map(({ value }) => (JSON.parse(value as string) as { id: number }).id)
  }

  const copy = async (from?: string): Promise<string> => {
    const kafka = `'connector' = 'kafka', 'format' = 'json', 'properties.bootstrap.servers' = '${broker.bootstrap}'`
    const [id] = await flink.sql(`
      SET 'pipeline.name' = 'copy';
      SET 'execution.checkpointing.interval' = '1 s';
      SET 'execution.checkpointing.dir' = 'file://${flink.folder}/checkpoints';
      SET 'execution.checkpointing.externalized-checkpoint-retention' = 'RETAIN_ON_CANCELLATION';
      SET 'restart-strategy.type' = 'fixed-delay';
      SET 'restart-strategy.fixed-delay.attempts' = '20';
      ${from === undefined ? '' : `SET 'execution.state-recovery.path' = '${from}';`}
      CREATE TABLE numbers (id INT) WITH (${kafka}, 'topic' = 'numbers', 'properties.group.id' = 'copy',
        'scan.startup.mode' = 'earliest-offset', 'properties.isolation.level' = 'read_committed');
      CREATE TABLE copies (id INT) WITH (${kafka}, 'topic' = 'copies', 'sink.delivery-guarantee' = 'exactly-once',
        'sink.transactional-id-prefix' = 'flink-copy', 'properties.transaction.timeout.ms' = '600000');
      INSERT INTO copies SELECT id FROM numbers;`)
    assert.ok(id !== undefined, 'the SQL client submitted no job')
    return id
  }
  const ask = async <T>(path: string): Promise<T> => (await (await fetch(`${flink.url}${path}`)).json()) as T
  const until = async (id: string, wanted: string) => {
    for (;;) {
      const { status } = await ask<{ status: string }>(`/jobs/${id}/status`)
      if (status === wanted) return
      assert.notEqual(status, 'FAILED', JSON.stringify(await ask(`/jobs/${id}/exceptions`)).slice(0, 3_000))
      await soon()
    }
  }
  const checkpoints = (id: string) =>
    ask<{ counts: { completed: number }; latest: { completed: { external_path: string } | null } }>(
      `/jobs/${id}/checkpoints`,
    )

  it('copies each record once over a savepoint, a restart of the broker and a cancellation', async () => {
    await produce(STEP)
    const first = await copy()
    assert.equal(new Set(await copies(STEP)).size, STEP)
    const stopped = await flink.cli(['stop', '--savepointPath', `file://${flink.folder}/savepoints`, first])
    const savepoint = /Savepoint completed\. Path: (\S+)/.exec(stopped)?.[1]
    assert.ok(savepoint !== undefined, stopped)
    await until(first, 'FINISHED')

    await produce(STEP)
    const second = await copy(savepoint)
    await until(second, 'RUNNING')
    await copies(2 * STEP)
    // The broker restarts from its folder under a running job.
    const port = broker.nodes[0].address.port
    const half = produce(STEP)
    await half
    await broker.close()
    broker = await startBroker({ data, port, log: (line) => log.push(line) })
    await produce(STEP)
    await copies(3 * STEP)

    // Canceled between two checkpoints: what is open then is aborted by the job that goes on.
    const { counts } = await checkpoints(second)
    await produce(STEP)
    while ((await checkpoints(second)).counts.completed <= counts.completed) await soon()
    await produce(STEP / 2)
    await fetch(`${flink.url}/jobs/${second}?mode=cancel`, { method: 'PATCH' })
    await until(second, 'CANCELED')
    const last = (await checkpoints(second)).latest.completed?.external_path
    assert.ok(last !== undefined)
    const third = await copy(last)
    await produce(STEP / 2)
    await copies(written)
    // Enough checkpoints for anything that comes twice to be committed.
    const begun = (await checkpoints(third)).counts.completed
    while ((await checkpoints(third)).counts.completed < begun + 3) await soon()
    await flink.cli(['stop', '--savepointPath', `file://${flink.folder}/savepoints`, third])
    await until(third, 'FINISHED')

    const sorted = (ids: readonly number[]) => [...ids].sort((a, b) => a - b)
    const all = Array.from({ length: written }, (_, i) => i)
    assert.deepEqual(sorted(await copies(written)), all)
    await using client = clientOf()
    assert.deepEqual(await openTransactions(client), [])

    const libs = await installKafka()
    const { stdout, stderr } = await javaTool(libs, CONSUMER, [
      ...['--bootstrap-server', broker.bootstrap, '--topic', 'copies', '--from-beginning'],
      ...['--isolation-level', 'read_committed', '--timeout-ms', '5000'],
    ])
    const read = [...stdout.matchAll(/\{"id":(\d+)\}/g)].map(([, id]) => Number(id))
    assert.deepEqual(sorted(read), all, stderr)
    assert.deepEqual(log, [], 'no client was cut off')
  })
})
