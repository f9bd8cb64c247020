/**
 * Drives one operator with rows, watermarks and barriers, in all the ways that must not make a difference.
 *
 * Law: `everyWay` gives the changelog of the plain run after it has seen the same one at batch sizes 1, 2 and 7, with the
 * operator thrown away and restored from its snapshot after every input or from snapshots of changes, and with its state on
 * disk.
 */
import assert from 'node:assert/strict'
import { memoryScratch } from '../base/scratch.ts'
import { findScalarFunction } from '../functions/registry.ts'
import type { SerializedState, StateBackend } from '../state/contract.ts'
import { diskBackend } from '../state/disk/backend.ts'
import { memoryBackend } from '../state/memory/backend.ts'
import { type Batch, batchOf, rowAt, type Schema } from '../types/batch.ts'
import { parseRowKind, rowKindText } from '../types/row-kind.ts'
import type { MapValue, Value } from '../types/value.ts'
import type { NodeBase, Operator, OperatorContext, OperatorRuntime } from './contract.ts'
import { MAX_WATERMARK } from './contract.ts'

export type Step =
  | { readonly row: readonly Value[]; readonly kind?: string; readonly input?: number }
  | { readonly watermark: number }
  | { readonly now: number }
  | { readonly end: true }

/** `row('+I', 1, 'a')`; `row.to(1)('-D', …)` for the second input. */
export const row = (kind: string, ...values: Value[]): Step => ({ row: values, kind })
export const right = (kind: string, ...values: Value[]): Step => ({ row: values, kind, input: 1 })
export const watermark = (time: number): Step => ({ watermark: time })
export const now = (time: number): Step => ({ now: time })
export const END: Step = { end: true }

export interface Driven {
  /** `+I 1 a`, `W 5` for a watermark. */
  readonly log: string[]
  readonly counters: Map<string, number>
}

export interface DriveOptions {
  readonly batchSize?: number
  readonly restore?: boolean
  readonly timeZone?: string
  readonly expressions?: 'compiled' | 'interpreted'
  /** For operators that ask tables. */
  readonly tables?: OperatorContext['tables']
  readonly backend?: StateBackend
  /** A snapshot of changes behind every input; behind this one, the operator is restored from all of them. */
  readonly changesUntil?: number
  /** Called after every step, rows at batch size 1. */
  readonly after?: (operator: Operator) => void
}

export async function drive<N extends NodeBase>(
  runtime: OperatorRuntime<N>,
  node: N,
  inputs: readonly Schema[],
  steps: readonly Step[],
  {
    batchSize = Number.POSITIVE_INFINITY,
    restore = false,
    timeZone = 'UTC',
    expressions = 'compiled',
    tables,
    after,
    backend = memoryBackend,
    changesUntil = -1,
  }: DriveOptions = {},
): Promise<Driven> {
  const log: string[] = []
  const counters = new Map<string, number>()
  let time = 0
  let current: number | undefined
  const place = { maxParallelism: 128, keyGroups: { start: 0, end: 128 }, now: () => time }
  let state = backend.open(node.state, place)
  const create = (): Operator => {
    const context = {
      subtask: 0,
      parallelism: 1,
      maxParallelism: 128,
      inputs,
      state,
      out: {
        emit(batch: Batch) {
          for (let i = 0; i < batch.length; i++) {
            const kind = rowKindText(batch.kinds === null ? 0 : batch.kinds[i])
            log.push([kind, ...rowAt(batch, node.schema, i).map(text)].join(' '))
          }
        },
        watermark: (w: number) => log.push(`W ${w}`),
      },
      evaluation: {
        timeZone,
        now: () => time,
        queryStart: 0,
        random: () => 0.5,
        watermark: () => current,
        option: () => undefined,
      },
      functions: { scalar: (name: string) => findScalarFunction(name) },
      expressions,
      counter: (name: string) => ({
        add: (n: number) => {
          counters.set(name, (counters.get(name) ?? 0) + n)
        },
      }),
      gauge() {},
      tables,
      downstreamEventTime: () => Number.POSITIVE_INFINITY,
    }
    // The rest of the context is for sources and sinks.
    return runtime.create(node, context as unknown as OperatorContext)
  }
  let operator = create()
  const changes: SerializedState[] = []
  const noteChanges = async () => {
    operator.beforeBarrier?.()
    const { keyed, operator: entries } = await state.snapshot(changes.length === 0 ? 'full' : 'changes').serialize()
    // Of the entries of operator state the newest count alone.
    const before = changes.pop()
    if (before !== undefined) changes.push({ keyed: before.keyed, operator: [] })
    changes.push({ keyed, operator: entries })
  }
  const restart = async (parts: readonly SerializedState[]) => {
    state.close()
    state = backend.open(node.state, place)
    state.restore(parts)
    operator = create()
    operator.restored?.(current ?? Number.NEGATIVE_INFINITY)
  }
  let pending: Extract<Step, { row: unknown }>[] = []
  const flush = () => {
    if (pending.length === 0) return
    const input = pending[0].input ?? 0
    const kinds = pending.map((step) => parseRowKind(step.kind ?? '+I') as number)
    operator.onBatch(
      batchOf(
        inputs[input],
        pending.map((step) => step.row),
        kinds,
      ),
      input,
    )
    state.endBatch()
    pending = []
  }
  let done = 0
  for (const step of steps) {
    if ('row' in step) {
      if (pending.length > 0 && (pending[0].input ?? 0) !== (step.input ?? 0)) flush()
      pending.push(step)
      if (pending.length >= batchSize || restore || done <= changesUntil || after !== undefined) flush()
    } else {
      flush()
      if ('watermark' in step) {
        current = step.watermark
        operator.onWatermark(step.watermark)
      } else if ('now' in step) {
        time = step.now
        if ((operator.nextProcessingTime?.() ?? Number.POSITIVE_INFINITY) <= time) operator.onProcessingTime?.(time)
      } else {
        operator.onWatermark(MAX_WATERMARK)
        operator.onEnd?.()
      }
    }
    if (restore) {
      operator.beforeBarrier?.()
      await restart([await state.snapshot().serialize()])
    }
    if (done <= changesUntil) await noteChanges()
    if (done++ === changesUntil) await restart(changes)
    after?.(operator)
    state.endBatch()
  }
  flush()
  return { log, counters }
}

export async function everyWay<N extends NodeBase>(
  runtime: OperatorRuntime<N>,
  node: N,
  inputs: readonly Schema[],
  steps: readonly Step[],
  options: DriveOptions = {},
): Promise<string[]> {
  const { log, counters } = await drive(runtime, node, inputs, steps, options)
  const ways: DriveOptions[] = [1, 2, 7].map((batchSize) => ({ ...options, batchSize }))
  const backend = diskBackend({ scratch: memoryScratch, cacheBytes: 0, segmentBytes: 512 })
  ways.push(
    { ...options, restore: true },
    { ...options, backend, batchSize: 2 },
    { ...options, backend, restore: true },
  )
  for (const part of [1 / 3, 2 / 3]) {
    const changesUntil = Math.floor(steps.length * part)
    ways.push({ ...options, changesUntil }, { ...options, backend, changesUntil })
  }
  if (options.expressions === undefined) ways.push({ ...options, expressions: 'interpreted' })
  for (const way of ways) {
    const again = await drive(runtime, node, inputs, steps, way)
    assert.deepEqual(again.log, log, JSON.stringify(way))
    assert.deepEqual(again.counters, counters)
  }
  return log
}

/** The rows alone. */
export const rowsOf = (log: readonly string[]): string[] => log.filter((line) => !line.startsWith('W '))

function text(value: Value): string {
  if (value === null) return 'NULL'
  if (Array.isArray(value)) return `[${value.map(text).join(', ')}]`
  if (typeof value === 'object' && 'keys' in value && Array.isArray(value.keys)) {
    const entries = value as MapValue
    return `{${entries.keys.map((key, i) => `${text(key)}=${text(entries.values[i])}`).join(', ')}}`
  }
  return Object.is(value, -0) ? '-0' : String(value)
}
