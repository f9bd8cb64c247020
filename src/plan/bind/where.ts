/**
 * WHERE: plain conditions become a filter, subquery predicates become joins.
 *
 * Laws
 * - Predicates joined by AND become semi and anti joins; below OR or CASE they are values.
 * - The value of a subquery is a column behind the row, so that columns bound before keep their numbers.
 * - Conditions that read the row around a subquery are handed back instead of filtered: they belong to its join.
 */
import { fail } from '../../base/errors.ts'
import type { Expr } from '../../expr/expr.ts'
import type { Expression } from '../../sql/ast.ts'
import { withoutAttribute } from '../../types/logical-type.ts'
import type { Rel } from '../nodes.ts'
import { conjunction, conjunctsOf, filter, readsOuter } from './build.ts'
import { bindCondition, type ExpressionScope } from './expression.ts'
import type { BoundFrom } from './from.ts'
import { type BindContext, placeOf, type Scope } from './scope.ts'
import { joinExists, joinIn } from './subquery.ts'
import type { SubqueryHost, SubqueryValue } from './subquery-value.ts'
import { joinByTime } from './time-join.ts'

/** A FROM row that grows while expressions over it are bound. */
export class GrowingRow implements SubqueryHost {
  rel: Rel
  scope: Scope

  constructor(from: BoundFrom) {
    this.rel = from.rel
    this.scope = from.scope
  }

  /** The value of a subquery: a new last column. */
  add({ attach, span }: SubqueryValue): Expr {
    this.replace(attach({ rel: this.rel, lower: (expr) => expr }))
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
    const env: ExpressionScope = { context, scope: row.scope, place: 'WHERE', subqueries: row }
    const condition = bindCondition(env, ast)
    for (const part of conjunctsOf(condition)) (readsOuter(part) ? correlated : plain).push(part)
  }
  const timed = joinByTime(context.planner, row.rel, plain)
  if (timed.rel !== row.rel) row.replaceByTime(timed.rel)
  const condition = conjunction(timed.rest)
  if (condition !== undefined) row.rel = filter(row.rel, condition, placeOf(context, where))
  return correlated
}

export function splitAnd(ast: Expression): readonly Expression[] {
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
      return false
    }
    default:
      return false
  }
}
