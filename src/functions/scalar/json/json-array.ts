import { custom } from '../../../expr/signature.ts'
import { notNull, withoutAttribute } from '../../../types/logical-type.ts'
import type { Value } from '../../../types/value.ts'
import { scalar } from '../../define.ts'
import { hasJson, JSON_TEXT, jsonWriter } from './to-json.ts'

export const jsonArray = scalar({
  name: 'JSON_ARRAY',
  theme: 'json',
  doc: 'A JSON array of values. ABSENT ON NULL, the default, leaves NULLs out, NULL ON NULL writes null. Results of other JSON functions are put in as JSON.',
  signature: custom(['JSON_ARRAY(ANY…)'], 0, Number.POSITIVE_INFINITY, (given) =>
    given.every((arg) => hasJson(arg.type))
      ? { args: given.map((arg) => withoutAttribute(arg.type)), returns: notNull(JSON_TEXT) }
      : undefined,
  ),
  nulls: 'custom',
  prepare: ({ args, clauses }) => {
    const writers = args.map((arg) => jsonWriter(arg.type))
    const absent = clauses.onNull !== 'NULL'
    return (...values: Value[]) => {
      const texts: string[] = []
      values.forEach((value, i) => {
        if (!absent || value !== null) texts.push(writers[i](value))
      })
      return `[${texts.join(',')}]`
    }
  },
  examples: [
    ["JSON_ARRAY(1, 'x', TRUE)", '[1,"x",true]'],
    ['JSON_ARRAY(CAST(NULL AS INT) NULL ON NULL)', '[null]'],
  ],
})
