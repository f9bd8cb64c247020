/** What the doctor finds, and what a rule that finds it is. */
import type { Span } from '../../base/span.ts'
import type { Chart } from './chart.ts'
import type { FindingCode } from './codes.ts'

/** error: nothing can come out until it is changed; warning: rows are missing or late; info: how it is, and may be meant. */
export type Severity = 'error' | 'warning' | 'info'

export interface Finding {
  readonly code: FindingCode
  readonly severity: Severity
  readonly title: string
  readonly detail: string
  /** The numbers that it is told from; times as ISO text. */
  readonly evidence: Readonly<Record<string, number | string>>
  /** The operator or the table, as EXPLAIN names it. */
  readonly place?: string
  /** In the text of the statement, where the place is known there. */
  readonly span?: Span
  readonly fix: string
}

export type Rule = (chart: Chart) => readonly Finding[]
