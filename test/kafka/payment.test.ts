/** The payment job from Kafka to Kafka on a real Apache Kafka. */
import { after, before } from 'node:test'
import { paymentCases } from '../harness/payment.case.ts'
import { type RealKafka, startKafka } from '../harness/real-kafka.ts'

let kafka: RealKafka
before(async () => {
  kafka = await startKafka()
})
after(() => kafka.stop())

paymentCases('Apache Kafka', () => kafka.bootstrap)
