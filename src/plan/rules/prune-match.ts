/** The columns that MATCH_RECOGNIZE reads: those of its keys, and of every expression over a row. */
import { inputsOf } from '../../expr/expr.ts'
import type { MatchExpr, MatchValue } from '../../operators/match/node.ts'
import type { MatchRel } from '../nodes.ts'
import { remap } from './rule.ts'

const expressionsOf = (value: MatchValue) => (value.kind === 'navigate' ? [value.expr] : value.args)

export function columnsOfMatch(rel: MatchRel): Set<number> {
  const conditions = rel.pattern.flatMap(({ condition }) => condition ?? [])
  const read = [...conditions, ...rel.measures].flatMap(({ values }) => values.flatMap(expressionsOf))
  return new Set([
    rel.timeColumn,
    ...rel.partition,
    ...rel.order.map(({ column }) => column),
    ...read.flatMap((expr) => [...inputsOf(expr)]),
  ])
}

/** The same over an input whose columns are renumbered old → new. */
export function remapMatch(rel: MatchRel, to: readonly number[]): MatchRel {
  const value = (each: MatchValue): MatchValue =>
    each.kind === 'navigate'
      ? { ...each, expr: remap(each.expr, to) }
      : { ...each, args: each.args.map((arg) => remap(arg, to)) }
  const expression = (each: MatchExpr): MatchExpr => ({ ...each, values: each.values.map(value) })
  return {
    ...rel,
    timeColumn: to[rel.timeColumn],
    partition: rel.partition.map((column) => to[column]),
    order: rel.order.map((key) => ({ ...key, column: to[key.column] })),
    pattern: rel.pattern.map((variable) =>
      variable.condition === undefined ? variable : { ...variable, condition: expression(variable.condition) },
    ),
    measures: rel.measures.map(expression),
  }
}
