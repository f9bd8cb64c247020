/** `PARSE_JSON` and `TRY_PARSE_JSON`: a text as a VARIANT. */
import { fail } from '../../../base/errors.ts'
import type { ScalarFunction } from '../../../expr/function.ts'
import { args, nullable, optional, returns } from '../../../expr/signature.ts'
import { BOOLEAN, STRING, VARIANT } from '../../../types/logical-type.ts'
import type { VariantValue } from '../../../types/value.ts'
import { scalar } from '../../define.ts'
import { isJsonArray, isJsonObject, type Json, parseJson, sortedKeys } from './parse.ts'
import { variantNumber } from './variant.ts'

/** Undefined when the text is no JSON, or has an object with a key twice that is not allowed. */
function parseVariant(text: string, duplicates: boolean): VariantValue | undefined {
  const json = parseJson(text, { uniqueKeys: !duplicates })
  return json === undefined ? undefined : { variant: toVariant(json) }
}

function toVariant(json: Json): unknown {
  if (json === null || typeof json !== 'object') return json
  if (isJsonArray(json)) return json.map(toVariant)
  if (isJsonObject(json))
    return Object.fromEntries(sortedKeys(json).map((key) => [key, toVariant(json.get(key) as Json)]))
  return variantNumber(json.source)
}

export const parseJsonFunction: ScalarFunction = scalar({
  name: 'PARSE_JSON',
  theme: 'json',
  doc: 'A JSON text as a VARIANT; an error when it is none, or when an object has a key twice and TRUE is not given as second argument.',
  signature: args([STRING, optional(BOOLEAN)], returns(VARIANT)),
  nulls: 'propagate',
  eval: (text: string, duplicates = false) =>
    parseVariant(text, duplicates) ??
    fail('FUNCTION_INVALID_ARGUMENT', {
      name: 'PARSE_JSON',
      problem: `the text is no JSON, or has a key twice: ${text.slice(0, 100)}`,
    }),
  examples: [
    [`PARSE_JSON('{"b": 1.50, "a": 1}')`, '{"a":1,"b":1.5}'],
    [`PARSE_JSON('[1, 2]')[1]`, '1'],
    ["PARSE_JSON('bad')", { error: true }],
  ],
})

export const tryParseJson: ScalarFunction = scalar({
  name: 'TRY_PARSE_JSON',
  theme: 'json',
  doc: 'A JSON text as a VARIANT; NULL where PARSE_JSON fails.',
  signature: args([STRING, optional(BOOLEAN)], nullable(VARIANT)),
  nulls: 'propagate',
  eval: (text: string, duplicates = false) => parseVariant(text, duplicates) ?? null,
  examples: [
    ["TRY_PARSE_JSON('1')", '1'],
    ["TRY_PARSE_JSON('bad')", 'NULL'],
  ],
})
