/**
 * Writing exactly once: a transaction per subtask and checkpoint.
 *
 * Laws
 * - A transaction begins with the first row behind a barrier, under an id that was never used: PREFIX-SUBTASK-CHECKPOINT, where
 *   the checkpoint is the one that will commit it. Without rows there is none.
 * - At the barrier it is flushed and stays open; it is committed when the checkpoint is complete, by this process or, after a
 *   failure, by the next one, which then aborts everything else that is open under the prefix.
 * - What the broker does not allow (a timeout above its maximum) is told when the job starts: recovery asks for PREFIX-start.
 * - A commit that cannot be made any more ends the job with the checkpoint's number, unless the table accepts the loss.
 */
import { failure, isRivuletError } from '../../base/errors.ts'
import type { Host } from '../../base/host.ts'
import {
  beginTransaction,
  endTransaction,
  KafkaClient,
  KafkaProducer,
  openTransactions,
  type TopicWriter,
  type TransactionIdentity,
} from '../../kafka/index.ts'
import type { Committable, RestoredTransactions } from '../contract.ts'
import type { KafkaSinkSettings, TransactionSettings } from './settings.ts'

interface KafkaCommittable extends TransactionIdentity {
  readonly topic: string
  readonly checkpoint: number
  /** Where its records stand; absent in checkpoints of earlier builds. */
  readonly written?: KafkaProducer['written']
}

interface OpenTransaction {
  readonly identity: TransactionIdentity
  readonly producer: KafkaProducer
  readonly writer: TopicWriter
}

/** The present transaction of a subtask, which begins with its first row. */
export class KafkaTransactions {
  readonly #client: KafkaClient
  readonly #settings: KafkaSinkSettings
  readonly #transactions: TransactionSettings
  readonly #subtask: number
  readonly #onBegun: () => void
  /** The checkpoint that will commit what is written now. */
  #checkpoint: number
  #beginning: Promise<void> | undefined
  #open: OpenTransaction | undefined
  #failure: { readonly error: unknown } | undefined
  #closed = false

  /**
   * @param place the checkpoint is the last one that is complete
   * @param onBegun is called when `writer` is there, before anything else happens: rows that waited go into it now
   */
  constructor(
    client: KafkaClient,
    settings: KafkaSinkSettings,
    place: { readonly subtask: number; readonly checkpoint: number },
    onBegun: () => void,
  ) {
    this.#client = client
    this.#settings = settings
    this.#transactions = settings.transactions as TransactionSettings
    this.#subtask = place.subtask
    this.#checkpoint = place.checkpoint + 1
    this.#onBegun = onBegun
  }

  /** Where rows go now; undefined until the transaction is there, which asking begins. */
  get writer(): TopicWriter | undefined {
    if (this.#failure !== undefined) throw this.#failure.error
    if (this.#open === undefined) this.#beginning ??= this.#begin(this.#checkpoint)
    return this.#open?.writer
  }

  /** Rows must wait. */
  get beginning(): boolean {
    return this.#beginning !== undefined && this.#open === undefined
  }

  get producer(): KafkaProducer | undefined {
    return this.#open?.producer
  }

  async #begin(checkpoint: number): Promise<void> {
    try {
      const id = `${this.#transactions.prefix}-${this.#subtask}-${checkpoint}`
      const identity = await beginTransaction(this.#client, id, this.#transactions.timeoutMs)
      const producer = new KafkaProducer(this.#client, identity)
      const writer = await producer.topic(this.#settings.topic)
      if (this.#closed) producer.close()
      else this.#open = { identity, producer, writer }
    } catch (error) {
      this.#failure = { error }
    }
    this.#onBegun()
    this.#beginning = undefined
  }

  /** @param onTaken is called when rows behind the barrier may come */
  async prepareCommit(checkpoint: number, onTaken: () => void): Promise<readonly Committable[]> {
    // A transaction that is still beginning belongs to this checkpoint: its rows wait for it.
    await this.#beginning
    if (this.#failure !== undefined) throw this.#failure.error
    const open = this.#open
    this.#open = undefined
    this.#checkpoint = checkpoint + 1
    onTaken()
    if (open === undefined) return []
    await open.producer.flush()
    open.producer.close()
    const { written } = open.producer
    const committable: KafkaCommittable = { ...open.identity, topic: this.#settings.topic, checkpoint, written }
    return [committable as unknown as Committable]
  }

  commit(committables: readonly Committable[]): Promise<void> {
    return commitAll(this.#client, committables, this.#transactions)
  }

  snapshot(): Committable {
    return { prefix: this.#transactions.prefix }
  }

  close(): void {
    this.#closed = true
    this.#open?.producer.close()
  }
}

async function commitAll(
  client: KafkaClient,
  committables: readonly Committable[],
  { acceptLoss }: TransactionSettings,
): Promise<void> {
  await Promise.all(
    (committables as readonly unknown[] as readonly KafkaCommittable[]).map(async (committable) => {
      try {
        await endTransaction(client, committable, true)
      } catch (error) {
        const lost = isRivuletError(error) && error.code === 'KAFKA_TRANSACTION_LOST'
        if (!lost) throw error
        if (acceptLoss) return
        const { checkpoint, topic, transactionalId, written = [] } = committable
        const offsets = written
          .map(({ partition, first, last }) => `partition ${partition}: ${first} to ${last}`)
          .join(', ')
        throw failure(
          'CONNECTOR_KAFKA_COMMIT_LOST',
          { checkpoint, topic, transactionalId, offsets, detail: error.message },
          { cause: error },
        )
      }
    }),
  )
}

/** Commit what the checkpoint holds; then abort what is open under the prefixes, the present one and those before. */
export async function recoverTransactions(
  host: Host,
  settings: Pick<KafkaSinkSettings, 'properties' | 'transactions'>,
  restored: RestoredTransactions | undefined,
): Promise<void> {
  const transactions = settings.transactions as TransactionSettings
  const client = new KafkaClient(host, settings.properties)
  try {
    await commitAll(client, restored?.committables ?? [], transactions)
    const prefixes = new Set([transactions.prefix, ...(restored?.writers ?? []).map(({ prefix }) => String(prefix))])
    const lingering = (await openTransactions(client)).filter((id) =>
      [...prefixes].some((prefix) => id.startsWith(`${prefix}-`) && /^\d+-\d+$/.test(id.slice(prefix.length + 1))),
    )
    // Taking an id aborts what is open under it; nothing is written, so that the id stays as good as unused.
    await Promise.all(lingering.map((id) => beginTransaction(client, id, transactions.timeoutMs)))
    // Nothing is ever written under this one: it asks whether the broker allows the timeout, before the first row needs it.
    await beginTransaction(client, `${transactions.prefix}-start`, transactions.timeoutMs)
  } finally {
    await client.close()
  }
}
