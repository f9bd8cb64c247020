/**
 * ROW_NUMBER() OVER (PARTITION BY … ORDER BY …), the window function of top-n and deduplication.
 *
 * Law: a call in the SELECT list is a placeholder while the list is bound; afterwards each distinct window becomes one
 * `row-number` node above the row (or above its aggregation), and the placeholder is that node's last column.
 */
import { fail } from '../../base/errors.ts'
import type { Span } from '../../base/span.ts'
import { type Expr, mapExpr, walkExpr } from '../../expr/expr.ts'
import { exprKey } from '../../expr/key.ts'
import type { SortKey } from '../../operators/sort-order.ts'
import type { OrderItem, WindowSpecification } from '../../sql/ast.ts'
import { comparatorOf } from '../../types/compare.ts'
import { BIGINT, notNull, typeText } from '../../types/logical-type.ts'
import type { Place, Rel } from '../nodes.ts'
import { inputAt, project } from './build.ts'
import { indexOfPlaceholder } from './placeholder.ts'

export const ROW_NUMBER = '$ROW_NUMBER'
const RANK_TYPE = notNull(BIGINT)

interface Draft {
  readonly partition: readonly Expr[]
  readonly order: readonly { readonly expr: Expr; readonly descending: boolean; readonly nullsLast: boolean }[]
  readonly span: Span
}

/** The windows of one SELECT. */
export interface RowNumberCollector {
  readonly drafts: Draft[]
}

/** NULL is the smallest value: first when ascending, last when descending. */
export function nullsLast(item: OrderItem): boolean {
  return item.nulls === undefined ? item.descending : item.nulls === 'LAST'
}

export function addRowNumber(
  collector: RowNumberCollector,
  over: WindowSpecification,
  span: Span,
  bindPart: (ast: OrderItem['expression']) => Expr,
): Expr {
  if (over.frame !== undefined) {
    const hint = 'Leave the frame out: it has the rows up to the current one anyway.'
    return fail('PLAN_OVER', { problem: 'ROW_NUMBER takes no ROWS or RANGE', hint }, { span: over.frame.span })
  }
  if (over.orderBy.length === 0) {
    const problem = 'ROW_NUMBER() OVER needs an ORDER BY, which decides what the first rows are'
    return fail('PLAN_TOP_N', { problem, hint: 'Add ORDER BY to its window.' }, { span })
  }
  const draft: Draft = {
    partition: over.partitionBy.map(bindPart),
    order: over.orderBy.map((item) => ({
      expr: sortable(bindPart(item.expression), item),
      descending: item.descending,
      nullsLast: nullsLast(item),
    })),
    span,
  }
  const key = draftKey(draft)
  let index = collector.drafts.findIndex((other) => draftKey(other) === key)
  if (index === -1) index = collector.drafts.push(draft) - 1
  return { kind: 'call', fn: ROW_NUMBER, args: [], clauses: { index }, type: RANK_TYPE, span }
}

/** An expression whose type has an order. */
export function sortable(expr: Expr, item: OrderItem): Expr {
  if (comparatorOf(expr.type) !== undefined) return expr
  return fail(
    'PLAN_TYPE_MISMATCH',
    { what: 'A sort key', expected: 'of a type with an order', found: typeText(expr.type) },
    { span: item.span },
  )
}

function draftKey({ partition, order }: Draft): string {
  const sort = order.map(({ expr, descending, nullsLast: last }) => `${exprKey(expr)} ${descending} ${last}`)
  return `${partition.map(exprKey).join(';')}|${sort.join(';')}`
}

/** The row with a column per window, and what the placeholders are now. */
export function appendRowNumbers(
  input: Rel,
  collector: RowNumberCollector,
  lower: (expr: Expr) => Expr,
  place: Place | undefined,
): { readonly rel: Rel; readonly replace: (expr: Expr) => Expr } {
  let rel = input
  const columns: number[] = []
  for (const { partition, order, span } of collector.drafts) {
    const appended = withColumns(
      rel,
      [...partition, ...order.map(({ expr }) => expr)].map(lower),
      (i) => `$${columns.length}_${i}`,
    )
    rel = appended.rel
    const sort = order.map(
      ({ descending, nullsLast: last }, i): SortKey => ({
        column: appended.columns[partition.length + i],
        descending,
        nullsLast: last,
      }),
    )
    const width = rel.schema.length
    rel = {
      kind: 'row-number',
      input: rel,
      partition: [...new Set(appended.columns.slice(0, partition.length))],
      order: sort,
      schema: [...rel.schema, { name: `w${columns.length}$o0`, type: RANK_TYPE }],
      place: { span, ...(place?.source && { source: place.source }) },
    }
    columns.push(width)
  }
  const replace = (expr: Expr) =>
    mapExpr(expr, (e) =>
      e.kind === 'call' && e.fn === ROW_NUMBER
        ? { kind: 'input', index: columns[indexOfPlaceholder(e)], type: RANK_TYPE }
        : e,
    )
  return { rel, replace }
}

/** Columns for expressions: what is a column already stays where it is, the others are appended. */
export function withColumns(
  rel: Rel,
  exprs: readonly Expr[],
  name: (i: number) => string,
): { readonly rel: Rel; readonly columns: readonly number[] } {
  const all = rel.schema.map((_, i) => inputAt(rel.schema, i))
  const names = rel.schema.map((field) => field.name)
  const columns = exprs.map((expr, i) => {
    if (expr.kind === 'input') return expr.index
    names.push(name(i))
    return all.push(expr) - 1
  })
  return { rel: all.length === rel.schema.length ? rel : project(rel, all, names, rel.place), columns }
}

export function readsRowNumber(expr: Expr): boolean {
  let found = false
  walkExpr(expr, (e) => {
    if (e.kind === 'call' && e.fn === ROW_NUMBER) found = true
  })
  return found
}
