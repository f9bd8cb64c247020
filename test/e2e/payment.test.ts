/** The payment job from Kafka to Kafka on the dev broker. */
import { after, before } from 'node:test'
import { type RunningBroker, startBroker } from '../../src/kafka/broker/index.ts'
import { paymentCases } from '../harness/payment.case.ts'

let broker: RunningBroker
before(async () => {
  broker = await startBroker()
})
after(() => broker.close())

paymentCases('the dev broker', () => broker.bootstrap)
