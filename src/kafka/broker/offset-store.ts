/** Committed offsets of a group, by topic and partition. */
export interface CommittedOffset {
  readonly offset: number
  /** −1: not known. */
  readonly leaderEpoch: number
  readonly metadata: string | null
}

export class OffsetStore {
  readonly #topics = new Map<string, Map<number, CommittedOffset>>()

  readonly #save: (topic: string, partition: number, committed: CommittedOffset) => void

  /** @param save is told what is committed, before it holds */
  constructor(save: (topic: string, partition: number, committed: CommittedOffset) => void) {
    this.#save = save
  }

  get size(): number {
    return this.#topics.size
  }

  commit(topic: string, partition: number, committed: CommittedOffset): void {
    this.#save(topic, partition, committed)
    this.restore(topic, partition, committed)
  }

  restore(topic: string, partition: number, committed: CommittedOffset): void {
    let partitions = this.#topics.get(topic)
    if (partitions === undefined) {
      partitions = new Map()
      this.#topics.set(topic, partitions)
    }
    partitions.set(partition, committed)
  }

  get(topic: string, partition: number): CommittedOffset | undefined {
    return this.#topics.get(topic)?.get(partition)
  }

  /** Topics and partitions that have an offset. */
  all(): { readonly name: string; readonly partitionIndexes: readonly number[] }[] {
    return [...this.#topics].map(([name, partitions]) => ({ name, partitionIndexes: [...partitions.keys()] }))
  }

  forgetTopic(topic: string): void {
    this.#topics.delete(topic)
  }
}
