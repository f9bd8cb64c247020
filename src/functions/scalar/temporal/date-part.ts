/** What EXTRACT and its short forms (`YEAR(t)`, `HOUR(t)` …) share. */
import type { ScalarFunction } from '../../../expr/function.ts'
import { custom } from '../../../expr/signature.ts'
import { BIGINT, withNullable, withoutAttribute } from '../../../types/logical-type.ts'
import { scalar } from '../../define.ts'
import { canExtract, extractor } from './extract-field.ts'

/** A function that takes one field of its argument. */
export function datePart(
  name: string,
  unit: string,
  doc: string,
  examples: ScalarFunction['examples'],
): ScalarFunction {
  return scalar({
    name,
    theme: 'temporal',
    doc,
    signature: custom([`${name}(DATETIME | INTERVAL)`], 1, 1, ([value]) =>
      canExtract(unit, value.type)
        ? { args: [withoutAttribute(value.type)], returns: withNullable(BIGINT, value.type.nullable) }
        : undefined,
    ),
    nulls: 'propagate',
    prepare: (site) => extractor(unit, site.args[0].type, site.context.timeZone),
    examples,
  })
}
