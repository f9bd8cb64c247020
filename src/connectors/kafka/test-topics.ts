/** For tests of the Kafka connector: a dev broker's topics, tables over them, readers read to their end. */
import assert from 'node:assert/strict'
import { isRivuletError } from '../../base/errors.ts'
import type { Host } from '../../base/host.ts'
import { nodeHost } from '../../base/node-host.ts'
import { csvFormat } from '../../formats/csv/format.ts'
import { jsonFormat } from '../../formats/json/format.ts'
import { rawFormat } from '../../formats/raw/format.ts'
import type { RunningBroker } from '../../kafka/broker/index.ts'
import { KafkaClient, KafkaProducer, type RecordHeader } from '../../kafka/index.ts'
import type { Schema } from '../../types/batch.ts'
import * as t from '../../types/logical-type.ts'
import type { Value } from '../../types/value.ts'
import type { ProducedColumn, ReaderContext, SourceReader } from '../contract.ts'
import { readerContext, request, rowsOf } from '../test-support.ts'
import { kafka } from './connector.ts'

export const schema: Schema = [
  { name: 'id', type: t.INT },
  { name: 'name', type: t.STRING },
]
export const hostOf = (broker: RunningBroker): Host => ({ ...nodeHost, network: broker.network })

export function optionsOf(broker: RunningBroker, more: Record<string, string> = {}): Record<string, string> {
  return {
    topic: 'events',
    'properties.bootstrap.servers': broker.bootstrap,
    'scan.startup.mode': 'earliest-offset',
    format: 'json',
    ...more,
  }
}

export const tableOf = (options: Record<string, string>, columns = schema) =>
  request(kafka, { schema: columns, options, formats: [jsonFormat, csvFormat, rawFormat], table: 'events_table' })

export async function open(
  broker: RunningBroker,
  more: Record<string, string> = {},
  context: Partial<ReaderContext> = {},
  produced: readonly ProducedColumn[] = schema,
): Promise<SourceReader & { readonly counters: Map<string, number> }> {
  const source = kafka.source!(tableOf(optionsOf(broker, more)))
  const made = readerContext(produced, { host: hostOf(broker), ...context })
  const reader = source.createReader(made)
  await reader.open()
  return Object.assign(reader, { counters: made.counters })
}

export type Rows = [string, ...Value[]][]

/** Read until 'end', or until `enough` rows are there. */
export async function take(
  reader: SourceReader,
  enough = Number.POSITIVE_INFINITY,
  produced: readonly ProducedColumn[] = schema,
  maxRows = 4096,
): Promise<Rows> {
  const rows: Rows = []
  while (rows.length < enough) {
    const polled = reader.poll(Math.min(maxRows, enough - rows.length))
    if (polled === 'end') break
    if (polled !== 'empty') rows.push(...rowsOf(polled, produced))
    else {
      await new Promise<void>((resolve, reject) => {
        const timer = setTimeout(() => reject(new Error(`${rows.length} of ${enough} rows came`)), 15_000)
        reader.onAvailable(() => {
          clearTimeout(timer)
          resolve()
        })
      })
    }
  }
  return rows
}

export async function produce(
  broker: RunningBroker,
  topic: string,
  values: readonly (string | null)[],
  more: { readonly partition?: number; readonly timestamp?: number; readonly headers?: RecordHeader[] } = {},
  properties: Record<string, string> = {},
): Promise<void> {
  const client = new KafkaClient(hostOf(broker), { 'bootstrap.servers': broker.bootstrap, ...properties })
  const producer = new KafkaProducer(client)
  const writer = await producer.topic(topic)
  for (const value of values) {
    const bytes = value === null ? null : Buffer.from(value)
    const { partition = 0, timestamp = 1000, headers = null } = more
    writer.append(partition, timestamp, null, 0, 0, bytes, 0, bytes?.length ?? 0, headers)
  }
  await producer.flush()
  producer.close()
  await client.close()
}

export const event = (id: number): string => `{"id":${id},"name":"n${id}"}`
export const events = (from: number, to: number): string[] =>
  Array.from({ length: to - from }, (_, i) => event(from + i))
export const ids = (rows: Rows): Value[] => rows.map(([, id]) => id)
export const upTo = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, i) => from + i)

export const coded = (code: string, pattern?: RegExp) => (error: unknown) => {
  assert.ok(isRivuletError(error), String(error))
  assert.equal(error.code, code, error.message)
  if (pattern !== undefined) assert.match(`${error.message} ${error.hint}`, pattern)
  return true
}
