/**
 * What a broker with a folder must know besides records: topics, committed offsets, transactions, the next producer id.
 *
 *     file => entry*      entry => length:int32 crc32c:int32 json
 *
 * Laws
 * - The state is the fold of the entries, in this process as in the next; an entry is in the file before anything relies on it.
 * - An end that is torn or damaged is cut off and said. A file that has grown to a multiple of its state is written anew.
 */
import type { LogFile, LogFolder } from '../../base/log-files.ts'
import { crc32c } from '../records/crc32c.ts'
import { readInt32, writeInt32 } from '../records/header.ts'
import type { CommittedOffset } from './offset-store.ts'

export interface StoredTopic {
  readonly name: string
  readonly id: string
  readonly configs: readonly (readonly [string, string])[]
  readonly replicationFactor: number
  readonly replicas: readonly (readonly number[])[]
}

export interface StoredOffset extends CommittedOffset {
  readonly group: string
  readonly topic: string
  readonly partition: number
}

export type TransactionState =
  | 'Empty'
  | 'Ongoing'
  | 'PrepareCommit'
  | 'PrepareAbort'
  | 'CompleteCommit'
  | 'CompleteAbort'

export interface StoredTransaction {
  readonly id: string
  readonly producerId: number
  readonly epoch: number
  readonly state: TransactionState
  readonly timeoutMs: number
  /** Epoch ms: when it came into this state. */
  readonly since: number
  readonly partitions: readonly { readonly topic: string; readonly partition: number }[]
  readonly groups: readonly string[]
  readonly offsets: readonly StoredOffset[]
}

export type JournalEntry =
  | { readonly kind: 'topic'; readonly topic: StoredTopic }
  | { readonly kind: 'topic-deleted'; readonly name: string }
  | { readonly kind: 'next-producer-id'; readonly id: number }
  | { readonly kind: 'offset'; readonly offset: StoredOffset }
  | { readonly kind: 'group-deleted'; readonly group: string }
  | { readonly kind: 'transaction'; readonly transaction: StoredTransaction }

export interface BrokerState {
  readonly topics: Map<string, StoredTopic>
  /** By group, then by topic and partition. */
  readonly offsets: Map<string, Map<string, StoredOffset>>
  readonly transactions: Map<string, StoredTransaction>
  nextProducerId: number
}

const FILE = 'journal'
const HEADER = 8
const MAX_ENTRY = 64 * 1_048_576
/** The file is written anew beyond this, and beyond four times its size after the last time. */
const REWRITE_ABOVE = 1_048_576
/** Kafka's `transactional.id.expiration.ms`. */
const FORGET_TRANSACTION_MS = 7 * 86_400_000

export class Journal {
  readonly state: BrokerState = {
    topics: new Map(),
    offsets: new Map(),
    transactions: new Map(),
    nextProducerId: 0,
  }
  readonly #folder: LogFolder
  #file: LogFile
  #rewriteAt = 0

  /** @param now forgets ids of transactions that ended long ago */
  constructor(folder: LogFolder, now: number, log: (line: string) => void) {
    this.#folder = folder
    this.#file = folder.open(FILE)
    const cut = this.#replay()
    if (cut > 0) log(`journal: ${cut} bytes at the end were not whole and are cut off`)
    for (const { id, state, since } of [...this.state.transactions.values()]) {
      const idle = state === 'Empty' || state === 'CompleteCommit' || state === 'CompleteAbort'
      if (idle && since < now - FORGET_TRANSACTION_MS) this.state.transactions.delete(id)
    }
    this.#rewrite()
  }

  get file(): LogFile {
    return this.#file
  }

  write(entry: JournalEntry): void {
    this.#file.append(frame(entry))
    apply(this.state, entry)
    if (this.#file.size > this.#rewriteAt) this.#rewrite()
  }

  #replay(): number {
    const bytes = new Uint8Array(this.#file.size)
    this.#file.read(bytes, 0)
    let at = 0
    while (at + HEADER <= bytes.length) {
      const length = readInt32(bytes, at)
      const end = at + HEADER + length
      if (length < 0 || length > MAX_ENTRY || end > bytes.length) break
      if (crc32c(bytes, at + HEADER, end) !== readInt32(bytes, at + 4) >>> 0) break
      apply(this.state, JSON.parse(Buffer.from(bytes.subarray(at + HEADER, end)).toString('utf8')) as JournalEntry)
      at = end
    }
    return bytes.length - at
  }

  #rewrite(): void {
    const { topics, offsets, transactions, nextProducerId } = this.state
    const entries: JournalEntry[] = [
      { kind: 'next-producer-id', id: nextProducerId },
      ...[...topics.values()].map((topic) => ({ kind: 'topic' as const, topic })),
      ...[...offsets.values()].flatMap((of) => [...of.values()].map((offset) => ({ kind: 'offset' as const, offset }))),
      ...[...transactions.values()].map((transaction) => ({ kind: 'transaction' as const, transaction })),
    ]
    const content = Buffer.concat(entries.map(frame))
    this.#folder.replace(FILE, content)
    this.#file = this.#folder.open(FILE)
    this.#rewriteAt = Math.max(REWRITE_ABOVE, content.length * 4)
  }
}

function frame(entry: JournalEntry): Uint8Array {
  const json = Buffer.from(JSON.stringify(entry))
  const framed = new Uint8Array(HEADER + json.length)
  framed.set(json, HEADER)
  writeInt32(framed, 0, json.length)
  writeInt32(framed, 4, crc32c(framed, HEADER, framed.length))
  return framed
}

function apply(state: BrokerState, entry: JournalEntry): void {
  switch (entry.kind) {
    case 'topic':
      state.topics.set(entry.topic.name, entry.topic)
      break
    case 'topic-deleted':
      state.topics.delete(entry.name)
      for (const of of state.offsets.values()) {
        for (const [key, { topic }] of [...of]) if (topic === entry.name) of.delete(key)
      }
      break
    case 'next-producer-id':
      state.nextProducerId = entry.id
      break
    case 'offset': {
      const { group, topic, partition } = entry.offset
      let of = state.offsets.get(group)
      if (of === undefined) {
        of = new Map()
        state.offsets.set(group, of)
      }
      of.set(`${topic}/${partition}`, entry.offset)
      break
    }
    case 'group-deleted':
      state.offsets.delete(entry.group)
      break
    case 'transaction':
      state.transactions.set(entry.transaction.id, entry.transaction)
      break
  }
}
