/**
 * The dev broker answers as a real Kafka 4.1 does, case by case, and both are read by the same codecs. Needs java and Kafka's
 * jars (`scripts/kafka.ts install`, or RIVULET_KAFKA_LIBS).
 */
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { BrokerConnection } from '../../src/base/host.ts'
import { nodeHost } from '../../src/base/node-host.ts'
import { type RunningBroker, startBroker } from '../../src/kafka/broker/index.ts'
import { type RealKafka, startKafka } from '../harness/real-kafka.ts'
import { findGroup } from './parity/calls.ts'
import { groupsCases } from './parity/groups.ts'
import { recordsCases } from './parity/records.ts'
import { topicsCases } from './parity/topics.ts'

const parityCases = [...topicsCases, ...recordsCases, ...groupsCases]

describe('dev broker and real Kafka give the same answers', () => {
  let dev: RunningBroker
  let real: RealKafka
  const connections: BrokerConnection[] = []

  before(async () => {
    dev = await startBroker()
    real = await startKafka()
  })
  after(async () => {
    for (const connection of connections) await connection.close()
    await dev.close()
    await real.stop()
  })

  const connect = async (bootstrap: string) => {
    const [host, port] = bootstrap.split(':')
    const address = { host, port: Number(port) }
    const connection = await nodeHost.network.connect(address, { clientId: 'parity', connectTimeoutMs: 5_000 })
    connections.push(connection)
    return connection
  }

  for (const [index, { name, run }] of parityCases.entries()) {
    test(name, async () => {
      const names = [`topic-${index}`, `group-${index}`] as const
      const toReal = await connect(real.bootstrap)
      // The first question for a coordinator is what makes a real broker set up its groups.
      await findGroup(toReal, names[1])
      const kafkas = await run(toReal, ...names, () => connect(real.bootstrap))
      const ours = await run(await connect(dev.bootstrap), ...names, () => connect(dev.bootstrap))
      assert.deepEqual(ours, kafkas)
    })
  }
})
