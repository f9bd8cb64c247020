/**
 * Ways to break the engine that the simulation must notice: each replaces a piece of a source file.
 *
 * Law: the piece must be there exactly once, so that a mutation that no longer applies fails its test instead of proving nothing.
 */
export interface Mutation {
  readonly name: string
  /** Below `src/`. */
  readonly file: string
  readonly find: string
  readonly replace: string
}

export const mutations: readonly Mutation[] = [
  {
    name: 'skip the barrier alignment',
    file: 'runtime/task.ts',
    find: 'if (checkpoint === 0 || open.some((channel) => channel.blockedBy === undefined)) return',
    replace: 'if (checkpoint === 0) return',
  },
  {
    name: 'commit before completion',
    file: 'runtime/coordinator.ts',
    find: 'await deadline.before(request.store(',
    replace: 'await this.#commit(snapshot)\n      await deadline.before(request.store(',
  },
  {
    name: 'forget to abort',
    file: 'connectors/kafka/transactions.ts',
    find: 'await Promise.all(lingering.map(',
    replace: 'await Promise.all(lingering.slice(lingering.length).map(',
  },
  {
    name: 'forget to commit what was prepared',
    file: 'connectors/kafka/transactions.ts',
    find: 'await commitAll(client, restored?.committables ?? [], transactions)',
    replace: 'await commitAll(client, [], transactions)',
  },
  {
    name: 'go back behind what a stop has committed',
    file: 'engine/checkpointing.ts',
    find: 'await this.#keep(snapshot, folder, signal)',
    replace: 'void folder',
  },
  {
    name: 'keep what an ended subtask has emptied',
    file: 'runtime/checkpoint-store.ts',
    find: '(part.whole === true ? undefined : base)?.parts.find(',
    replace: 'base?.parts.find(',
  },
  {
    name: 'tell the newest checkpoint by the clock alone',
    file: 'runtime/coordinator.ts',
    find: 'this.#lastTimestamp = Math.max(now, this.#lastTimestamp + 1)',
    replace: 'this.#lastTimestamp = now',
  },
  {
    name: 'write a snapshot from the log of a state that was closed',
    file: 'state/disk/record-log.ts',
    find: "if (this.closed) fail('STATE_CLOSED', {})",
    replace: '',
  },
  {
    name: 'let the sinks prepare before state that may fail is written',
    file: 'runtime/task.ts',
    find: `const operators = this.#snapshots(this.#mode())
        const flushed = prepareSinks(this.#chain, this.subtask, checkpoint)`,
    replace: `const flushed = prepareSinks(this.#chain, this.subtask, checkpoint)
        const operators = this.#snapshots(this.#mode())`,
  },
]
