/**
 * Reads the partitions of one subtask.
 *
 * Input      chunks of record batches from the fetcher, one partition each
 * Output     batches of one partition: values decoded straight into columns, metadata columns beside them
 * Position   per partition the offset behind the last record that was given or passed over
 * Law        every record at or behind the start offset and before the end offset is decoded once and in order; a record
 *            without a value gives no row (in a table by key the deletion of its row); a bad record is passed over, or reported
 *            with topic, partition and offset after the rows before it were given
 */
import { failure, isRivuletError } from '../../base/errors.ts'
import { createRowSink, type FormatField, type RowDecoder, type RowSink } from '../../formats/contract.ts'
import {
  commitOffsets,
  KafkaClient,
  PartitionDiscovery,
  PartitionFetcher,
  RecordCursor,
  type RecordSet,
  type TopicPartition,
} from '../../kafka/index.ts'
import type { Column, ColumnBuilder } from '../../types/batch.ts'
import { ColumnBuilder as Builder } from '../../types/batch.ts'
import type { ReaderContext, SourceBatch, SourceReader, SplitProgress, SplitState, TableRequest } from '../contract.ts'
import { BadRecords, isRecordError } from './bad-records.ts'
import { KeyedRows } from './keyed-rows.ts'
import { type MetadataWriter, metadataWriter } from './metadata.ts'
import type { KafkaSourceSettings } from './settings.ts'
import {
  type KafkaSplit,
  ownerOf,
  partitionOfName,
  positionOf,
  resumedSplits,
  type SplitPosition,
  startSplits,
} from './splits.ts'

/** The chunk at hand: where the next record stands. */
interface Reading {
  readonly split: KafkaSplit
  readonly records: RecordSet
  readonly nextOffset: number
  readonly metadata: readonly MetadataWriter[]
  /** Next record within the cursor. */
  at: number
  /** Gives the response's buffer back. */
  readonly done: () => void
}

const SMALLEST_BATCH = 16
const RETRY_MS = 1000
/** Bad records without a row between, until the job has its turn again. */
const BAD_PER_POLL = 256

export class KafkaReader implements SourceReader {
  readonly #context: ReaderContext
  readonly #settings: KafkaSourceSettings
  readonly #client: KafkaClient
  readonly #fetcher: PartitionFetcher
  readonly #discovery: PartitionDiscovery
  readonly #decoder: RowDecoder
  /** The decoder, where keys are read. */
  readonly #keyed: KeyedRows | undefined
  readonly #fields: readonly FormatField[]
  /** Of every produced column: its place among the decoded fields, or −1 − its place among the metadata columns. */
  readonly #places: readonly number[]
  readonly #metadataKeys: readonly string[]
  readonly #splits = new Map<string, KafkaSplit>()
  /** Offsets at which reading began. */
  readonly #starts = new Map<string, number>()
  readonly #cursor = new RecordCursor()
  readonly #committed = new Map<string, number>()
  readonly #bad: BadRecords
  readonly #skipped: { add(n: number): void }
  readonly #commitFailures: { add(n: number): void }
  #reading: Reading | undefined
  #given = 0
  /** Rows of the batch before: what the next one probably has. */
  #lastRows = 0
  #reported = 0
  #error: unknown
  #cancelRetry: (() => void) | undefined
  #closed = false
  #available: () => void = () => {}

  constructor(context: ReaderContext, settings: KafkaSourceSettings, table: TableRequest) {
    this.#context = context
    this.#settings = settings
    this.#client = new KafkaClient(context.host, settings.properties)
    const resets = context.counter('offsetsReset')
    this.#fetcher = new PartitionFetcher(this.#client, { onReset: () => resets.add(1) })
    this.#fetcher.onAvailable(() => this.#available())
    this.#discovery = new PartitionDiscovery(this.#client, {
      topics: settings.pattern ?? settings.topics,
      intervalMs: settings.bounded.mode === 'unbounded' ? settings.discoveryInterval : 0,
      onNew: (partitions) => void this.#discovered(partitions),
      onError: (error) => this.#fail(error),
    })
    const fields: FormatField[] = []
    const keys: string[] = []
    this.#places = context.produced.map(({ name, type, metadata, parse }) => {
      if (metadata === undefined) return fields.push({ name, type, parse }) - 1
      return -keys.push(metadata)
    })
    this.#fields = fields
    this.#metadataKeys = keys
    const { key, value } = settings
    const { physical, legacy, timeZone } = table
    if (key !== undefined) this.#keyed = new KeyedRows({ ...settings, key }, fields, table)
    this.#decoder =
      this.#keyed ??
      value.format.decoder!({ schema: fields, record: physical, options: value.options, timeZone, legacy })
    this.#bad = new BadRecords(context, settings, this.#client)
    if (this.#bad.passes) {
      context.gauge('badRecords', () => [...this.#splits.values()].reduce((sum, { bad }) => sum + bad, 0))
    }
    this.#skipped = context.counter('numRecordsInErrors')
    this.#commitFailures = context.counter('commitsFailed')
    context.gauge('records-lag-max', () => this.#lag())
  }

  async open(): Promise<void> {
    try {
      await this.#start()
    } catch (error) {
      // Nobody closes what never opened: no timer and no connection may stay.
      await this.close()
      throw error
    }
  }

  async #start(): Promise<void> {
    const { restored } = this.#context
    await this.#bad.open()
    const now = this.#own(await this.#discovery.current())
    if (restored === undefined) this.#add(await startSplits(this.#client, this.#settings, now))
    else {
      const known = restored.map(({ split, position }) => ({
        ...partitionOfName(split),
        position: position as SplitPosition,
      }))
      this.#add(await resumedSplits(this.#client, this.#settings, this.#own(known)))
      // A table that was bounded before has the partitions that it started with.
      if (known.every(({ position }) => position.end === undefined)) await this.#addNew(now)
    }
  }

  #own<T extends TopicPartition>(partitions: readonly T[]): T[] {
    const { subtask, parallelism } = this.#context
    return partitions.filter((one) => ownerOf(one, parallelism) === subtask)
  }

  /** Partitions that nobody has read yet, from their beginning. */
  async #addNew(partitions: readonly TopicPartition[]): Promise<void> {
    const fresh = this.#own(partitions).filter(({ topic, partition }) => !this.#splits.has(`${topic}-${partition}`))
    const splits = await startSplits(this.#client, { ...this.#settings, startup: { mode: 'earliest-offset' } }, fresh)
    if (!this.#closed) this.#add(splits)
  }

  /** Never rejects. */
  async #discovered(partitions: readonly TopicPartition[]): Promise<void> {
    try {
      await this.#addNew(partitions)
    } catch (error) {
      if (this.#closed) return
      // The brokers went away between the two questions: ask the second one again.
      if (!isRivuletError(error) || error.domain !== 'external') this.#fail(error)
      else this.#cancelRetry = this.#context.host.clock.after(RETRY_MS, () => void this.#discovered(partitions))
    }
  }

  #fail(error: unknown): void {
    this.#error = error
    this.#available()
  }

  #add(splits: readonly KafkaSplit[]): void {
    for (const split of splits) {
      this.#splits.set(split.name, split)
      this.#starts.set(split.name, split.offset)
    }
    this.#fetcher.assign(
      splits.filter(({ ended }) => !ended).map(({ topic, partition, offset }) => ({ topic, partition, offset })),
    )
  }

  poll(maxRows: number): SourceBatch | 'empty' | 'end' {
    if (this.#error !== undefined) throw this.#error
    if (this.#bad.full(() => this.#available())) return 'empty'
    const limit = this.#context.limit ?? Number.POSITIVE_INFINITY
    while (this.#given < limit) {
      const reading = this.#reading ?? this.#next()
      if (reading === undefined) return this.#allEnded() ? 'end' : 'empty'
      const batch = this.#read(reading, Math.min(maxRows, limit - this.#given))
      if (batch !== undefined) {
        this.#given += batch.batch.length
        return batch
      }
      if (this.#error !== undefined) throw this.#error
    }
    return 'end'
  }

  #next(): Reading | undefined {
    for (;;) {
      const chunk = this.#fetcher.poll()
      if (chunk === undefined) return undefined
      const split = this.#splits.get(`${chunk.topic}-${chunk.partition}`)
      if (split === undefined || split.ended) {
        chunk.done()
        continue
      }
      const { topic, partition, records, nextOffset } = chunk
      // The cursor may still hold the records of the chunk before.
      this.#cursor.count = 0
      const metadata = this.#metadataKeys.map((key) => metadataWriter(key, topic, partition))
      this.#reading = { split, records, nextOffset, metadata, at: 0, done: () => chunk.done() }
      return this.#reading
    }
  }

  /** Rows of the chunk at hand, or undefined when it has none (any more). */
  #read(reading: Reading, maxRows: number): SourceBatch | undefined {
    const { split, records } = reading
    const cursor = this.#cursor
    let sink: RowSink | undefined
    let metadata: readonly ColumnBuilder[] = []
    const most = split.bad + BAD_PER_POLL
    try {
      while (sink === undefined || (sink.length < maxRows && split.bad < most)) {
        if (reading.at >= cursor.count) {
          if (!records.next(cursor)) {
            this.#finish(reading)
            break
          }
          reading.at = 0
        }
        if (sink === undefined) {
          const capacity = Math.min(maxRows, Math.max(this.#lastRows, SMALLEST_BATCH, cursor.count - reading.at))
          sink = createRowSink(this.#fields, capacity)
          metadata = this.#metadataBuilders(capacity)
        }
        this.#decode(reading, sink, metadata, maxRows)
        if (split.ended) {
          this.#finish(reading)
          break
        }
      }
    } catch (error) {
      this.#error = this.#recordError(error, reading)
    }
    this.#countSkipped()
    // A batch without rows where there may be more bad records: the job goes on in between.
    if (sink === undefined || (sink.length === 0 && split.bad < most)) return undefined
    this.#lastRows = sink.length
    return { split: split.name, batch: this.#batch(sink, metadata) }
  }

  /** The hot loop: records of the cursor's batch into the sink. */
  #decode(reading: Reading, sink: RowSink, metadata: readonly ColumnBuilder[], maxRows: number): void {
    const { split } = reading
    const cursor = this.#cursor
    const decoder = this.#decoder
    const keyed = this.#keyed
    const { bytes, offset, valueStart, valueEnd, count } = cursor
    const { end } = split
    let before = sink.length
    try {
      while (reading.at < count && sink.length < maxRows) {
        const i = reading.at
        const at = offset[i]
        if (at >= end) {
          split.offset = end
          split.ended = true
          return
        }
        const start = valueStart[i]
        before = sink.length
        keyed?.readKey(cursor, i)
        const added = start < 0 ? (decoder.decodeNull?.(sink) ?? 0) : decoder.decode(bytes, start, valueEnd[i], sink)
        for (let m = 0; m < metadata.length; m++) {
          metadata[m].reserve(before + added)
          for (let row = before; row < before + added; row++) reading.metadata[m](metadata[m], row, cursor, i)
        }
        split.offset = at + 1
        reading.at = i + 1
      }
    } catch (error) {
      // Nothing of the record stays, also when its headers were what is broken.
      sink.length = before
      if (!this.#bad.take(error, split, cursor, reading.at)) throw error
      split.offset = offset[reading.at++] + 1
    }
    if (split.offset >= end) split.ended = true
  }

  /** Behind the chunk: what was filtered out of it (control records, aborted transactions) is passed as well. */
  #finish({ split, nextOffset, done }: Reading): void {
    this.#reading = undefined
    // Decoded values are copies; nothing points into the response any more.
    done()
    split.offset = Math.min(Math.max(split.offset, nextOffset), split.end)
    if (split.offset < split.end) return
    split.ended = true
    this.#fetcher.unassign([split])
  }

  #metadataBuilders(capacity: number): ColumnBuilder[] {
    return this.#context.produced
      .filter(({ metadata }) => metadata !== undefined)
      .map(({ type }) => new Builder(type, capacity))
  }

  #batch(sink: RowSink, metadata: readonly ColumnBuilder[]) {
    const columns = this.#places.map(
      (place): Column => (place < 0 ? metadata[-place - 1] : sink.columns[place]).column(),
    )
    return { length: sink.length, columns, kinds: sink.kinds?.subarray(0, sink.length) ?? null }
  }

  #recordError(error: unknown, { split, at }: Reading): unknown {
    if (!isRecordError(error)) return error
    const { topic, partition } = split
    const detail = error.message
    const offset = this.#cursor.offset[at]
    const place = { topic, partition, offset }
    return failure('CONNECTOR_KAFKA_RECORD', { ...place, detail, hint: error.hint }, { cause: error, place })
  }

  #countSkipped(): void {
    const { skipped } = this.#decoder
    if (skipped > this.#reported) this.#skipped.add(skipped - this.#reported)
    this.#reported = skipped
  }

  #allEnded(): boolean {
    if (this.#settings.bounded.mode === 'unbounded') return false
    for (const { ended } of this.#splits.values()) if (!ended) return false
    return true
  }

  /** Records that are in the logs and not read yet, of the partition that is furthest behind. */
  #lag(): number {
    let lag = 0
    for (const { topic, partition, offset } of this.#splits.values()) {
      lag = Math.max(lag, this.#fetcher.highWatermark(topic, partition) - offset)
    }
    return lag
  }

  onAvailable(callback: () => void): void {
    this.#available = callback
  }

  splits(): readonly string[] {
    return [...this.#splits.values()].filter(({ ended }) => !ended).map(({ name }) => name)
  }

  snapshot(): readonly SplitState[] {
    return [...this.#splits.values()].map((split) => ({ split: split.name, position: positionOf(split) }))
  }

  progress(): readonly SplitProgress[] {
    return [...this.#splits.values()].map(({ name, topic, partition, offset }) => {
      const end = this.#fetcher.highWatermark(topic, partition)
      return { split: name, start: this.#starts.get(name) ?? offset, next: offset, ...(end >= 0 && { end }) }
    })
  }

  /** For monitoring only: the group's offsets follow the checkpoints; the job itself starts from its state. */
  checkpointComplete(positions: readonly SplitState[]): void {
    const { groupId, commitOnCheckpoint } = this.#settings
    if (groupId === undefined || !commitOnCheckpoint || this.#closed) return
    const changed = positions
      .map(({ split, position }) => ({ ...partitionOfName(split), offset: (position as SplitPosition).offset, split }))
      .filter(({ split, offset }) => this.#splits.has(split) && this.#committed.get(split) !== offset)
    if (changed.length === 0) return
    for (const { split, offset } of changed) this.#committed.set(split, offset)
    commitOffsets(this.#client, groupId, changed).catch(() => {
      // The next checkpoint commits again; a job does not fail for its monitoring.
      for (const { split } of changed) this.#committed.delete(split)
      this.#commitFailures.add(1)
    })
  }

  flush(): Promise<void> {
    return this.#bad.flush()
  }

  async close(): Promise<void> {
    this.#closed = true
    this.#bad.close()
    this.#discovery.close()
    this.#cancelRetry?.()
    this.#fetcher.close()
    await this.#client.close()
  }
}
