/** What a rule is, and the questions about expressions that several rules ask. */
import { type Expr, mapExpr, walkExpr } from '../../expr/expr.ts'
import { argumentsOf, type TableCall } from '../../operators/correlate/node.ts'
import type { MatchExpr } from '../../operators/match/node.ts'
import type { PlannerContext } from '../context.ts'
import type { Rel } from '../nodes.ts'

/** A rewriting of the whole tree. It gives back the same object when it changed nothing. */
export interface Rule {
  /** `push-filters`; the name of its file, asserted by plan tests. */
  readonly name: string
  readonly apply: (rel: Rel, context: PlannerContext) => Rel
}

/** A rewriting of all trees of a job together. */
export interface ForestRule {
  readonly name: string
  readonly applyAll: (rels: readonly Rel[], context: PlannerContext) => readonly Rel[]
}

/** Same value whenever it is computed from the same inputs. */
export function isDeterministic(expr: Expr, context: PlannerContext): boolean {
  let yes = true
  walkExpr(expr, (e) => {
    if (e.kind !== 'call') return
    if (e.user === true) yes = false
    else if ((context.functions.scalar(e.fn)?.determinism ?? 'deterministic') === 'random') yes = false
    else if (e.fn === 'CURRENT_WATERMARK') yes = false
  })
  return yes
}

/** Every expression of a node replaced; the same node when none changed. */
export function mapExprs(rel: Rel, change: (expr: Expr) => Expr): Rel {
  const all = (exprs: readonly Expr[]): readonly Expr[] => {
    const changed = exprs.map(change)
    return changed.every((expr, i) => expr === exprs[i]) ? exprs : changed
  }
  switch (rel.kind) {
    case 'scan': {
      const projections = all(rel.projections)
      const condition = rel.condition && change(rel.condition)
      if (projections === rel.projections && condition === rel.condition) return rel
      return { ...rel, projections, ...(condition && { condition }) }
    }
    case 'normalize': {
      const condition = rel.condition && change(rel.condition)
      return condition === rel.condition ? rel : { ...rel, condition }
    }
    case 'values': {
      const rows = rel.rows.map(all)
      return rows.every((row, i) => row === rel.rows[i]) ? rel : { ...rel, rows }
    }
    case 'project': {
      const exprs = all(rel.exprs)
      return exprs === rel.exprs ? rel : { ...rel, exprs }
    }
    case 'filter': {
      const condition = change(rel.condition)
      return condition === rel.condition ? rel : { ...rel, condition }
    }
    case 'correlate': {
      const condition = rel.condition && change(rel.condition)
      const table = mapTableCall(rel.table, all)
      return condition === rel.condition && table === rel.table
        ? rel
        : { ...rel, table, ...(condition && { condition }) }
    }
    case 'match': {
      const one = (expr: MatchExpr): MatchExpr => {
        const changed = change(expr.expr)
        return changed === expr.expr ? expr : { ...expr, expr: changed }
      }
      const measures = rel.measures.map(one)
      const pattern = rel.pattern.map((variable) => {
        const condition = variable.condition && one(variable.condition)
        return condition === variable.condition ? variable : { ...variable, ...(condition && { condition }) }
      })
      const same =
        measures.every((each, i) => each === rel.measures[i]) && pattern.every((each, i) => each === rel.pattern[i])
      return same ? rel : { ...rel, measures, pattern }
    }
    case 'lookup-join':
    case 'join': {
      const condition = rel.condition && change(rel.condition)
      return condition === rel.condition ? rel : { ...rel, condition }
    }
    default:
      return rel
  }
}

/** The arguments of a table call replaced; the same call when none changed. */
export function mapTableCall(table: TableCall, change: (args: readonly Expr[]) => readonly Expr[]): TableCall {
  const args = argumentsOf(table)
  const changed = change(args)
  if (changed.every((arg, i) => arg === args[i])) return table
  switch (table.kind) {
    case 'unnest':
      return { ...table, arg: changed[0] }
    case 'replicate':
      return { ...table, times: changed[0] }
    case 'function':
      return { ...table, call: { ...table.call, args: changed } }
  }
}

/** Columns renumbered by a table old → new. */
export function remap(expr: Expr, to: readonly number[]): Expr {
  return mapExpr(expr, (e) => (e.kind === 'input' ? { ...e, index: to[e.index] } : e))
}

export function isTrue(expr: Expr): boolean {
  return expr.kind === 'literal' && expr.value === true
}

/** FALSE or NULL: a filter lets nothing through. */
export function isNeverTrue(expr: Expr): boolean {
  return expr.kind === 'literal' && (expr.value === false || expr.value === null)
}
