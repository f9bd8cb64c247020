import type { ScalarFunction } from '../../../expr/function.ts'
import { isJson, isJsonArrayText, isJsonObjectText, isJsonScalar, isJsonValue } from './is-json.ts'
import { json } from './json.ts'
import { jsonArray } from './json-array.ts'
import { jsonExists } from './json-exists.ts'
import { jsonObject } from './json-object.ts'
import { jsonQuery } from './json-query.ts'
import { jsonQuote } from './json-quote.ts'
import { jsonString } from './json-string.ts'
import { jsonUnquote } from './json-unquote.ts'
import { jsonValue } from './json-value.ts'
import { parseJsonFunction, tryParseJson } from './parse-variant.ts'

/** Every function of the theme, one line each. */
export const jsonFunctions: readonly ScalarFunction[] = [
  isJson,
  isJsonValue,
  isJsonObjectText,
  isJsonArrayText,
  isJsonScalar,
  jsonValue,
  jsonQuery,
  jsonExists,
  jsonObject,
  jsonArray,
  jsonString,
  json,
  jsonQuote,
  jsonUnquote,
  parseJsonFunction,
  tryParseJson,
]
