import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { Expr } from '../../expr/expr.ts'
import type { Schema } from '../../types/batch.ts'
import {
  array,
  BOOLEAN,
  INT,
  map,
  multiset,
  notNull,
  row as rowType,
  STRING,
  withNullable,
} from '../../types/logical-type.ts'
import { RETRACT } from '../../types/row-kind.ts'
import type { Value } from '../../types/value.ts'
import { drive, END, everyWay, row, rowsOf, type Step, watermark } from '../drive.case.ts'
import type { CorrelateNode, TableCall } from './node.ts'
import { correlateRuntime } from './operator.ts'

const ORDINAL = { name: 'ORDINALITY', type: notNull(INT) }

function unnest(
  collection: Schema[number]['type'],
  columns: Schema,
  options: { left?: boolean; ordinality?: boolean; condition?: (width: number) => Expr } = {},
): { readonly node: CorrelateNode; readonly input: Schema } {
  const input: Schema = [
    { name: 'id', type: INT },
    { name: 'c', type: collection },
  ]
  const own = options.ordinality ? [...columns, ORDINAL] : columns
  const shown = own.map((field) => (options.left ? { ...field, type: withNullable(field.type, true) } : field))
  const table: TableCall = {
    kind: 'unnest',
    arg: { kind: 'input', index: 1, type: collection },
    columns: shown,
    ordinality: options.ordinality === true,
  }
  const node: CorrelateNode = {
    id: 1,
    kind: 'correlate',
    version: 1,
    inputs: [],
    schema: [...input, ...shown],
    changelog: RETRACT,
    upsertKeys: [],
    state: {},
    description: '',
    joinType: options.left ? 'left' : 'inner',
    table,
    ...(options.condition && { condition: options.condition(input.length) }),
  }
  return { node, input }
}

const greaterThan =
  (limit: number) =>
  (width: number): Expr => ({
    kind: 'call',
    fn: '>',
    args: [
      { kind: 'input', index: width, type: INT },
      { kind: 'literal', value: limit, type: INT },
    ],
    type: BOOLEAN,
  })

test('elements of an array, numbered; kinds and watermarks go with them', async () => {
  const { node, input } = unnest(array(INT), [{ name: 'x', type: INT }], { ordinality: true })
  const steps = [
    row('+I', 1, [3, null]),
    row('-U', 1, [3, null]),
    watermark(5),
    row('+U', 1, []),
    row('-D', 2, null),
    END,
  ]
  assert.deepEqual(await everyWay(correlateRuntime, node, [input], steps), [
    '+I 1 [3, NULL] 3 1',
    '+I 1 [3, NULL] NULL 2',
    '-U 1 [3, NULL] 3 1',
    '-U 1 [3, NULL] NULL 2',
    'W 5',
    'W Infinity',
  ])
})

test('entries of maps, copies of a multiset, fields of rows', async () => {
  const entries = { keys: ['a', 'b'], values: [1, null] }
  const ofMap = unnest(map(STRING, INT), [
    { name: 'k', type: STRING },
    { name: 'v', type: INT },
  ])
  const mapLog = await everyWay(correlateRuntime, ofMap.node, [ofMap.input], [row('+I', 1, entries)])
  assert.deepEqual(mapLog, ['+I 1 {a=1, b=NULL} a 1', '+I 1 {a=1, b=NULL} b NULL'])
  const bag = unnest(multiset(STRING), [{ name: 'x', type: STRING }], { ordinality: true })
  const bagLog = await everyWay(
    correlateRuntime,
    bag.node,
    [bag.input],
    [row('+I', 1, { keys: ['a', 'b'], values: [2, 1] })],
  )
  assert.deepEqual(bagLog, ['+I 1 {a=2, b=1} a 1', '+I 1 {a=2, b=1} a 2', '+I 1 {a=2, b=1} b 3'])
  const fields = [
    { name: 'p', type: INT },
    { name: 'q', type: STRING },
  ]
  const rows = unnest(array(rowType(fields)), fields)
  const rowLog = await everyWay(correlateRuntime, rows.node, [rows.input], [row('+I', 1, [[1, 'x'], null])])
  assert.deepEqual(rowLog, ['+I 1 [[1, x], NULL] 1 x', '+I 1 [[1, x], NULL] NULL NULL'])
})

test('a left join pads rows without an accepted partner, in their place', async () => {
  const { node, input } = unnest(array(INT), [{ name: 'x', type: INT }], { left: true, condition: greaterThan(2) })
  const steps = [row('+I', 1, [1, 3, 5]), row('+I', 2, [1]), row('+I', 3, null), row('+I', 4, [9])]
  assert.deepEqual(await everyWay(correlateRuntime, node, [input], steps), [
    '+I 1 [1, 3, 5] 3',
    '+I 1 [1, 3, 5] 5',
    '+I 2 [1] NULL',
    '+I 3 NULL NULL',
    '+I 4 [9] 9',
  ])
})

test('many partners leave in pieces, none lost', async () => {
  for (const left of [false, true]) {
    const { node, input } = unnest(array(INT), [{ name: 'x', type: INT }], { left, condition: greaterThan(-1) })
    const many = Array.from({ length: 100 }, (_, i) => i)
    const steps = Array.from({ length: 200 }, (_, i): Step => row('+I', i, i % 100 === 50 ? [] : many))
    const { log } = await drive(correlateRuntime, node, [input], steps)
    assert.equal(log.length, 19_800 + (left ? 2 : 0))
    const last = (line: string) => Number(line.split(' ').at(-1))
    assert.deepEqual(
      log.map(last).filter((x) => !Number.isNaN(x)),
      Array.from({ length: 19_800 }, (_, i) => i % 100),
    )
  }
})

test('is the naive join, for any rows', async () => {
  const rows = fc.array(
    fc.tuple(fc.integer(), fc.option(fc.array(fc.option(fc.integer({ min: 0, max: 9 })), { maxLength: 4 }))),
    {
      maxLength: 12,
    },
  )
  await fc.assert(
    fc.asyncProperty(rows, fc.boolean(), fc.boolean(), async (given, left, conditional) => {
      const { node, input } = unnest(array(INT), [{ name: 'x', type: INT }], {
        left,
        ...(conditional && { condition: greaterThan(4) }),
      })
      const steps = given.map(([id, values]) => row('+I', id, values as Value))
      const log = rowsOf((await drive(correlateRuntime, node, [input], steps)).log)
      const naive = given.flatMap(([id, values]) => {
        const partners = (values ?? []).filter((x) => !conditional || (x !== null && x > 4))
        return (partners.length === 0 && left ? [null] : partners).map((x) => `${id} ${x ?? 'NULL'}`)
      })
      assert.deepEqual(
        log.map((line) => `${line.split(' ')[1]} ${line.split(' ').at(-1)}`),
        naive,
      )
    }),
    { numRuns: 60 },
  )
})
