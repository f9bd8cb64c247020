/** Tables by key on a real Apache Kafka. */
import { after, before } from 'node:test'
import { type RealKafka, startKafka } from '../harness/real-kafka.ts'
import { upsertCases } from '../harness/upsert.case.ts'

let kafka: RealKafka
before(async () => {
  kafka = await startKafka()
})
after(() => kafka.stop())

upsertCases('Apache Kafka', () => kafka.bootstrap)
