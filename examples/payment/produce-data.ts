/**
 * The event generator: payments as they would come from a shop.
 *
 *     node --conditions=rivulet-source examples/payment/produce-data.ts --count 20000 --rate 2
 */
import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { KafkaClient, KafkaProducer, nodeHost } from 'rivulet/kafka'

export interface ProduceOptions {
  readonly kafkaServers: string
  readonly topic: string
  readonly count: number
  /** Events per second; Infinity for as fast as possible. */
  readonly rate: number
  /** The same seed gives the same amounts, platforms and provinces; default: different every time. */
  readonly seed?: number
  readonly signal?: AbortSignal
  readonly onEvent?: (count: number) => void
}

const two = (n: number) => String(n).padStart(2, '0')

/** `yyyy-MM-dd HH:mm:ss` in local time. */
export function localTime(date: Date): string {
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`
  return `${day} ${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`
}

/** Uniform numbers in [0, 1); with a seed always the same. */
function randomSource(seed: number | undefined): () => number {
  if (seed === undefined) return Math.random
  let state = seed >>> 0 || 1
  return () => {
    // xorshift32
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return (state >>> 0) / 4294967296
  }
}

/** Writes events until `count` or the signal; resolves with how many were written. */
export async function produceData(options: ProduceOptions): Promise<number> {
  const client = new KafkaClient(nodeHost, { 'bootstrap.servers': options.kafkaServers })
  const producer = new KafkaProducer(client)
  const random = randomSource(options.seed)
  const firstOrder = Math.floor(Date.now() / 1000)
  let written = 0
  try {
    const writer = await producer.topic(options.topic)
    const start = performance.now()
    while (written < options.count && options.signal?.aborted !== true) {
      const event = {
        createTime: localTime(new Date()),
        orderId: firstOrder + written + 1,
        payAmount: 100000 * random(),
        payPlatform: random() < 0.9 ? 0 : 1,
        provinceId: Math.floor(random() * 7),
      }
      const value = Buffer.from(JSON.stringify(event))
      writer.append(written % writer.partitions, Date.now(), null, 0, 0, value, 0, value.length)
      written++
      options.onEvent?.(written)
      if (producer.full) await producer.writable()
      if (Number.isFinite(options.rate)) {
        const due = start + (written / options.rate) * 1000
        await nodeHost.clock.sleep(Math.max(0, due - performance.now()), options.signal).catch((error: unknown) => {
          if (options.signal?.aborted !== true) throw error
        })
      }
    }
    await producer.flush()
  } finally {
    producer.close()
    await client.close()
  }
  return written
}

if (resolve(process.argv[1] ?? '') === fileURLToPath(import.meta.url)) {
  const { values } = parseArgs({
    options: {
      'kafka-servers': { type: 'string' },
      'bootstrap-server': { type: 'string', short: 'b', default: '127.0.0.1:9092' },
      topic: { type: 'string', default: 'payment_msg' },
      count: { type: 'string', default: '20000' },
      rate: { type: 'string', default: '2' },
      seed: { type: 'string' },
    },
  })
  const abort = new AbortController()
  process.once('SIGINT', () => abort.abort())
  const written = await produceData({
    kafkaServers: values['kafka-servers'] ?? values['bootstrap-server'],
    topic: values.topic,
    count: Number(values.count),
    rate: Number(values.rate),
    seed: values.seed === undefined ? undefined : Number(values.seed),
    signal: abort.signal,
  })
  console.log(`${written} events written to ${values.topic}`)
}
