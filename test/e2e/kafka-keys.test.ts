/** Plain tables with keys on the dev broker. */
import { after, before } from 'node:test'
import { type RunningBroker, startBroker } from '../../src/kafka/broker/index.ts'
import { keysCases } from '../harness/keys.case.ts'

let broker: RunningBroker
before(async () => {
  broker = await startBroker()
})
after(() => broker.close())

keysCases('the dev broker', () => broker.bootstrap)
