/** The types that `'metadata' = 'key:TYPE;…'` may name: a type's name with numbers in brackets, ARRAY and MAP of such. */
import { fail } from '../../base/errors.ts'
import * as t from '../../types/logical-type.ts'
import type { MetadataColumn, TableRequest } from '../contract.ts'

export function metadataColumns({ options, table }: TableRequest): readonly MetadataColumn[] {
  const text = options.string('metadata') ?? ''
  return text
    .split(';')
    .filter((part) => part.trim() !== '')
    .map((part) => {
      const colon = part.indexOf(':')
      const type = colon < 0 ? undefined : parseTypeText(part.slice(colon + 1))
      if (type === undefined) {
        return fail(
          'CONNECTOR_WRONG_OPTION_VALUE',
          { owner: `table ${table}`, key: 'metadata', value: part, expected: "'key:TYPE;…'" },
          { span: options.span('metadata') },
        )
      }
      const key = part.slice(0, colon).trim()
      return { key, type, writable: false, description: `Field $${key} of the row.` }
    })
}

const PLAIN: Readonly<Record<string, t.LogicalType>> = {
  BOOLEAN: t.BOOLEAN,
  TINYINT: t.TINYINT,
  SMALLINT: t.SMALLINT,
  INT: t.INT,
  INTEGER: t.INT,
  BIGINT: t.BIGINT,
  FLOAT: t.FLOAT,
  DOUBLE: t.DOUBLE,
  DATE: t.DATE,
  STRING: t.STRING,
  BYTES: t.BYTES,
}

const WITH_NUMBERS: Readonly<Record<string, (a: number, b: number) => t.LogicalType>> = {
  CHAR: (a) => t.char(a),
  VARCHAR: (a) => t.varchar(a),
  BINARY: (a) => t.binary(a),
  VARBINARY: (a) => t.varbinary(a),
  DECIMAL: (a, b) => t.decimal(a, b),
  TIME: (a) => t.time(a),
  TIMESTAMP: (a) => t.timestamp(a),
  TIMESTAMP_LTZ: (a) => t.timestampLtz(a),
}

const DEFAULTS: Readonly<Record<string, number>> = { DECIMAL: 10, TIME: 0, TIMESTAMP: 6, TIMESTAMP_LTZ: 6 }

export function parseTypeText(text: string): t.LogicalType | undefined {
  const match = /^\s*(\w+)\s*(?:\(\s*(\d+)\s*(?:,\s*(\d+)\s*)?\)|<(.*)>)?\s*(NOT\s+NULL)?\s*$/is.exec(text)
  if (match === null) return undefined
  const name = match[1].toUpperCase()
  const type = match[4] === undefined ? scalar(name, match[2], match[3]) : collection(name, match[4])
  return type === undefined || match[5] === undefined ? type : t.notNull(type)
}

function scalar(name: string, a: string | undefined, b: string | undefined): t.LogicalType | undefined {
  if (a === undefined && PLAIN[name] !== undefined) return PLAIN[name]
  return WITH_NUMBERS[name]?.(Number(a ?? DEFAULTS[name] ?? 1), Number(b ?? 0))
}

function collection(name: string, inner: string): t.LogicalType | undefined {
  if (name === 'ARRAY') {
    const element = parseTypeText(inner)
    return element === undefined ? undefined : t.array(element)
  }
  if (name !== 'MAP') return undefined
  let depth = 0
  for (let i = 0; i < inner.length; i++) {
    if ('<('.includes(inner[i])) depth++
    else if ('>)'.includes(inner[i])) depth--
    else if (inner[i] === ',' && depth === 0) {
      const key = parseTypeText(inner.slice(0, i))
      const value = parseTypeText(inner.slice(i + 1))
      return key === undefined || value === undefined ? undefined : t.map(key, value)
    }
  }
  return undefined
}
