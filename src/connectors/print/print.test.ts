import assert from 'node:assert/strict'
import { test } from 'node:test'
import { batchOf, type Schema } from '../../types/batch.ts'
import * as t from '../../types/logical-type.ts'
import { RETRACT } from '../../types/row-kind.ts'
import type { Value } from '../../types/value.ts'
import { blackhole } from '../blackhole/connector.ts'
import { request, writerContext } from '../test-support.ts'
import { print } from './connector.ts'
import { printText } from './text.ts'

const schema: Schema = [
  { name: 'province', type: t.STRING },
  { name: 'amount', type: t.DOUBLE },
  { name: 'at', type: t.timestamp(3) },
]
const rows = [
  ['beijing', 1, Date.UTC(2020, 8, 2, 10, 13, 35)],
  [null, 1.23456789e7, Date.UTC(2020, 8, 2, 10, 13)],
]

function printed(options: Record<string, string>, subtask = 0, parallelism = 1): [string, boolean | undefined][] {
  const lines: [string, boolean | undefined][] = []
  const sink = print.sink!(request(print, { schema, options }))
  const writer = sink.createWriter(
    writerContext(schema, { subtask, parallelism, print: (line, error) => void lines.push([line, error]) }),
  )
  writer.write(batchOf(schema, rows, [0, 3]))
  return lines
}

test('rows with their kinds', () => {
  assert.deepEqual(printed({}), [
    ['+I[beijing, 1.0, 2020-09-02T10:13:35]', false],
    ['-D[null, 1.23456789E7, 2020-09-02T10:13]', false],
  ])
})

test('identifier, subtask and standard error', () => {
  assert.equal(printed({ 'print-identifier': 'out' })[0][0], 'out> +I[beijing, 1.0, 2020-09-02T10:13:35]')
  assert.equal(printed({ 'print-identifier': 'out' }, 1, 3)[0][0], 'out:2> +I[beijing, 1.0, 2020-09-02T10:13:35]')
  assert.equal(printed({}, 1, 3)[0][0], '2> +I[beijing, 1.0, 2020-09-02T10:13:35]')
  assert.equal(printed({ 'standard-error': 'true' })[0][1], true)
})

test('values of every type as Java shows them', () => {
  const cases: [t.LogicalType, Value, string][] = [
    [t.BOOLEAN, true, 'true'],
    [t.BIGINT, 9223372036854775807n, '9223372036854775807'],
    [t.decimal(10, 2), 1250, '12.50'],
    [t.FLOAT, Math.fround(0.1), '0.1'],
    [t.DATE, 19782, '2024-02-29'],
    [t.time(3), 36000123, '10:00:00.123'],
    [t.time(0), 36000000, '10:00'],
    [t.timestamp(3), 120, '1970-01-01T00:00:00.120'],
    [t.timestamp(6), 1230, '1970-01-01T00:00:00.001230'],
    [t.timestampLtz(3), 0, '1970-01-01T00:00:00Z'],
    [t.BYTES, Uint8Array.of(1, 255), '[1, -1]'],
    [t.array(t.STRING), ['a', null], '[a, null]'],
    [t.map(t.STRING, t.INT), { keys: ['k'], values: [1] }, '{k=1}'],
    [t.multiset(t.STRING), { keys: ['k'], values: [2] }, '{k=2}'],
    [t.row([{ name: 'x', type: t.INT }]), [5], '+I[5]'],
    [t.INTERVAL_YEAR_TO_MONTH, 14, 'P1Y2M'],
    [t.INTERVAL_DAY_TO_SECOND, 90061001, 'PT25H1M1.001S'],
    [t.INTERVAL_DAY_TO_SECOND, -1500, 'PT-1.5S'],
  ]
  for (const [type, value, text] of cases) assert.equal(printText(type)(value), text)
})

test('print and blackhole take any change', async () => {
  for (const connector of [print, blackhole]) {
    const sink = connector.sink!(request(connector, { schema }))
    assert.deepEqual(sink.acceptedChangelog(RETRACT), RETRACT)
  }
  const writer = blackhole.sink!(request(blackhole, { schema })).createWriter(writerContext(schema))
  await writer.open()
  writer.write(batchOf(schema, rows))
  await writer.flush()
  assert.equal(writer.full, false)
})
