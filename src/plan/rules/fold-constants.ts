/**
 * fold-constants
 *
 * What   computes expressions without columns once, and shortens AND, OR and CASE with constant conditions
 * Why    a constant costs nothing per row, and filters that are always true or false show as such to later rules
 * Not    functions of users, of time or of chance; collections, which are cheap to build and dear to write down; and what
 *        fails when computed: it stays, and fails in the row that really evaluates it
 */
import type { Expr } from '../../expr/expr.ts'
import { type LogicalType, withNullable } from '../../types/logical-type.ts'
import type { PlannerContext } from '../context.ts'
import { mapRel } from '../nodes.ts'
import { isFoldable, isNeverTrue, isTrue, mapExprs, type Rule } from './rule.ts'

export const foldConstants: Rule = {
  name: 'fold-constants',
  apply: (rel, context) => mapRel(rel, (node) => mapExprs(node, (expr) => foldExpr(expr, context))),
}

export function foldExpr(expr: Expr, context: PlannerContext): Expr {
  if (expr.kind === 'literal' || expr.kind === 'input') return expr
  const whole = tryFold(expr, context)
  if (whole !== undefined) return whole
  let changed = false
  const fold = (child: Expr): Expr => {
    const folded = foldExpr(child, context)
    if (folded !== child) changed = true
    return folded
  }
  const children = rebuild(expr, fold)
  const result = shorten(changed ? children : expr)
  return result
}

function rebuild(expr: Expr, fold: (child: Expr) => Expr): Expr {
  switch (expr.kind) {
    case 'call':
      return { ...expr, args: expr.args.map(fold) }
    case 'cast':
      return { ...expr, arg: fold(expr.arg) }
    case 'case':
      return {
        ...expr,
        branches: expr.branches.map(({ when, result }) => ({ when: fold(when), result: fold(result) })),
        otherwise: fold(expr.otherwise),
      }
    default:
      return expr
  }
}

function tryFold(expr: Expr, context: PlannerContext): Expr | undefined {
  if (!isPlain(expr.type) || !isFoldable(expr, context)) return undefined
  try {
    const value = context.fold(expr)
    const type = value === null ? withNullable(expr.type, true) : expr.type
    return { kind: 'literal', value, type, ...(expr.span && { span: expr.span }) }
  } catch {
    // Not hidden: the expression stays in the plan and fails where it is evaluated, if it ever is.
    return undefined
  }
}

function isPlain(type: LogicalType): boolean {
  return !['ARRAY', 'MAP', 'MULTISET', 'ROW', 'STRUCTURED', 'RAW', 'VARIANT', 'BITMAP', 'SYMBOL', 'DESCRIPTOR'].includes(type.kind)
}

function shorten(expr: Expr): Expr {
  if (expr.kind === 'case') {
    const branches = expr.branches.filter(({ when }) => !isNeverTrue(when))
    const certain = branches.findIndex(({ when }) => isTrue(when))
    if (certain === 0) return typed(branches[0].result, expr)
    if (certain > 0) return { ...expr, branches: branches.slice(0, certain), otherwise: branches[certain].result }
    if (branches.length === 0) return typed(expr.otherwise, expr)
    return branches.length === expr.branches.length ? expr : { ...expr, branches }
  }
  if (expr.kind !== 'call' || (expr.fn !== 'AND' && expr.fn !== 'OR')) return expr
  const neutral = expr.fn === 'AND'
  const deciding = expr.args.find((arg) => arg.kind === 'literal' && arg.value === !neutral)
  if (deciding !== undefined) return deciding
  const args = expr.args.filter((arg) => !(arg.kind === 'literal' && arg.value === neutral))
  if (args.length === expr.args.length) return expr
  return args.length === 1 ? args[0] : args.length === 0 ? expr.args[0] : { ...expr, args }
}

/** The chosen branch with the type of the whole: its nullability is part of the result's schema. */
function typed(chosen: Expr, whole: Expr): Expr {
  return { ...chosen, type: whole.type }
}
