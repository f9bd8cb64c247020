import type { Span } from '../../base/span.ts'

/** One name; `name` is without quotes and keeps its case (Flink compares names case-sensitively). */
export interface Identifier {
  readonly kind: 'identifier'
  readonly name: string
  /** Written in back-ticks (or as `U&"…"`). */
  readonly quoted: boolean
  readonly span: Span
}

/** A name of one or more parts, outermost first: `catalog.database.table`. */
export interface Name {
  readonly kind: 'name'
  readonly parts: readonly Identifier[]
  readonly span: Span
}

/** A string literal where the grammar wants exactly one: comments, option keys and values, paths. */
export interface Text {
  readonly kind: 'text'
  readonly value: string
  readonly span: Span
}
