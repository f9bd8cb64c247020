/**
 * What becomes of records that cannot be read: `'bad-records'` = `'fail'`, `'skip'` or `'table'`.
 *
 * Laws
 * - Only an error of the format is the record's; any other (a damaged batch, a lost broker) is not passed over.
 * - A record is counted in the position of its partition, so that a restart counts it neither twice nor not at all.
 * - With a topic, a checkpoint covers a bad record only when the brokers have acknowledged it: at-least-once, under the key
 *   `TOPIC-PARTITION-OFFSET`, which tells copies apart (and compaction removes them).
 */
import { isRivuletError, type RivuletError } from '../../base/errors.ts'
import {
  ANY_PARTITION,
  type KafkaClient,
  KafkaProducer,
  type RecordCursor,
  type TopicWriter,
} from '../../kafka/index.ts'
import { type BadRecord, MAX_BAD_RECORD_BYTES, type ReaderContext } from '../contract.ts'
import type { KafkaSourceSettings } from './settings.ts'
import type { KafkaSplit } from './splits.ts'

const NO_BYTES = new Uint8Array(0)
const utf8 = new TextEncoder()

export class BadRecords {
  /** False: the first bad record ends the job. */
  readonly passes: boolean
  readonly #context: ReaderContext
  readonly #settings: KafkaSourceSettings
  readonly #counter: { add(n: number): void }
  readonly #producer: KafkaProducer | undefined
  #writer: TopicWriter | undefined
  #waiting = false

  constructor(context: ReaderContext, settings: KafkaSourceSettings, client: KafkaClient) {
    this.#context = context
    this.#settings = settings
    this.passes = settings.badRecords.mode !== 'fail'
    this.#counter = context.counter('numRecordsInErrors')
    if (settings.badRecords.topic !== undefined) this.#producer = new KafkaProducer(client)
  }

  async open(): Promise<void> {
    const { topic } = this.#settings.badRecords
    if (topic !== undefined) this.#writer = await this.#producer?.topic(topic)
  }

  /** Pass over record `i` of the cursor; false when its error must end the job. */
  take(error: unknown, split: KafkaSplit, cursor: RecordCursor, i: number): boolean {
    if (!this.passes || !isRecordError(error)) return false
    split.bad++
    this.#counter.add(1)
    if (this.#settings.badRecords.mode !== 'table') return true
    const { topic, partition } = split
    const start = cursor.valueStart[i]
    const size = start < 0 ? 0 : cursor.valueEnd[i] - start
    const record: BadRecord = {
      table: this.#settings.table,
      topic,
      partition,
      offset: cursor.offset[i],
      timestamp: cursor.timestamp[i],
      code: error.code,
      reason: error.message,
      // Copied: the fetched buffer must not stay for it.
      bytes: start < 0 ? NO_BYTES : cursor.bytes.slice(start, start + Math.min(size, MAX_BAD_RECORD_BYTES)),
      size,
    }
    this.#context.badRecord?.(record)
    if (this.#writer !== undefined) this.#write(this.#writer, record)
    return true
  }

  #write(writer: TopicWriter, record: BadRecord): void {
    const { topic, partition, offset, bytes } = record
    const key = utf8.encode(`${topic}-${partition}-${offset}`)
    const headers = (['reason', 'code', 'table', 'topic', 'partition', 'offset', 'timestamp', 'size'] as const).map(
      (name) => ({ key: name, value: utf8.encode(String(record[name])) }),
    )
    // With the present as its timestamp: by that of the record a broker might delete it at once.
    const now = this.#context.host.clock.now()
    writer.append(ANY_PARTITION, now, key, 0, key.length, bytes, 0, bytes.length, headers)
  }

  /** True while the topic does not take records fast enough; `ready` is called when it does again, or has failed. */
  full(ready: () => void): boolean {
    const producer = this.#producer
    if (producer === undefined) return false
    if (producer.error !== undefined) throw producer.error
    if (!producer.full) return false
    if (!this.#waiting) {
      this.#waiting = true
      const go = () => {
        this.#waiting = false
        ready()
      }
      // After an error the next call throws it.
      producer.writable().then(go, go)
    }
    return true
  }

  async flush(): Promise<void> {
    await this.#producer?.flush()
  }

  close(): void {
    this.#producer?.close()
  }
}

/** The format found that the record is not what the table declares. */
export function isRecordError(error: unknown): error is RivuletError {
  return isRivuletError(error) && error.code.startsWith('FORMAT_') && error.domain === 'user'
}
