/**
 * The decoder of one schema as generated JavaScript: one pass over an object's bytes, values straight into columns.
 *
 * Keys are told apart by their first byte, the place of the closing quote, then byte by byte; usual tokens are read by
 * `fast-tokens.ts`, all others by the column's reader of `convert.ts`.
 *
 * Law: the function returns the position behind the object with every column of `row` written, or −1 (or a position behind
 * the record's end, or a fault): then the record is read again by the general reader, which decides what is wrong. So the
 * generated code only ever makes things quicker.
 */
import type { ColumnBuilder } from '../../types/batch.ts'
import { unitsPerMilli } from '../../types/value.ts'
import type { FormatField } from '../contract.ts'
import type { ConvertOptions, ValueReader } from './convert.ts'
import { fastDecimal, fastDouble, fastSkip, fastString, fastTimestamp, scratch, unknownKey } from './fast-tokens.ts'
import type { JsonReader } from './reader.ts'

export type ObjectDecoder = (
  reader: JsonReader,
  bytes: Uint8Array,
  start: number,
  end: number,
  columns: readonly ColumnBuilder[],
  row: number,
) => number

/** Bits of one `seen` variable: what stays a small integer. */
const BITS = 30

/** The generated decoder, or undefined where the platform forbids code generation. */
export function generateDecoder(
  schema: readonly FormatField[],
  readers: readonly ValueReader[],
  options: ConvertOptions,
): ObjectDecoder | undefined {
  const names = new Map(schema.map((field, i) => [field.name, i]))
  try {
    const make = new Function(
      ...['scratch', 'fastDouble', 'fastDecimal', 'fastString', 'fastTimestamp', 'fastSkip', 'unknownKey'],
      ...['readers', 'names'],
      `${source(schema, options)}\n//# sourceURL=rivulet/json-decoder`,
    )
    return make(
      ...[scratch, fastDouble, fastDecimal, fastString, fastTimestamp, fastSkip, unknownKey],
      ...[readers, names],
    ) as ObjectDecoder
  } catch (error) {
    if (error instanceof EvalError) return undefined
    throw error
  }
}

function source(schema: readonly FormatField[], options: ConvertOptions): string {
  const masks = Math.max(1, Math.ceil(schema.length / BITS))
  const each = (make: (i: number) => string, separator = '\n') => schema.map((_, i) => make(i)).join(separator)
  const maskNames = Array.from({ length: masks }, (_, i) => i)
  const full = (i: number) => 2 ** Math.min(BITS, schema.length - i * BITS) - 1
  const missing = options.failOnMissing
    ? 'return -1'
    : each((i) => `if (!(seen${Math.floor(i / BITS)} & ${1 << (i % BITS)})) c${i}.setNull(row)`)
  return `'use strict'
${each((i) => `const read${i} = readers[${i}]`)}
return function decodeObject(r, b, p, end, columns, row) {
  ${each((i) => `const c${i} = columns[${i}]`)}
  let ${maskNames.map((i) => `seen${i} = 0`).join(', ')}
  let c = b[++p], d = 0, q = 0, v = 0, n = 0, field = 0
  while (c === 32 || c === 10 || c === 13 || c === 9) c = b[++p]
  if (c === 125) p++
  else for (;;) {
    if (c !== 34) return -1
    field = -1
    switch (b[p + 1]) {
${keyCases(schema)}
    }
    if (field < 0) {
      p = unknownKey(r, b, p, end, names)
      field = r.field
    }
    c = b[p]
    while (c === 32 || c === 10 || c === 13 || c === 9) c = b[++p]
    if (c !== 58) return -1
    c = b[++p]
    while (c === 32 || c === 10 || c === 13 || c === 9) c = b[++p]
    switch (field) {
${each((i) => `      case ${i}: {\n        seen${Math.floor(i / BITS)} |= ${1 << (i % BITS)}\n${value(schema[i], i, options)}\n        break\n      }`)}
      default:
        p = fastSkip(r, b, p, end)
    }
    c = b[p]
    while (c === 32 || c === 10 || c === 13 || c === 9) c = b[++p]
    if (c === 44) {
      c = b[++p]
      while (c === 32 || c === 10 || c === 13 || c === 9) c = b[++p]
    } else if (c === 125) {
      p++
      break
    } else return -1
  }
  if (${maskNames.map((i) => `seen${i} !== ${full(i)}`).join(' || ')}) {
    ${missing}
  }
  return p
}`
}

/** `case` clauses by the first byte of the key; a name with a quote, a backslash or a control never stands raw in a record. */
function keyCases(schema: readonly FormatField[]): string {
  const byFirst = new Map<number, string[]>()
  const encoder = new TextEncoder()
  schema.forEach((field, i) => {
    const key = encoder.encode(field.name)
    if (key.some((c) => c === 34 || c === 92)) return
    const tests = [`b[p + ${key.length + 1}] === 34`]
    for (let k = 1; k < key.length; k++) tests.push(`b[p + ${k + 1}] === ${key[k]}`)
    const clause = `if (${tests.join(' && ')}) { field = ${i}; p += ${key.length + 2} }`
    // The first byte of an empty key is its closing quote.
    const first = key.length === 0 ? 34 : key[0]
    const clauses = byFirst.get(first)
    if (clauses === undefined) byFirst.set(first, [clause])
    else clauses.push(clause)
  })
  return [...byFirst]
    .map(([first, clauses]) => `      case ${first}: ${clauses.join(' else ')}\n        break`)
    .join('\n')
}

/** Statements that read the value at `p` into column `i` and move `p` behind it. */
function value(field: FormatField, i: number, options: ConvertOptions): string {
  const general = `{ r.pos = p; c${i}.set(row, read${i}(r, 1)); p = r.pos }`
  const store = (text: string) => `c${i}.values[row] = ${text}; if (c${i}.nulls !== null) c${i}.nulls[row] = 0; p = q`
  const token = (call: string, text: string, test = '') =>
    `        q = ${call}\n        if (q > 0${test}) { ${store(text)} } else ${general}`
  const { type } = field
  if (field.parse === 'sql-timestamp') return token('fastTimestamp(b, p, 32, false)', 'scratch[0]')
  switch (type.kind) {
    case 'TINYINT':
      return whole(9, general, store, 'v >= -128 && v <= 127')
    case 'SMALLINT':
      return whole(9, general, store, 'v >= -32768 && v <= 32767')
    case 'INTEGER':
    case 'INTERVAL_YEAR_MONTH':
      return whole(9, general, store)
    case 'BIGINT':
    case 'INTERVAL_DAY_TIME':
      return whole(15, general, store)
    case 'DOUBLE':
      return token('fastDouble(b, p)', 'scratch[0]')
    case 'DECIMAL':
      return token(`fastDecimal(b, p, ${type.scale}, 1e${type.precision})`, 'scratch[0]')
    case 'CHAR':
    case 'VARCHAR':
      return `        q = fastString(r, b, p, end)\n        if (q > 0) { c${i}.values[row] = r.text; p = q } else ${general}`
    case 'BOOLEAN':
      return `        if (b[p] === 116 && b[p + 1] === 114 && b[p + 2] === 117 && b[p + 3] === 101) { q = p + 4; ${store('1')} }
        else if (b[p] === 102 && b[p + 1] === 97 && b[p + 2] === 108 && b[p + 3] === 115 && b[p + 4] === 101) { q = p + 5; ${store('0')} }
        else ${general}`
    case 'TIMESTAMP':
    case 'TIMESTAMP_LTZ': {
      const zoned = type.kind === 'TIMESTAMP_LTZ' || options.standard === 'RFC-3339'
      const call = `fastTimestamp(b, p, ${options.standard === 'SQL' ? 32 : 84}, ${zoned})`
      const units = unitsPerMilli(type.precision)
      if (units === 1) return token(call, 'scratch[0]')
      return token(call, `scratch[0] * ${units}`, ` && Number.isSafeInteger(scratch[0] * ${units})`)
    }
    default:
      return `        ${general}`
  }
}

/** A whole number of at most `digits` digits; fractions, exponents, leading zeros and everything else go the general way. */
function whole(digits: number, general: string, store: (text: string) => string, range = ''): string {
  return `        n = p
        if (c === 45) c = b[++n]
        v = c - 48
        if (v >= 0 && v <= 9) {
          q = n
          while ((d = b[++q] - 48) >= 0 && d <= 9) v = v * 10 + d
          if (n !== p) v = 0 - v
          if (q - n <= ${digits} && (c !== 48 || q - n === 1) && d !== -2 && d !== 21 && d !== 53${range === '' ? '' : ` && ${range}`}) { ${store('v')} } else ${general}
        } else ${general}`
}
