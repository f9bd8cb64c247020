import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isRivuletError } from '../../base/errors.ts'
import type { Expr } from '../../expr/expr.ts'
import type { Schema } from '../../types/batch.ts'
import { BOOLEAN, INT, notNull, timestamp } from '../../types/logical-type.ts'
import { INSERT_ONLY } from '../../types/row-kind.ts'
import { drive, END, everyWay, row, type Step, watermark } from '../drive.case.ts'
import type { MatchExpr, MatchNode, MatchSkip, PatternVariable } from './node.ts'
import { matchRuntime } from './operator.ts'
import { matchState } from './state.ts'

const input: Schema = [
  { name: 'k', type: notNull(INT) },
  { name: 'v', type: INT },
  { name: 'ts', type: timestamp(3) },
]

const column = (index: number): Expr => ({ kind: 'input', index, type: input[index].type })
const navigate = (variable: number, from: 'first' | 'last' = 'last'): MatchExpr => ({
  values: [{ kind: 'navigate', from, variable, offset: 0, expr: column(1) }],
  expr: { kind: 'input', index: 0, type: INT },
})
/** The variable's value compared with a number. */
const compared = (variable: number, fn: '<' | '>', value: number): MatchExpr => ({
  ...navigate(variable),
  expr: {
    kind: 'call',
    fn,
    args: [
      { kind: 'input', index: 0, type: INT },
      { kind: 'literal', value, type: notNull(INT) },
    ],
    type: BOOLEAN,
  },
})

const A: PatternVariable = { name: 'A', min: 1, max: 1, greedy: false, condition: compared(0, '>', 5) }
const B: PatternVariable = { name: 'B', min: 0, greedy: true, condition: compared(1, '<', 5) }
const C: PatternVariable = { name: 'C', min: 1, max: 1, greedy: false, condition: compared(2, '>', 5) }

function node(more: Partial<MatchNode> = {}): MatchNode {
  return {
    id: 1,
    kind: 'match',
    version: 1,
    inputs: [],
    schema: [input[0], { name: 'a', type: INT }, { name: 'c', type: INT }],
    changelog: INSERT_ONLY,
    upsertKeys: [],
    description: '',
    state: matchState([0], input),
    time: 'rowtime',
    timeColumn: 2,
    order: [],
    partition: [0],
    pattern: [A, B, C],
    skip: { kind: 'past-last' },
    measures: [navigate(0), navigate(2)],
    ...more,
  }
}

const run = (n: MatchNode, steps: readonly Step[]) => everyWay(matchRuntime, n, [input], steps)

test('rows wait for the watermark and are matched in order of time; a late one is dropped', async () => {
  const steps = [
    row('+I', 1, 9, 30),
    row('+I', 1, 7, 10),
    row('+I', 1, 1, 20),
    watermark(25),
    row('+I', 1, 8, 25),
    watermark(30),
    END,
  ]
  assert.deepEqual(await run(node(), steps), ['W 25', '+I 1 7 9', 'W 30', 'W Infinity'])
  const { counters } = await drive(matchRuntime, node(), [input], steps)
  assert.equal(counters.get('numLateRecordsDropped'), 1)
})

test('by processing time rows are matched as they come; with more keys in order within a millisecond', async () => {
  const steps = [{ now: 10 }, row('+I', 1, 9, 0), row('+I', 1, 7, 0), { now: 11 }, row('+I', 1, 6, 0), { now: 12 }, END]
  assert.deepEqual(await run(node({ time: 'proctime' }), steps), ['+I 1 9 7', 'W Infinity'])
  const byValue = [{ column: 1, descending: false, nullsLast: false }]
  assert.deepEqual(await run(node({ time: 'proctime', order: byValue }), steps), ['+I 1 7 9', 'W Infinity'])
})

test('WITHIN: from the first row to the last it takes less than that', async () => {
  const steps = (last: number) => [row('+I', 1, 9, 10), row('+I', 1, 1, 11), row('+I', 1, 8, last), watermark(30), END]
  assert.deepEqual(await run(node({ withinMs: 10 }), steps(19)), ['+I 1 9 8', 'W 30', 'W Infinity'])
  assert.deepEqual(await run(node({ withinMs: 10 }), steps(20)), ['W 30', 'W Infinity'])
})

test('long runs are cleared away behind the matches that need them', async () => {
  const steps: Step[] = []
  for (let i = 0; i < 400; i++) steps.push(row('+I', 1, i % 2 === 0 ? 9 : 1, i))
  steps.push(row('+I', 1, 9, 1000), watermark(2000))
  const found = (await drive(matchRuntime, node({ skip: { kind: 'next' } }), [input], steps)).log
  assert.equal(found.filter((line) => line.startsWith('+I')).length, 200)
})

const skips: readonly (readonly [MatchSkip, RegExp])[] = [
  [{ kind: 'first', variable: 0 }, /SKIP TO 'A': that is the first row of the match/],
  [{ kind: 'last', variable: 1 }, /SKIP TO 'B': the match has no row of it/],
]
for (const [skip, message] of skips) {
  test(`SKIP TO ${skip.kind} of a variable that ${message.source} fails the job`, async () => {
    const steps = [row('+I', 1, 9, 1), row('+I', 1, 8, 2), watermark(5)]
    await assert.rejects(drive(matchRuntime, node({ skip }), [input], steps), (error: unknown) => {
      assert.ok(isRivuletError(error))
      assert.equal(error.code, 'RUNTIME_MATCH_SKIP')
      assert.match(error.message, message)
      return true
    })
  })
}
