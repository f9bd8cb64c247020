/**
 * join-keys
 *
 * What   an equality of expressions between the sides of a join becomes one of columns: each side computes its key in front
 * Why    a key that is a column distributes the rows and finds partners in state; any other condition is tried on every pair
 * Not    equalities that read both sides on one side of the sign, or none
 */
import type { Expr } from '../../expr/expr.ts'
import { inputsOf } from '../../expr/expr.ts'
import { conjunction, conjunctsOf, inputAt, join, project, shiftInputs } from '../bind/build.ts'
import { type JoinRel, mapRel, type Rel } from '../nodes.ts'
import { timesAt } from './prune-columns.ts'
import type { Rule } from './rule.ts'

export const joinKeys: Rule = {
  name: 'join-keys',
  apply: (rel) => mapRel(rel, (node) => (node.kind === 'join' ? extract(node) : node)),
}

export interface KeyPair {
  /** Over the joined row. */
  readonly left: Expr
  readonly right: Expr
  /** `=`: a NULL has no partner. */
  readonly filterNulls: boolean
}

/** The two sides of an equality between left and right; `width` is the number of left columns. */
export function keyPair(condition: Expr, width: number): KeyPair | undefined {
  if (condition.kind !== 'call' || (condition.fn !== '=' && condition.fn !== 'IS NOT DISTINCT FROM')) return undefined
  const [a, b] = condition.args
  const side = (expr: Expr): 'left' | 'right' | undefined => {
    const inputs = [...inputsOf(expr)]
    if (inputs.length === 0) return undefined
    return inputs.every((i) => i < width) ? 'left' : inputs.every((i) => i >= width) ? 'right' : undefined
  }
  const filterNulls = condition.fn === '='
  if (side(a) === 'left' && side(b) === 'right') return { left: a, right: b, filterNulls }
  if (side(a) === 'right' && side(b) === 'left') return { left: b, right: a, filterNulls }
  return undefined
}

function extract(rel: JoinRel): Rel {
  const width = rel.left.schema.length
  const conditions = conjunctsOf(rel.condition)
  const isComputed = (pair: KeyPair | undefined) =>
    pair !== undefined && (pair.left.kind !== 'input' || pair.right.kind !== 'input')
  if (!conditions.some((condition) => isComputed(keyPair(condition, width)))) return rel

  const leftKeys: Expr[] = []
  const rightKeys: Expr[] = []
  const keyOf = (expr: Expr, keys: Expr[], own: number): { expr: Expr; added: number } =>
    expr.kind === 'input' ? { expr, added: -1 } : { expr, added: own + keys.push(expr) - 1 }
  const rightWidth = rel.right.schema.length
  const planned = conditions.map((condition) => {
    const pair = keyPair(condition, width)
    if (!isComputed(pair) || pair === undefined || condition.kind !== 'call') return { condition }
    const left = keyOf(pair.left, leftKeys, width)
    const right = keyOf(
      shiftInputs(pair.right, (i) => i - width),
      rightKeys,
      rightWidth,
    )
    return { condition, left, right }
  })
  const left = withKeys(rel.left, leftKeys)
  const right = withKeys(rel.right, rightKeys)
  // Left columns keep their places; right ones move behind the left side's new keys.
  const move = (i: number) => (i < width ? i : i + leftKeys.length)
  const on = planned.map(({ condition, left: l, right: r }): Expr => {
    if (l === undefined || r === undefined || condition.kind !== 'call') return shiftInputs(condition, move)
    const leftColumn = l.added === -1 ? l.expr : inputAt(left.schema, l.added)
    const rightColumn = r.added === -1 ? r.expr : inputAt(right.schema, r.added)
    return { ...condition, args: [leftColumn, shiftInputs(rightColumn, (i) => i + left.schema.length)] }
  })
  const to = Array.from({ length: width + rightWidth }, (_, i) => move(i))
  const joined = join(left, right, rel.joinType, conjunction(on), rel.place, rel.times && timesAt(rel.times, to))
  const wide: JoinRel = { ...joined, ...(rel.ttl && { ttl: rel.ttl }) }
  const semi = rel.joinType === 'semi' || rel.joinType === 'anti'
  const exprs = rel.schema.map((field, i): Expr => ({ kind: 'input', index: semi ? i : move(i), type: field.type }))
  return project(
    wide,
    exprs,
    rel.schema.map((field) => field.name),
    rel.place,
  )
}

function withKeys(rel: Rel, keys: readonly Expr[]): Rel {
  if (keys.length === 0) return rel
  const exprs = [...rel.schema.map((_, i) => inputAt(rel.schema, i)), ...keys]
  return project(rel, exprs, [...rel.schema.map((field) => field.name), ...keys.map((_, i) => `$key${i}`)], rel.place)
}
