/**
 * A broker with a folder: what was answered is there again after any end of the process, whatever the end cut off is not.
 *
 * The process "ends" here by leaving the broker and reading its files with a new one; real processes are killed in
 * `test/recovery/broker-folder.test.ts`.
 */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { isRivuletError } from '../../base/errors.ts'
import type { BrokerConnection, Clock } from '../../base/host.ts'
import { type LogFolder, MemoryLogs } from '../../base/log-files.ts'
import { simulatedHost } from '../../base/simulated-host.ts'
import {
  addOffsetsToTxn,
  addPartitionsToTxn,
  ErrorCodes,
  endTxn,
  fetch,
  initProducerId,
  listTransactions,
  metadata,
  offsetCommit,
  offsetFetch,
  produce,
  txnOffsetCommit,
} from '../protocol/index.ts'
import { stamp } from '../records/index.ts'
import { Broker } from './broker.ts'
import { inProcessNetwork } from './in-process-network.ts'
import type { BrokerOptions } from './options.ts'
import { append, batch, call, read, valuesOf } from './test-support.ts'

/** A folder, a clock, and brokers on them one after the other. */
function lives(options: BrokerOptions = {}, files: LogFolder = new MemoryLogs()) {
  const host = simulatedHost({ startMs: 1_000_000 })
  const log: string[] = []
  let end = () => {}
  const start = async () => {
    // The one before has ended: its timers come no more.
    end()
    let alive = true
    end = () => {
      alive = false
    }
    const clock: Clock = {
      now: () => host.clock.now(),
      monotonic: () => host.clock.monotonic(),
      immediate: (callback) => host.clock.immediate(callback),
      sleep: (delayMs, signal) => host.clock.sleep(delayMs, signal),
      after: (delayMs, callback) => host.clock.after(delayMs, () => alive && callback()),
    }
    const settings = { data: 'd', log: (line: string) => log.push(line), ...options }
    const broker = new Broker(settings, { random: host.random, clock, logs: () => files })
    const connection = await inProcessNetwork(broker).connect(broker.nodes[0].address, {
      clientId: 'test',
      connectTimeoutMs: 1_000,
    })
    return { broker, connection, log: (topic = 't') => broker.cluster.topics.partition(topic, 0)!.log }
  }
  return { start, log, clock: host.clock }
}

async function transaction(connection: BrokerConnection, id: string, timeoutMs = 60_000) {
  const { producerId, producerEpoch } = await call(connection, initProducerId, 4, {
    transactionalId: id,
    transactionTimeoutMs: timeoutMs,
  })
  const who = { transactionalId: id, producerId, producerEpoch }
  return {
    who,
    producerId,
    async begin(partitions: number[], topic = 't') {
      const added = await call(connection, addPartitionsToTxn, 3, { ...who, topics: [{ name: topic, partitions }] })
      assert.ok(added.resultsByTopic[0].resultsByPartition.every((each) => each.partitionErrorCode === 0))
    },
    async write(partition: number, value: string, sequence = 0, topic = 't') {
      const records = batch([value])
      stamp(records, producerId, producerEpoch, sequence, true)
      const partitionData = [{ index: partition, records }]
      const topicData = [{ name: topic, partitionData }]
      const answer = await call(connection, produce, 9, { transactionalId: id, acks: -1, timeoutMs: 1_000, topicData })
      assert.equal(answer.responses[0].partitionResponses[0].errorCode, ErrorCodes.NONE)
    },
  }
}

const end = async (connection: BrokerConnection, who: object, committed: boolean) =>
  (await call(connection, endTxn, 3, { ...(who as { transactionalId: string }), committed } as never)).errorCode

async function committedOf(connection: BrokerConnection, partition = 0) {
  const partitions = [{ partition, fetchOffset: 0, partitionMaxBytes: 1_000_000 }]
  const answer = await call(connection, fetch, 12, {
    maxWaitMs: 0,
    minBytes: 1,
    isolationLevel: 1,
    topics: [{ topic: 't', partitions }],
  })
  const { records, abortedTransactions } = answer.responses[0].partitions[0]
  return { values: valuesOf(records!), aborted: abortedTransactions!.length }
}

const stateOf = async (connection: BrokerConnection, id: string) =>
  (await call(connection, listTransactions, 0, { stateFilters: [], producerIdFilters: [] })).transactionStates.find(
    (each) => each.transactionalId === id,
  )?.transactionState

async function commitOffset(connection: BrokerConnection, groupId: string, committedOffset: number) {
  const topics = [{ name: 't', partitions: [{ partitionIndex: 0, committedOffset, committedMetadata: 'note' }] }]
  await call(connection, offsetCommit, 8, { groupId, memberId: '', topics })
}

async function offsetOf(connection: BrokerConnection, groupId: string) {
  const topics = [{ name: 't', partitionIndexes: [0] }]
  return (await call(connection, offsetFetch, 7, { groupId, topics })).topics[0].partitions[0].committedOffset
}

describe('a broker with a folder', () => {
  test('topics, records, offsets and producer ids are there again', async () => {
    const { start } = lives()
    const first = await start()
    first.broker.createTopic('t', { partitions: 2, configs: { 'retention.ms': '1000000000' } })
    first.broker.createTopic('gone')
    await append(first.connection, batch(['value-1', 'value-2']))
    await append(first.connection, batch(['value-3']), 't', 1)
    await append(first.connection, batch(['value-9']), 'gone')
    first.broker.deleteTopic('gone')
    await commitOffset(first.connection, 'g', 1)
    const ids = [await transaction(first.connection, 'a'), await transaction(first.connection, 'b')]
    const topic = first.broker.cluster.topics.get('t')!

    const second = await start()
    const again = second.broker.cluster.topics.get('t')!
    assert.equal(again.id, topic.id)
    assert.deepEqual([...again.configs], [['retention.ms', '1000000000']])
    assert.equal(second.broker.cluster.topics.get('gone'), undefined)
    assert.deepEqual(valuesOf((await read(second.connection)).records!), ['value-1', 'value-2'])
    assert.deepEqual(valuesOf((await read(second.connection, { partition: 1 })).records!), ['value-3'])
    assert.equal((await append(second.connection, batch(['value-4']))).baseOffset, 2)
    assert.equal(await offsetOf(second.connection, 'g'), 1)
    const { producerId } = await transaction(second.connection, 'c')
    assert.ok(ids.every((each) => each.producerId !== producerId))
    const described = await call(second.connection, metadata, 12, { topics: [{ name: 't' }] })
    assert.ok(described.topics[0].partitions[0].leaderEpoch > 0, 'a new life is a new epoch')
    // A topic of the same name begins empty.
    second.broker.createTopic('gone')
    assert.equal(second.log('gone').endOffset, 0)
  })

  test('an idempotent producer goes on: what it sends again is stored once', async () => {
    const { start } = lives()
    const first = await start()
    first.broker.createTopic('t')
    const sent = batch(['value-1'], { producer: [7, 0, 0] })
    await append(first.connection, sent)
    const second = await start()
    assert.equal((await append(second.connection, sent)).baseOffset, 0)
    assert.equal(second.log().endOffset, 1)
    assert.equal((await append(second.connection, batch(['value-2'], { producer: [7, 0, 1] }))).baseOffset, 1)
    const gap = await append(second.connection, batch(['value-9'], { producer: [7, 0, 9] }))
    assert.equal(gap.errorCode, ErrorCodes.OUT_OF_ORDER_SEQUENCE_NUMBER)
  })

  test('a torn end is cut off at the last whole batch, wherever it was torn, and said', async () => {
    const three = [batch(['value-1']), batch(['value-2', 'value-3']), batch(['value-4'], { compression: 'gzip' })]
    const ends = three.map((_, i) => three.slice(0, i + 1).reduce((sum, { length }) => sum + length, 0))
    for (let size = 0; size <= ends[2]; size++) {
      const files = new MemoryLogs()
      const { start, log } = lives({}, files)
      const first = await start()
      first.broker.createTopic('t')
      for (const each of three) await append(first.connection, each)
      files.tear((path, _, all) => (path.endsWith('.log') ? size : all))
      const second = await start()
      const whole = ends.filter((each) => each <= size).length
      assert.equal(second.log().endOffset, [0, 1, 3, 4][whole], `torn at ${size}`)
      assert.equal(log.length, [0, ...ends].includes(size) ? 0 : 1)
      if (log.length > 0) assert.match(log[0], /t-0: topics\/\w+\/0\/0{20}\.log is cut off before its last \d+ bytes/)
      assert.equal((await append(second.connection, batch(['value-5']))).baseOffset, second.log().endOffset - 1)
      const third = await start()
      assert.equal(third.log().endOffset, second.log().endOffset)
    }
  })

  test('a damaged byte in the last file cuts it there; in an older one it is an error that names it', async () => {
    const files = new MemoryLogs()
    const { start, log } = lives({ segmentBytes: 200 }, files)
    const first = await start()
    first.broker.createTopic('t')
    for (let i = 0; i < 9; i++) await append(first.connection, batch([`value-${i}`]))
    const id = first.broker.cluster.topics.get('t')!.id
    const names = files.list(`topics/${id}/0`)
    assert.ok(names.length >= 3)
    const damage = (name: string, at: number) => {
      const file = files.open(`topics/${id}/0/${name}`)
      const bytes = new Uint8Array(file.size)
      file.read(bytes, 0)
      bytes[at] ^= 1
      files.replace(`topics/${id}/0/${name}`, bytes)
    }
    damage(names.at(-1)!, 70)
    assert.equal((await start()).log().endOffset, Number.parseInt(names.at(-1)!, 10))
    assert.match(log[0], /the checksum of a batch is wrong, at byte 0/)
    damage(names[0], 8)
    await assert.rejects(start(), (error: unknown) => {
      assert.ok(isRivuletError(error))
      assert.equal(error.code, 'KAFKA_BROKER_LOG_DAMAGED')
      assert.match(error.message, new RegExp(`t-0.*${names[0]}`))
      return true
    })
  })

  test('a torn journal is what it was before the entry', async () => {
    let size = 0
    for (let cut = 0; cut < 60; cut++) {
      const files = new MemoryLogs()
      const { start } = lives({}, files)
      const first = await start()
      first.broker.createTopic('t')
      await commitOffset(first.connection, 'g', 1)
      const before = files.open('journal').size
      await commitOffset(first.connection, 'g', 2)
      size = files.open('journal').size
      files.tear((path, _, all) => (path === 'journal' ? all - cut : all))
      const second = await start()
      assert.equal(await offsetOf(second.connection, 'g'), cut === 0 ? 2 : 1)
      assert.ok(size - cut > before)
    }
  })

  test('an open transaction stays open: its producer commits it, or its timeout ends it when it would have', async () => {
    const { start, clock } = lives()
    const first = await start()
    first.broker.createTopic('t')
    const [kept, lost] = [
      await transaction(first.connection, 'kept'),
      await transaction(first.connection, 'lost', 5_000),
    ]
    for (const each of [kept, lost]) await each.begin([0])
    await kept.write(0, 'value-1')
    await lost.write(0, 'value-2')
    clock.advance(3_000)
    const second = await start()
    assert.deepEqual(await committedOf(second.connection), { values: [], aborted: 0 })
    assert.equal(await end(second.connection, kept.who, true), ErrorCodes.NONE)
    clock.advance(1_999)
    assert.equal(await stateOf(second.connection, 'lost'), 'Ongoing')
    clock.advance(1)
    assert.equal(await stateOf(second.connection, 'lost'), 'CompleteAbort')
    assert.equal((await committedOf(second.connection)).aborted, 1)
    assert.notEqual(await end(second.connection, lost.who, true), ErrorCodes.NONE, 'its producer is fenced')
    // Long after: aborted before anybody can ask.
    const late = await transaction(second.connection, 'late', 5_000)
    await late.begin([0])
    await late.write(0, 'value-3')
    const third = await start()
    assert.equal(await stateOf(third.connection, 'late'), 'Ongoing')
    clock.advance(5_000)
    assert.equal((await committedOf((await start()).connection)).aborted, 2)
  })

  test('whatever write of a commit is the last one, the next process finishes it, and only once', async () => {
    for (let last = 0; ; last++) {
      const files = new DyingLogs()
      const { start } = lives({}, files)
      const first = await start()
      first.broker.createTopic('t', { partitions: 2 })
      const { who, begin, write } = await transaction(first.connection, 'tx')
      await begin([0, 1])
      await write(0, 'value-1')
      await write(1, 'value-2')
      await call(first.connection, addOffsetsToTxn, 3, { ...who, groupId: 'g' })
      const partitions = [{ partitionIndex: 0, committedOffset: 5 }]
      const offsets = { ...who, groupId: 'g', topics: [{ name: 't', partitions }] }
      await call(first.connection, txnOffsetCommit, 3, offsets as never)
      files.left = last
      const answer = await end(first.connection, who, true).catch(() => 'died')
      const wrote = files.left
      files.left = Number.POSITIVE_INFINITY
      const second = await start()
      if (last === 0) {
        // Nothing was decided: the producer may still do either.
        assert.equal(await stateOf(second.connection, 'tx'), 'Ongoing')
        assert.equal(await end(second.connection, who, true), ErrorCodes.NONE)
      }
      assert.equal(await stateOf(second.connection, 'tx'), 'CompleteCommit')
      for (const partition of [0, 1]) {
        const { values } = await committedOf(second.connection, partition)
        assert.deepEqual(values, [`value-${partition + 1}`])
        assert.equal(second.broker.cluster.topics.partition('t', partition)!.log.endOffset, 2, 'one marker')
      }
      assert.equal(await offsetOf(second.connection, 'g'), 5)
      assert.equal(await end(second.connection, who, true), ErrorCodes.NONE, 'the same end again')
      if (answer !== 'died') {
        assert.ok(last >= 5 && wrote === 0, `${last} writes`)
        break
      }
    }
  })

  test('a transaction whose entry was lost with the machine is aborted, so that readers get on', async () => {
    const files = new MemoryLogs()
    const { start } = lives({}, files)
    const first = await start()
    first.broker.createTopic('t')
    const size = files.open('journal').size
    const { begin, write } = await transaction(first.connection, 'tx')
    await begin([0])
    await write(0, 'value-1')
    await append(first.connection, batch(['value-2']))
    files.tear((path, _, all) => (path === 'journal' ? size : all))
    const second = await start()
    const { aborted, values } = await committedOf(second.connection)
    assert.equal(aborted, 1)
    assert.ok(values.includes('value-2'))
  })

  test('a write that fails changes nothing: the next one gets its offset', async () => {
    const files = new DyingLogs()
    const { start } = lives({}, files)
    const { broker, connection, log } = await start()
    broker.createTopic('t')
    files.left = 0
    await assert.rejects(append(connection, batch(['value-1'])))
    files.left = Number.POSITIVE_INFINITY
    assert.equal(log().endOffset, 0)
    const again = await inProcessNetwork(broker).connect(broker.nodes[0].address, {
      clientId: 'c',
      connectTimeoutMs: 1,
    })
    assert.equal((await append(again, batch(['value-1']))).baseOffset, 0)
    assert.equal((await start()).log().endOffset, 1)
  })

  test('syncs within a second of a write, and when it closes', async () => {
    const files = new MemoryLogs()
    const { start, clock } = lives({}, files)
    const first = await start()
    first.broker.createTopic('t')
    await append(first.connection, batch(['value-1']))
    clock.advance(1_000)
    await append(first.connection, batch(['value-2']))
    const power = () => files.tear((_, synced) => synced)
    power()
    const second = await start()
    assert.equal(second.log().endOffset, 1)
    await append(second.connection, batch(['value-2']))
    second.broker.close()
    power()
    assert.equal((await start()).log().endOffset, 2)
  })
})

/** Files of a process that ends at a write. */
class DyingLogs extends MemoryLogs {
  /** Appends until then. */
  left = Number.POSITIVE_INFINITY

  override open(path: string) {
    const file = super.open(path)
    return Object.create(file, {
      append: {
        value: (bytes: Uint8Array) => {
          if (this.left <= 0) throw new Error('the process has ended')
          this.left--
          file.append(bytes)
        },
      },
    }) as typeof file
  }
}
