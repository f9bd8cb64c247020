/**
 * WHERE: plain conditions become a filter, subquery predicates become joins.
 *
 * Laws
 * - Only predicates joined by AND are split; EXISTS and IN below OR or NOT (…) are refused, not guessed.
 * - A scalar subquery appends a column to the row, so that columns bound before keep their numbers.
 * - Conditions that read the row around a subquery are handed back instead of filtered: they belong to its join.
 */
import { fail } from '../../base/errors.ts'
import type { Span } from '../../base/span.ts'
import type { Expr } from '../../expr/expr.ts'
import type { Expression, Query } from '../../sql/ast.ts'
import { withoutAttribute } from '../../types/logical-type.ts'
import type { Rel } from '../nodes.ts'
import { conjunction, conjunctsOf, filter, readsOuter } from './build.ts'
import { bindCondition, type ExpressionScope } from './expression.ts'
import type { BoundFrom } from './from.ts'
import { type BindContext, placeOf, type Scope } from './scope.ts'
import { joinExists, joinIn, joinScalar } from './subquery.ts'
import { joinByTime } from './time-join.ts'

/** A FROM row that grows while expressions over it are bound. */
export class GrowingRow {
  rel: Rel
  scope: Scope
  /** Scalar subqueries that were joined. */
  joined = 0
  private readonly context: BindContext

  constructor(context: BindContext, from: BoundFrom) {
    this.context = context
    this.rel = from.rel
    this.scope = from.scope
  }

  /** Bind the value of a scalar subquery: a new last column. */
  readonly scalar = (query: Query, span: Span): Expr => {
    this.rel = joinScalar(this.context, { rel: this.rel, scope: this.scope }, query, span)
    this.joined += 1
    this.loseTimeAttributes()
    const index = this.rel.schema.length - 1
    return { kind: 'input', index, type: this.rel.schema[index].type, span }
  }

  replace(rel: Rel): void {
    this.rel = rel
    this.loseTimeAttributes()
  }

  /** Joins by time of the same tables: their time attributes are back. */
  replaceByTime(rel: Rel): void {
    this.rel = rel
    this.scope = {
      ...this.scope,
      relations: this.scope.relations.map((relation) => ({
        ...relation,
        columns: relation.columns.map((column) => ({ ...column, type: rel.schema[column.index].type })),
      })),
    }
  }

  /** A regular join makes ordinary columns of time attributes. */
  private loseTimeAttributes(): void {
    this.scope = {
      ...this.scope,
      relations: this.scope.relations.map((relation) => ({
        ...relation,
        columns: relation.columns.map((column) => ({ ...column, type: withoutAttribute(column.type) })),
      })),
    }
  }
}

/** Apply WHERE to the row; gives the conditions that read the row around. */
export function bindWhere(context: BindContext, row: GrowingRow, where: Expression): readonly Expr[] {
  const plain: Expr[] = []
  const correlated: Expr[] = []
  for (const ast of splitAnd(where)) {
    if (bindPredicate(context, row, ast, false)) continue
    const env: ExpressionScope = { context, scope: row.scope, place: 'WHERE', subquery: row.scalar }
    const condition = bindCondition(env, ast)
    for (const part of conjunctsOf(condition)) (readsOuter(part) ? correlated : plain).push(part)
  }
  const timed = joinByTime(context.planner, row.rel, plain)
  if (timed.rel !== row.rel) row.replaceByTime(timed.rel)
  const condition = conjunction(timed.rest)
  if (condition !== undefined) row.rel = filter(row.rel, condition, placeOf(context, where))
  return correlated
}

function splitAnd(ast: Expression): readonly Expression[] {
  return ast.kind === 'binary' && ast.op === 'AND' ? [...splitAnd(ast.left), ...splitAnd(ast.right)] : [ast]
}

/** True when the condition was a subquery predicate and has become a join. */
function bindPredicate(context: BindContext, row: GrowingRow, ast: Expression, negated: boolean): boolean {
  const from = { rel: row.rel, scope: row.scope }
  switch (ast.kind) {
    case 'unary':
      return ast.op === 'NOT' && bindPredicate(context, row, ast.operand, !negated)
    case 'exists':
      if (ast.test === 'UNIQUE') return fail('PLAN_NOT_SUPPORTED', { feature: 'UNIQUE (subquery)' }, { span: ast.span })
      row.replace(joinExists(context, from, ast.query, negated, ast.span))
      return true
    case 'in-query':
      row.replace(joinIn(context, from, ast.operand, ast.query, negated !== ast.negated, ast.span))
      return true
    case 'quantified': {
      if (!('kind' in ast.right)) return false
      if (ast.op === '=' && ast.quantifier === 'ANY') {
        row.replace(joinIn(context, from, ast.operand, ast.right, negated, ast.span))
        return true
      }
      if (ast.op === '<>' && ast.quantifier === 'ALL') {
        row.replace(joinIn(context, from, ast.operand, ast.right, !negated, ast.span))
        return true
      }
      return fail(
        'PLAN_NOT_SUPPORTED',
        {
          feature: `${ast.op} ${ast.quantifier} (subquery)`,
          hint: 'Use = ANY, IN, EXISTS, or compare with MIN or MAX.',
        },
        { span: ast.span },
      )
    }
    default:
      return false
  }
}
