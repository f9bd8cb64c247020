import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { Expr } from '../../expr/expr.ts'
import type { Schema } from '../../types/batch.ts'
import { BOOLEAN, INT, STRING } from '../../types/logical-type.ts'
import { RETRACT } from '../../types/row-kind.ts'
import { drive, everyWay, right, row, type Step } from '../drive.case.ts'
import type { JoinNode, JoinSideKey, JoinType } from './node.ts'
import { joinRuntime } from './operator.ts'
import { joinState } from './state.ts'

const a: Schema = [
  { name: 'id', type: INT },
  { name: 'k', type: STRING },
  { name: 'v', type: INT },
]
const b: Schema = [
  { name: 'bid', type: INT },
  { name: 'bk', type: STRING },
  { name: 'w', type: INT },
]
const NONE: JoinSideKey = { kind: 'none' }

interface Options {
  readonly keys?: readonly (readonly [left: number, right: number])[]
  readonly condition?: Expr
  readonly leftKey?: JoinSideKey
  readonly rightKey?: JoinSideKey
  readonly nullsMatch?: boolean
  readonly ttlMs?: number
}

function node(joinType: JoinType, options: Options = {}): JoinNode {
  const { keys = [[1, 1]], leftKey = NONE, rightKey = NONE, condition, nullsMatch = false, ttlMs } = options
  const leftKeys = keys.map(([left]) => left)
  const rightKeys = keys.map(([, rightColumn]) => rightColumn)
  const planned = { joinType, leftKeys, rightKeys, leftKey, rightKey }
  return {
    id: 1,
    kind: 'join',
    version: 1,
    inputs: [],
    schema: joinType === 'semi' || joinType === 'anti' ? a : [...a, ...b],
    changelog: RETRACT,
    upsertKeys: [],
    state: joinState(planned, [a, b], { left: ttlMs, right: ttlMs }),
    description: '',
    ...planned,
    filterNulls: keys.map(() => !nullsMatch),
    condition,
  }
}

const run = (n: JoinNode, steps: readonly Step[]) => everyWay(joinRuntime, n, [a, b], steps)
const column = (index: number): Expr => ({ kind: 'input', index, type: INT })
/** a.v < b.w */
const less: Expr = { kind: 'call', fn: '<', args: [column(2), column(5)], type: BOOLEAN }

const INSERTS: readonly Step[] = [
  row('+I', 1, 'x', 10),
  right('+I', 1, 'x', 100),
  row('+I', 2, 'y', 20),
  right('+I', 2, 'z', 200),
  row('+I', 3, 'x', 30),
  right('+I', 3, 'x', 300),
  right('+I', 4, null, 400),
  row('+I', 4, null, 40),
  right('+I', 5, 'y', 20),
  row('+I', 5, 'w', 50),
  right('+I', 6, 'w', 5),
]
const CHANGES: readonly Step[] = [
  row('+I', 1, 'x', 10),
  right('+I', 1, 'x', 100),
  right('-U', 1, 'x', 100),
  right('+U', 1, 'y', 110),
  row('+I', 2, 'y', 20),
  right('-D', 1, 'y', 110),
  right('+I', 7, 'x', 1),
  row('+I', 1, 'x', 12),
]
const UNIQUE: Options = { rightKey: { kind: 'unique', columns: [0] } }

test('INNER: matches in order of arrival, NULL keys match nothing', async () => {
  assert.deepEqual(await run(node('inner'), INSERTS), [
    '+I 1 x 10 1 x 100',
    '+I 3 x 30 1 x 100',
    '+I 1 x 10 3 x 300',
    '+I 3 x 30 3 x 300',
    '+I 2 y 20 5 y 20',
    '+I 5 w 50 6 w 5',
  ])
})

test('IS NOT DISTINCT FROM: NULL keys match each other', async () => {
  const log = await run(node('inner', { nullsMatch: true }), INSERTS)
  assert.ok(log.includes('+I 4 NULL 40 4 NULL 400'))
})

test('a condition over the joined row', async () => {
  assert.deepEqual(await run(node('inner', { condition: less }), INSERTS), [
    '+I 1 x 10 1 x 100',
    '+I 3 x 30 1 x 100',
    '+I 1 x 10 3 x 300',
    '+I 3 x 30 3 x 300',
  ])
})

test('without keys every pair is looked at', async () => {
  const log = await run(node('left', { keys: [], condition: less }), INSERTS.slice(0, 6))
  assert.deepEqual(log, [
    '+I 1 x 10 NULL NULL NULL',
    '-D 1 x 10 NULL NULL NULL',
    '+I 1 x 10 1 x 100',
    '+I 2 y 20 1 x 100',
    '+I 1 x 10 2 z 200',
    '+I 2 y 20 2 z 200',
    '+I 3 x 30 1 x 100',
    '+I 3 x 30 2 z 200',
    '+I 1 x 10 3 x 300',
    '+I 2 y 20 3 x 300',
    '+I 3 x 30 3 x 300',
  ])
})

test('FULL with a condition', async () => {
  assert.deepEqual(await run(node('full', { condition: less }), INSERTS), [
    '+I 1 x 10 NULL NULL NULL',
    '-D 1 x 10 NULL NULL NULL',
    '+I 1 x 10 1 x 100',
    '+I 2 y 20 NULL NULL NULL',
    '+I NULL NULL NULL 2 z 200',
    '+I 3 x 30 1 x 100',
    '+I 1 x 10 3 x 300',
    '+I 3 x 30 3 x 300',
    '+I NULL NULL NULL 4 NULL 400',
    '+I 4 NULL 40 NULL NULL NULL',
    '+I NULL NULL NULL 5 y 20',
    '+I 5 w 50 NULL NULL NULL',
    '+I NULL NULL NULL 6 w 5',
  ])
})

test('kinds of rows: INNER keeps them, outer joins insert and delete', async () => {
  assert.deepEqual(await run(node('inner', UNIQUE), CHANGES), [
    '+I 1 x 10 1 x 100',
    '-U 1 x 10 1 x 100',
    '+I 2 y 20 1 y 110',
    '-D 2 y 20 1 y 110',
    '+I 1 x 10 7 x 1',
    '+I 1 x 12 7 x 1',
  ])
  assert.deepEqual(await run(node('left', UNIQUE), CHANGES), [
    '+I 1 x 10 NULL NULL NULL',
    '-D 1 x 10 NULL NULL NULL',
    '+I 1 x 10 1 x 100',
    '-U 1 x 10 1 x 100',
    '+I 1 x 10 NULL NULL NULL',
    '+I 2 y 20 1 y 110',
    '-D 2 y 20 1 y 110',
    '+I 2 y 20 NULL NULL NULL',
    '-D 1 x 10 NULL NULL NULL',
    '+I 1 x 10 7 x 1',
    '+I 1 x 12 7 x 1',
  ])
  assert.deepEqual(await run(node('right', UNIQUE), CHANGES), [
    '+I 1 x 10 1 x 100',
    '-D 1 x 10 1 x 100',
    '+I NULL NULL NULL 1 y 110',
    '-D NULL NULL NULL 1 y 110',
    '+I 2 y 20 1 y 110',
    '-D 2 y 20 1 y 110',
    '+I 1 x 10 7 x 1',
    '+I 1 x 12 7 x 1',
  ])
  assert.deepEqual(await run(node('full', UNIQUE), CHANGES), [
    '+I 1 x 10 NULL NULL NULL',
    '-D 1 x 10 NULL NULL NULL',
    '+I 1 x 10 1 x 100',
    '-D 1 x 10 1 x 100',
    '+I 1 x 10 NULL NULL NULL',
    '+I NULL NULL NULL 1 y 110',
    '-D NULL NULL NULL 1 y 110',
    '+I 2 y 20 1 y 110',
    '-D 2 y 20 1 y 110',
    '+I 2 y 20 NULL NULL NULL',
    '-D 1 x 10 NULL NULL NULL',
    '+I 1 x 10 7 x 1',
    '+I 1 x 12 7 x 1',
  ])
})

test('SEMI and ANTI: a left row comes with its first match and goes with its last, or the other way round', async () => {
  assert.deepEqual(await run(node('semi', UNIQUE), CHANGES), [
    '+I 1 x 10',
    '-U 1 x 10',
    '+I 2 y 20',
    '-D 2 y 20',
    '+I 1 x 10',
    '+I 1 x 12',
  ])
  assert.deepEqual(await run(node('anti', UNIQUE), CHANGES), [
    '+I 1 x 10',
    '-D 1 x 10',
    '+I 1 x 10',
    '+I 2 y 20',
    '-D 1 x 10',
  ])
  assert.deepEqual(await run(node('anti'), INSERTS), [
    '+I 1 x 10',
    '-D 1 x 10',
    '+I 2 y 20',
    '+I 4 NULL 40',
    '-D 2 y 20',
    '+I 5 w 50',
    '-D 5 w 50',
  ])
})

test('a side whose join key is unique keeps one row per key: a new one replaces the old', async () => {
  const n = node('inner', { rightKey: { kind: 'join-key-unique' } })
  const log = await run(n, [
    right('+I', 1, 'x', 1),
    right('+U', 1, 'x', 2),
    row('+I', 1, 'x', 10),
    right('-D', 1, 'x', 2),
    row('+I', 2, 'x', 20),
  ])
  assert.deepEqual(log, ['+I 1 x 10 1 x 2', '-D 1 x 10 1 x 2'])
})

test('rows older than the state TTL are gone', async () => {
  const n = node('inner', { ttlMs: 100 })
  const log = await run(n, [
    { now: 0 },
    row('+I', 1, 'x', 1),
    { now: 60 },
    row('+I', 2, 'x', 2),
    { now: 120 },
    right('+I', 1, 'x', 5),
    { now: 170 },
    right('+I', 2, 'x', 6),
  ])
  assert.deepEqual(log, ['+I 2 x 2 1 x 5'])
})

test('law: the applied changelog is the join of what both sides hold', async () => {
  const entry = fc.record({
    side: fc.constantFrom(0, 1),
    id: fc.nat(2),
    k: fc.constantFrom('x', 'y', null),
    v: fc.nat(2),
    take: fc.nat(9),
  })
  const types: JoinType[] = ['inner', 'left', 'right', 'full', 'semi', 'anti']
  await fc.assert(
    fc.asyncProperty(
      fc.array(entry, { maxLength: 24 }),
      fc.constantFrom(...types),
      fc.boolean(),
      async (script, type, conditional) => {
        const tables: [unknown[][], unknown[][]] = [[], []]
        const steps: Step[] = []
        for (const { side, id, k, v, take } of script) {
          const table = tables[side]
          const write = side === 0 ? row : right
          if (take < 4 && table.length > 0) {
            const [gone] = table.splice(take % table.length, 1) as [[number, string | null, number]]
            steps.push(write('-D', ...gone))
          } else {
            table.push([id, k, v])
            steps.push(write('+I', id, k, v))
          }
        }
        const n = node(type, { condition: conditional ? less : undefined })
        const result: string[] = []
        for (const line of (await drive(joinRuntime, n, [a, b], steps, { batchSize: 3 })).log) {
          const text = line.slice(3)
          if (line.startsWith('+')) result.push(text)
          else {
            assert.ok(result.includes(text), `${type}: ${line} is not there`)
            result.splice(result.indexOf(text), 1)
          }
        }
        assert.deepEqual(result.sort(), naive(tables, type, conditional).sort())
        await everyWay(joinRuntime, n, [a, b], steps)
      },
    ),
    { numRuns: 120 },
  )
})

function naive([left, rightRows]: readonly [unknown[][], unknown[][]], type: JoinType, conditional: boolean): string[] {
  const text = (values: readonly unknown[]) => values.map((value) => value ?? 'NULL').join(' ')
  const pad = [null, null, null]
  const match = (l: unknown[], r: unknown[]) =>
    l[1] !== null && l[1] === r[1] && (!conditional || (l[2] as number) < (r[2] as number))
  const out: string[] = []
  for (const l of left) {
    const matches = rightRows.filter((r) => match(l, r))
    if (type === 'semi' || type === 'anti') {
      if (matches.length > 0 === (type === 'semi')) out.push(text(l))
      continue
    }
    for (const r of matches) out.push(text([...l, ...r]))
    if (matches.length === 0 && (type === 'left' || type === 'full')) out.push(text([...l, ...pad]))
  }
  if (type === 'right' || type === 'full') {
    for (const r of rightRows) if (!left.some((l) => match(l, r))) out.push(text([...pad, ...r]))
  }
  return out
}
