/** Tables by key on the dev broker. */
import { after, before } from 'node:test'
import { type RunningBroker, startBroker } from '../../src/kafka/broker/index.ts'
import { upsertCases } from '../harness/upsert.case.ts'

let broker: RunningBroker
before(async () => {
  broker = await startBroker()
})
after(() => broker.close())

upsertCases('the dev broker', () => broker.bootstrap)
