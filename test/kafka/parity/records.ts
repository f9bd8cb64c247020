/** Writing and reading record batches, and finding offsets. */
import { batch, call } from '../../../src/kafka/broker/test-support.ts'
import { initProducerId } from '../../../src/kafka/protocol/index.ts'
import { append, newTopic, offsetAt, read, settled } from './calls.ts'
import type { ParityCase } from './contract.ts'

export const recordsCases: readonly ParityCase[] = [
  {
    name: 'writing in every version',
    async run(connection, topic) {
      await newTopic(connection, topic)
      const answers: unknown[] = []
      for (let version = 3; version <= 9; version++) {
        answers.push(await append(connection, topic, batch([`v${version}`, 'more']), 0, version))
      }
      return answers
    },
  },
  {
    name: 'record batches that are refused',
    async run(connection, topic) {
      await newTopic(connection, topic)
      const damaged = batch(['damaged'])
      damaged[damaged.length - 3] ^= 1
      const old = batch(['old'])
      old[16] = 1
      const cut = batch(['cut'])
      const twice = batch(['twice'])
      return [
        await append(connection, topic, damaged),
        await append(connection, topic, old),
        await append(connection, topic, cut.subarray(0, cut.length - 1)),
        await append(connection, topic, new Uint8Array([...twice, ...twice])),
        await append(connection, topic, batch(['x'.repeat(1_100_000)])),
        await append(connection, topic, batch(['ok']), 5),
        await append(connection, `${topic}-none`, batch(['ok'])),
        await append(connection, topic, batch(['ok'])),
      ]
    },
  },
  {
    name: 'sequences of an idempotent producer',
    async run(connection, topic) {
      await newTopic(connection, topic)
      const { producerId: id } = await settled(
        () => call(connection, initProducerId, 4, { transactionalId: null, transactionTimeoutMs: 60_000 }),
        ({ errorCode }) => errorCode,
      )
      const write = (epoch: number, sequence: number, values: readonly string[] = ['v']) =>
        append(connection, topic, batch(values, { producer: [id, epoch, sequence] }))
      const answers: unknown[] = []
      answers.push(await write(0, 0, ['a', 'b']))
      answers.push(await write(0, 0, ['a', 'b']))
      answers.push(await write(0, 2))
      answers.push(await write(0, 4))
      answers.push(await write(0, 3))
      answers.push(await write(0, 2))
      answers.push(await write(1, 5))
      answers.push(await write(1, 0))
      answers.push(await write(0, 4))
      for (let sequence = 1; sequence <= 6; sequence++) answers.push(await write(1, sequence))
      answers.push(await write(1, 1))
      answers.push(await write(1, 2))
      answers.push(await append(connection, topic, batch(['n'], { producer: [id + 1_000, 0, 7] })))
      return answers
    },
  },
  {
    name: 'reading in every version, and from wrong places',
    async run(connection, topic) {
      await newTopic(connection, topic)
      await append(connection, topic, batch(['a', 'b', 'c']))
      await append(connection, topic, batch(['d']))
      const answers: unknown[] = []
      for (let version = 4; version <= 12; version++) answers.push(await read(connection, topic, 1, {}, version))
      answers.push(await read(connection, topic, 3))
      answers.push(await read(connection, topic, 4))
      answers.push((await read(connection, topic, 5))[0])
      answers.push((await read(connection, topic, -5))[0])
      answers.push((await read(connection, topic, 0, { currentLeaderEpoch: 9 }))[0])
      answers.push((await read(connection, `${topic}-none`, 0))[0])
      answers.push(await read(connection, topic, 0, { partitionMaxBytes: 10 }))
      answers.push(await read(connection, topic, 0, { partitionMaxBytes: 100 }))
      return answers
    },
  },
  {
    name: 'offsets by time, to the record, also in compressed batches',
    async run(connection, topic) {
      const answers: unknown[] = []
      for (const compression of ['none', 'gzip', 'snappy', 'lz4', 'zstd'] as const) {
        const name = `${topic}-${compression}`
        await newTopic(connection, name)
        answers.push(await offsetAt(connection, name, -3))
        const now = Date.now() - 1_000
        const relative = ([error, offset, at]: readonly unknown[]) => [error, offset, at === -1 ? at : Number(at) - now]
        const timestamps = [10, 30, 20].map((each) => now + each)
        await append(connection, name, batch(['a', 'b', 'c'], { timestamps, compression }))
        await append(connection, name, batch(['d', 'e'], { timestamps: [now + 40, now + 50], compression }))
        for (const time of [-1, -2]) answers.push(await offsetAt(connection, name, time))
        for (const time of [0, 10, 11, 25, 31, 50, 51]) {
          answers.push(relative(await offsetAt(connection, name, now + time)))
        }
        answers.push(relative(await offsetAt(connection, name, now + 11, 1)))
        answers.push(relative(await offsetAt(connection, name, now + 11, 6)))
        answers.push((await offsetAt(connection, name, -3)).slice(0, 2))
      }
      answers.push(await offsetAt(connection, `${topic}-missing`, -1))
      answers.push(await offsetAt(connection, `${topic}-none`, -1, 7, 9))
      return answers
    },
  },
]
