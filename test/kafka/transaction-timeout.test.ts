/** Exactly-once on a real Kafka with its default limits: a timeout above the broker's maximum is told when the job starts. */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { isRivuletError } from '../../src/base/errors.ts'
import { nodeHost } from '../../src/base/node-host.ts'
import { TableEnvironment } from '../../src/engine/environment.ts'
import { readTopic } from '../../src/kafka/client/test-cluster.ts'
import { createTopics, KafkaClient, openTransactions } from '../../src/kafka/index.ts'
import { type RealKafka, startKafka } from '../harness/real-kafka.ts'

describe('the timeout of transactions on a real Kafka', () => {
  let kafka: RealKafka
  before(async () => {
    kafka = await startKafka()
    await using client = new KafkaClient(nodeHost, { 'bootstrap.servers': kafka.bootstrap })
    await createTopics(client, [{ name: 'numbers', partitions: 1 }])
  })
  after(() => kafka?.stop())

  const run = async (options: Record<string, string>, configuration: Record<string, string>, rows: string) => {
    const tEnv = new TableEnvironment({ configuration })
    const more = Object.entries(options).map(([key, value]) => `, '${key}' = '${value}'`)
    await tEnv.executeSql(`CREATE TABLE numbers (n INT) WITH ('connector' = 'kafka', 'topic' = 'numbers',
      'properties.bootstrap.servers' = '${kafka.bootstrap}', 'format' = 'json',
      'sink.delivery-guarantee' = 'exactly-once', 'sink.transactional-id-prefix' = 'limit'${more.join('')})`)
    const { jobClient } = await tEnv.executeSql(`INSERT INTO numbers ${rows}`)
    await jobClient?.wait()
  }
  const refused = (code: string, text: RegExp) => (error: unknown) => {
    assert.ok(isRivuletError(error))
    assert.equal(error.code, code, error.message)
    assert.equal(error.domain, 'user')
    assert.match(`${error.message} ${error.hint}`, text)
    return true
  }

  it("refuses Flink's default of an hour by name, before a row was written", async () => {
    await assert.rejects(
      // Refused at the start: no row would ever make it begin a transaction.
      run({ 'properties.transaction.timeout.ms': '3600000' }, {}, 'SELECT * FROM (VALUES (1)) AS t(n) WHERE n > 1'),
      refused('KAFKA_TRANSACTION_TIMEOUT', /3600000 ms.*'transaction\.max\.timeout\.ms'.*15 minutes/s),
    )
  })

  it('refuses an interval that is longer than the default timeout', async () => {
    const tEnv = new TableEnvironment({ configuration: { 'execution.checkpointing.interval': '15 min' } })
    const kafkaTable = `'connector' = 'kafka', 'properties.bootstrap.servers' = '${kafka.bootstrap}', 'format' = 'json'`
    await tEnv.executeSql(`CREATE TABLE numbers (n INT) WITH (${kafkaTable}, 'topic' = 'numbers',
      'sink.delivery-guarantee' = 'exactly-once', 'sink.transactional-id-prefix' = 'limit')`)
    await assert.rejects(
      tEnv.executeSql('INSERT INTO numbers VALUES (1)'),
      refused('ENGINE_TRANSACTION_TIMEOUT', /900000 ms \('properties\.transaction\.timeout\.ms'\)/),
    )
  })

  it("writes with the broker's maximum, which is also the default, and leaves nothing open", async () => {
    await run({ 'properties.transaction.timeout.ms': '900000' }, {}, 'VALUES (1)')
    await run({}, { 'execution.checkpointing.interval': '14 min' }, 'VALUES (2)')
    await using client = new KafkaClient(nodeHost, {
      'bootstrap.servers': kafka.bootstrap,
      'isolation.level': 'read_committed',
    })
    const records = await readTopic(client, 'numbers', 2)
    assert.deepEqual(
      records.map(({ value }) => value),
      ['{"n":1}', '{"n":2}'],
    )
    assert.deepEqual(await openTransactions(client), [])
  })
})
