/**
 * Laws
 * - The result is an array or an object, keys sorted; a scalar without a wrapper is an error in strict mode and nothing in
 *   lax mode.
 * - RETURNING takes STRING, VARCHAR(n) and ARRAY of them, whose elements are texts: scalars as they read, others as JSON.
 */
import { fail } from '../../../base/errors.ts'
import type { CallSite } from '../../../expr/function.ts'
import { args, noNullLiteral, nullable } from '../../../expr/signature.ts'
import { isCharacter } from '../../../types/family.ts'
import { type LengthType, STRING, typeText, withNullable } from '../../../types/logical-type.ts'
import type { Value } from '../../../types/value.ts'
import { scalar } from '../../define.ts'
import { slicePoints } from '../string/code-points.ts'
import { isJsonArray, isScalar, type Json, writeJson } from './parse.ts'
import { queryJson, refuse } from './query-behavior.ts'

export const jsonQuery = scalar({
  name: 'JSON_QUERY',
  theme: 'json',
  doc: 'The array or object at a path of a JSON text, as JSON; WITH ARRAY WRAPPER puts values into an array. NULL where there is none, if no ON EMPTY or ON ERROR clause says otherwise.',
  signature: args([noNullLiteral(STRING), noNullLiteral(STRING)], nullable(STRING)),
  nulls: 'propagate',
  prepare: (site) => {
    const { wrapper } = site.clauses
    const finish = finisher(site)
    const onEmpty = behavior(site, 'onEmpty', 'empty')
    const onError = behavior(site, 'onError', 'error')
    return (text: string, path: string) => {
      const outcome = queryJson(text, path)
      if (outcome.kind !== 'value') return outcome.kind === 'empty' ? onEmpty(path) : onError(path)
      let { value } = outcome
      if (wrapper === 'UNCONDITIONAL' || (wrapper === 'CONDITIONAL' && !isJsonArray(value))) value = [value]
      if (isScalar(value)) return outcome.lax ? onEmpty(path) : onError(path)
      const finished = finish(value)
      return finished === undefined ? onError(path) : finished
    }
  },
  examples: [
    [`JSON_QUERY('{"b": 2, "a": [1]}', '$')`, '{"a":[1],"b":2}'],
    [`JSON_QUERY('{"a": 1}', '$.a' WITH CONDITIONAL ARRAY WRAPPER)`, '[1]'],
    [`JSON_QUERY('{"a": 1}', '$.a')`, 'NULL'],
  ],
})

function behavior(site: CallSite, key: string, kind: 'empty' | 'error'): (path: string) => Value {
  const array = site.returns.kind === 'ARRAY'
  switch (site.clauses[key]) {
    case 'ERROR':
      return (path) => refuse('JSON_QUERY', kind, path)
    case 'EMPTY ARRAY':
      return () => (array ? [] : '[]')
    case 'EMPTY OBJECT':
      if (array)
        return fail('FUNCTION_INVALID_ARGUMENT', {
          name: 'JSON_QUERY',
          problem: 'EMPTY OBJECT is no array, which RETURNING asks for',
        })
      return () => '{}'
    default:
      return () => null
  }
}

/** Undefined where the value does not fit the type of RETURNING. */
function finisher({ returns: type }: CallSite): (json: Json) => Value | undefined {
  if (isCharacter(type)) {
    const { length } = type as LengthType
    return (json) => {
      const text = writeJson(json)
      return text.length > length ? slicePoints(text, 0, length) : text
    }
  }
  if (type.kind === 'ARRAY' && isCharacter(type.element))
    return (json) => (isJsonArray(json) ? json.map(elementText) : undefined)
  return fail('FUNCTION_INVALID_ARGUMENT', {
    name: 'JSON_QUERY',
    problem: `RETURNING does not take ${typeText(withNullable(type, true))}, but STRING and ARRAY<STRING>`,
  })
}

function elementText(json: Json): string | null {
  if (json === null) return null
  return typeof json === 'string' ? json : writeJson(json)
}
