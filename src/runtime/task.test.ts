/** Alignment of barriers, combination of watermarks, order of elements over channels. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Operator } from '../operators/contract.ts'
import type { PlanNode } from '../operators/nodes.ts'
import type { OperatorState, SerializedState } from '../state/contract.ts'
import { batchOf } from '../types/batch.ts'
import { INT } from '../types/logical-type.ts'
import { Channel, type Element } from './channel.ts'
import { OperatorMetrics } from './metrics.ts'
import { Tap } from './tap.ts'
import { type SubtaskSnapshot, Task } from './task.ts'

const EMPTY: SerializedState = { keyed: [], operator: [] }
const NODE = { id: 7, kind: 'calc', description: 'Probe', inputs: [] } as unknown as PlanNode

/** A subtask with two channels whose operator writes down what it sees. */
function probe(channels: readonly Channel[], watermark = Number.NEGATIVE_INFINITY) {
  const seen: string[] = []
  const snapshots: SubtaskSnapshot[] = []
  const operator: Operator = {
    onBatch: (batch, input) => seen.push(`${input}:${batch.columns[0].values[0]}`),
    onWatermark: (at) => seen.push(`w${at}`),
    beforeBarrier: (checkpoint) => seen.push(checkpoint === undefined ? 'last' : `b${checkpoint}`),
    onEnd: () => seen.push('end'),
    nextProcessingTime: () => (behind(seen, 'b1') ? 0 : Number.POSITIVE_INFINITY),
    onProcessingTime: () => seen.push('timer'),
  }
  const state = {
    endBatch() {},
    snapshot: () => ({ serialize: async () => EMPTY, discard() {} }),
    close() {},
  } as unknown as OperatorState
  const metrics = new OperatorMetrics()
  const task = new Task({
    vertex: 0,
    subtask: 0,
    chain: [{ node: NODE, operator, state, metrics }],
    channels,
    exchanges: [],
    watermark,
    now: () => 0,
    onSnapshot: (snapshot) => snapshots.push(snapshot),
  })
  return { task, seen, snapshots, metrics }
}

/** The last thing seen: a timer is due right behind it, once. */
const behind = (seen: readonly string[], what: string) => seen.at(-1) === what && !seen.includes('timer')

let sequence = 0
type Body = Element extends infer E ? (E extends Element ? Omit<E, 'sequence'> : never) : never
const put = (channel: Channel, body: Body) => channel.push({ ...body, sequence: sequence++ } as Element)
const row = (n: number): Body => ({ kind: 'batch', batch: batchOf([{ name: 'n', type: INT }], [[n]]) })
const watermark = (at: number): Body => ({ kind: 'watermark', watermark: at })
const barrier = (checkpoint: number, suspend = false): Body => ({ kind: 'barrier', checkpoint, suspend })

describe('a subtask with two channels', () => {
  it('takes elements in the order of arrival over both', () => {
    const [a, b] = [new Channel(0), new Channel(1)]
    const { task, seen } = probe([a, b])
    put(b, row(1))
    put(a, row(2))
    put(a, row(3))
    put(b, row(4))
    task.runOnce(100)
    assert.deepEqual(seen, ['1:1', '0:2', '0:3', '1:4'])
  })

  it('does not read behind a barrier until the other channel has brought it too', () => {
    const [a, b] = [new Channel(0), new Channel(1)]
    const { task, seen, snapshots } = probe([a, b])
    put(a, row(1))
    put(a, barrier(1))
    put(a, row(2))
    put(b, row(3))
    task.runOnce(100)
    assert.deepEqual(seen, ['0:1', '1:3'])
    assert.equal(snapshots.length, 0)
    put(b, barrier(1))
    put(b, row(4))
    task.runOnce(100)
    assert.deepEqual(seen, ['0:1', '1:3', 'b1', '0:2', '1:4'])
    assert.deepEqual(
      snapshots.map(({ checkpoint, operators }) => [checkpoint, operators[0].node]),
      [[1, 7]],
    )
  })

  it('does nothing behind a barrier that stops the job: no element, no timer, until it is resumed', () => {
    const [a, b] = [new Channel(0), new Channel(1)]
    const { task, seen } = probe([a, b])
    put(a, barrier(1, true))
    put(b, barrier(1, true))
    put(a, row(1))
    assert.equal(task.runOnce(100), 'progress')
    assert.equal(task.runOnce(100), 'idle')
    assert.equal(task.nextProcessingTime(), Number.POSITIVE_INFINITY)
    assert.deepEqual(seen, ['b1'])
    task.resume()
    assert.equal(task.nextProcessingTime(), 0)
    task.runOnce(100)
    assert.deepEqual(seen, ['b1', 'timer', '0:1'])
  })

  it('does not wait for the barrier of a channel that has ended', () => {
    const [a, b] = [new Channel(0), new Channel(1)]
    const { task, snapshots } = probe([a, b])
    put(b, { kind: 'end' })
    put(a, barrier(1))
    task.runOnce(100)
    assert.equal(snapshots.length, 1)
  })

  it('hands on the minimum of the watermarks, rising only', () => {
    const [a, b] = [new Channel(0), new Channel(1)]
    const { task, seen } = probe([a, b])
    put(a, watermark(10))
    task.runOnce(100)
    assert.deepEqual(seen, [])
    put(b, watermark(5))
    put(b, watermark(7))
    put(a, watermark(20))
    put(b, watermark(15))
    task.runOnce(100)
    assert.deepEqual(seen, ['w5', 'w7', 'w15'])
  })

  it('leaves an idle channel out until it brings a watermark again', () => {
    const [a, b] = [new Channel(0), new Channel(1)]
    const { task, seen } = probe([a, b])
    put(a, watermark(10))
    put(b, { kind: 'idle', idle: true })
    task.runOnce(100)
    assert.deepEqual(seen, ['w10'])
    put(b, watermark(12))
    put(a, watermark(30))
    task.runOnce(100)
    assert.deepEqual(seen, ['w10', 'w12'])
  })

  it('starts from the watermark that it had before a restore', () => {
    const [a, b] = [new Channel(0), new Channel(1)]
    const { task, seen } = probe([a, b], 10)
    put(a, watermark(5))
    put(b, watermark(5))
    task.runOnce(100)
    assert.deepEqual(seen, [])
  })

  it('ends when both channels have, and keeps its last state for later snapshots', async () => {
    const [a, b] = [new Channel(0), new Channel(1)]
    const { task, seen } = probe([a, b])
    put(a, { kind: 'end' })
    task.runOnce(100)
    assert.deepEqual(seen, [])
    put(b, { kind: 'end' })
    task.runOnce(100)
    await new Promise((resolve) => setImmediate(resolve))
    assert.deepEqual(seen, ['wInfinity', 'end', 'last'])
    assert.equal(task.finished, true)
    assert.equal(task.final?.length, 1)
  })
})

describe('a tap', () => {
  it('is one null when nobody looks, again after the last one has left', () => {
    const { task, metrics } = probe([new Channel(0)])
    const [a, b, other] = [new Tap(NODE.id, 1), new Tap(NODE.id, 1), new Tap(NODE.id + 1, 1)]
    for (const tap of [a, b, other]) task.tap(tap)
    assert.deepEqual(metrics.taps, [a, b])
    task.untap(a)
    assert.deepEqual(metrics.taps, [b])
    task.untap(b)
    assert.equal(metrics.taps, null)
  })

  it('keeps the first rows since it was emptied, and counts the others', () => {
    const batch = batchOf([{ name: 'n', type: INT }], [[1], [2], [3]])
    const tap = new Tap(NODE.id, 4)
    tap.push(batch, 0)
    tap.push(batch, 1)
    tap.push(batch, 0)
    const { batches, skipped } = tap.drain()
    const kept = batches.map(({ batch, subtask }) => [subtask, batch.length])
    assert.deepEqual(
      [kept, skipped],
      [
        [
          [0, 3],
          [1, 1],
        ],
        5,
      ],
    )
    assert.deepEqual(tap.drain(), { batches: [], skipped: 0 })
  })
})
