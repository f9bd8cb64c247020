/**
 * The laws that every bounded source keeps.
 *
 * - The rows do not depend on how many are polled at a time.
 * - A reader that is restored from a snapshot gives exactly the rows that follow, wherever the snapshot was taken.
 * - Projection gives the same values, whichever columns in whatever order.
 * - 'end' stays 'end', and then there are no splits any more.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type SimulatedHost, simulatedHost } from '../base/simulated-host.ts'
import type { Value } from '../types/value.ts'
import type { ProducedColumn, SplitState, TableSource } from './contract.ts'
import { readAll, readerContext, rowsOf } from './test-support.ts'

export interface SourceCase {
  /** A new source each time; the rows must be the same whenever the host has the same seed. */
  readonly source: () => TableSource
  readonly produced: readonly ProducedColumn[]
  /** Columns whose values are not random: those that must agree between runs. */
  readonly steady: readonly ProducedColumn[]
}

export function sourceConformance(name: string, { source, produced, steady }: SourceCase): void {
  const openReader = async (
    columns: readonly ProducedColumn[],
    host: SimulatedHost,
    restored?: readonly SplitState[],
  ) => {
    const reader = source().createReader(readerContext(columns, { host, restored }))
    await reader.open()
    return reader
  }

  test(`${name}: rows do not depend on the size of the polls`, async () => {
    const results: [string, ...Value[]][][] = []
    for (const maxRows of [1, 2, 7, 100_000]) {
      const host = simulatedHost()
      const reader = await openReader(steady, host)
      results.push(readAll(reader, steady, { maxRows, host }))
      assert.equal(reader.poll(10), 'end')
      assert.deepEqual(reader.splits(), [])
      await reader.close()
    }
    assert.ok(results[0].length > 0)
    for (const rows of results) assert.deepEqual(rows, results[0])
  })

  test(`${name}: a restored reader gives the rows that follow`, async () => {
    const host = simulatedHost()
    const whole = readAll(await openReader(steady, host), steady, { host })
    const first = simulatedHost()
    const reader = await openReader(steady, first)
    const before: [string, ...Value[]][] = []
    for (let polls = 0; polls < 10_000; polls++) {
      // Positions are part of checkpoints: they must survive JSON.
      const snapshot = JSON.parse(JSON.stringify(reader.snapshot())) as SplitState[]
      const again = simulatedHost()
      const restored = await openReader(steady, again, snapshot)
      const rest = readAll(restored, steady, { host: again, maxRows: 3 })
      assert.deepEqual([...before, ...rest], whole)
      await restored.close()
      const polled = reader.poll(2)
      if (polled === 'end') break
      if (polled === 'empty') first.clock.advance(50)
      else before.push(...rowsOf(polled, steady))
    }
    assert.deepEqual(before, whole)
  })

  test(`${name}: projection gives the same values`, async () => {
    const whole = simulatedHost()
    const all = readAll(await openReader(produced, whole), produced, { host: whole })
    assert.ok(all.length > 0)
    const host = simulatedHost()
    const wanted = steady.toReversed()
    const rows = readAll(await openReader(wanted, host), wanted, { host })
    const full = simulatedHost()
    const plain = readAll(await openReader(steady, full), steady, { host: full })
    assert.deepEqual(
      rows,
      plain.map(([kind, ...values]) => [kind, ...values.toReversed()]),
    )
    const none = simulatedHost()
    assert.equal(readAll(await openReader([], none), [], { host: none }).length, plain.length)
  })
}
