import assert from 'node:assert/strict'
import { test } from 'node:test'
import { args, nullable } from '../../expr/signature.ts'
import { everyWay, row } from '../../operators/drive.case.ts'
import type { GroupAggregateNode } from '../../operators/group-aggregate/node.ts'
import { groupAggregateRuntime } from '../../operators/group-aggregate/operator.ts'
import { groupAggregateState } from '../../operators/group-aggregate/state.ts'
import type { Schema } from '../../types/batch.ts'
import { BOOLEAN, INT, STRING } from '../../types/logical-type.ts'
import { RETRACT } from '../../types/row-kind.ts'
import { objectAggregate } from './object.ts'

const input: Schema = [
  { name: 'k', type: STRING },
  { name: 'v', type: INT },
  { name: 'f', type: BOOLEAN },
]

/** The values, changed in place; the sum where the flag is true. */
const weighted = objectAggregate<{ seen: number; sum: number }>(
  { name: 'weighted', doc: 'For this test.', signature: args([INT, BOOLEAN], nullable(INT)), emptyIsNull: true },
  {
    createAccumulator: () => ({ seen: 0, sum: 0 }),
    accumulate(accumulator, value, flag) {
      if (value === 13) throw new Error('unlucky')
      accumulator.seen++
      if (flag === true && value !== null) accumulator.sum += value as number
    },
    retract(accumulator, value, flag) {
      accumulator.seen--
      if (flag === true && value !== null) accumulator.sum -= value as number
    },
    getValue: ({ seen, sum }) => (seen > 3 ? (undefined as never) : sum === 0 ? null : sum),
  },
)

const lookup = () => weighted
const aggregates = [
  {
    fn: 'weighted',
    user: true,
    args: [1, 2],
    argTypes: [INT, BOOLEAN],
    distinct: false,
    retract: true,
    type: INT,
    name: 'x',
  },
]
const node: GroupAggregateNode = {
  id: 1,
  kind: 'group-aggregate',
  version: 1,
  inputs: [],
  schema: [input[0], { name: 'x', type: INT }],
  changelog: RETRACT,
  upsertKeys: [],
  state: groupAggregateState({ grouping: [0], aggregates }, input, lookup),
  description: '',
  grouping: [0],
  aggregates,
  emitUpdateBefore: true,
  inputRetracts: true,
}
const runtime = {
  ...groupAggregateRuntime,
  create: (n: GroupAggregateNode, context: Parameters<typeof groupAggregateRuntime.create>[1]) =>
    groupAggregateRuntime.create(n, { ...context, aggregates: lookup }),
}

test('an accumulator object: NULLs are passed, BOOLEAN is true or false, snapshots keep it', async () => {
  const log = await everyWay(
    runtime,
    node,
    [input],
    [row('+I', 'a', 5, true), row('+I', 'a', null, true), row('+I', 'a', 7, false), row('-D', 'a', 5, true)],
  )
  assert.deepEqual(log, ['+I a 5', '-U a 5', '+U a NULL'])
})

test('what it throws, and undefined, become errors with its name', async () => {
  await assert.rejects(everyWay(runtime, node, [input], [row('+I', 'a', 13, null)]), {
    code: 'FUNCTION_FAILED',
    message: /weighted failed for \(13, null\): unlucky/,
  })
  const four = [1, 2, 3, 4].map((v) => row('+I', 'a', v, true))
  await assert.rejects(everyWay(runtime, node, [input], four), { code: 'FUNCTION_RETURNED_UNDEFINED' })
})
