import { custom } from '../../../expr/signature.ts'
import { isCharacter } from '../../../types/family.ts'
import { notNull, withoutAttribute } from '../../../types/logical-type.ts'
import type { Value } from '../../../types/value.ts'
import { scalar } from '../../define.ts'
import { hasJson, JSON_TEXT, jsonWriter, objectText } from './to-json.ts'

export const jsonObject = scalar({
  name: 'JSON_OBJECT',
  theme: 'json',
  doc: "A JSON object of keys and values: JSON_OBJECT('k' VALUE v, …); keys are sorted. ABSENT ON NULL leaves NULLs out, NULL ON NULL, the default, writes null. Results of other JSON functions are put in as JSON.",
  signature: custom(['JSON_OBJECT([[KEY] STRING VALUE ANY]…)'], 0, Number.POSITIVE_INFINITY, (given) => {
    if (given.length % 2 !== 0) return undefined
    const fits = given.every(({ type }, i) => (i % 2 === 0 ? isCharacter(type) && !type.nullable : hasJson(type)))
    return fits ? { args: given.map((arg) => withoutAttribute(arg.type)), returns: notNull(JSON_TEXT) } : undefined
  }),
  nulls: 'custom',
  prepare: ({ args, clauses }) => {
    const writers = args.filter((_, i) => i % 2 === 1).map((arg) => jsonWriter(arg.type))
    const absent = clauses.onNull === 'ABSENT'
    return (...pairs: Value[]) => {
      const entries: [string, string][] = []
      for (let i = 0; i < pairs.length; i += 2) {
        if (absent && pairs[i + 1] === null) continue
        entries.push([String(pairs[i]), writers[i / 2](pairs[i + 1])])
      }
      return objectText(entries)
    }
  },
  examples: [
    ["JSON_OBJECT('b' VALUE 1, 'a' VALUE 'x')", '{"a":"x","b":1}'],
    ["JSON_OBJECT('a' VALUE JSON_ARRAY(1, 2))", '{"a":[1,2]}'],
    ["JSON_OBJECT('k' VALUE DATE '2024-01-01')", { error: true }],
  ],
})
