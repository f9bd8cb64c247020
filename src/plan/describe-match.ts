/** MATCH_RECOGNIZE in plans, in the words of SQL. */
import { ANY_VARIABLE, type MatchExpr, type MatchValue, type PatternVariable } from '../operators/match/node.ts'
import { exprText, orderText } from './describe.ts'
import type { MatchRel } from './nodes.ts'

type Described = Pick<
  MatchRel,
  'timeColumn' | 'order' | 'partition' | 'pattern' | 'skip' | 'withinMs' | 'measures' | 'schema'
>

/** @param names of the input's columns */
export function matchText(rel: Described, names: readonly string[]): string {
  const { partition, pattern, skip, withinMs, measures, order } = rel
  const variables = pattern.map(({ name }) => name)
  const text = (expr: MatchExpr) =>
    exprText(
      expr.expr,
      expr.values.map((value) => valueText(value, variables, names)),
    )
  const keys = [`${names[rel.timeColumn]} ASC`, ...(order.length > 0 ? [orderText(order, names)] : [])]
  const parts = [
    ...(partition.length > 0 ? [`partitionBy=[${partition.map((i) => names[i]).join(', ')}]`] : []),
    `orderBy=[${keys.join(', ')}]`,
    `measures=[${measures.map((measure, i) => `${text(measure)} AS ${rel.schema[partition.length + i].name}`).join(', ')}]`,
    `after=[${skipText(skip, variables)}]`,
    `pattern=[${pattern.map(variableText).join(' ')}]`,
    ...(withinMs === undefined ? [] : [`within=[${withinMs} ms]`]),
    `define=[${pattern.flatMap(({ name, condition }) => (condition === undefined ? [] : [`${name} AS ${text(condition)}`])).join(', ')}]`,
  ]
  return `Match(${parts.join(', ')})`
}

function valueText(value: MatchValue, variables: readonly string[], names: readonly string[]): string {
  const of = value.variable === ANY_VARIABLE ? '' : `${variables[value.variable]}.`
  const qualified = names.map((name) => `${of}${name}`)
  if (value.kind === 'navigate') {
    const { from, offset, expr } = value
    const inner = exprText(expr, qualified)
    return `${from === 'last' ? 'LAST' : 'FIRST'}(${inner}${offset === 0 ? '' : `, ${offset}`})`
  }
  const args = value.args.map((arg) => exprText(arg, qualified)).join(', ')
  return `${value.call.fn}(${args === '' ? `${of}*` : args})`
}

function skipText(skip: MatchRel['skip'], variables: readonly string[]): string {
  switch (skip.kind) {
    case 'past-last':
      return 'SKIP PAST LAST ROW'
    case 'next':
      return 'SKIP TO NEXT ROW'
    default:
      return `SKIP TO ${skip.kind.toUpperCase()} ${variables[skip.variable]}`
  }
}

function variableText({ name, min, max, greedy }: PatternVariable): string {
  if (min === 1 && max === 1) return name
  const count =
    max === undefined
      ? min === 0
        ? '*'
        : min === 1
          ? '+'
          : `{${min},}`
      : min === 0 && max === 1
        ? '?'
        : min === max
          ? `{${min}}`
          : `{${min},${max}}`
  return `${name}${count}${greedy || count === '?' || min === max ? '' : '?'}`
}
