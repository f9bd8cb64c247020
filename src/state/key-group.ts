/**
 * Key groups: the unit in which keyed state moves between subtasks.
 *
 * Laws
 * - The key group of a row depends on the values of the distribution key alone (`state/hash.ts`), not on representation.
 * - Key group → subtask and the default maximum parallelism are Flink's formulas, so that a job's parallelism behaves the same.
 */

import { type Batch, batchOf, type Schema } from '../types/batch.ts'
import type { Value } from '../types/value.ts'
import type { KeyGroupRange } from './contract.ts'
import { hashKindOf } from './hash.ts'
import { compileHash, type HashColumns } from './probe.ts'

export const LOWEST_DEFAULT_MAX_PARALLELISM = 128
export const HIGHEST_MAX_PARALLELISM = 32768

/** The maximum parallelism of a job that does not set one: 1.5 × parallelism to the next power of two, 128 … 32768. */
export function defaultMaxParallelism(parallelism: number): number {
  const wanted = parallelism + Math.floor(parallelism / 2)
  const power = 2 ** Math.ceil(Math.log2(Math.max(1, wanted)))
  return Math.min(Math.max(power, LOWEST_DEFAULT_MAX_PARALLELISM), HIGHEST_MAX_PARALLELISM)
}

/** The key groups of a subtask: consecutive, all subtasks together cover each group once. */
export function keyGroupsOf(subtask: number, parallelism: number, maxParallelism: number): KeyGroupRange {
  return {
    start: Math.floor((subtask * maxParallelism + parallelism - 1) / parallelism),
    end: Math.floor(((subtask + 1) * maxParallelism + parallelism - 1) / parallelism),
  }
}

export function subtaskOf(keyGroup: number, parallelism: number, maxParallelism: number): number {
  return Math.floor((keyGroup * parallelism) / maxParallelism)
}

/** Other bits of the hash than a table's index uses, so that one subtask's keys still spread over its whole index. */
export function keyGroupOfHash(hash: number, maxParallelism: number): number {
  return (Math.imul(hash, 0xcc9e2d51 | 0) >>> 16) % maxParallelism
}

/** The key group of one key given as values. */
export function keyGroupOfKey(schema: Schema, key: readonly Value[], maxParallelism: number): number {
  const types = schema.map((field) => field.type)
  const { columns } = batchOf(schema, [key])
  return keyGroupOfHash(compileHash(types.map(hashKindOf), types)(columns, 0), maxParallelism)
}

/** Makes the function that gives the key group of each row of a batch, for an exchange. */
export function keyGroupAssigner(
  schema: Schema,
  keys: readonly number[],
  maxParallelism: number,
): (batch: Batch, keyGroups: Int32Array) => void {
  const hash = compileHash(
    keys.map((key) => hashKindOf(schema[key].type)),
    keys.map((key) => schema[key].type),
  )
  return (batch, keyGroups) => {
    const columns: HashColumns = keys.map((key) => batch.columns[key])
    for (let i = 0; i < batch.length; i++) keyGroups[i] = keyGroupOfHash(hash(columns, i), maxParallelism)
  }
}
