/** What becomes of a prepared transaction that the broker has given up: a job is told which rows are lost, unless it accepts it. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { nodeHost } from '../../base/node-host.ts'
import { type RunningBroker, startBroker } from '../../kafka/broker/index.ts'
import { KafkaClient } from '../../kafka/index.ts'
import type { KafkaSinkSettings } from './settings.ts'
import { KafkaTransactions, recoverTransactions } from './transactions.ts'

let broker: RunningBroker
before(async () => {
  broker = await startBroker()
  broker.createTopic('out', { partitions: 2 })
})
after(() => broker.close())

test('a transaction that timed out during downtime names its checkpoint and offsets, and can be given up', async () => {
  const properties = { 'bootstrap.servers': broker.bootstrap }
  const settings = (acceptLoss: boolean) =>
    ({
      topic: 'out',
      properties,
      transactions: { prefix: 'job', timeoutMs: 300, acceptLoss },
    }) as unknown as KafkaSinkSettings
  const client = new KafkaClient(nodeHost, properties)
  let begun: () => void = () => {}
  const ready = new Promise<void>((resolve) => {
    begun = resolve
  })
  const transactions = new KafkaTransactions(client, settings(false), { subtask: 0, checkpoint: 6 }, () => begun())
  const writer = () => transactions.writer
  assert.equal(writer(), undefined, 'rows wait until the transaction is there')
  await ready
  const value = Buffer.from('row')
  for (let i = 0; i < 5; i++) writer()?.append(i % 2, i, null, 0, 0, value, 0, value.length)
  const committables = await transactions.prepareCommit(7, () => {})
  transactions.close()
  await client.close()
  // What a checkpoint keeps of it is JSON.
  const restored = { checkpoint: 7, committables: JSON.parse(JSON.stringify(committables)), writers: [] }
  // Longer than the timeout and the broker's next look at it.
  await new Promise((resolve) => setTimeout(resolve, 2000))
  await assert.rejects(recoverTransactions(nodeHost, settings(false), restored), (error: Error & { code: string }) => {
    assert.equal(error.code, 'CONNECTOR_KAFKA_COMMIT_LOST')
    assert.match(
      error.message,
      /^The rows of checkpoint 7 for topic 'out' \(offsets of partition 0: 0 to 2, partition 1: 0 to 1\) cannot be committed/,
    )
    return true
  })
  await recoverTransactions(nodeHost, settings(true), restored)
})
