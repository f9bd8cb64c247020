/**
 * Law: a period is a start and an end in any order, or a start and a length; the comparisons are SQL's, so that an unknown
 * end makes the result unknown only where the known ones do not decide it.
 */
import { custom } from '../../../expr/signature.ts'
import { isInFamily } from '../../../types/family.ts'
import { BOOLEAN, type LogicalType, type RowType, withNullable } from '../../../types/logical-type.ts'
import type { Exact, Value } from '../../../types/value.ts'
import { scalar } from '../../define.ts'
import { adder } from './interval.ts'
import { millisOf } from './timestamp-diff.ts'

type Moment = number | null
type Period = readonly Value[]

/** The two ends of a period in milliseconds. */
function endsOf({ fields: [start, end] }: RowType): (period: Period) => readonly [Moment, Moment] {
  const millis = millisOf(start.type)
  const moment = (value: Value): Moment => (value === null ? null : millis(value as Exact))
  if (!isInFamily(end.type, 'INTERVAL')) {
    const endMillis = millisOf(end.type)
    return ([from, to]) => [moment(from), to === null ? null : endMillis(to as Exact)]
  }
  const add = adder(start.type, end.type)
  return ([from, length]) => [
    moment(from),
    from === null || length === null ? null : moment(add(from as Exact, length as Exact)),
  ]
}

function isPeriod(type: LogicalType): type is RowType {
  if (type.kind !== 'ROW' || type.fields.length !== 2) return false
  const [start, end] = type.fields
  return isInFamily(start.type, 'DATETIME') && (start.type.kind === end.type.kind || isInFamily(end.type, 'INTERVAL'))
}

const notBefore = (a: Moment, b: Moment) => (a === null || b === null ? null : a >= b)

export const overlaps = scalar({
  name: 'OVERLAPS',
  theme: 'temporal',
  doc: 'Have two periods a moment in common? Each is a start and an end or a length, in any order: (a, b) OVERLAPS (c, d).',
  signature: custom(['(DATETIME, DATETIME | INTERVAL) OVERLAPS (DATETIME, DATETIME | INTERVAL)'], 2, 2, (given) => {
    const [left, right] = given.map((arg) => arg.type)
    if (!isPeriod(left) || !isPeriod(right) || left.fields[0].type.kind !== right.fields[0].type.kind) return undefined
    const nullable = [left, right].some((type) => type.nullable || type.fields.some((field) => field.type.nullable))
    return { args: [left, right], returns: withNullable(BOOLEAN, nullable) }
  }),
  nulls: 'propagate',
  prepare: (site) => {
    const left = endsOf(site.args[0].type as RowType)
    const right = endsOf(site.args[1].type as RowType)
    return (first: Period, second: Period) => {
      const [a, b] = left(first)
      const [c, d] = right(second)
      const forward = notBefore(b, a) === true
      const otherForward = notBefore(d, c) === true
      const reaches = notBefore(forward ? b : a, otherForward ? c : d)
      const reached = notBefore(otherForward ? d : c, forward ? a : b)
      if (reaches === false || reached === false) return false
      return reaches === null || reached === null ? null : true
    }
  },
  examples: [
    ["(DATE '2024-01-01', DATE '2024-01-31') OVERLAPS (DATE '2024-02-01', INTERVAL '3' DAY)", 'FALSE'],
    ["(TIME '09:00:00', TIME '10:00:00') OVERLAPS (TIME '09:30:00', INTERVAL '3' HOUR)", 'TRUE'],
  ],
})
