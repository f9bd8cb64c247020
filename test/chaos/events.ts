/**
 * The chaos test's events: what event number i is, a producer that writes them while jobs and brokers die, and the count
 * of what came out.
 *
 * Laws
 * - No event is late: in a partition, times go back by a second at most and the watermark waits for two. So every event is in
 *   one window, whatever was killed, and which one is known from its number.
 * - Amounts are whole numbers: sums are exact in any order.
 */
import assert from 'node:assert/strict'
import { nodeHost } from '../../src/base/node-host.ts'
import { KafkaClient, KafkaProducer } from '../../src/kafka/index.ts'

const PROVINCES = ['beijing', 'shanghai', 'hangzhou', 'shenzhen', 'jiangxi', 'chongqing', 'xizang']
/** Events of one second of event time. */
const DENSITY = 20
const WINDOW_SECONDS = 5
const TICK_MS = 20

/** Mixes the bits of a number, so that neighbours differ in everything. */
const mixed = (i: number) => Math.imul(i ^ (i >>> 15), 0x2c1b3c6d) >>> 8

const province = (id: number) => mixed(id) % PROVINCES.length
const amount = (id: number) => (mixed(id + 7) % 10_000) + 1
const text = (seconds: number) => new Date(seconds * 1000).toISOString().slice(0, 19).replace('T', ' ')

export class Events {
  /** Seconds since the epoch of event 0; in the past, so that no event is of the future. */
  readonly #start = Math.floor(Date.now() / 1000 / WINDOW_SECONDS - 12 * 720) * WINDOW_SECONDS
  readonly #client: KafkaClient
  readonly #producer: KafkaProducer
  readonly #topic: string
  #produced = 0

  constructor(bootstrap: string, topic: string) {
    this.#client = new KafkaClient(nodeHost, { 'bootstrap.servers': bootstrap })
    this.#producer = new KafkaProducer(this.#client)
    this.#topic = topic
  }

  get produced(): number {
    return this.#produced
  }

  #seconds(id: number): number {
    return this.#start + 1 + Math.floor(id / DENSITY) - (mixed(id + 3) % 2)
  }

  /** Write events at a steady rate until the signal; the watermark then stands behind the last window. */
  async produce(perSecond: number, signal: AbortSignal): Promise<void> {
    const writer = await this.#producer.topic(this.#topic)
    const append = (id: number, seconds: number, partition: number) => {
      const value = Buffer.from(
        JSON.stringify({
          createTime: text(seconds),
          orderId: id,
          payAmount: amount(id),
          payPlatform: 0,
          provinceId: province(id),
        }),
      )
      writer.append(partition, Date.now(), null, 0, 0, value, 0, value.length)
    }
    while (!signal.aborted) {
      for (let n = (perSecond * TICK_MS) / 1000; n > 0; n--) {
        const id = this.#produced++
        append(id, this.#seconds(id), id % writer.partitions)
      }
      await new Promise((resolve) => setTimeout(resolve, TICK_MS))
      if (this.#producer.full) await this.#producer.writable()
    }
    // One event per partition far behind the last: it closes every window, and its own stays open.
    const behind = this.#seconds(this.#produced) + 10 * WINDOW_SECONDS
    for (let partition = 0; partition < writer.partitions; partition++) append(-1, behind, partition)
    await this.#producer.flush()
  }

  async close(): Promise<void> {
    this.#producer.close()
    await this.#client.close()
  }

  #key(id: number): string {
    const window = Math.floor(this.#seconds(id) / WINDOW_SECONDS) * WINDOW_SECONDS
    return `${text(window)} ${PROVINCES[province(id)]}`
  }

  /** Count every event in the rows that were written: the sums, and which orders are in them. */
  count(results: readonly string[], orders: readonly string[]): Verdict {
    const times = new Uint32Array(this.#produced)
    let misplaced = 0
    for (const line of orders) {
      const row = JSON.parse(line) as { province: string; orders: number; ids: string; rowtime: string }
      const ids = row.ids.split(',').map(Number)
      assert.equal(ids.length, row.orders, line)
      for (const id of ids) {
        assert.ok(id >= 0 && id < this.#produced, `no such order ${id}: ${line}`)
        times[id]++
        if (this.#key(id) !== keyOf(row)) misplaced++
      }
    }
    const expected = new Map<string, number>()
    for (let id = 0; id < this.#produced; id++) {
      expected.set(this.#key(id), (expected.get(this.#key(id)) ?? 0) + amount(id))
    }
    const rowsOf = Map.groupBy(
      results.map((line) => JSON.parse(line) as SumRow),
      keyOf,
    )
    let wrongSums = 0
    for (const key of new Set([...expected.keys(), ...rowsOf.keys()])) {
      const rows = rowsOf.get(key) ?? []
      if (rows.length !== 1 || rows[0].pay_amount !== expected.get(key)) wrongSums++
    }
    return {
      events: this.#produced,
      lost: times.filter((n) => n === 0).length,
      duplicated: times.filter((n) => n > 1).length,
      misplaced,
      windows: expected.size,
      wrongSums,
    }
  }
}

interface SumRow {
  readonly province: string
  readonly pay_amount: number
  readonly rowtime: string
}

const keyOf = (row: { readonly rowtime: string; readonly province: string }) =>
  `${row.rowtime.slice(0, 19)} ${row.province}`

export interface Verdict {
  readonly events: number
  /** In no window. */
  readonly lost: number
  /** In more than one row. */
  readonly duplicated: number
  /** In a window or province that is not their own. */
  readonly misplaced: number
  /** Rows that should be in `results`, and how many are missing, there twice, or of another sum. */
  readonly windows: number
  readonly wrongSums: number
}
