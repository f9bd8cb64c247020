/** The payment job's events, Flink's answer, and how the two are compared. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { nodeHost } from '../../src/base/node-host.ts'
import { readRecords } from '../../src/cli/read-records.ts'
import { createTopics, KafkaClient, KafkaProducer } from '../../src/kafka/index.ts'

const file = (name: string) => readFileSync(new URL(`../payment/${name}`, import.meta.url), 'utf8')

/** 20,000 events in arrival order, one record value each. */
export const paymentEvents: readonly string[] = file('events.jsonl').trimEnd().split('\n')

export interface PaymentResult {
  readonly province: string
  readonly pay_amount: number
  readonly rowtime: string
}

/** What Flink 2.3 wrote for one partition. */
export const paymentResults: readonly PaymentResult[] = file('results.jsonl')
  .trimEnd()
  .split('\n')
  .map((line) => JSON.parse(line))

/** The example's statements, `earliest` and without end, as one writes them where there are no flags. */
export function paymentSql(bootstrap: string): string {
  const folder = fileURLToPath(new URL('../../examples/payment/', import.meta.url))
  return readFileSync(`${folder}job.sql`, 'utf8')
    .replace('./functions.ts', `${folder}functions.ts`)
    .replaceAll(/\$\{kafka-servers:-[^}]*\}/g, bootstrap)
    .replace(/\$\{startup:-latest\}/, 'earliest')
    .replace(/\$\{bounded\?latest-offset:unbounded\}/, 'unbounded')
    .replaceAll(/\$\{[\w-]+:-([^}]*)\}/g, '$1')
}

/** The same job, from a savepoint on and up to the present end, in a session that has its tables. */
export function resumedPaymentSql(bootstrap: string, savepoint: string): string {
  const sql = paymentSql(bootstrap)
  return [
    `SET 'execution.state-recovery.path' = '${savepoint}';`,
    "ALTER TABLE payment_msg SET ('scan.bounded.mode' = 'latest-offset');",
    sql.slice(sql.indexOf('INSERT INTO')),
  ].join('\n')
}

export interface Topics {
  readonly source: string
  readonly sink: string
}

export async function createPaymentTopics(bootstrap: string, topics: Topics, partitions: number): Promise<void> {
  const client = new KafkaClient(nodeHost, { 'bootstrap.servers': bootstrap })
  try {
    await createTopics(client, [
      { name: topics.source, partitions },
      { name: topics.sink, partitions },
    ])
  } finally {
    await client.close()
  }
}

/** Write events to the partitions in turn. */
export async function produceEvents(bootstrap: string, topic: string, events: readonly string[]): Promise<void> {
  const client = new KafkaClient(nodeHost, { 'bootstrap.servers': bootstrap })
  const producer = new KafkaProducer(client)
  try {
    const writer = await producer.topic(topic)
    // Record timestamps of today: a broker deletes what is older than its retention.
    const now = Date.now()
    for (const [i, event] of events.entries()) {
      const value = Buffer.from(event)
      writer.append(i % writer.partitions, now + i, null, 0, 0, value, 0, value.length)
      if (producer.full) await producer.writable()
    }
    await producer.flush()
  } finally {
    producer.close()
    await client.close()
  }
}

/** All records of a topic, until none comes for a moment. */
export async function readTopic(bootstrap: string, topic: string, isolation = 'read_uncommitted'): Promise<string[]> {
  const client = new KafkaClient(nodeHost, { 'bootstrap.servers': bootstrap, 'isolation.level': isolation })
  const values: string[] = []
  try {
    const options = { from: 'earliest', idleMs: 700, signal: new AbortController().signal } as const
    for await (const { value } of readRecords(client, topic, options)) {
      values.push(Buffer.from(value ?? []).toString('utf8'))
    }
  } finally {
    await client.close()
  }
  return values
}

/**
 * The written rows are Flink's, as a bag.
 * @param exactly sums agree to every digit (one partition: addition in arrival order); else within 1e-9
 * @param legacy rows were written by the format of Flink 1.10, whose `rowtime` is RFC 3339
 */
export function assertPaymentResults(written: readonly string[], exactly: boolean, legacy: boolean): void {
  const rows = written.map((line) => JSON.parse(line) as PaymentResult)
  const rowtime = (text: string) => {
    if (!legacy) return text
    assert.match(text, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/)
    return text.replace('T', ' ').replace('Z', '')
  }
  const key = (row: PaymentResult) => `${row.rowtime} ${row.province}`
  const byKey = (list: readonly PaymentResult[]) => [...list].sort((a, b) => (key(a) < key(b) ? -1 : 1))
  const actual = byKey(rows.map((row) => ({ ...row, rowtime: rowtime(row.rowtime) })))
  const expected = byKey(paymentResults)
  assert.deepEqual(actual.map(key), expected.map(key))
  for (const [i, row] of actual.entries()) {
    const difference = Math.abs(row.pay_amount - expected[i].pay_amount)
    const tolerance = exactly ? 0 : 1e-9 * Math.abs(expected[i].pay_amount)
    assert.ok(difference <= tolerance, `${key(row)}: ${row.pay_amount} is not ${expected[i].pay_amount}`)
  }
}
