/** Cases with the answers of a real Flink 2.3, and the form in which an engine answers. */
export interface ExprCase {
  readonly id: string
  readonly cat: string
  readonly expr: string
  readonly tz?: string
  readonly set?: Readonly<Record<string, string>>
  /** Only the type counts. */
  readonly nondet?: boolean
}

export interface QueryCase {
  readonly id: string
  readonly cat: string
  readonly ddl: readonly string[]
  readonly query: string
  /** `[table, row kind, row]` in order of arrival over all tables; a row's numbers keep their digits (`JSON.rawJSON`). */
  readonly input: readonly (readonly [table: string, kind: string, row: unknown])[]
  readonly tz?: string
  readonly set?: Readonly<Record<string, string>>
}

export type Case = ExprCase | QueryCase

export interface Answer {
  readonly id: string
  readonly type?: string
  readonly value?: string | null
  readonly schema?: readonly (readonly [name: string, type: string])[]
  readonly changelog?: readonly (readonly (string | null)[])[]
  readonly error?: { readonly code: string; readonly message: string }
}

/** Parse a file of cases without rounding a number. */
export function parseCases(text: string): Case[] {
  const raw = JSON as unknown as { rawJSON(text: string): unknown }
  type Reviver = (key: string, value: unknown, context: { readonly source?: string }) => unknown
  const keepDigits: Reviver = (_key, value, context) =>
    typeof value === 'number' && context.source !== undefined ? raw.rawJSON(context.source) : value
  return JSON.parse(text, keepDigits as never) as Case[]
}
