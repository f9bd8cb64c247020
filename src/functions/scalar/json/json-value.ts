/**
 * Laws
 * - The value at the path must be a scalar: an array or object is an error in strict mode, nothing in lax mode.
 * - RETURNING takes STRING, VARCHAR(n), BOOLEAN, INT and DOUBLE; the JSON value must be of that kind already (a whole number
 *   that fits for INT, one with a point or exponent for DOUBLE), otherwise the query fails, ON ERROR or not.
 */
import { fail } from '../../../base/errors.ts'
import type { CallSite } from '../../../expr/function.ts'
import { args, noNullLiteral, nullable } from '../../../expr/signature.ts'
import { isCharacter } from '../../../types/family.ts'
import { type LogicalType, STRING, typeText, withNullable } from '../../../types/logical-type.ts'
import type { Value } from '../../../types/value.ts'
import { scalar } from '../../define.ts'
import { slicePoints } from '../string/code-points.ts'
import { isJsonNumber, isScalar, type Json } from './parse.ts'
import { queryJson, refuse } from './query-behavior.ts'

export const jsonValue = scalar({
  name: 'JSON_VALUE',
  theme: 'json',
  doc: 'A scalar at a path of a JSON text, as a string or as the type of RETURNING; NULL where there is none, if no ON EMPTY or ON ERROR clause says otherwise.',
  signature: args([noNullLiteral(STRING), noNullLiteral(STRING)], nullable(STRING)),
  nulls: 'propagate',
  prepare: (site) => {
    const convert = converter(site.returns)
    const onEmpty = behavior(site, 'onEmpty', 'empty')
    const onError = behavior(site, 'onError', 'error')
    return (text: string, path: string) => {
      const outcome = queryJson(text, path)
      switch (outcome.kind) {
        case 'empty':
          return onEmpty(path)
        case 'error':
          return onError(path)
        case 'value':
          if (!isScalar(outcome.value)) return outcome.lax ? onEmpty(path) : onError(path)
          return convert(outcome.value)
      }
    }
  },
  examples: [
    [`JSON_VALUE('{"a": {"b": 1.50}}', '$.a.b')`, '1.50'],
    [`JSON_VALUE('{"a": 5}', '$.a' RETURNING INT)`, '5'],
    [`JSON_VALUE('{}', 'lax $.a' DEFAULT 'none' ON EMPTY)`, 'none'],
    [`JSON_VALUE('{}', '$.a' ERROR ON ERROR)`, { error: true }],
  ],
})

function behavior(site: CallSite, key: string, kind: 'empty' | 'error'): (path: string) => Value {
  switch (site.clauses[key]) {
    case 'ERROR':
      return (path) => refuse('JSON_VALUE', kind, path)
    case 'DEFAULT': {
      const value = site.clauses[`${key}Default`]
      const shown = isCharacter(site.returns) && value !== null && typeof value !== 'string' ? String(value) : value
      return () => shown
    }
    default:
      return () => null
  }
}

function converter(type: LogicalType): (json: Json) => Value {
  const wrong = (json: Json): never =>
    fail('FUNCTION_INVALID_ARGUMENT', {
      name: 'JSON_VALUE',
      problem: `the value ${textOf(json)} is no ${typeText(withNullable(type, true))}`,
    })
  switch (type.kind) {
    case 'VARCHAR': {
      const { length } = type
      return (json) => {
        const text = textOf(json)
        return text.length > length ? slicePoints(text, 0, length) : text
      }
    }
    case 'BOOLEAN':
      return (json) => (typeof json === 'boolean' ? json : wrong(json))
    case 'INTEGER':
      return (json) => {
        const value = isJsonNumber(json) && json.whole ? Number(json.number) : Number.NaN
        return value >= -2147483648 && value <= 2147483647 ? value : wrong(json)
      }
    case 'DOUBLE':
      return (json) => (isJsonNumber(json) && !json.whole ? Number(json.number) : wrong(json))
    default:
      return fail('FUNCTION_INVALID_ARGUMENT', {
        name: 'JSON_VALUE',
        problem: `RETURNING does not take ${typeText(withNullable(type, true))}, but STRING, BOOLEAN, INT and DOUBLE`,
      })
  }
}

function textOf(json: Json): string {
  return isJsonNumber(json) ? json.number : String(json)
}
