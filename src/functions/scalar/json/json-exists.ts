import { args, noNullLiteral, nullable, type Param } from '../../../expr/signature.ts'
import { isCharacter } from '../../../types/family.ts'
import { BOOLEAN, STRING } from '../../../types/logical-type.ts'
import type { Value } from '../../../types/value.ts'
import { scalar } from '../../define.ts'
import { queryJson, refuse } from './query-behavior.ts'

/** A path that is NULL or no constant is refused, as by Flink. */
const constantPath: Param = {
  text: '<STRING literal>',
  match: ({ type, literal }) => (typeof literal?.value === 'string' && isCharacter(type) ? type : undefined),
}

export const jsonExists = scalar({
  name: 'JSON_EXISTS',
  theme: 'json',
  doc: 'Is there a value other than null at a path of a JSON text? What an error gives, FALSE by default, says ON ERROR.',
  signature: args([noNullLiteral(STRING), constantPath], nullable(BOOLEAN)),
  nulls: 'propagate',
  prepare: ({ clauses }) => {
    const onError: Value =
      clauses.onError === 'TRUE' ? true : clauses.onError === 'UNKNOWN' || clauses.onError === 'NULL' ? null : false
    return (text: string, path: string) => {
      const { kind } = queryJson(text, path)
      if (kind === 'value') return true
      if (kind === 'empty') return false
      return clauses.onError === 'ERROR' ? refuse('JSON_EXISTS', 'error', path) : onError
    }
  },
  examples: [
    [`JSON_EXISTS('{"a": 1}', '$.a')`, 'TRUE'],
    [`JSON_EXISTS('{"a": null}', '$.a')`, 'FALSE'],
    [`JSON_EXISTS('{}', 'strict $.a' TRUE ON ERROR)`, 'TRUE'],
  ],
})
