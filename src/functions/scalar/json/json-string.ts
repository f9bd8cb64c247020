import { custom } from '../../../expr/signature.ts'
import { STRING, withNullable, withoutAttribute } from '../../../types/logical-type.ts'
import { scalar } from '../../define.ts'
import { hasJson, jsonWriter } from './to-json.ts'

export const jsonString = scalar({
  name: 'JSON_STRING',
  theme: 'json',
  doc: 'A value as JSON text.',
  signature: custom(['JSON_STRING(ANY)'], 1, 1, ([value]) =>
    value.type.kind === 'NULL' || hasJson(value.type)
      ? { args: [withoutAttribute(value.type)], returns: withNullable(STRING, value.type.nullable) }
      : undefined,
  ),
  nulls: 'propagate',
  prepare: ({ args }) => jsonWriter(args[0].type),
  examples: [
    ["JSON_STRING(MAP['a', 1])", '{"a":1}'],
    ['JSON_STRING(1.50)', '1.50'],
    ["JSON_STRING(DATE '2024-01-01')", { error: true }],
  ],
})
