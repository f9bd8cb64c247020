/** Transactions between the client and the dev broker. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe } from 'node:test'
import { type RunningBroker, startBroker } from '../broker/index.ts'
import { clientOf } from './test-cluster.ts'
import { transactionCases } from './transactions.case.ts'

for (const place of ['memory', 'a folder']) {
  describe(`transactions of a broker in ${place}`, () => {
    let broker: RunningBroker
    let data: string | undefined
    before(async () => {
      data = place === 'memory' ? undefined : mkdtempSync(join(tmpdir(), 'rivulet-broker-'))
      broker = await startBroker({ brokers: 3, data })
    })
    after(async () => {
      await broker.close()
      if (data !== undefined) rmSync(data, { recursive: true })
    })
    transactionCases({ clientOf: (properties) => clientOf(broker, { ...properties }), abortMs: 50 })
  })
}
