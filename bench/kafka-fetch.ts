/**
 * Records per CPU-second of the Kafka client, against a running broker:
 *
 *     node --conditions=rivulet-source bench/kafka-fetch.ts [--servers localhost:9092] [--topic bench_fetch]
 *       [--records 4000000] [--partitions 2] [--set key=value …]
 *
 * Fills the topic when it has fewer records (that is the figure of the producer), then walks all records in place, with
 * and without checksums. The CPU time is that of this process, start-up excluded.
 */
import { parseArgs } from 'node:util'
import { nodeHost } from '../src/base/node-host.ts'
import { createTopics, KafkaClient, KafkaProducer, listOffsets, PartitionFetcher } from '../src/kafka/index.ts'
import { RecordCursor } from '../src/kafka/records/index.ts'

const { values: flags } = parseArgs({
  options: {
    servers: { type: 'string', default: 'localhost:9092' },
    topic: { type: 'string', default: 'bench_fetch' },
    records: { type: 'string', default: '4000000' },
    partitions: { type: 'string', default: '2' },
    set: { type: 'string', multiple: true, default: [] },
  },
})
const wanted = Number(flags.records)
const { topic } = flags
const settings = Object.fromEntries(flags.set.map((one) => one.split('=', 2)))

function client(properties: Record<string, string>): KafkaClient {
  return new KafkaClient(nodeHost, { 'bootstrap.servers': flags.servers, ...settings, ...properties })
}

async function measure(name: string, work: () => Promise<{ records: number; bytes: number }>): Promise<void> {
  const cpu = process.cpuUsage()
  const start = performance.now()
  const { records, bytes } = await work()
  const used = process.cpuUsage(cpu)
  const cpuSeconds = (used.user + used.system) / 1e6
  const seconds = (performance.now() - start) / 1000
  const millions = (value: number) => (value / 1e6).toFixed(2).padStart(6)
  console.log(
    `${name.padEnd(24)} ${millions(records / seconds)} M/s ${millions(records / cpuSeconds)} M/CPU-s ` +
      `${(bytes / 1e6 / seconds).toFixed(0).padStart(5)} MB/s ${(process.memoryUsage().rss / 1e6).toFixed(0).padStart(5)} MB resident`,
  )
}

async function fill(count: number): Promise<{ records: number; bytes: number }> {
  await using one = client({ 'batch.size': '131072' })
  const producer = new KafkaProducer(one)
  const writer = await producer.topic(topic)
  const events = Array.from({ length: 1009 }, (_, i) =>
    Buffer.from(
      JSON.stringify({
        createTime: `2020-09-02 10:${String(i % 60).padStart(2, '0')}:35`,
        orderId: 1599012815 + i,
        payAmount: 100_000 * nodeHost.random(),
        payPlatform: i % 10 === 0 ? 1 : 0,
        provinceId: i % 7,
      }),
    ),
  )
  let bytes = 0
  for (let i = 0; i < count; i++) {
    const event = events[i % events.length]
    writer.append(-1, 1_599_012_815_000 + i, null, 0, 0, event, 0, event.length)
    bytes += event.length
    if (producer.full) await producer.writable()
  }
  await producer.flush()
  producer.close()
  return { records: count, bytes }
}

async function walk(properties: Record<string, string>): Promise<{ records: number; bytes: number }> {
  await using one = client(properties)
  const [{ partitions }] = await one.describeTopics([topic])
  const assigned = partitions.map(({ partition }) => ({ topic, partition }))
  const starts = await listOffsets(one, assigned, 'earliest')
  const ends = await listOffsets(one, assigned, 'latest')
  const total = ends.reduce((sum, { offset }, i) => sum + offset - starts[i].offset, 0)
  const fetcher = new PartitionFetcher(one)
  const cursor = new RecordCursor()
  let records = 0
  let bytes = 0
  let checksum = 0
  await new Promise<void>((resolve, reject) => {
    fetcher.onAvailable(() => {
      try {
        for (let chunk = fetcher.poll(); chunk !== undefined; chunk = fetcher.poll()) {
          while (chunk.records.next(cursor)) {
            const { valueStart, valueEnd, bytes: content, count } = cursor
            for (let i = 0; i < count; i++) {
              bytes += valueEnd[i] - valueStart[i]
              checksum ^= content[valueStart[i]]
            }
            records += count
          }
        }
        if (records >= total) resolve()
      } catch (error) {
        reject(error)
      }
    })
    fetcher.assign(starts)
  })
  fetcher.close()
  if (checksum === -1) throw new Error('impossible')
  return { records, bytes }
}

{
  await using one = client({})
  // The records are of 2020: with the broker's usual retention they would be deleted within minutes.
  const configs = { 'retention.ms': '-1' }
  await createTopics(one, [{ name: topic, partitions: Number(flags.partitions), configs }], { ifNotExists: true })
  const [{ partitions }] = await one.describeTopics([topic])
  const assigned = partitions.map(({ partition }) => ({ topic, partition }))
  const starts = await listOffsets(one, assigned, 'earliest')
  const ends = await listOffsets(one, assigned, 'latest')
  const missing = wanted - ends.reduce((sum, { offset }, i) => sum + offset - starts[i].offset, 0)
  if (missing > 0) await measure('produce', () => fill(missing))
}
for (let round = 0; round < 2; round++) {
  await measure('walk, no checksums', () => walk({ 'check.crcs': 'false' }))
  await measure('walk, checksums', () => walk({ 'check.crcs': 'true' }))
}
await measure('walk, 4 MB partitions', () => walk({ 'check.crcs': 'false', 'max.partition.fetch.bytes': '4194304' }))
