/** Transactions against a real Kafka, with either version of its transaction protocol and its default limits. */
import { after, before, describe } from 'node:test'
import { nodeHost } from '../../src/base/node-host.ts'
import { transactionCases } from '../../src/kafka/client/transactions.case.ts'
import { KafkaClient } from '../../src/kafka/index.ts'
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
  })
}
