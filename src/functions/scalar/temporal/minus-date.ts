import { custom } from '../../../expr/signature.ts'
import { isInFamily } from '../../../types/family.ts'
import {
  INTERVAL_DAY_TO_SECOND,
  INTERVAL_YEAR_TO_MONTH,
  type LogicalType,
  withNullable,
  withoutAttribute,
} from '../../../types/logical-type.ts'
import type { Exact } from '../../../types/value.ts'
import { scalar } from '../../define.ts'
import { millisOf, monthsBetween } from './timestamp-diff.ts'

const isMonths = (unit: string) => unit === 'YEAR' || unit === 'QUARTER' || unit === 'MONTH'

function intervalType(unit: string): LogicalType {
  return isMonths(unit)
    ? { ...INTERVAL_YEAR_TO_MONTH, resolution: 'MONTH' }
    : { ...INTERVAL_DAY_TO_SECOND, resolution: 'SECOND' }
}

export const minusDate = scalar({
  name: 'MINUS_DATE',
  theme: 'temporal',
  doc: 'The interval between two moments, written (later - earlier) DAY.',
  signature: custom(['(DATETIME - DATETIME) unit'], 3, 3, ([later, earlier, unit]) => {
    if (unit.type.kind !== 'SYMBOL' || later.type.kind !== earlier.type.kind || !isInFamily(later.type, 'DATETIME'))
      return undefined
    return {
      args: [withoutAttribute(later.type), withoutAttribute(earlier.type), unit.type],
      returns: withNullable(intervalType(String(unit.literal?.value)), later.type.nullable || earlier.type.nullable),
    }
  }),
  nulls: 'propagate',
  prepare: (site) => {
    const later = millisOf(site.args[0].type)
    const earlier = millisOf(site.args[1].type)
    if (isMonths(String(site.args[2].literal?.value)))
      return (a: Exact, b: Exact) => monthsBetween(later(a), earlier(b))
    return (a: Exact, b: Exact) => later(a) - earlier(b)
  },
  examples: [["(DATE '2024-03-01' - DATE '2024-02-01') DAY", '+29 00:00:00.000']],
})
