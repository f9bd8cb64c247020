/**
 * Where a broker keeps what it has: in memory, or in a folder.
 *
 *     FOLDER/journal                               topics, offsets, transactions (`journal.ts`)
 *     FOLDER/topics/TOPIC-ID/PARTITION/OFFSET.log  record batches from that offset on, as they came
 *
 * Laws
 * - What was answered is in the files, so that it survives the end of the process; it is synced within `SYNC_MS`, when a segment
 *   is full and when the broker closes, so that the end of the machine costs that time at most.
 * - Old batches are read from the file and not kept in memory.
 */
import type { Clock } from '../../base/host.ts'
import type { LogFile, LogFolder } from '../../base/log-files.ts'
import { type BrokerState, Journal, type JournalEntry } from './journal.ts'
import { memorySegment, type SegmentBytes } from './segment.ts'

export interface PartitionStore {
  /** Segments of before, in order. */
  readonly existing: readonly { readonly baseOffset: number; readonly bytes: SegmentBytes }[]
  create(baseOffset: number): SegmentBytes
  /** For messages. */
  placeOf(baseOffset: number): string
}

export interface BrokerStore {
  /** What there was at the start. */
  readonly state: BrokerState | undefined
  write(entry: JournalEntry): void
  partition(topicId: string, index: number): PartitionStore
  deleteTopic(topicId: string): void
  close(): void
}

const inMemory: PartitionStore = { existing: [], create: memorySegment, placeOf: (offset) => `offset ${offset}` }

export const memoryStore: BrokerStore = {
  state: undefined,
  write() {},
  partition: () => inMemory,
  deleteTopic() {},
  close() {},
}

const SYNC_MS = 1_000
const DIGITS = 20

export class FolderStore implements BrokerStore {
  readonly #folder: LogFolder
  readonly #clock: Clock
  readonly #log: (line: string) => void
  readonly #journal: Journal
  readonly #dirty = new Set<LogFile>()
  #cancelSync: (() => void) | undefined

  constructor(folder: LogFolder, clock: Clock, log: (line: string) => void) {
    this.#folder = folder
    this.#clock = clock
    this.#log = log
    this.#journal = new Journal(folder, clock.now(), log)
    const known = new Set([...this.state.topics.values()].map(({ id }) => id))
    // Of topics whose deletion was journalled and then interrupted.
    for (const id of folder.list('topics')) if (!known.has(id)) folder.remove(`topics/${id}`)
  }

  get state(): BrokerState {
    return this.#journal.state
  }

  write(entry: JournalEntry): void {
    this.#journal.write(entry)
    this.#appended(this.#journal.file)
  }

  partition(topicId: string, index: number): PartitionStore {
    const below = `topics/${topicId}/${index}`
    const open = (name: string): SegmentBytes => {
      const file = this.#folder.open(`${below}/${name}`)
      return fileSegment(file, () => this.#appended(file))
    }
    const placeOf = (offset: number) => `${String(offset).padStart(DIGITS, '0')}.log`
    return {
      existing: this.#folder.list(below).map((name) => ({ baseOffset: Number.parseInt(name, 10), bytes: open(name) })),
      create: (baseOffset) => open(placeOf(baseOffset)),
      placeOf: (baseOffset) => `${below}/${placeOf(baseOffset)}`,
    }
  }

  deleteTopic(topicId: string): void {
    for (const file of this.#dirty) if (file.path.startsWith(`topics/${topicId}/`)) this.#dirty.delete(file)
    this.#folder.remove(`topics/${topicId}`)
  }

  close(): void {
    this.#cancelSync?.()
    for (const file of this.#dirty) file.syncNow()
    this.#dirty.clear()
    this.#folder.close()
  }

  #appended(file: LogFile): void {
    this.#dirty.add(file)
    this.#cancelSync ??= this.#clock.after(SYNC_MS, () => {
      this.#cancelSync = undefined
      const files = [...this.#dirty]
      this.#dirty.clear()
      for (const each of files) each.sync().catch((error) => this.#log(`${each.path} cannot be synced: ${error}`))
    })
  }
}

function fileSegment(file: LogFile, appended: () => void): SegmentBytes {
  return {
    get length() {
      return file.size
    },
    append(batch) {
      file.append(batch)
      appended()
    },
    view(from, to) {
      const bytes = new Uint8Array(Math.max(0, to - from))
      return bytes.subarray(0, file.read(bytes, from))
    },
    truncate: (length) => file.truncate(length),
    seal: () => file.syncNow(),
    delete: () => file.delete(),
  }
}
