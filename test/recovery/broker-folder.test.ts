/** `rivulet broker --data` is killed with SIGKILL while it is written to, again and again: what it acknowledged is there. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { nodeHost } from '../../src/base/node-host.ts'
import { readTopic, write } from '../../src/kafka/client/test-cluster.ts'
import {
  beginTransaction,
  endTransaction,
  KafkaClient,
  KafkaProducer,
  openTransactions,
} from '../../src/kafka/index.ts'
import { type RunningCli, startCli } from '../harness/cli.ts'

const KILLS = 3

describe('a dev broker with a folder', { timeout: 120_000 }, () => {
  let folder: string
  let broker: RunningCli | undefined
  let address = ''
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'rivulet-data-'))
  })
  after(async () => {
    broker?.child.kill('SIGKILL')
    await broker?.done
    rmSync(folder, { recursive: true })
  })

  const start = async () => {
    const port = address === '' ? '0' : address.split(':')[1]
    const topics = ['--topic', 'plain:2', '--topic', 'exact:2']
    const running = startCli(['broker', '--data', folder, '--port', port, ...topics])
    broker = running
    const ready = () => /broker ready: (\S+)/.exec(running.output())?.[1]
    while (ready() === undefined) {
      if (running.child.exitCode !== null) throw new Error(running.output())
      await new Promise((resolve) => setTimeout(resolve, 5))
    }
    address = ready() as string
  }
  const kill = async () => {
    broker?.child.kill('SIGKILL')
    await broker?.done
  }
  const clientOf = (more: Record<string, string> = {}) =>
    new KafkaClient(nodeHost, { 'bootstrap.servers': address, 'retry.backoff.ms': '20', ...more })

  it(`keeps what it acknowledged over ${KILLS} kills, each record once and in order`, async () => {
    await start()
    await using client = clientOf()
    const producer = new KafkaProducer(client)
    const writer = await producer.topic('plain')
    let acknowledged = 0
    for (let life = 0; life < KILLS; life++) {
      const begun = acknowledged
      // The kill comes while records are under way; the idempotent producer sends again what was not answered.
      const killed = (async () => {
        while (acknowledged < begun + 150) await new Promise((resolve) => setTimeout(resolve, 1))
        await kill()
        await start()
      })()
      let over = false
      killed.then(
        () => {
          over = true
        },
        () => {
          over = true
        },
      )
      while (!over || acknowledged < begun + 300) {
        for (let i = 0; i < 10; i++) write(writer, String(acknowledged + i), { partition: 0 })
        await producer.flush()
        acknowledged += 10
      }
      await killed
    }
    producer.close()
    const records = await readTopic(client, 'plain', acknowledged)
    assert.deepEqual(
      records.map(({ value }) => value),
      Array.from({ length: acknowledged }, (_, i) => String(i)),
    )
  })

  it('keeps transactions: committed ones are read, open ones can be committed by the next process', async () => {
    const open = async (client: KafkaClient, id: string) => {
      const identity = await beginTransaction(client, id, 60_000)
      const producer = new KafkaProducer(client, identity)
      const writer = await producer.topic('exact')
      for (const partition of [0, 1]) write(writer, `${id}/${partition}`, { partition })
      await producer.flush()
      producer.close()
      return identity
    }
    await using client = clientOf({ 'isolation.level': 'read_committed' })
    await endTransaction(client, await open(client, 'done'), true)
    const prepared = await open(client, 'prepared')
    await open(client, 'lost')
    await kill()
    await start()
    assert.deepEqual((await openTransactions(client)).sort(), ['lost', 'prepared'])
    await endTransaction(client, prepared, true)
    await beginTransaction(client, 'lost', 60_000)
    assert.deepEqual(await openTransactions(client), [])
    await kill()
    await start()
    const values = (await readTopic(client, 'exact', 4)).map(({ value }) => value)
    assert.deepEqual(values, ['done/0', 'prepared/0', 'done/1', 'prepared/1'])
    const { code, err } = await startCli(['broker', '--data', folder, '--port', '0']).done
    assert.notEqual(code, 0)
    assert.match(err, /in use by process \d+.*--data/s)
  })
})
