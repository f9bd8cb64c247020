/**
 * Writes rows as records of one topic.
 *
 * Law: `flush` resolves when every row that was written before is acknowledged by the brokers, so that a checkpoint never
 * covers a row that is only in memory (at-least-once). The first record that cannot be delivered ends the writer.
 *
 * In a table by key, a row that is taken back (-D, -U) is a record without a value: a tombstone.
 * Timestamp of a record: the column `timestamp` if the table writes it, else the row's time attribute, else the present.
 */
import { type ByteSink, createByteSink, type FormatField, type RowEncoder } from '../../formats/contract.ts'
import { ANY_PARTITION, KafkaClient, KafkaProducer, type RecordHeader, type TopicWriter } from '../../kafka/index.ts'
import { type Batch, valueAt } from '../../types/batch.ts'
import { isAccumulate } from '../../types/row-kind.ts'
import { type MapValue, toMillis } from '../../types/value.ts'
import type { ProducedColumn, SinkWriter, TableRequest, WriterContext, WriterTransactions } from '../contract.ts'
import type { KafkaSinkSettings } from './settings.ts'
import { KafkaTransactions } from './transactions.ts'

/** Encoded rows are handed over and the buffer is used again when it holds this much. */
const BUFFER_BYTES = 64 * 1024

interface KeyEncoder {
  readonly encoder: RowEncoder
  readonly upsert: boolean
  readonly columns: readonly number[]
}

export class KafkaWriter implements SinkWriter {
  readonly transactions?: WriterTransactions
  readonly #context: WriterContext
  readonly #settings: KafkaSinkSettings
  readonly #client: KafkaClient
  /** Without transactions: one producer for all rows. */
  readonly #producer: KafkaProducer
  readonly #transactions: KafkaTransactions | undefined
  /** Rows that wait for their transaction to begin. */
  #held: Batch[] = []
  /** Rows behind a barrier, while the transaction before it is still open. */
  #later: Batch[] = []
  /** A barrier has come, and the transaction of the rows before it is not taken away yet. */
  #preparing = false
  readonly #encoder: RowEncoder
  /** Columns of the value. */
  readonly #columns: readonly number[]
  readonly #key: KeyEncoder | undefined
  readonly #timestamp: number
  readonly #headers: number
  readonly #buffer: ByteSink = createByteSink(BUFFER_BYTES)
  readonly #keyBuffer: ByteSink = createByteSink()
  #writer: TopicWriter | undefined
  #partition = ANY_PARTITION
  #waiting = false
  #ready: () => void = () => {}

  constructor(context: WriterContext, settings: KafkaSinkSettings, table: TableRequest) {
    this.#context = context
    this.#settings = settings
    this.#client = new KafkaClient(context.host, settings.properties)
    this.#producer = new KafkaProducer(this.#client)
    if (settings.transactions !== undefined) {
      const place = { subtask: context.subtask, checkpoint: context.restoredCheckpoint ?? 0 }
      this.#transactions = new KafkaTransactions(this.#client, settings, place, () => this.#begun())
      this.transactions = this.#transactional(this.#transactions)
    }
    const { consumed } = context
    const { key, value } = settings
    const inKey = key?.fields.map(({ column }) => consumed.findIndex(({ name }) => name === column)) ?? []
    this.#columns = consumed.flatMap(({ metadata }, i) =>
      metadata === undefined && (key?.inValue !== false || !inKey.includes(i)) ? [i] : [],
    )
    this.#headers = consumed.findIndex(({ metadata }) => metadata === 'headers')
    const written = consumed.findIndex(({ metadata }) => metadata === 'timestamp')
    this.#timestamp = written >= 0 ? written : consumed.findIndex(isRowtime)
    const schema: FormatField[] = this.#columns.map((i) => ({ name: consumed[i].name, type: consumed[i].type }))
    const { legacy, timeZone } = table
    this.#encoder = value.format.encoder!({ schema, options: value.options, timeZone, legacy })
    if (key !== undefined) {
      const fields = key.fields.map(({ name }, i) => ({ name, type: consumed[inKey[i]].type }))
      const encoder = key.format.encoder!({ schema: fields, options: key.options, timeZone, legacy })
      this.#key = { encoder, columns: inKey, upsert: key.upsert }
    }
  }

  async open(): Promise<void> {
    try {
      // With transactions too: a missing topic is told at once.
      this.#writer = await this.#producer.topic(this.#settings.topic)
    } catch (error) {
      // Nobody closes what never opened: no timer and no connection may stay.
      await this.close()
      throw error
    }
    if (this.#settings.partitioner === 'fixed') this.#partition = this.#context.subtask % this.#writer.partitions
  }

  write(batch: Batch): void {
    const transactions = this.#transactions
    if (this.#preparing) {
      this.#later.push(batch)
      return
    }
    const writer = transactions === undefined ? this.#writer : transactions.writer
    if (writer === undefined) this.#held.push(batch)
    else this.#encode(batch, writer)
  }

  /** The transaction is there (or has failed, which the next write throws). */
  #begun(): void {
    const writer = this.#transactions?.producer === undefined ? undefined : this.#transactions.writer
    if (writer !== undefined) for (const batch of this.#held.splice(0)) this.#encode(batch, writer)
    if (!this.#preparing) this.#ready()
  }

  /** At a barrier nothing more is taken until the transaction of what came before is put aside. */
  #transactional(transactions: KafkaTransactions): WriterTransactions {
    return {
      prepareCommit: async (checkpoint) => {
        this.#preparing = true
        const taken = transactions.prepareCommit(checkpoint, () => {
          this.#preparing = false
          for (const batch of this.#later.splice(0)) this.write(batch)
          this.#ready()
        })
        return taken
      },
      commit: (committables) => transactions.commit(committables),
      snapshot: () => transactions.snapshot(),
    }
  }

  #encode(batch: Batch, writer: TopicWriter): void {
    const buffer = this.#buffer
    const key = this.#key
    const values = columnsOf(batch, this.#columns)
    const keys = key && columnsOf(batch, key.columns)
    const now = this.#context.host.clock.now()
    for (let row = 0; row < batch.length; row++) {
      // The producer copies the bytes.
      buffer.length = 0
      const gone = key?.upsert === true && batch.kinds !== null && !isAccumulate(batch.kinds[row])
      if (!gone) this.#encoder.encode(values, row, buffer)
      const keyBytes = keys === undefined ? null : this.#keyOf(keys, row)
      const timestamp = this.#timestamp < 0 ? now : this.#timestampOf(batch, row, now)
      const headers = this.#headers < 0 ? null : this.#headersOf(batch, row)
      const value = gone || this.#encoder.isNull?.(values, row) === true ? null : buffer.bytes
      const keyEnd = this.#keyBuffer.length
      writer.append(this.#partition, timestamp, keyBytes, 0, keyEnd, value, 0, buffer.length, headers)
    }
  }

  #keyOf(keys: Batch, row: number): Uint8Array | null {
    const { encoder } = this.#key as KeyEncoder
    const buffer = this.#keyBuffer
    buffer.length = 0
    encoder.encode(keys, row, buffer)
    return encoder.isNull?.(keys, row) === true ? null : buffer.bytes
  }

  #timestampOf(batch: Batch, row: number, now: number): number {
    const { type } = this.#context.consumed[this.#timestamp]
    const value = valueAt(batch.columns[this.#timestamp], type, row) as number | bigint | null
    const precision = type.kind === 'TIMESTAMP' || type.kind === 'TIMESTAMP_LTZ' ? type.precision : 3
    return value === null ? now : toMillis(value, precision)
  }

  #headersOf(batch: Batch, row: number): RecordHeader[] | null {
    const map = batch.columns[this.#headers].values[row] as unknown as MapValue | null
    if (map === null || map.keys.length === 0) return null
    return map.keys.map((key, i) => ({ key: key as string, value: map.values[i] as Uint8Array | null }))
  }

  get full(): boolean {
    if (this.#preparing || this.#transactions?.beginning === true) return true
    const producer = this.#transactions === undefined ? this.#producer : this.#transactions.producer
    if (producer?.full !== true) return false
    if (!this.#waiting) {
      this.#waiting = true
      const go = () => {
        this.#waiting = false
        this.#ready()
      }
      // After an error the next `write` throws it.
      producer.writable().then(go, go)
    }
    return true
  }

  onReady(callback: () => void): void {
    this.#ready = callback
  }

  async flush(): Promise<void> {
    if (this.#settings.guarantee !== 'none') await this.#producer.flush()
  }

  async close(): Promise<void> {
    this.#transactions?.close()
    this.#producer.close()
    await this.#client.close()
  }
}

function columnsOf(batch: Batch, columns: readonly number[]): Batch {
  if (columns.length === batch.columns.length && columns.every((column, i) => column === i)) return batch
  return { ...batch, columns: columns.map((i) => batch.columns[i]) }
}

function isRowtime({ type }: ProducedColumn): boolean {
  return (type.kind === 'TIMESTAMP' || type.kind === 'TIMESTAMP_LTZ') && type.attribute === 'rowtime'
}
