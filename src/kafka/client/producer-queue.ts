/**
 * What a producer holds for one partition: the batch being filled, batches to send, batches on the way.
 *
 * Law: batches leave in the order in which they were begun; a batch that comes back goes before all younger ones; while
 * one is repeated, nothing else of the partition is on the way. With idempotence a batch keeps its sequence number in all
 * its repetitions, and until the first one of a producer id is acknowledged it is alone on the way: a broker that does not
 * know the producer yet takes any number as the first, so that after a change of leader a younger batch could pass.
 */
import type { RivuletError } from '../../base/errors.ts'
import { BatchWriter, type CompressionType, stamp } from '../records/index.ts'
import { NO_IDENTITY, type ProducerIdentity } from './producer-identity.ts'

/** Size of a batch without records. */
const EMPTY = new BatchWriter(0).size

export interface Batch {
  readonly queue: PartitionQueue
  readonly writer: BatchWriter
  /** The finished batch, ready for the wire. */
  readonly bytes: Uint8Array
  readonly records: number
  /** Bytes of its records before compression: what they take of `buffer.memory`. */
  readonly memory: number
  /** Position among the partition's batches. */
  readonly order: number
  /** Monotonic milliseconds when its first record came. */
  readonly begun: number
  /** −1 until first sent. */
  sequence: number
  identity: ProducerIdentity
  attempts: number
  lastError: RivuletError | undefined
}

export class PartitionQueue {
  readonly topic: string
  readonly partition: number
  readonly ready: Batch[] = []
  readonly onTheWay: Batch[] = []
  open: BatchWriter | undefined
  begun = 0
  nextSequence = 0
  /** Monotonic milliseconds before which nothing is sent after a failure. */
  notBefore = 0
  /** Offsets that were given to what was written, as the broker told; undefined before its first answer. */
  written: { readonly first: number; readonly last: number } | undefined
  #nextOrder = 0
  /** The broker has acknowledged a batch of the present producer id. */
  #established = false

  constructor(topic: string, partition: number) {
    this.topic = topic
    this.partition = partition
  }

  get idle(): boolean {
    return this.open === undefined && this.ready.length === 0 && this.onTheWay.length === 0
  }

  /** Finish the open batch. */
  seal(compression: CompressionType, level: number | undefined): void {
    const writer = this.open
    if (writer === undefined) return
    this.open = undefined
    this.ready.push({
      queue: this,
      writer,
      bytes: writer.finish(compression, level),
      records: writer.count,
      memory: writer.size - EMPTY,
      order: this.#nextOrder++,
      begun: this.begun,
      sequence: -1,
      identity: NO_IDENTITY,
      attempts: 0,
      lastError: undefined,
    })
  }

  /** The batch that may leave now, if any. */
  head(now: number): Batch | undefined {
    const batch = this.ready[0]
    if (batch === undefined || now < this.notBefore) return undefined
    return this.onTheWay.length > 0 && (batch.attempts > 0 || !this.#established) ? undefined : batch
  }

  /** Move the head onto its way, stamped with who sends it. */
  take(identity: ProducerIdentity, transactional = false): Batch {
    const batch = this.ready.shift() as Batch
    if (batch.sequence < 0) {
      batch.identity = identity
      if (identity !== NO_IDENTITY) {
        batch.sequence = this.nextSequence
        // Sequences wrap around at 2^31.
        this.nextSequence = (this.nextSequence + batch.records) & 0x7fffffff
      }
      stamp(batch.bytes, identity.producerId, identity.epoch, batch.sequence, transactional)
    }
    this.onTheWay.push(batch)
    return batch
  }

  wrote(baseOffset: number, records: number): void {
    this.written = { first: this.written?.first ?? baseOffset, last: baseOffset + records - 1 }
  }

  acknowledged(batch: Batch): void {
    this.#leave(batch)
    this.#established = true
    this.notBefore = 0
  }

  giveBack(batch: Batch): void {
    this.#leave(batch)
    const at = this.ready.findIndex(({ order }) => order > batch.order)
    this.ready.splice(at < 0 ? this.ready.length : at, 0, batch)
  }

  /** Number the waiting batches anew, for another producer id. */
  renumber(): void {
    this.nextSequence = 0
    this.#established = false
    for (const batch of this.ready) batch.sequence = -1
  }

  #leave(batch: Batch): void {
    this.onTheWay.splice(this.onTheWay.indexOf(batch), 1)
  }
}
