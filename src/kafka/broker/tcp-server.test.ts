/** Frames over real sockets: order, size bounds, garbage, stopping and starting. */
import assert from 'node:assert/strict'
import { connect, type Socket } from 'node:net'
import { describe, test } from 'node:test'
import { nodeHost } from '../../base/node-host.ts'
import { apiVersions, ErrorCodes, encodeRequestHeader, fetch, heartbeat, metadata } from '../protocol/index.ts'
import { type RunningBroker, type StartOptions, startBroker } from './index.ts'
import { call } from './test-support.ts'

function frame(key: number, version: number, correlationId: number, flexible: boolean, body: Uint8Array): Buffer {
  const header = encodeRequestHeader({ apiKey: key, apiVersion: version, correlationId, clientId: 'raw' }, flexible)
  const length = Buffer.alloc(4)
  length.writeInt32BE(header.length + body.length)
  return Buffer.concat([length, header, body])
}

/** A raw socket that cuts what it receives into frames. */
async function rawClient(broker: RunningBroker) {
  const { host, port } = broker.nodes[0].address
  const socket: Socket = connect(port, host)
  let received = Buffer.alloc(0)
  let wake = () => {}
  socket.on('data', (chunk) => {
    received = Buffer.concat([received, chunk])
    wake()
  })
  const closed = new Promise<void>((resolve) => socket.on('close', () => resolve()))
  socket.on('error', () => {})
  await new Promise<void>((resolve) => socket.once('connect', () => resolve()))
  return {
    socket,
    closed,
    async frames(count: number): Promise<Buffer[]> {
      const found: Buffer[] = []
      while (found.length < count) {
        while (received.length < 4 || received.length < 4 + received.readInt32BE(0)) {
          await new Promise<void>((resolve) => {
            wake = resolve
          })
        }
        const end = 4 + received.readInt32BE(0)
        found.push(received.subarray(4, end))
        received = received.subarray(end)
      }
      return found
    },
  }
}

async function withBroker(options: StartOptions, use: (broker: RunningBroker, log: string[]) => Promise<void>) {
  const log: string[] = []
  await using broker = await startBroker({ log: (line) => log.push(line), ...options })
  await use(broker, log)
}

describe('a node on a TCP port', () => {
  test('answers in the order of the requests, also when an earlier one waits', () =>
    withBroker({}, async (broker) => {
      broker.createTopic('t')
      const client = await rawClient(broker)
      const waits = fetch.encodeRequest(4, {
        maxWaitMs: 150,
        minBytes: 1,
        isolationLevel: 0,
        topics: [{ topic: 't', partitions: [{ partition: 0, fetchOffset: 0, partitionMaxBytes: 1_000 }] }],
      })
      const quick = heartbeat.encodeRequest(1, { groupId: 'g', generationId: 1, memberId: 'm' })
      client.socket.write(
        Buffer.concat([
          frame(fetch.key, 4, 1, false, waits),
          frame(heartbeat.key, 1, 2, false, quick),
          frame(
            heartbeat.key,
            4,
            3,
            true,
            heartbeat.encodeRequest(4, { groupId: 'g', generationId: 1, memberId: 'm' }),
          ),
        ]),
      )
      const answers = await client.frames(3)
      assert.deepEqual(
        answers.map((answer) => answer.readInt32BE(0)),
        [1, 2, 3],
      )
      client.socket.destroy()
    }))

  test('takes a request byte by byte', () =>
    withBroker({}, async (broker) => {
      const client = await rawClient(broker)
      for (const byte of frame(apiVersions.key, 0, 9, false, new Uint8Array(0))) {
        client.socket.write(Uint8Array.of(byte))
        await new Promise((resolve) => setImmediate(resolve))
      }
      const [answer] = await client.frames(1)
      assert.equal(answer.readInt32BE(0), 9)
      assert.equal(apiVersions.decodeResponse(0, answer.subarray(4)).errorCode, ErrorCodes.NONE)
      client.socket.destroy()
    }))

  test('answers ApiVersions v4 in v0 with error 35', () =>
    withBroker({}, async (broker) => {
      const client = await rawClient(broker)
      client.socket.write(frame(apiVersions.key, 4, 7, true, new Uint8Array([2, 0x61, 2, 0x62, 0])))
      const [answer] = await client.frames(1)
      assert.equal(apiVersions.decodeResponse(0, answer.subarray(4)).errorCode, 35)
      client.socket.destroy()
    }))

  for (const [what, bytes, said] of [
    ['a length beyond the bound', Buffer.from([0x7f, 0, 0, 0]), /a request of 2130706432 bytes/],
    ['a negative length', Buffer.from([0xff, 0xff, 0xff, 0xff]), /a request of -1 bytes/],
    ['another protocol', Buffer.from('GET / HTTP/1.1\r\n\r\n'), /a request of \d+ bytes/],
    ['an API that is not offered', frame(71, 0, 1, false, new Uint8Array(4)), /API 71 v0 is not offered/],
    [
      'a body that is cut',
      frame(metadata.key, 0, 1, false, new Uint8Array(3)),
      /Malformed Kafka message \(Metadata v0/,
    ],
  ] as const) {
    test(`${what} closes the connection, says so, and harms nobody else`, () =>
      withBroker({ maxRequestBytes: 1_000_000 }, async (broker, log) => {
        const client = await rawClient(broker)
        client.socket.write(bytes)
        await client.closed
        assert.equal(log.length, 1)
        assert.match(log[0], said)
        const other = await nodeHost.network.connect(broker.nodes[0].address, {
          clientId: 'x',
          connectTimeoutMs: 1_000,
        })
        assert.equal((await call(other, metadata, 9, { topics: [] })).brokers.length, 1)
        await other.close()
      }))
  }

  test('stops and starts at the same ports, with its data', () =>
    withBroker({ brokers: 2 }, async (broker) => {
      broker.createTopic('t', { partitions: 2 })
      const { bootstrap } = broker
      const connectTo = (index: number) =>
        nodeHost.network.connect(broker.nodes[index].address, { clientId: 'x', connectTimeoutMs: 1_000 })
      const before = await connectTo(0)
      const request = call(before, fetch, 12, {
        maxWaitMs: 30_000,
        minBytes: 1,
        isolationLevel: 0,
        topics: [{ topic: 't', partitions: [{ partition: 0, fetchOffset: 0, partitionMaxBytes: 1_000 }] }],
      })
      const rejected = assert.rejects(request, { code: 'KAFKA_CONNECTION_LOST' })
      await broker.stopListening(1)
      await rejected
      await assert.rejects(connectTo(0))
      const other = await connectTo(1)
      assert.equal((await call(other, metadata, 9, { topics: null })).brokers.length, 1)
      await broker.restart(1)
      assert.equal(broker.broker.bootstrap, bootstrap)
      const after = await connectTo(0)
      const answer = await call(after, metadata, 9, { topics: null })
      assert.equal(answer.brokers.length, 2)
      assert.equal(answer.topics[0].name, 't')
      await after.close()
      await other.close()
    }))

  test('a taken port is the system’s error, and leaves nothing listening', () =>
    withBroker({}, async (broker) => {
      const { port } = broker.nodes[0].address
      await assert.rejects(startBroker({ port }), { code: 'EADDRINUSE' })
    }))
})
