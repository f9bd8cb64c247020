/**
 * What a partition knows of idempotent producers.
 *
 * Law: per producer and epoch the sequence numbers of stored batches have no gap; a batch that is sent again (one of the
 * last five) gets its first offset again and is not stored twice. A producer that is not known (any more) may begin at any
 * number, as in Kafka.
 */
import { ErrorCodes } from '../protocol/index.ts'
import type { BatchInfo, Refusal } from './record-batch.ts'

const REMEMBERED_BATCHES = 5
const REMEMBERED_PRODUCERS = 4_096
const SEQUENCE_MODULUS = 2_147_483_648

interface StoredBatch {
  readonly firstSequence: number
  readonly lastSequence: number
  readonly offset: number
}

interface ProducerEntry {
  epoch: number
  batches: StoredBatch[]
}

export type SequenceCheck =
  | { readonly kind: 'append' }
  | { readonly kind: 'duplicate'; readonly offset: number }
  | ({ readonly kind: 'refused' } & Refusal)

const APPEND: SequenceCheck = { kind: 'append' }

export class ProducerStates {
  readonly #producers = new Map<number, ProducerEntry>()

  check(batch: BatchInfo): SequenceCheck {
    if (batch.producerId < 0) return APPEND
    const known = this.#producers.get(batch.producerId)
    if (known === undefined) return APPEND
    if (batch.producerEpoch < known.epoch) {
      return {
        kind: 'refused',
        error: ErrorCodes.INVALID_PRODUCER_EPOCH,
        message: `epoch ${batch.producerEpoch} of producer ${batch.producerId} is older than ${known.epoch}`,
      }
    }
    if (batch.producerEpoch > known.epoch) return batch.baseSequence === 0 ? APPEND : outOfOrder(batch, 0)
    const last = lastSequence(batch)
    const same = known.batches.find((one) => one.firstSequence === batch.baseSequence && one.lastSequence === last)
    if (same !== undefined) return { kind: 'duplicate', offset: same.offset }
    if (known.batches.length === 0) return batch.baseSequence === 0 ? APPEND : outOfOrder(batch, 0)
    const expected = (known.batches[known.batches.length - 1].lastSequence + 1) % SEQUENCE_MODULUS
    return batch.baseSequence === expected ? APPEND : outOfOrder(batch, expected)
  }

  /** A transaction ended with this epoch: older ones are refused. */
  fenced(producerId: number, epoch: number): void {
    const known = this.#producers.get(producerId)
    if (known !== undefined && epoch > known.epoch) this.#producers.set(producerId, { epoch, batches: [] })
  }

  epochOf(producerId: number): number {
    return this.#producers.get(producerId)?.epoch ?? 0
  }

  stored(batch: BatchInfo, offset: number): void {
    const { producerId, producerEpoch: epoch, baseSequence } = batch
    if (producerId < 0) return
    const entry: ProducerEntry = this.#producers.get(producerId) ?? { epoch, batches: [] }
    if (entry.epoch !== epoch) {
      entry.epoch = epoch
      entry.batches = []
    }
    entry.batches.push({ firstSequence: baseSequence, lastSequence: lastSequence(batch), offset })
    if (entry.batches.length > REMEMBERED_BATCHES) entry.batches.shift()
    // The map's order is that of the last use, so that the first entry is the one to forget.
    this.#producers.delete(producerId)
    this.#producers.set(producerId, entry)
    if (this.#producers.size > REMEMBERED_PRODUCERS) {
      const [oldest] = this.#producers.keys()
      this.#producers.delete(oldest)
    }
  }
}

function lastSequence({ baseSequence, count }: BatchInfo): number {
  return (baseSequence + count - 1) % SEQUENCE_MODULUS
}

function outOfOrder(batch: BatchInfo, expected: number): SequenceCheck {
  return {
    kind: 'refused',
    error: ErrorCodes.OUT_OF_ORDER_SEQUENCE_NUMBER,
    message: `sequence ${batch.baseSequence} of producer ${batch.producerId}, expected ${expected}`,
  }
}
