/** Frames written by hand after Kafka's protocol guide, byte for byte, and what is refused. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { api } from './api.ts'
import {
  apiVersions,
  createTopics,
  decodeRequestHeader,
  decodeResponseHeader,
  ErrorCodes,
  encodeRequestHeader,
  encodeResponseHeader,
  errorCodeInfo,
  fetch,
  headerFlags,
  heartbeat,
  metadata,
  produce,
  WireReader,
  WireWriter,
  ZERO_UUID,
} from './index.ts'
import { int32, string } from './schema.ts'

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex')
const bytes = (text: string) => new Uint8Array(Buffer.from(text.replace(/[^0-9a-f]/g, ''), 'hex'))

describe('frames', () => {
  test('Heartbeat v3 request: plain text lengths, null group instance', () => {
    const frame = bytes('0001 67 | 00000007 | 0002 6d31 | ffff')
    const value = { groupId: 'g', generationId: 7, memberId: 'm1', groupInstanceId: null }
    assert.equal(hex(heartbeat.encodeRequest(3, value)), hex(frame))
    assert.deepEqual(heartbeat.decodeRequest(3, frame), value)
  })

  test('Heartbeat v4 request: compact lengths and a tag section', () => {
    const frame = bytes('02 67 | 00000007 | 03 6d31 | 00 | 00')
    const value = { groupId: 'g', generationId: 7, memberId: 'm1', groupInstanceId: null }
    assert.equal(hex(heartbeat.encodeRequest(4, value)), hex(frame))
    assert.deepEqual(heartbeat.decodeRequest(4, frame), value)
  })

  test('Metadata v12 request: all topics is a null array', () => {
    const value = { topics: null, allowAutoTopicCreation: false, includeTopicAuthorizedOperations: false }
    assert.equal(hex(metadata.encodeRequest(12, value)), '00000000')
  })

  test('Metadata v10 request: topic id and nullable name', () => {
    const frame = bytes('02 | 00112233445566778899aabbccddeeff | 00 | 00 || 01 | 00 | 00 | 00')
    const decoded = metadata.decodeRequest(10, frame)
    assert.deepEqual(decoded.topics, [{ topicId: 'ABEiM0RVZneImaq7zN3u_w', name: null }])
    assert.equal(hex(metadata.encodeRequest(10, decoded)), hex(frame))
  })

  test('ApiVersions v0 and v3 response, with tagged features', () => {
    const value = { errorCode: 35, apiKeys: [{ apiKey: 18, minVersion: 0, maxVersion: 3 }] }
    assert.equal(hex(apiVersions.encodeResponse(0, value)), hex(bytes('0023 | 00000001 | 0012 0000 0003')))
    const tagged = {
      ...value,
      finalizedFeaturesEpoch: 5,
      supportedFeatures: [{ name: 'f', minVersion: 1, maxVersion: 2 }],
    }
    const frame = bytes(
      '0023 | 02 0012 0000 0003 00 | 00000000 | 02 | 00 08 02 0266 0001 0002 00 | 01 08 0000000000000005',
    )
    assert.equal(hex(apiVersions.encodeResponse(3, tagged)), hex(frame))
    const decoded = apiVersions.decodeResponse(3, frame)
    assert.equal(decoded.finalizedFeaturesEpoch, 5)
    assert.deepEqual(decoded.supportedFeatures, [{ name: 'f', minVersion: 1, maxVersion: 2 }])
    assert.equal(decoded.zkMigrationReady, false)
  })

  test('Produce v3 and v9 request: records are a view of the message', () => {
    const records = bytes('aabbcc')
    const value = {
      acks: -1,
      timeoutMs: 1000,
      topicData: [{ name: 't', partitionData: [{ index: 1, records }] }],
    }
    assert.equal(
      hex(produce.encodeRequest(3, value)),
      hex(bytes('ffff | ffff | 000003e8 | 00000001 | 0001 74 | 00000001 | 00000001 | 00000003 aabbcc')),
    )
    const frame = bytes('00 | ffff | 000003e8 | 02 | 02 74 | 02 | 00000001 | 04 aabbcc | 00 | 00 | 00')
    assert.equal(hex(produce.encodeRequest(9, value)), hex(frame))
    const decoded = produce.decodeRequest(9, frame).topicData[0].partitionData[0].records!
    assert.equal(hex(decoded), 'aabbcc')
    assert.equal(decoded.buffer, frame.buffer)
  })

  test('Fetch v12 response: unknown tags are skipped, absent tagged structs are their defaults', () => {
    const partition = '00000000 0000 0000000000000009 0000000000000009 0000000000000000 00 ffffffff 03 abcd'
    const frame = bytes(`00000000 0000 00000000 02 02 74 02 ${partition} 01 63 02 ffff | 00 | 00`)
    const decoded = fetch.decodeResponse(12, frame).responses[0].partitions[0]
    assert.equal(decoded.highWatermark, 9)
    assert.equal(decoded.abortedTransactions, null)
    assert.deepEqual(decoded.currentLeader, { leaderId: -1, leaderEpoch: -1 })
    assert.equal(hex(decoded.records!), 'abcd')
  })

  test('a tagged field equal to its default is not written', () => {
    const topic = { name: 't', errorCode: 0, errorMessage: null }
    const plain = createTopics.encodeResponse(5, { topics: [topic] })
    const same = createTopics.encodeResponse(5, { topics: [{ ...topic, topicConfigErrorCode: 0 }] })
    const other = createTopics.encodeResponse(5, { topics: [{ ...topic, topicConfigErrorCode: 3 }] })
    assert.equal(hex(same), hex(plain))
    assert.equal(other.length, plain.length + 4)
  })
})

describe('headers', () => {
  test('request v1 and v2 with the body as a view', () => {
    const header = { apiKey: 12, apiVersion: 4, correlationId: 258, clientId: 'c' }
    assert.equal(hex(encodeRequestHeader(header, false)), '000c0004000001020001' + '63')
    const frame = Buffer.concat([encodeRequestHeader(header, true), bytes('ff')])
    const decoded = decodeRequestHeader(frame, (key, version) => key === 12 && version >= 4)
    assert.deepEqual({ ...decoded, body: hex(decoded.body) }, { ...header, body: 'ff' })
  })

  test('responses; ApiVersions never has the flexible one', () => {
    assert.equal(hex(encodeResponseHeader(258, true)), '0000010200')
    const { correlationId, body } = decodeResponseHeader(bytes('00000102 01 05 01 ff aa'), true)
    assert.equal(correlationId, 258)
    assert.equal(hex(body), 'aa')
    assert.deepEqual(headerFlags(apiVersions, 3), { flexible: true, responseFlexible: false })
    assert.deepEqual(headerFlags(fetch, 11), { flexible: false, responseFlexible: false })
    assert.deepEqual(headerFlags(fetch, 12), { flexible: true, responseFlexible: true })
  })
})

describe('numbers and ids', () => {
  test('int64 keeps every safe integer and refuses others', () => {
    for (const value of [
      0,
      1,
      -1,
      2 ** 32,
      -(2 ** 32),
      2 ** 32 - 1,
      -(2 ** 31),
      Number.MAX_SAFE_INTEGER,
      Number.MIN_SAFE_INTEGER,
    ]) {
      const writer = new WireWriter()
      writer.int64(value)
      const view = writer.finish()
      assert.equal(new DataView(view.buffer).getBigInt64(0), BigInt(value))
      assert.equal(new WireReader(view, 'test').int64(), value)
    }
    assert.throws(() => new WireReader(bytes('7fffffffffffffff'), 'test').int64(), { code: 'KAFKA_MALFORMED_MESSAGE' })
  })

  test('variable-length integers up to 32 bits', () => {
    for (const value of [0, 127, 128, 16_383, 16_384, 2 ** 32 - 1]) {
      const writer = new WireWriter()
      writer.uvarint(value)
      assert.equal(new WireReader(writer.finish(), 'test').uvarint(), value)
    }
    assert.throws(() => new WireReader(bytes('ffffffffff01'), 'test').uvarint(), { code: 'KAFKA_MALFORMED_MESSAGE' })
  })

  test('topic ids are URL-safe base64', () => {
    for (const id of [ZERO_UUID, 'ABEiM0RVZneImaq7zN3u_w', '_____________________w']) {
      const writer = new WireWriter()
      writer.uuid(id)
      assert.equal(Buffer.from(writer.finish()).toString('base64url'), id)
      assert.equal(new WireReader(writer.finish(), 'test').uuid(), id)
    }
  })
})

describe('what is refused', () => {
  test('a version outside the range', () => {
    assert.throws(() => fetch.encodeRequest(13, {} as never), { code: 'KAFKA_UNSUPPORTED_VERSION' })
    assert.throws(() => fetch.decodeRequest(3, new Uint8Array(9)), { code: 'KAFKA_UNSUPPORTED_VERSION' })
  })

  test('an array that claims more elements than there are bytes', () => {
    assert.throws(() => metadata.decodeRequest(0, bytes('7fffffff')), /claims 2147483647 elements/)
  })

  test('bytes after the last field, and text that is not UTF-8', () => {
    assert.throws(() => heartbeat.decodeRequest(1, bytes('0001 67 00000007 0001 6d 00')), /1 bytes left/)
    assert.throws(() => heartbeat.decodeRequest(1, bytes('0001 ff 00000007 0001 6d')), /not UTF-8/)
  })

  test('a missing value without default, and null where the version has none', () => {
    const small = api({
      key: 999,
      name: 'Small',
      versions: [0, 1],
      flexibleFrom: 9,
      request: { id: int32(), text: string({ nullable: 1 }) },
      response: {},
    })
    assert.throws(() => small.encodeRequest(0, {} as never), /field 'id' needs a value/)
    assert.throws(() => small.encodeRequest(0, { id: 1 }), /field 'text' needs text/)
    assert.equal(hex(small.encodeRequest(1, { id: 1 })), '00000001ffff')
  })
})

test('error codes have names and say whether to retry', () => {
  assert.equal(ErrorCodes.NOT_LEADER_OR_FOLLOWER, 6)
  assert.deepEqual(errorCodeInfo(6), { code: 6, name: 'NOT_LEADER_OR_FOLLOWER', retriable: true })
  assert.equal(errorCodeInfo(22).retriable, false)
  assert.equal(errorCodeInfo(-77).name, 'error -77')
})
