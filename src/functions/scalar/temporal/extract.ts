import { custom } from '../../../expr/signature.ts'
import { BIGINT, withNullable, withoutAttribute } from '../../../types/logical-type.ts'
import { scalar } from '../../define.ts'
import { canExtract, EXTRACT_UNITS, extractor } from './extract-field.ts'

export const extract = scalar({
  name: 'EXTRACT',
  theme: 'temporal',
  doc: 'One field of a date, time, timestamp or interval: EXTRACT(DAY FROM t). A TIMESTAMP_LTZ is read in the session time zone.',
  signature: custom(['EXTRACT(unit FROM DATETIME | INTERVAL)'], 2, 2, ([unit, value]) => {
    const name = String(unit.literal?.value)
    if (unit.type.kind !== 'SYMBOL' || !EXTRACT_UNITS.includes(name) || !canExtract(name, value.type)) return undefined
    return {
      args: [unit.type, withoutAttribute(value.type)],
      returns: withNullable(BIGINT, value.type.nullable),
    }
  }),
  nulls: 'propagate',
  prepare: (site) => {
    const field = extractor(String(site.args[0].literal?.value), site.args[1].type, site.context.timeZone)
    return (_unit: never, value: never) => field(value)
  },
  examples: [
    ["EXTRACT(DAY FROM DATE '2024-02-29')", '29'],
    ["EXTRACT(EPOCH FROM TIMESTAMP '2023-12-31 00:00:00')", '1703980800'],
    ["EXTRACT(HOUR FROM INTERVAL '3 04:05:06' DAY TO SECOND)", '4'],
    ["EXTRACT(YEAR FROM TIME '13:14:15')", { error: true }],
  ],
})
