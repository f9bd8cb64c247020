/** Plain tables with keys on a real Apache Kafka. */
import { after, before } from 'node:test'
import { keysCases } from '../harness/keys.case.ts'
import { type RealKafka, startKafka } from '../harness/real-kafka.ts'

let kafka: RealKafka
before(async () => {
  kafka = await startKafka()
})
after(() => kafka.stop())

keysCases('Apache Kafka', () => kafka.bootstrap)
