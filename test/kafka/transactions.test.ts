/** Transactions against a real Kafka, with either version of its transaction protocol and its default limits. */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { isRivuletError } from '../../src/base/errors.ts'
import { nodeHost } from '../../src/base/node-host.ts'
import type { Committable } from '../../src/connectors/contract.ts'
import type { KafkaSinkSettings } from '../../src/connectors/kafka/settings.ts'
import { KafkaTransactions, recoverTransactions } from '../../src/connectors/kafka/transactions.ts'
import { createTopics } from '../../src/kafka/client/admin.ts'
import { readTopic, write } from '../../src/kafka/client/test-cluster.ts'
import { transactionCases } from '../../src/kafka/client/transactions.case.ts'
import { beginTransaction, KafkaClient, KafkaProducer, openTransactions } from '../../src/kafka/index.ts'
import { type RealKafka, startKafka } from '../harness/real-kafka.ts'

const FEATURES = 'org.apache.kafka.tools.FeatureCommand'

for (const version of [1, 2]) {
  describe(`transactions of a real Kafka, transaction.version ${version}`, () => {
    let kafka: RealKafka
    before(async () => {
      kafka = await startKafka({
        properties: { 'transaction.abort.timed.out.transaction.cleanup.interval.ms': '200' },
      })
      const change = version === 1 ? 'downgrade' : 'upgrade'
      await kafka.tool(FEATURES, [change, '--feature', `transaction.version=${version}`])
      const { stdout } = await kafka.tool(FEATURES, ['describe'])
      const level = /transaction\.version.*FinalizedVersionLevel:\s*(\d+)/.exec(stdout)?.[1]
      if (level !== String(version)) throw new Error(`transaction.version is ${level}, not ${version}:\n${stdout}`)
    })
    after(() => kafka?.stop())
    transactionCases({
      clientOf: (properties) => new KafkaClient(nodeHost, { 'bootstrap.servers': kafka.bootstrap, ...properties }),
      abortMs: 2_000,
    })

    it('recovers twice from one checkpoint: it is committed, what came later and under an old prefix is aborted', async () => {
      const topic = 'recovery'
      await using client = new KafkaClient(nodeHost, { 'bootstrap.servers': kafka.bootstrap })
      await createTopics(client, [{ name: topic, partitions: 1 }])
      const open = async (transactionalId: string) => {
        const identity = await beginTransaction(client, transactionalId, 60_000)
        const producer = new KafkaProducer(client, identity)
        write(await producer.topic(topic), transactionalId, { partition: 0 })
        await producer.flush()
        producer.close()
        return identity
      }
      const subtasks = Array.from({ length: 20 }, (_, subtask) => subtask)
      const stored = await Promise.all(subtasks.map((subtask) => open(`now-${subtask}-5`)))
      // Behind the checkpoint; of the job under its former prefix, at a higher parallelism; of another job.
      for (const id of ['now-0-6', 'before-30-4', 'stranger-0-6', 'now-other-0-6']) await open(id)
      const committables = stored.map((identity) => ({ ...identity, topic, checkpoint: 5 }) as unknown as Committable)
      const settings = {
        properties: { 'bootstrap.servers': kafka.bootstrap },
        transactions: { prefix: 'now', timeoutMs: 60_000, acceptLoss: false },
      }
      // The job fails again before its next checkpoint: what was committed is committed again.
      for (let start = 0; start < 3; start++) {
        await recoverTransactions(nodeHost, settings, { checkpoint: 5, committables, writers: [{ prefix: 'before' }] })
      }
      const strangers = (await openTransactions(client)).sort()
      assert.deepEqual(strangers, ['now-other-0-6', 'stranger-0-6'])
      for (const id of strangers) await beginTransaction(client, id, 60_000)
      await using reader = new KafkaClient(nodeHost, {
        'bootstrap.servers': kafka.bootstrap,
        'isolation.level': 'read_committed',
      })
      // One more, so that reading goes past everything that was aborted.
      const last = new KafkaProducer(client)
      write(await last.topic(topic), 'last', { partition: 0 })
      await last.flush()
      last.close()
      const values = (await readTopic(reader, topic, subtasks.length + 1)).map(({ value }) => value).sort()
      assert.deepEqual(values, ['last', ...subtasks.map((subtask) => `now-${subtask}-5`)].sort())
    })

    it('a job that was down for longer than the timeout does not start, and is told which rows are lost', async () => {
      const topic = 'downtime'
      await using client = new KafkaClient(nodeHost, { 'bootstrap.servers': kafka.bootstrap })
      await createTopics(client, [{ name: topic, partitions: 1 }])
      const properties = { 'bootstrap.servers': kafka.bootstrap }
      const settings = (acceptLoss: boolean) =>
        ({
          topic,
          properties,
          transactions: { prefix: 'down', timeoutMs: 1000, acceptLoss },
        }) as unknown as KafkaSinkSettings
      const transactions = new KafkaTransactions(client, settings(false), { subtask: 0, checkpoint: 6 }, () => {})
      while (transactions.writer === undefined) await new Promise((resolve) => setTimeout(resolve, 5))
      for (const value of ['a', 'b', 'c']) write(transactions.writer, value, { partition: 0 })
      const committables = await transactions.prepareCommit(7, () => {})
      transactions.close()
      const restored = { checkpoint: 7, committables: JSON.parse(JSON.stringify(committables)), writers: [] }
      while ((await openTransactions(client)).includes('down-0-7')) {
        await new Promise((resolve) => setTimeout(resolve, 100))
      }
      await assert.rejects(recoverTransactions(nodeHost, settings(false), restored), (error) => {
        assert.ok(isRivuletError(error))
        assert.equal(error.code, 'CONNECTOR_KAFKA_COMMIT_LOST')
        assert.match(error.message, /checkpoint 7 for topic 'downtime' \(offsets of partition 0: 0 to 2\)/)
        return true
      })
      await recoverTransactions(nodeHost, settings(true), restored)
    })
  })
}
