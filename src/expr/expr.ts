/**
 * The typed expression tree.
 *
 * Law: a tree is plain JSON-able data (part of the compiled plan; bigint literals are written by `plan/json`), every node
 * knows its type, functions are named and looked up when code is generated, implicit casts are already explicit. Evaluation
 * has two forms that must agree: `compile` (JavaScript source, one loop per batch) and `interpret` (reference and fallback).
 */
import type { Span } from '../base/span.ts'
import type { LogicalType } from '../types/logical-type.ts'
import type { Value } from '../types/value.ts'

export type Expr = LiteralExpr | InputExpr | CallExpr | CastExpr | CaseExpr

interface ExprBase {
  readonly type: LogicalType
  /** Where it stands in the SQL text, for runtime errors. */
  readonly span?: Span
}
/** A constant; `value` is a scalar value of `type` (types/value.ts). A SYMBOL literal holds its keyword. */
export interface LiteralExpr extends ExprBase {
  readonly kind: 'literal'
  readonly value: Value
}
/** Column `index` of the input row. */
export interface InputExpr extends ExprBase {
  readonly kind: 'input'
  readonly index: number
}
/** A function or operator of the registry (`'+'`, `'AND'`, `'SPLIT_INDEX'`), or a user's function. */
export interface CallExpr extends ExprBase {
  readonly kind: 'call'
  /** Registry name in upper case; a user's function by its catalog name. */
  readonly fn: string
  readonly args: readonly Expr[]
  /** True for a function of the user: looked up in the session's functions, not in the registry. */
  readonly user?: boolean
  /** Clauses that are not arguments, such as JSON_VALUE's `ON EMPTY`; the function says what it reads. */
  readonly clauses?: Readonly<Record<string, Value>>
}
export interface CastExpr extends ExprBase {
  readonly kind: 'cast'
  readonly arg: Expr
  /** TRY_CAST: NULL where CAST fails. */
  readonly safe: boolean
}
/** `CASE WHEN … THEN … ELSE … END`; NULL and FALSE conditions are not taken. */
export interface CaseExpr extends ExprBase {
  readonly kind: 'case'
  readonly branches: readonly { readonly when: Expr; readonly result: Expr }[]
  readonly otherwise: Expr
}

/** Call `visit` for the node and all below it, parents first. */
export function walkExpr(expr: Expr, visit: (expr: Expr) => void): void {
  visit(expr)
  for (const child of childrenOf(expr)) walkExpr(child, visit)
}

export function childrenOf(expr: Expr): readonly Expr[] {
  switch (expr.kind) {
    case 'literal':
    case 'input':
      return []
    case 'call':
      return expr.args
    case 'cast':
      return [expr.arg]
    case 'case':
      return [...expr.branches.flatMap((b) => [b.when, b.result]), expr.otherwise]
  }
}

/** Rebuild bottom-up: children first, then `change` on the node with its new children. */
export function mapExpr(expr: Expr, change: (expr: Expr) => Expr): Expr {
  switch (expr.kind) {
    case 'literal':
    case 'input':
      return change(expr)
    case 'call':
      return change({ ...expr, args: expr.args.map((arg) => mapExpr(arg, change)) })
    case 'cast':
      return change({ ...expr, arg: mapExpr(expr.arg, change) })
    case 'case':
      return change({
        ...expr,
        branches: expr.branches.map((b) => ({ when: mapExpr(b.when, change), result: mapExpr(b.result, change) })),
        otherwise: mapExpr(expr.otherwise, change),
      })
  }
}

/** The input columns that the expression reads. */
export function inputsOf(expr: Expr): Set<number> {
  const inputs = new Set<number>()
  walkExpr(expr, (e) => {
    if (e.kind === 'input') inputs.add(e.index)
  })
  return inputs
}
