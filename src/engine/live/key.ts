/**
 * A key as people write it: SQL literals (`'card', 3`), a JSON array (`["card", 3]`) or object (`{"kind": "card", "n": 3}`).
 *
 * Laws
 * - No digit is lost: numbers go from their text to the column's type.
 * - A value that the column's type cannot hold is refused; it would be another key otherwise.
 */
import { fail, isRivuletError } from '../../base/errors.ts'
import { parseExpression } from '../../sql/index.ts'
import type { Schema } from '../../types/batch.ts'
import { castValue } from '../../types/cast.ts'
import { isCharacter, isInteger } from '../../types/family.ts'
import { type LogicalType, STRING, typeText } from '../../types/logical-type.ts'
import type { Value } from '../../types/value.ts'

/** A value that was written, before its type is known. */
type Written = string | null | Uint8Array | readonly Written[] | { readonly [name: string]: Written }

/** @param operator how errors name the operator */
export function parseKey(text: string, columns: Schema, operator: string, timeZone: string): readonly Value[] {
  const expected = columns.map(({ name, type }) => `${name} ${typeText(type)}`).join(', ') || 'none'
  const written = readKey(text, columns)
  if (written === undefined) return fail('ENGINE_KEY_SYNTAX', { text, example: exampleOf(columns) })
  if (!Array.isArray(written) || written.length !== columns.length) {
    return fail('ENGINE_KEY_COLUMNS', {
      operator,
      expected,
      count: columns.length,
      found: Array.isArray(written) ? written.length : Object.keys(written as object).length,
      example: exampleOf(columns),
    })
  }
  return columns.map(({ name, type }, c) => {
    const value = typed(written[c], type, timeZone)
    if (value !== undefined) return value
    const [shown, given] = [JSON.stringify(written[c]), typeText(type)]
    return fail('ENGINE_KEY_VALUE', { column: name, type: given, value: shown, operator })
  })
}

function exampleOf(columns: Schema): string {
  return JSON.stringify(columns.map(({ type }) => (isCharacter(type) ? 'text' : isInteger(type) ? 1 : '…')))
}

function readKey(text: string, columns: Schema): Written | undefined {
  const trimmed = text.trim()
  if (trimmed.startsWith('[') || trimmed.startsWith('{')) {
    const json = readJson(trimmed)
    if (json === undefined || Array.isArray(json)) return json
    const names = columns.map(({ name }) => name)
    const fields = json as { readonly [name: string]: Written }
    return names.every((name) => Object.hasOwn(fields, name)) ? names.map((name) => fields[name]) : fields
  }
  if (trimmed === '') return columns.length === 0 ? [] : undefined
  const literals = readLiterals(trimmed)
  // The shell takes the quotes away: a single word is the key itself.
  return literals ?? (columns.length === 1 ? [trimmed] : undefined)
}

function readJson(text: string): Written | undefined {
  try {
    const keepDigits = (_: string, value: unknown, context?: { readonly source?: string }) =>
      typeof value === 'number' || typeof value === 'boolean' ? (context?.source ?? String(value)) : value
    return JSON.parse(text, keepDigits as (key: string, value: unknown) => unknown) as Written
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    return undefined
  }
}

/** Literals alone, separated by commas; undefined for anything else. */
function readLiterals(text: string): Written[] | undefined {
  try {
    const row = parseExpression(`ROW(${text})`)
    const values = row.kind === 'row' ? row.elements.map(literalOf) : [undefined]
    return values.includes(undefined) ? undefined : (values as Written[])
  } catch (error) {
    if (!isRivuletError(error)) throw error
    return undefined
  }
}

function literalOf(ast: ReturnType<typeof parseExpression>): Written | undefined {
  switch (ast.kind) {
    case 'number':
    case 'datetime':
      return ast.text
    case 'string':
      return ast.value
    case 'boolean':
      return String(ast.value)
    case 'null':
      return null
    case 'binary-string':
      return Uint8Array.from(Buffer.from(ast.hex, 'hex'))
    case 'unary':
      return ast.op !== 'NOT' && ast.operand.kind === 'number'
        ? (ast.op === '-' ? '-' : '') + ast.operand.text
        : undefined
    default:
      return undefined
  }
}

/** The value in the column's type; undefined when the type has no such value. */
function typed(written: Written, type: LogicalType, timeZone: string): Value | undefined {
  if (written === null) return null
  switch (type.kind) {
    case 'ARRAY':
      if (!Array.isArray(written)) return undefined
      return allOf(written.map((item) => typed(item, type.element, timeZone)))
    case 'ROW':
      if (!Array.isArray(written) || written.length !== type.fields.length) return undefined
      return allOf(written.map((item, i) => typed(item, type.fields[i].type, timeZone)))
    case 'BINARY':
    case 'VARBINARY':
      if (written instanceof Uint8Array) return written
      return typeof written === 'string' && /^(?:[0-9a-f]{2})*$/i.test(written)
        ? Uint8Array.from(Buffer.from(written, 'hex'))
        : undefined
  }
  if (typeof written !== 'string') return undefined
  const text = written.trim()
  switch (type.kind) {
    case 'VARCHAR':
      return written
    case 'CHAR':
      return written.padEnd(type.length)
    case 'TINYINT':
    case 'SMALLINT':
    case 'INTEGER':
    case 'BIGINT':
      if (!/^[+-]?\d+$/.test(text)) return undefined
      break
    case 'DECIMAL':
      // More digits than the column has would be rounded to another key.
      if ((/^[+-]?\d*\.?(\d*?)0*$/.exec(text)?.[1].length ?? Number.POSITIVE_INFINITY) > type.scale) return undefined
      break
    case 'BOOLEAN':
    case 'FLOAT':
    case 'DOUBLE':
    case 'DATE':
    case 'TIME':
    case 'TIMESTAMP':
    case 'TIMESTAMP_LTZ':
      break
    default:
      return undefined
  }
  return castValue(text, STRING, type, { timeZone, safe: true }) ?? undefined
}

function allOf(values: readonly (Value | undefined)[]): readonly Value[] | undefined {
  return values.includes(undefined) ? undefined : (values as readonly Value[])
}
