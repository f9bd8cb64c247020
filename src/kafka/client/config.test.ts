import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { isRivuletError } from '../../base/errors.ts'
import { parseConfig } from './config.ts'
import { propertyKeys } from './config-keys.ts'
import { murmur2 } from './murmur2.ts'

const servers = { 'bootstrap.servers': 'localhost:9092' }

function refusal(properties: Record<string, string>) {
  try {
    parseConfig(properties)
  } catch (error) {
    assert.ok(isRivuletError(error), String(error))
    return error
  }
  return assert.fail('accepted')
}

describe('Kafka properties', () => {
  it("have the defaults of Kafka's Java client", () => {
    const config = parseConfig(servers)
    assert.deepEqual(config.bootstrapServers, [{ host: 'localhost', port: 9092 }])
    assert.deepEqual(
      [config.fetch.minBytes, config.fetch.maxWaitMs, config.fetch.maxBytes, config.fetch.maxPartitionBytes],
      [1, 500, 52_428_800, 1_048_576],
    )
    assert.deepEqual(
      [config.produce.acks, config.produce.batchSize, config.produce.bufferMemory, config.produce.deliveryTimeoutMs],
      [-1, 16_384, 33_554_432, 120_000],
    )
    assert.equal(config.produce.idempotence, true)
    assert.equal(config.fetch.checkCrcs, true)
    assert.equal(config.groupId, undefined)
  })

  it('accept lists, listener names and IPv6 addresses as bootstrap servers', () => {
    assert.deepEqual(parseConfig({ 'bootstrap.servers': 'a:1, PLAINTEXT://b.c-d:22 ,[::1]:333' }).bootstrapServers, [
      { host: 'a', port: 1 },
      { host: 'b.c-d', port: 22 },
      { host: '::1', port: 333 },
    ])
    for (const bad of ['localhost', 'localhost:0', 'localhost:99999', 'a b:1', ':1', '::1:9'])
      assert.equal(refusal({ 'bootstrap.servers': bad }).code, 'KAFKA_BAD_PROPERTY', bad)
    assert.equal(refusal({}).code, 'KAFKA_MISSING_PROPERTY')
  })

  it('name the nearest key when one is unknown', () => {
    const error = refusal({ ...servers, 'auto.ofset.reset': 'earliest' })
    assert.equal(error.code, 'KAFKA_UNKNOWN_PROPERTY')
    assert.match(error.hint ?? '', /'auto\.offset\.reset'/)
    assert.equal(refusal({ ...servers, constructor: 'x' }).code, 'KAFKA_UNKNOWN_PROPERTY')
  })

  it('accept what old jobs carry, without effect', () => {
    const old = { ...servers, 'zookeeper.connect': 'zk:2181', 'group.id': 'g', 'enable.auto.commit': 'true' }
    assert.equal(parseConfig(old).groupId, 'g')
  })

  it('say why a key cannot be used, and never show a secret', () => {
    const error = refusal({ ...servers, 'sasl.jaas.config': 'hunter2' })
    assert.equal(error.code, 'KAFKA_REFUSED_PROPERTY')
    assert.doesNotMatch(error.message, /hunter2/)
    assert.match(refusal({ ...servers, 'security.protocol': 'SASL_SSL' }).message, /TLS or SASL/)
    assert.equal(parseConfig({ ...servers, 'security.protocol': 'PLAINTEXT' }).clientId, 'rivulet')
  })

  it('refuse values of the wrong kind', () => {
    for (const [key, value] of [
      ['linger.ms', '5ms'],
      ['linger.ms', '-1'],
      ['linger.ms', ''],
      ['acks', '2'],
      ['auto.offset.reset', 'smallest'],
      ['check.crcs', 'yes'],
      ['compression.type', 'brotli'],
      ['fetch.max.bytes', '99999999999'],
    ])
      assert.equal(refusal({ ...servers, [key]: value }).code, 'KAFKA_BAD_PROPERTY', `${key}=${value}`)
  })

  it('switch idempotence off where other settings exclude it, unless it was asked for', () => {
    for (const excluding of [
      { acks: '1' },
      { retries: '0' },
      { 'max.in.flight.requests.per.connection': '6' },
    ] as Record<string, string>[]) {
      assert.equal(parseConfig({ ...servers, ...excluding }).produce.idempotence, false)
      assert.equal(refusal({ ...servers, ...excluding, 'enable.idempotence': 'true' }).code, 'KAFKA_REFUSED_PROPERTY')
    }
  })

  it('say of every key what becomes of it', () => {
    assert.ok(Object.keys(propertyKeys).length > 130)
    for (const [key, treatment] of Object.entries(propertyKeys)) {
      assert.match(key, /^[a-z0-9.-]+$/)
      if (treatment.kind !== 'honoured') assert.ok(treatment.because.length > 10, key)
    }
  })
})

describe('murmur2', () => {
  it('places keys as the Java client does', () => {
    const hash = (text: string) => murmur2(Buffer.from(text), 0, text.length)
    assert.equal(hash('21'), -973932308)
    assert.equal(hash('foobar'), -790332482)
    assert.equal(hash('a-little-bit-long-string'), -985981536)
    assert.equal(hash('a-little-bit-longer-string'), -1486304829)
    assert.equal(hash('lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8'), -58897971)
    assert.equal(hash('abc'), 479470107)
    assert.equal(murmur2(Buffer.from('xxabcyy'), 2, 5), 479470107)
  })
})
