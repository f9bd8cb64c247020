import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { Expr } from '../../expr/expr.ts'
import type { Schema } from '../../types/batch.ts'
import { BOOLEAN, INT, notNull, STRING } from '../../types/logical-type.ts'
import { RETRACT } from '../../types/row-kind.ts'
import { drive, everyWay, row, type Step } from '../drive.case.ts'
import type { ChangelogNormalizeNode } from './node.ts'
import { changelogNormalizeRuntime } from './operator.ts'
import { changelogNormalizeState } from './state.ts'

const input: Schema = [
  { name: 'id', type: notNull(INT) },
  { name: 'grp', type: STRING },
  { name: 'bal', type: INT },
]

function node(options: { condition?: Expr; emitUpdateBefore?: boolean; ttlMs?: number } = {}): ChangelogNormalizeNode {
  const { condition, emitUpdateBefore = true, ttlMs } = options
  return {
    id: 1,
    kind: 'changelog-normalize',
    version: 1,
    inputs: [],
    schema: input,
    changelog: RETRACT,
    upsertKeys: [[0]],
    state: changelogNormalizeState({ uniqueKey: [0] }, input, ttlMs),
    description: '',
    uniqueKey: [0],
    emitUpdateBefore,
    condition,
  }
}

const run = (n: ChangelogNormalizeNode, steps: readonly Step[]) =>
  everyWay(changelogNormalizeRuntime, n, [input], steps)
const ACCOUNTS: readonly Step[] = [
  row('+I', 1, 'x', 100),
  row('+U', 2, 'x', 50),
  row('+I', 3, 'y', 70),
  row('+U', 1, 'x', 30),
  row('+U', 1, 'x', 30),
  row('+U', 2, 'y', 50),
  row('-D', 3, null, null),
  row('+U', 4, 'z', 5),
  row('-D', 4, 'z', 5),
  row('-D', 9, null, null),
  row('+I', 5, 'x', 30),
]

test('upserts become inserts and updates, deletes get their whole row', async () => {
  assert.deepEqual(await run(node(), ACCOUNTS), [
    '+I 1 x 100',
    '+I 2 x 50',
    '+I 3 y 70',
    '-U 1 x 100',
    '+U 1 x 30',
    '-U 2 x 50',
    '+U 2 y 50',
    '-D 3 y 70',
    '+I 4 z 5',
    '-D 4 z 5',
    '+I 5 x 30',
  ])
})

test('without consumers of -U only +U is emitted', async () => {
  const log = await run(node({ emitUpdateBefore: false }), ACCOUNTS.slice(0, 4))
  assert.deepEqual(log, ['+I 1 x 100', '+I 2 x 50', '+I 3 y 70', '+U 1 x 30'])
})

const atLeast50: Expr = {
  kind: 'call',
  fn: '>=',
  args: [
    { kind: 'input', index: 2, type: INT },
    { kind: 'literal', value: 50, type: INT },
  ],
  type: BOOLEAN,
}

test('with a condition rows come and go as they pass it', async () => {
  const log = await run(node({ condition: atLeast50 }), [...ACCOUNTS, row('+U', 1, 'x', 60)])
  assert.deepEqual(log, [
    '+I 1 x 100',
    '+I 2 x 50',
    '+I 3 y 70',
    '-D 1 x 100',
    '-U 2 x 50',
    '+U 2 y 50',
    '-D 3 y 70',
    '+I 1 x 60',
  ])
})

test('with TTL an equal row is an update, and a row that expired is new', async () => {
  const log = await run(node({ ttlMs: 100 }), [
    { now: 0 },
    row('+I', 1, 'x', 1),
    { now: 99 },
    row('+U', 1, 'x', 1),
    { now: 199 },
    row('+U', 1, 'x', 2),
  ])
  assert.deepEqual(log, ['+I 1 x 1', '-U 1 x 1', '+U 1 x 1', '+I 1 x 2'])
})

test('law: the applied changelog is the last row of each key that passes', async () => {
  const change = fc.tuple(
    fc.nat(3),
    fc.option(fc.constantFrom('x', 'y')),
    fc.option(fc.integer({ min: 48, max: 52 })),
    fc.boolean(),
  )
  await fc.assert(
    fc.asyncProperty(fc.array(change, { maxLength: 25 }), fc.boolean(), async (changes, conditional) => {
      const n = node({ condition: conditional ? atLeast50 : undefined })
      const rows = new Map<number, string>()
      const steps = changes.map(([id, grp, bal, gone]) => {
        const passes = !conditional || (bal !== null && bal >= 50)
        if (gone || !passes) rows.delete(id)
        else rows.set(id, `${id} ${grp ?? 'NULL'} ${bal ?? 'NULL'}`)
        return gone ? row('-D', id, null, null) : row('+U', id, grp, bal)
      })
      const table = new Set<string>()
      for (const line of (await drive(changelogNormalizeRuntime, n, [input], steps, { batchSize: 4 })).log) {
        if (line.startsWith('+')) table.add(line.slice(3))
        else assert.ok(table.delete(line.slice(3)), line)
      }
      assert.deepEqual([...table].sort(), [...rows.values()].sort())
      await everyWay(changelogNormalizeRuntime, n, [input], steps)
    }),
    { numRuns: 100 },
  )
})
