/** What the SQL/JSON query functions share: reading text and path, and the three outcomes of a query. */
import { fail } from '../../../base/errors.ts'
import type { Json } from './parse.ts'
import { parseJson } from './parse.ts'
import { evaluatePath, type JsonPath, jsonPath } from './path.ts'

/**
 * `error` where the text is no JSON or the path fails in strict mode, which is the mode of a path without a word; in lax mode
 * that is `empty`, and an error only where the path cannot be read.
 */
export type Outcome = { readonly kind: 'value'; readonly value: Json } | { readonly kind: 'empty' | 'error' }

const EMPTY: Outcome = { kind: 'empty' }
const ERROR: Outcome = { kind: 'error' }

/** Several queries of one row usually read the same text: the last one is kept. */
let lastText: string | undefined
let lastJson: Json | undefined

export function queryJson(text: string, pathText: string): Outcome & { readonly lax: boolean } {
  const path: JsonPath = jsonPath(pathText)
  const { lax } = path
  if (text !== lastText) {
    lastJson = parseJson(text)
    lastText = text
  }
  if (lastJson === undefined) return lax ? { ...EMPTY, lax } : { ...ERROR, lax }
  if (path.steps === undefined) return { ...ERROR, lax }
  const result = evaluatePath(path, lastJson)
  if (result !== undefined && result.value !== null) return { kind: 'value', value: result.value, lax }
  return lax ? { ...EMPTY, lax } : { ...ERROR, lax }
}

export function refuse(name: string, kind: 'empty' | 'error', path: string): never {
  const problem =
    kind === 'empty' ? `there is nothing at the path '${path}'` : `the path '${path}' fails, or the text is no JSON`
  return fail('FUNCTION_INVALID_ARGUMENT', { name, problem })
}
