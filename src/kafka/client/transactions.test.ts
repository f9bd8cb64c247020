/** Transactions between the client and the dev broker. */
import { after, before, describe } from 'node:test'
import { type RunningBroker, startBroker } from '../broker/index.ts'
import { clientOf } from './test-cluster.ts'
import { transactionCases } from './transactions.case.ts'

describe('transactions', () => {
  let broker: RunningBroker
  before(async () => {
    broker = await startBroker({ brokers: 3 })
  })
  after(() => broker.close())
  transactionCases({ clientOf: (properties) => clientOf(broker, { ...properties }), abortMs: 50 })
})
