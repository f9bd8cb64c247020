/**
 * Ranks that a stream cannot keep up to date.
 *
 * Law: refused is what Flink refuses; the message says which bound or function is missing.
 */
import { fail } from '../base/errors.ts'
import type { Expr } from '../expr/expr.ts'
import { isTimeAttribute } from '../types/logical-type.ts'
import { conjunctsOf } from './bind/build.ts'
import type { Rel, RowNumberRel } from './nodes.ts'

/** A number that no filter bounds. */
export function refuseRowNumber(rel: RowNumberRel): never {
  const [{ column, descending }] = rel.order
  if (isTimeAttribute(rel.input.schema[column].type) && !descending) {
    const hint = 'Filter it in the query around, WHERE rn <= 10, to get the first rows.'
    return fail(
      'PLAN_NOT_SUPPORTED',
      { feature: 'ROW_NUMBER() OVER without an upper bound of the number', hint },
      rel.place,
    )
  }
  const problem =
    'ROW_NUMBER() OVER needs an upper bound of the number: without one, every new row may change all rows behind it'
  return fail('PLAN_TOP_N', { problem, hint: 'Filter it in the query around: WHERE rn <= 10.' }, rel.place)
}

/**
 * A range of a rank that is the only OVER function makes a top-n in Flink, which knows ROW_NUMBER with an upper bound alone.
 * Any other condition on it is a filter of what OVER gives.
 */
export function refuseRankFilter(rel: Rel & { readonly kind: 'filter' }): void {
  for (const conjunct of conjunctsOf(rel.condition)) {
    const column = rangedColumn(conjunct)
    const name = column === undefined ? undefined : rankOf(rel.input, column)
    if (name === undefined) continue
    if (name === 'ROW_NUMBER') {
      const problem = 'A condition on ROW_NUMBER() OVER needs an upper bound of the number'
      fail('PLAN_TOP_N', { problem, hint: 'Bound it from above: WHERE rn <= 10.' }, rel.place ?? {})
    }
    const problem = `The first rows of a stream are found by ROW_NUMBER(), not by ${name}()`
    fail(
      'PLAN_TOP_N',
      { problem, hint: 'Use ROW_NUMBER(), and break ties by further ORDER BY columns.' },
      rel.place ?? {},
    )
  }
}

/** The column that is compared with a number, or bounded by another column. */
function rangedColumn(condition: Expr): number | undefined {
  if (condition.kind !== 'call' || !['<', '<=', '>', '>=', '='].includes(condition.fn)) return undefined
  const [a, b] = condition.args
  const other = (expr: Expr): boolean =>
    expr.kind === 'cast' ? other(expr.arg) : expr.kind === 'literal' || (expr.kind === 'input' && condition.fn !== '=')
  if (a.kind === 'input' && other(b)) return a.index
  return b.kind === 'input' && other(a) ? b.index : undefined
}

const RANKS = ['ROW_NUMBER', 'RANK', 'DENSE_RANK']

/** The rank function that a column is the plain result of. */
function rankOf(rel: Rel, column: number): string | undefined {
  switch (rel.kind) {
    case 'project': {
      const expr = rel.exprs[column]
      return expr.kind === 'input' ? rankOf(rel.input, expr.index) : undefined
    }
    case 'filter':
      return rankOf(rel.input, column)
    case 'over': {
      const width = rel.input.schema.length
      if (column < width) return rankOf(rel.input, column)
      if (rel.calls.length > 1) return undefined
      const { fn, user } = rel.calls[column - width]
      return user !== true && RANKS.includes(fn) ? fn : undefined
    }
    default:
      return undefined
  }
}
