/** Rows of a window test whose results a Flink 2.3 gave: key, value, time; a watermark of time − 1 s follows each row that raises it. */
import assert from 'node:assert/strict'
import { findAggregateFunction } from '../functions/aggregate/index.ts'
import type { Schema } from '../types/batch.ts'
import { DOUBLE, FLOAT, INT, STRING, timestamp } from '../types/logical-type.ts'
import type { AggregateCall } from './aggregate-call.ts'
import { row, type Step, watermark } from './drive.case.ts'
import type { WindowShape, WindowSpec } from './window.ts'
import type { FlinkAnswer } from './window-answers.case.ts'

export const windowInput: Schema = [
  { name: 'k', type: STRING },
  { name: 'd', type: DOUBLE },
  { name: 'f', type: FLOAT },
  { name: 'i', type: INT },
  { name: 'ts', type: { ...timestamp(3), attribute: 'rowtime' } },
]

/** Milliseconds of the day 2024-05-01 at 10:00, to which the times below are relative. */
export const BASE = Date.UTC(2024, 4, 1, 10)

const ROWS: readonly (readonly [string, number, number, number])[] = [
  ['b', 5.904, 8.85, 0],
  ['a', 2.979, 8.02, 0],
  ['b', 7.369, -2.38, 400],
  ['a', -9.738, -5.67, 0],
  ['b', -6.808, 5.94, 800],
  ['b', -7.466, -9.96, 0],
  ['a', 9.203, -6.68, 1000],
  ['b', 9.23, 0.78, 1200],
  ['a', 9.331, 7.87, 1400],
  ['b', -1.702, 8.72, 1800],
  ['b', -3.973, 2.06, 2200],
  ['b', -8.68, -2.89, 700],
  ['b', -6.305, -0.55, 1900],
  ['b', 9.502, -9.54, 2800],
  ['a', 0.981, -1.62, 2500],
  ['a', -0.944, 4.16, 2600],
  ['a', 8.593, 8.84, 4300],
  ['b', 7.854, -4.98, 3200],
  ['b', 7.194, -9.27, 5600],
  ['b', 0.258, -2.75, 5600],
  ['b', 8.484, 0.9, 5800],
  ['b', -3.877, 5.98, 3200],
  ['b', 9.935, -6.77, 3400],
  ['b', -9.363, 4.81, 6400],
  ['b', 3.019, -7.09, 6800],
  ['b', 6.769, -7.39, 6100],
  ['b', -7.867, -1.31, 4000],
  ['b', -4.104, -0.94, 7200],
  ['b', 9.203, 3.78, 5900],
  ['b', -4.18, -1.92, 7100],
  ['b', 6.441, 0.64, 8000],
  ['b', 7.356, -6.4, 5200],
  ['b', -8.738, 5.9, 9100],
  ['a', 5.193, -2.73, 6500],
  ['b', 5.395, 3.82, 9200],
  ['a', 1.613, -9.77, 10300],
  ['b', -0.741, 6.33, 10700],
  ['b', 2.881, 4.76, 11100],
  ['a', 7.398, 3.77, 12000],
  ['a', 0.587, -6.68, 12400],
  ['b', 3.829, 4.39, 12100],
  ['b', -3.947, 1.06, 13700],
  ['a', -6.088, 1.73, 11100],
  ['a', 2.617, -9.16, 14300],
  ['a', -8.917, -7.33, 15200],
  ['b', -6.133, -9.29, 15600],
  ['b', 3.25, -8.56, 16500],
  ['b', -9.987, -1.89, 16700],
  ['a', 3.777, 0.94, 16400],
  ['b', -8.104, 0.9, 15600],
  ['b', 9.166, 6.37, 16000],
  ['b', -0.651, -6.86, 17700],
  ['b', 9.144, 9.36, 17800],
  ['a', -2.363, -3.48, 19300],
  ['b', -1.416, 9.53, 19500],
  ['b', 9.449, -2.4, 20400],
  ['b', 4.821, -3.98, 19100],
  ['a', -3.617, 9.69, 20300],
  ['a', -0.461, -7.56, 21900],
  ['b', -9.2, -7.27, 22800],
]

export const windowSteps: readonly Step[] = stepsOf(ROWS)

function stepsOf(rows: typeof ROWS): Step[] {
  const steps: Step[] = []
  let highest = Number.NEGATIVE_INFINITY
  rows.forEach(([k, d, f, ms], i) => {
    steps.push(row('+I', k, d, Math.fround(f), i, BASE + ms))
    if (ms - 1000 > highest) {
      highest = ms - 1000
      steps.push(watermark(BASE + highest))
    }
  })
  steps.push({ end: true })
  return steps
}

/** Relative seconds, as tests write them. */
export const seconds = (time: number): string => ((time - BASE) / 1000).toString()

const SHAPES = {
  TUMBLE: { type: 'tumble', size: 5000, offset: 0 },
  HOP: { type: 'hop', size: 6000, slide: 2000, offset: 0 },
  CUMULATE: { type: 'cumulate', maxSize: 6000, step: 2000, offset: 0 },
  SESSION: { type: 'session', gap: 1000, partition: [0] },
} as const satisfies Record<string, WindowShape>

export const windowOf = (shape: WindowShape, options: Partial<WindowSpec> = {}): WindowSpec => ({
  shape,
  timeColumn: 4,
  time: 'rowtime',
  timeZone: 'UTC',
  ...options,
})

export const flinkWindow = (answer: FlinkAnswer): WindowSpec => windowOf(SHAPES[answer.window])

/** `SUM(d), COUNT(*)` over the test's columns. */
export function callsOf(aggregates: string, input: Schema = windowInput, retract = false): AggregateCall[] {
  return [...aggregates.matchAll(/(\w+)\((DISTINCT )?([^)]*)\)/g)].map(([name, fn, distinct, arg]): AggregateCall => {
    const args = arg === '*' ? [] : [input.findIndex((field) => field.name === arg)]
    const argTypes = args.map((c) => input[c].type)
    const definition = findAggregateFunction(fn)
    const resolution = definition?.signature.resolve(
      argTypes.map((type) => ({ type })),
      { timeZone: 'UTC', option: () => undefined },
    )
    assert.ok(resolution, name)
    return { fn, args, argTypes, distinct: distinct !== undefined, retract, type: resolution.returns, name }
  })
}

/** Cells as they are compared: instants as seconds (cells `times`), FLOAT results (from cell `results` on) by their 32 bits. */
export function normalize(line: string, times: readonly number[], results: number, float: boolean): string {
  const cells = line.split(/ (?![^[]*\])/)
  return cells
    .map((cell, i) => {
      if (times.includes(i)) return seconds(Number(cell))
      const number = Number(cell)
      if (cell === '' || Number.isNaN(number)) return cell
      return String(float && i >= results ? Math.fround(number) : number)
    })
    .join(' ')
}
