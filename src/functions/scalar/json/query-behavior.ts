/** What the SQL/JSON query functions share: reading text and path, and the three outcomes of a query. */
import { fail } from '../../../base/errors.ts'
import type { Json } from './parse.ts'
import { parseJson } from './parse.ts'
import { evaluatePath, type JsonPath, jsonPath } from './path.ts'
import { selectJson } from './select.ts'

/**
 * `error` where the text is no JSON or the path fails in strict mode, which is the mode of a path without a word; in lax mode
 * that is `empty`, and an error only where the path cannot be read.
 */
export type Outcome = { readonly kind: 'value'; readonly value: Json } | { readonly kind: 'empty' | 'error' }

const LAX_EMPTY = { kind: 'empty', lax: true } as const
const LAX_ERROR = { kind: 'error', lax: true } as const
const STRICT_ERROR = { kind: 'error', lax: false } as const

/** Queries of one row that need the whole tree usually read the same text: the last one is kept. */
let lastText: string | undefined
let lastJson: Json | undefined

export function queryJson(text: string, pathText: string): Outcome & { readonly lax: boolean } {
  const path: JsonPath = jsonPath(pathText)
  const { lax, direct } = path
  const failed: Outcome & { readonly lax: boolean } = lax ? LAX_EMPTY : STRICT_ERROR
  let value: Json | undefined
  if (direct !== undefined) {
    const selection = selectJson(text, direct)
    value = typeof selection === 'string' ? undefined : selection.value
  } else {
    if (text !== lastText) {
      lastJson = parseJson(text)
      lastText = text
    }
    if (lastJson === undefined) return failed
    if (path.steps === undefined) return lax ? LAX_ERROR : STRICT_ERROR
    value = evaluatePath(path, lastJson)?.value
  }
  return value === undefined || value === null ? failed : { kind: 'value', value, lax }
}

export function refuse(name: string, kind: 'empty' | 'error', path: string): never {
  const problem =
    kind === 'empty' ? `there is nothing at the path '${path}'` : `the path '${path}' fails, or the text is no JSON`
  return fail('FUNCTION_INVALID_ARGUMENT', { name, problem })
}
