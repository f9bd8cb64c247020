/**
 * Joins by time: which conditions bound the distance of two event times.
 *
 * Laws
 * - Two comparisons between a time attribute of each side, one from below and one from above, or one equality, make an
 *   interval join; the times may have constants added. Anything else is a condition like others, and the join a regular one.
 * - Conditions of WHERE count where they reach the join: below inner joins.
 */
import { type Expr, inputsOf, mapExpr } from '../../expr/expr.ts'
import type { Schema } from '../../types/batch.ts'
import { isTimeAttribute, timestamp, timestampLtz } from '../../types/logical-type.ts'
import { toMillis } from '../../types/value.ts'
import { fold, type PlannerContext } from '../context.ts'
import type { JoinTimes, Rel } from '../nodes.ts'
import { conjunction, conjunctsOf, join, shiftInputs } from './build.ts'

export interface TimeBounds {
  readonly times: JoinTimes
  /** The other conditions. */
  readonly rest: Expr | undefined
}

const SWAPPED: Readonly<Record<string, string>> = { '<': '>', '<=': '>=', '>': '<', '>=': '<=', '=': '=' }

/** left time − right time `op` bound */
interface TimePredicate {
  readonly op: string
  readonly left: number
  readonly right: number
  readonly bound: number
}

export function timeBounds(
  planner: PlannerContext,
  conditions: readonly Expr[],
  left: Schema,
  right: Schema,
): TimeBounds | undefined {
  const found = conditions.map((condition) => timePredicate(planner, condition, left, right))
  const predicates = found.filter((predicate) => predicate !== undefined)
  const [first, second] = predicates
  if (first === undefined || predicates.length > 2) return undefined
  const lowers = predicates.filter(({ op }) => op !== '<' && op !== '<=')
  const uppers = predicates.filter(({ op }) => op !== '>' && op !== '>=')
  if (lowers.length !== 1 || uppers.length !== 1) return undefined
  if (second !== undefined && (first.op === '=' || second.op === '=')) return undefined
  const attribute = timeAttribute(left, first.left)
  const rest = conjunction(conditions.filter((_, i) => found[i] === undefined))
  return {
    times: {
      kind: 'interval',
      left: first.left,
      right: first.right,
      lower: lowers[0].bound + (lowers[0].op === '>' ? 1 : 0),
      upper: uppers[0].bound - (uppers[0].op === '<' ? 1 : 0),
      time: attribute === 'proctime' ? 'proctime' : 'rowtime',
    },
    rest,
  }
}

function timeAttribute(schema: Schema, column: number): string | undefined {
  const { type } = schema[column]
  return isTimeAttribute(type) ? type.attribute : undefined
}

function timePredicate(
  planner: PlannerContext,
  condition: Expr,
  left: Schema,
  right: Schema,
): TimePredicate | undefined {
  if (condition.kind !== 'call' || SWAPPED[condition.fn] === undefined) return undefined
  const width = left.length
  const sides = condition.args.map((arg) => {
    const [column, more] = [...inputsOf(arg)]
    if (column === undefined || more !== undefined) return undefined
    const attribute = column < width ? timeAttribute(left, column) : timeAttribute(right, column - width)
    const offset = attribute === undefined ? undefined : offsetOf(planner, arg)
    return offset === undefined ? undefined : { column, attribute, offset }
  })
  const [a, b] = sides
  if (a === undefined || b === undefined || a.attribute !== b.attribute || a.column < width === b.column < width) {
    return undefined
  }
  return a.column < width
    ? { op: condition.fn, left: a.column, right: b.column, bound: b.offset - a.offset }
    : { op: SWAPPED[condition.fn], left: b.column, right: a.column, bound: a.offset - b.offset }
}

/** What is added to the time, in milliseconds: the expression at the time 0. */
function offsetOf(planner: PlannerContext, expr: Expr): number | undefined {
  if (expr.kind === 'input') return 0
  const epoch = mapExpr(expr, (e) =>
    e.kind === 'input'
      ? { kind: 'literal', value: 0, type: e.type.kind === 'TIMESTAMP_LTZ' ? timestampLtz(3) : timestamp(3) }
      : e,
  )
  const folded = fold(planner, epoch)
  if (folded.kind !== 'literal' || folded.value === null) return undefined
  if (folded.type.kind !== 'TIMESTAMP' && folded.type.kind !== 'TIMESTAMP_LTZ') return undefined
  return toMillis(folded.value as number | bigint, folded.type.precision)
}

/** Conditions above inner joins go into those that they make joins by time; gives what is left. */
export function joinByTime(
  planner: PlannerContext,
  rel: Rel,
  conditions: readonly Expr[],
): { readonly rel: Rel; readonly rest: readonly Expr[] } {
  if (rel.kind !== 'join' || rel.joinType !== 'inner' || rel.times !== undefined) return { rel, rest: conditions }
  const width = rel.left.schema.length
  const onLeft = (c: Expr) => inputsOf(c).size > 0 && [...inputsOf(c)].every((i) => i < width)
  const onRight = (c: Expr) => inputsOf(c).size > 0 && [...inputsOf(c)].every((i) => i >= width)
  const left = joinByTime(planner, rel.left, conditions.filter(onLeft))
  const right = joinByTime(
    planner,
    rel.right,
    conditions.filter(onRight).map((c) => shiftInputs(c, (i) => i - width)),
  )
  const sides = [...left.rest, ...right.rest.map((c) => shiftInputs(c, (i) => i + width))]
  const mixed = conditions.filter((c) => !onLeft(c) && !onRight(c))
  const bounds = timeBounds(planner, [...conjunctsOf(rel.condition), ...mixed], left.rel.schema, right.rel.schema)
  if (bounds !== undefined) {
    const joined = join(left.rel, right.rel, 'inner', bounds.rest, rel.place, bounds.times)
    return { rel: joined, rest: sides }
  }
  if (left.rel === rel.left && right.rel === rel.right) return { rel, rest: conditions }
  const joined = join(left.rel, right.rel, 'inner', rel.condition, rel.place)
  return { rel: { ...joined, ...(rel.ttl && { ttl: rel.ttl }) }, rest: [...sides, ...mixed] }
}
