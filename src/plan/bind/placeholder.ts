/**
 * Calls that stand for columns which exist only after an aggregation.
 *
 * A SELECT list is bound in one pass over the FROM row; where it calls an aggregate or asks for a window's start, a
 * placeholder is put, and `bind/aggregate.ts` replaces it by a column of the aggregate's output.
 */
import { fail } from '../../base/errors.ts'
import type { Span } from '../../base/span.ts'
import { type CallExpr, type Expr, walkExpr } from '../../expr/expr.ts'
import { exprKey } from '../../expr/key.ts'
import type { LogicalType } from '../../types/logical-type.ts'
import type { Value } from '../../types/value.ts'

export const AGGREGATE = '$AGGREGATE'
export const WINDOW = '$WINDOW'

export interface AggregateDraft {
  /** Registry name, or the id of a user's function. */
  readonly fn: string
  readonly user: boolean
  readonly args: readonly Expr[]
  readonly distinct: boolean
  readonly filter?: Expr
  readonly type: LogicalType
  readonly clauses?: Readonly<Record<string, Value>>
  readonly span: Span
  /** As written, for plans: `SUM(x)`. */
  readonly label: string
}

export type WindowPropertyName = 'start' | 'end' | 'rowtime' | 'proctime'

/** Gathers the aggregates of one SELECT. */
export interface AggregateCollector {
  readonly drafts: AggregateDraft[]
  /** True when GROUP BY has columns or windows: an aggregate then sees at least one row. */
  readonly grouped: boolean
  /** The placeholder of a group window's property, when the call matches the window of GROUP BY. */
  readonly windowProperty?: (property: WindowPropertyName, name: string, args: readonly Expr[], span: Span) => Expr
}

export function addAggregate(collector: AggregateCollector, draft: AggregateDraft): CallExpr {
  const key = draftKey(draft)
  let index = collector.drafts.findIndex((other) => draftKey(other) === key)
  if (index === -1) index = collector.drafts.push(draft) - 1
  return { kind: 'call', fn: AGGREGATE, args: [], clauses: { index }, type: draft.type, span: draft.span }
}

function draftKey(draft: AggregateDraft): string {
  const { fn, user, args, distinct, filter, clauses } = draft
  return `${fn}|${user}|${distinct}|${args.map(exprKey).join(';')}|${filter === undefined ? '' : exprKey(filter)}|${JSON.stringify(clauses ?? {})}`
}

export function indexOfPlaceholder(expr: CallExpr): number {
  return expr.clauses?.index as number
}

/** No placeholder may be left in an expression where aggregates make no sense. */
export function refusePlaceholders(expr: Expr, where: string): void {
  walkExpr(expr, (e) => {
    if (e.kind === 'call' && (e.fn === AGGREGATE || e.fn === WINDOW)) {
      fail('PLAN_AGGREGATE_PLACE', { what: 'An aggregate', where }, { span: e.span })
    }
  })
}
