/** Values for people who look at a running job: text as results are printed, of a bounded length. */
import type { Schema } from '../../types/batch.ts'
import { makeFormatter } from '../../types/format.ts'
import { typeText, withoutAttribute } from '../../types/logical-type.ts'
import { plainText } from '../../types/plain-data.ts'
import type { Value, VariantValue } from '../../types/value.ts'

/** NULL is null, everything else a text, so that BIGINT and DECIMAL keep their digits. */
export type Cell = string | null

export interface LiveColumn {
  readonly name: string
  readonly type: string
}

const LONGEST = 4096

export const columnsOf = (schema: Schema): LiveColumn[] =>
  schema.map(({ name, type }) => ({ name, type: typeText(withoutAttribute(type)) }))

/** Makes the printer of a row's cells. */
export function cellPrinter(schema: Schema, timeZone: string): (cells: readonly Value[]) => Cell[] {
  const printers = schema.map(({ type }) => {
    if (type.kind === 'RAW') return accumulatorText
    return makeFormatter(type, { timeZone }, true)
  })
  return (cells) => cells.map((value, c) => (value === null ? null : short(printers[c](value))))
}

/** RAW is a variant, or what an accumulator keeps as plain data. */
function accumulatorText(value: Exclude<Value, null>): string {
  const { variant } = value as VariantValue
  return variant === undefined ? plainText(value) : JSON.stringify(variant)
}

function short(text: string): string {
  return text.length <= LONGEST ? text : `${text.slice(0, LONGEST)}… (${text.length} characters)`
}
