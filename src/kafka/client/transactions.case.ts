/**
 * What transactions do, whoever the broker is: run against the dev broker beside this file, and against a real Kafka in
 * `test/kafka/transactions.test.ts`.
 */
import assert from 'node:assert/strict'
import { it } from 'node:test'
import { isRivuletError } from '../../base/errors.ts'
import { createTopics } from './admin.ts'
import type { KafkaClient } from './client.ts'
import { listOffsets } from './offsets.ts'
import { KafkaProducer } from './producer.ts'
import { readTopic, write } from './test-cluster.ts'
import { beginTransaction, endTransaction, openTransactions, type TransactionIdentity } from './transactions.ts'

export interface TransactionCluster {
  clientOf(properties?: Readonly<Record<string, string>>): KafkaClient
  /** How long after its timeout a transaction is certainly aborted, ms. */
  readonly abortMs: number
}

/** Longer than writing takes on a busy machine: a transaction that is aborted while it is written is another case. */
const TIMEOUT_MS = 2_000

let topics = 0

/** A topic with two partitions and an id prefix of its own. */
async function place(cluster: TransactionCluster) {
  const topic = `transactions-${++topics}`
  await using client = cluster.clientOf()
  await createTopics(client, [{ name: topic, partitions: 2 }])
  return { topic, id: (name: string) => `${topic}-${name}` }
}

async function writeIn(client: KafkaClient, topic: string, id: string, values: readonly string[], timeoutMs = 60_000) {
  const identity = await beginTransaction(client, id, timeoutMs)
  const producer = new KafkaProducer(client, identity)
  const writer = await producer.topic(topic)
  for (const [i, value] of values.entries()) write(writer, value, { partition: i % 2 })
  await producer.flush()
  producer.close()
  return identity
}

async function committed(cluster: TransactionCluster, topic: string, count: number): Promise<(string | null)[]> {
  await using reader = cluster.clientOf({ 'isolation.level': 'read_committed' })
  return (await readTopic(reader, topic, count)).map(({ value }) => value).sort()
}

async function readable(cluster: TransactionCluster, topic: string): Promise<number> {
  await using reader = cluster.clientOf({ 'isolation.level': 'read_committed' })
  const places = [0, 1].map((partition) => ({ topic, partition }))
  const ends = await listOffsets(reader, places, 'latest')
  return ends.reduce((sum, { offset }) => sum + offset, 0)
}

const lost = (action: RegExp) => (error: unknown) => {
  assert.ok(isRivuletError(error))
  assert.equal(error.code, 'KAFKA_TRANSACTION_LOST')
  assert.match(error.message, action)
  return true
}

export function transactionCases(cluster: TransactionCluster): void {
  it('a commit shows its records to readers of committed ones, an abort never', async () => {
    const { topic, id } = await place(cluster)
    await using client = cluster.clientOf()
    const first = await writeIn(client, topic, id('p-0-1'), ['a', 'b', 'c'])
    const second = await writeIn(client, topic, id('p-1-1'), ['x', 'y'])
    assert.equal(await readable(cluster, topic), 0)
    const own = async () => (await openTransactions(client)).filter((each) => each.startsWith(topic)).sort()
    assert.deepEqual(await own(), [id('p-0-1'), id('p-1-1')])
    await endTransaction(client, second, false)
    await endTransaction(client, first, true)
    assert.deepEqual(await committed(cluster, topic, 3), ['a', 'b', 'c'])
    assert.deepEqual(await own(), [])
  })

  it('the same end again is no error, the other end is', async () => {
    const { topic, id } = await place(cluster)
    await using client = cluster.clientOf()
    const identity = await writeIn(client, topic, id('p-0-1'), ['a'])
    await endTransaction(client, identity, true)
    await endTransaction(client, identity, true)
    await assert.rejects(endTransaction(client, identity, false), lost(/abort/))
    assert.deepEqual(await committed(cluster, topic, 1), ['a'])
  })

  it('taking the id again aborts what was open and fences its producer', async () => {
    const { topic, id } = await place(cluster)
    await using client = cluster.clientOf()
    const old = await writeIn(client, topic, id('p-0-1'), ['a'])
    const next = await beginTransaction(client, id('p-0-1'), 60_000)
    assert.ok(next.epoch > old.epoch)
    await assert.rejects(
      endTransaction(client, old, true),
      lost(/refuses to commit it \((INVALID_PRODUCER_EPOCH|PRODUCER_FENCED)\)/),
    )
    const later = await writeIn(client, topic, id('p-0-2'), ['b'])
    await endTransaction(client, later, true)
    assert.deepEqual(await committed(cluster, topic, 1), ['b'])
  })

  it('a producer that was fenced cannot write on, and says whose transaction is gone', async () => {
    const { topic, id } = await place(cluster)
    await using client = cluster.clientOf()
    const identity = await beginTransaction(client, id('p-0-1'), 60_000)
    const producer = new KafkaProducer(client, identity)
    const writer = await producer.topic(topic)
    write(writer, 'a', { partition: 0 })
    await producer.flush()
    await beginTransaction(client, id('p-0-1'), 60_000)
    write(writer, 'b', { partition: 0 })
    await assert.rejects(producer.flush(), lost(/p-0-1' is gone/))
    producer.close()
  })

  it('the timeout of the broker ends a transaction for good', async () => {
    const { topic, id } = await place(cluster)
    await using client = cluster.clientOf()
    const identity = await writeIn(client, topic, id('p-0-1'), ['a'], TIMEOUT_MS)
    await new Promise((resolve) => setTimeout(resolve, TIMEOUT_MS + cluster.abortMs))
    await assert.rejects(endTransaction(client, identity, true), lost(/commit/))
    await assert.rejects(beginTransaction(client, id('p-0-2'), 3_600_000), (error: unknown) => {
      assert.ok(isRivuletError(error))
      assert.equal(error.code, 'KAFKA_TRANSACTION_TIMEOUT')
      assert.match(error.hint ?? '', /transaction\.max\.timeout\.ms/)
      return true
    })
  })

  it('Kafka’s own trap: a stored commit on an id that was used again commits half of the next transaction', async () => {
    // Why ids are never reused: the same producer id and epoch begin a second transaction without a new InitProducerId.
    const { topic, id } = await place(cluster)
    await using client = cluster.clientOf()
    const identity: TransactionIdentity = await beginTransaction(client, id('reused'), 60_000)
    const producer = new KafkaProducer(client, identity)
    const writer = await producer.topic(topic)
    write(writer, 'first', { partition: 0 })
    await producer.flush()
    await endTransaction(client, identity, true)
    producer.close()
    const again = new KafkaProducer(client, identity)
    const more = await again.topic(topic)
    write(more, 'half', { partition: 1 })
    await again.flush()
    await endTransaction(client, identity, true)
    again.close()
    assert.deepEqual(await committed(cluster, topic, 2), ['first', 'half'])
  })

  it('committed records of others are read while a transaction is open only up to its beginning', async () => {
    const { topic, id } = await place(cluster)
    await using client = cluster.clientOf()
    const done = await writeIn(client, topic, id('p-0-1'), ['a', 'b'])
    await endTransaction(client, done, true)
    // Two records and two markers, which a broker writes after its answer.
    let before = 0
    while (before < 4) before = await readable(cluster, topic)
    const open = await writeIn(client, topic, id('p-0-2'), ['c'])
    const plain = new KafkaProducer(client)
    const writer = await plain.topic(topic)
    write(writer, 'd', { partition: 0 })
    await plain.flush()
    plain.close()
    assert.equal(await readable(cluster, topic), before)
    await endTransaction(client, open, false)
    assert.deepEqual(await committed(cluster, topic, 3), ['a', 'b', 'd'])
  })

  it('a large aborted transaction, interleaved with committed ones, is left out over many fetches', async () => {
    const { topic, id } = await place(cluster)
    await using client = cluster.clientOf({ 'batch.size': '4000' })
    const begin = async (name: string) => {
      const identity = await beginTransaction(client, id(name), 60_000)
      const producer = new KafkaProducer(client, identity)
      return { identity, producer, writer: await producer.topic(topic) }
    }
    const aborted = await begin('aborted')
    const padding = 'x'.repeat(900)
    const expected: string[] = []
    for (let round = 0; round < 8; round++) {
      const good = await begin(`good-${round}`)
      for (let i = 0; i < 20; i++) {
        for (let n = 0; n < 4; n++) write(aborted.writer, `lost ${padding}`, { partition: i % 2 })
        write(good.writer, `${round}-${i}`, { partition: i % 2 })
        expected.push(`${round}-${i}`)
        if (i % 5 === 4) await Promise.all([aborted.producer.flush(), good.producer.flush()])
      }
      await good.producer.flush()
      good.producer.close()
      await endTransaction(client, good.identity, true)
    }
    await endTransaction(client, aborted.identity, false)
    aborted.producer.close()
    const small = { 'max.partition.fetch.bytes': '3000', 'isolation.level': 'read_committed' }
    await using reader = cluster.clientOf(small)
    const read = (await readTopic(reader, topic, expected.length)).map(({ value }) => value)
    assert.deepEqual(read.sort(), expected.sort())
  })
}
