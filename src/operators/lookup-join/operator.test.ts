import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { LookupContext, TableSource } from '../../connectors/contract.ts'
import type { Expr } from '../../expr/expr.ts'
import { batchOf, type Schema } from '../../types/batch.ts'
import { BOOLEAN, INT, type LogicalType, STRING } from '../../types/logical-type.ts'
import { RETRACT } from '../../types/row-kind.ts'
import type { Value } from '../../types/value.ts'
import { everyWay, row, type Step, watermark } from '../drive.case.ts'
import type { LookupJoinNode } from './node.ts'
import { lookupJoinRuntime } from './operator.ts'

const input: Schema = [
  { name: 'id', type: INT },
  { name: 'k', type: STRING },
]
const dimension: Schema = [
  { name: 'k', type: STRING },
  { name: 'level', type: INT },
]
const ROWS: readonly (readonly Value[])[] = [
  ['a', 1],
  ['b', 2],
  ['a', 3],
  [null, 4],
]

/** A dimension table that answers from memory; with `late`, by a promise. */
const tables = (late = false) => ({
  source: () =>
    ({
      createLookup: ({ produced, keys }: LookupContext) => ({
        open: async () => {},
        lookup: (key: readonly Value[]) => {
          const found = ROWS.filter((cells) => keys.every((column, i) => cells[column] === key[i]))
          const batch = batchOf(produced, found)
          return late ? Promise.resolve(batch) : batch
        },
        close: async () => {},
      }),
    }) as unknown as TableSource,
  sink: () => {
    throw new Error('no sinks here')
  },
})

const column = (index: number, type: LogicalType = INT): Expr => ({ kind: 'input', index, type })

function node(joinType: 'inner' | 'left', more: Partial<LookupJoinNode> = {}): LookupJoinNode {
  return {
    id: 1,
    kind: 'lookup-join',
    version: 1,
    inputs: [],
    schema: [...input, ...dimension],
    changelog: RETRACT,
    upsertKeys: [],
    state: {},
    description: '',
    table: { name: 'd', options: {}, physical: dimension, primaryKey: [], partitionKeys: [] },
    produced: dimension,
    projections: [column(0, STRING), column(1)],
    joinType,
    keys: [{ column: 0, value: column(1, STRING) }],
    ...more,
  }
}

const STEPS: readonly Step[] = [
  row('+I', 1, 'a'),
  row('+I', 2, 'c'),
  row('-D', 3, 'b'),
  row('+I', 4, null),
  watermark(5),
  row('+I', 5, 'a'),
]
const run = (n: LookupJoinNode, late = false) =>
  everyWay(lookupJoinRuntime, n, [input], STEPS, { tables: tables(late) })

test('each row with the rows that the table gives, of its own kind', async () => {
  const expected = ['+I 1 a a 1', '+I 1 a a 3', '-D 3 b b 2', 'W 5', '+I 5 a a 1', '+I 5 a a 3']
  assert.deepEqual(await run(node('inner')), expected)
})

test('LEFT pads, also for a NULL in the key and where the condition is not true', async () => {
  // level > id
  const condition: Expr = { kind: 'call', fn: '>', args: [column(3), column(0)], type: BOOLEAN }
  assert.deepEqual(await run(node('left', { condition })), [
    '+I 1 a a 3',
    '+I 2 c NULL NULL',
    '-D 3 b NULL NULL',
    '+I 4 NULL NULL NULL',
    'W 5',
    '+I 5 a NULL NULL',
  ])
})

test('constant keys, and columns that are computed', async () => {
  const two: Expr = { kind: 'literal', value: 2, type: INT }
  const twice: Expr = { kind: 'call', fn: '*', args: [column(1), two], type: INT }
  const keys = [{ column: 1, value: two }]
  assert.deepEqual((await run(node('inner', { keys, projections: [column(0, STRING), twice] }))).slice(0, 4), [
    '+I 1 a b 4',
    '+I 2 c b 4',
    '-D 3 b b 4',
    '+I 4 NULL b 4',
  ])
})

test('a connector that answers later is refused', async () => {
  await assert.rejects(run(node('inner'), true), /asynchronously/)
})
