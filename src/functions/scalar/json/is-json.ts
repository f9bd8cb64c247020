/** `IS JSON` and its kinds: FALSE for NULL. */
import type { ScalarFunction } from '../../../expr/function.ts'
import { args, noNullLiteral, present } from '../../../expr/signature.ts'
import { BOOLEAN, STRING } from '../../../types/logical-type.ts'
import { scalar } from '../../define.ts'
import { isJsonArray, isJsonObject, isScalar, type Json, parseJson } from './parse.ts'

function isJsonTest(kind: string, what: string, test: (json: Json) => boolean, example: string): ScalarFunction {
  const name = `IS JSON${kind === '' ? '' : ` ${kind}`}`
  return scalar({
    name,
    theme: 'json',
    doc: `Is a text ${what}? Text behind the first value is not looked at.`,
    signature: args([noNullLiteral(STRING)], present(BOOLEAN)),
    nulls: 'custom',
    eval: (text: string | null) => {
      const json = text === null ? undefined : parseJson(text)
      return json !== undefined && test(json)
    },
    examples: [
      [`'${example}' ${name}`, 'TRUE'],
      [`'{a:1}' ${name}`, 'FALSE'],
    ],
  })
}

export const isJson = isJsonTest('', 'JSON', () => true, '[1]')
export const isJsonValue = isJsonTest('VALUE', 'JSON', () => true, 'null')
export const isJsonObjectText = isJsonTest('OBJECT', 'a JSON object', isJsonObject, '{}')
export const isJsonArrayText = isJsonTest('ARRAY', 'a JSON array', isJsonArray, '[]')
export const isJsonScalar = isJsonTest('SCALAR', 'a JSON scalar', isScalar, '1')
