/**
 * Calls of asynchronous functions in the expressions of a calc.
 *
 * Laws
 * - Innermost calls come first: a call whose argument is another call's result is of a later stage.
 * - Equal calls of one stage are one call, unless the function is not deterministic.
 * - A call is made for every row that passes the conditions without calls, also where a CASE would not need it (as in Flink).
 */
import { fail } from '../base/errors.ts'
import type { CallExpr, Expr } from '../expr/expr.ts'
import { mapExpr, walkExpr } from '../expr/expr.ts'
import { exprKey } from '../expr/key.ts'
import type { PlannerContext } from './context.ts'

function isAsyncCall(expr: Expr, context: PlannerContext): expr is CallExpr {
  if (expr.kind !== 'call' || expr.user !== true) return false
  const found = context.catalog.functionById(expr.fn)
  return found?.kind === 'scalar' && found.fn.prepareAsync !== undefined
}

export function hasAsyncCall(expr: Expr, context: PlannerContext): boolean {
  let found = false
  walkExpr(expr, (e) => {
    if (isAsyncCall(e, context)) found = true
  })
  return found
}

export interface AsyncStages {
  /** Calls per stage; the results of a stage are columns behind the row that it reads. */
  readonly stages: readonly (readonly CallExpr[])[]
  /** The expressions over the row behind the last stage. */
  readonly exprs: readonly Expr[]
}

/** @param width columns of the row that the expressions read */
export function splitAsyncCalls(exprs: readonly Expr[], width: number, context: PlannerContext): AsyncStages {
  const stages: CallExpr[][] = []
  let current = exprs
  let columns = width
  while (current.some((expr) => hasAsyncCall(expr, context))) {
    const calls: CallExpr[] = []
    const places = new Map<string, number>()
    current = current.map((expr) =>
      mapExpr(expr, (e) => {
        if (!isAsyncCall(e, context) || e.args.some((arg) => readsFrom(arg, columns) || hasAsyncCall(arg, context)))
          return e
        const found = context.catalog.functionById(e.fn)
        const shared = found?.kind === 'scalar' && found.fn.determinism !== 'random'
        const key = exprKey(e)
        let at = shared ? places.get(key) : undefined
        if (at === undefined) {
          at = columns + calls.push(e) - 1
          places.set(key, at)
        }
        return { kind: 'input', index: at, type: e.type, ...(e.span && { span: e.span }) }
      }),
    )
    columns += calls.length
    stages.push(calls)
  }
  return { stages, exprs: current }
}

/** Does it read a result of the stage at hand? */
function readsFrom(expr: Expr, first: number): boolean {
  let reads = false
  walkExpr(expr, (e) => {
    if (e.kind === 'input' && e.index >= first) reads = true
  })
  return reads
}

/** Places whose operators evaluate row by row and cannot wait. */
export function refuseAsyncCalls(exprs: readonly (Expr | undefined)[], context: PlannerContext): void {
  for (const expr of exprs) {
    if (expr === undefined) continue
    walkExpr(expr, (e) => {
      if (!isAsyncCall(e, context)) return
      const found = context.catalog.functionById(e.fn)
      fail('FUNCTION_ASYNC_PLACE', { name: found?.name ?? e.fn }, { span: e.span })
    })
  }
}
