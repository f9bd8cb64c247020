import { custom } from '../../../expr/signature.ts'
import { isInFamily } from '../../../types/family.ts'
import { BOOLEAN, type LogicalType, withNullable, withoutAttribute } from '../../../types/logical-type.ts'
import type { Exact } from '../../../types/value.ts'
import { scalar } from '../../define.ts'
import { adder } from './interval.ts'
import { millisOf } from './timestamp-diff.ts'

/** The end of a period that is written as an end or as a length. */
function endOf(start: LogicalType, end: LogicalType): (start: Exact, end: Exact) => number {
  if (!isInFamily(end, 'INTERVAL')) {
    const millis = millisOf(end)
    return (_, value) => millis(value)
  }
  const add = adder(start, end)
  const millis = millisOf(start)
  return (value, interval) => millis(add(value, interval))
}

const isPeriod = (start: LogicalType, end: LogicalType) =>
  isInFamily(start, 'DATETIME') && (start.kind === end.kind || isInFamily(end, 'INTERVAL'))

export const overlaps = scalar({
  name: 'OVERLAPS',
  theme: 'temporal',
  doc: 'Have two periods a moment in common? Each is a start and an end or a length, in any order: (a, b) OVERLAPS (c, d).',
  signature: custom(['(DATETIME, DATETIME | INTERVAL) OVERLAPS (DATETIME, DATETIME | INTERVAL)'], 4, 4, (given) => {
    const [start, end, otherStart, otherEnd] = given.map((arg) => arg.type)
    if (!isPeriod(start, end) || !isPeriod(otherStart, otherEnd) || start.kind !== otherStart.kind) return undefined
    return {
      args: given.map((arg) => withoutAttribute(arg.type)),
      returns: withNullable(
        BOOLEAN,
        given.some((arg) => arg.type.nullable),
      ),
    }
  }),
  nulls: 'propagate',
  prepare: (site) => {
    const [a, b, c, d] = site.args.map((arg) => arg.type)
    const first = millisOf(a)
    const firstEnd = endOf(a, b)
    const second = millisOf(c)
    const secondEnd = endOf(c, d)
    return (start: Exact, end: Exact, otherStart: Exact, otherEnd: Exact) => {
      const s1 = first(start)
      const e1 = firstEnd(start, end)
      const s2 = second(otherStart)
      const e2 = secondEnd(otherStart, otherEnd)
      return Math.max(s1, e1) >= Math.min(s2, e2) && Math.max(s2, e2) >= Math.min(s1, e1)
    }
  },
  examples: [
    ["(DATE '2024-01-01', DATE '2024-01-31') OVERLAPS (DATE '2024-02-01', INTERVAL '3' DAY)", 'FALSE'],
    ["(TIME '09:00:00', TIME '10:00:00') OVERLAPS (TIME '09:30:00', INTERVAL '3' HOUR)", 'TRUE'],
  ],
})
