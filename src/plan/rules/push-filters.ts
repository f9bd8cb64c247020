/**
 * push-filters
 *
 * What   moves each condition of a filter as far down as it means the same: through projections, unions, windows, to the
 *        sides of joins, below aggregates where it reads keys only, into changelog normalisation and into the source scan;
 *        a LEFT, RIGHT or FULL join whose padded rows a filter above rejects becomes narrower
 * Why    fewer rows in state, in joins and in batches; a scan drops rows before they cost anything else
 * Not    conditions with functions of users or of chance, or CURRENT_WATERMARK; below session windows (they would merge
 *        otherwise); below a global aggregate (it has a row without input)
 */
import { type Expr, inputsOf } from '../../expr/expr.ts'
import type { JoinType } from '../../operators/join/node.ts'
import { conjunction, conjunctsOf, filter, shiftInputs, substitute } from '../bind/build.ts'
import type { PlannerContext } from '../context.ts'
import { inputsOfRel, type JoinRel, type Rel, withInputs } from '../nodes.ts'
import { isDeterministic, type Rule } from './rule.ts'

export const pushFilters: Rule = {
  name: 'push-filters',
  apply: (rel, context) => push(rel, [], context),
}

/** The relation with the conditions applied, each as deep as possible. */
function push(rel: Rel, conditions: readonly Expr[], context: PlannerContext): Rel {
  switch (rel.kind) {
    case 'filter': {
      const result = push(rel.input, [...conditions, ...conjunctsOf(rel.condition)], context)
      return conditions.length === 0 && sameFilter(rel, result) ? rel : result
    }
    case 'project': {
      const [below, above] = split(
        conditions,
        (c) => movable(c, context) && [...inputsOf(c)].every((i) => cheap(rel.exprs[i], context)),
      )
      return keep(descend(rel, [below.map((c) => substitute(c, rel.exprs))], context), above)
    }
    case 'union':
      return descend(
        rel,
        rel.inputs.map(() => conditions),
        context,
      )
    case 'join':
      return pushIntoJoin(rel, conditions, context)
    case 'aggregate':
    case 'window-aggregate':
    case 'group-window-aggregate': {
      const keys = rel.grouping
      const [below, above] = split(
        conditions,
        (c) => keys.length > 0 && movable(c, context) && [...inputsOf(c)].every((i) => i < keys.length),
      )
      return keep(descend(rel, [below.map((c) => shiftInputs(c, (i) => keys[i]))], context), above)
    }
    case 'window-table-function': {
      const width = rel.input.schema.length
      const { shape } = rel.window
      const partition = shape.type === 'session' ? shape.partition : undefined
      const free = (i: number) => (partition === undefined ? i < width : partition.includes(i))
      const [below, above] = split(conditions, (c) => movable(c, context) && [...inputsOf(c)].every(free))
      return keep(descend(rel, [below], context), above)
    }
    case 'lookup-join': {
      const width = rel.input.schema.length
      const onLeft = (c: Expr) =>
        movable(c, context) && inputsOf(c).size > 0 && [...inputsOf(c)].every((i) => i < width)
      const [below, others] = split(conditions, onLeft)
      const joins = rel.joinType === 'inner' && others.every((c) => movable(c, context))
      const joined = descend(rel, [below], context) as typeof rel
      if (!joins || others.length === 0) return keep(joined, others)
      const condition = conjunction([...conjunctsOf(joined.condition), ...others])
      return { ...joined, ...(condition && { condition }) }
    }
    case 'correlate': {
      const width = rel.input.schema.length
      const [below, above] = split(
        conditions,
        (c) => movable(c, context) && inputsOf(c).size > 0 && [...inputsOf(c)].every((i) => i < width),
      )
      return keep(descend(rel, [below], context), above)
    }
    case 'normalize': {
      const [onKey, rest] = split(
        conditions,
        (c) => movable(c, context) && [...inputsOf(c)].every((i) => rel.key.includes(i)),
      )
      const [inside, above] = split(rest, (c) => movable(c, context))
      const below = descend(rel, [onKey], context) as typeof rel
      const condition = conjunction([...conjunctsOf(below.condition), ...inside])
      return keep(inside.length === 0 || condition === undefined ? below : { ...below, condition }, above)
    }
    case 'scan': {
      const [inside, above] = split(conditions, (c) => movable(c, context))
      const condition = conjunction([...conjunctsOf(rel.condition), ...inside])
      return keep(inside.length === 0 || condition === undefined ? rel : { ...rel, condition }, above)
    }
    default:
      return keep(
        descend(
          rel,
          inputsOfRel(rel).map(() => []),
          context,
        ),
        conditions,
      )
  }
}

function descend(rel: Rel, conditions: readonly (readonly Expr[])[], context: PlannerContext): Rel {
  return withInputs(
    rel,
    inputsOfRel(rel).map((input, i) => push(input, conditions[i], context)),
  )
}

/** What could not move stays as a filter on top. */
function keep(rel: Rel, conditions: readonly Expr[]): Rel {
  const condition = conjunction(conditions)
  return condition === undefined ? rel : filter(rel, condition, rel.place)
}

function sameFilter(before: Rel & { readonly kind: 'filter' }, after: Rel): boolean {
  return (
    after.kind === 'filter' &&
    after.input === before.input &&
    conjunctsOf(after.condition).length === conjunctsOf(before.condition).length
  )
}

function split(conditions: readonly Expr[], goes: (c: Expr) => boolean): [Expr[], Expr[]] {
  const below: Expr[] = []
  const above: Expr[] = []
  for (const condition of conditions) (goes(condition) ? below : above).push(condition)
  return [below, above]
}

function movable(condition: Expr, context: PlannerContext): boolean {
  return isDeterministic(condition, context)
}

/** Computing it twice, in the filter and in the projection, must be allowed. */
function cheap(expr: Expr, context: PlannerContext): boolean {
  return isDeterministic(expr, context)
}

// ---- Joins -----------------------------------------------------------------------------------------------------------

function pushIntoJoin(rel: JoinRel, conditions: readonly Expr[], context: PlannerContext): Rel {
  const width = rel.left.schema.length
  const joinType = narrowed(rel.joinType, conditions, width)
  const semi = joinType === 'semi' || joinType === 'anti'
  const leftOnly = (c: Expr) => movable(c, context) && [...inputsOf(c)].every((i) => i < width)
  const rightOnly = (c: Expr) => !semiLeft(c) && movable(c, context) && [...inputsOf(c)].every((i) => i >= width)
  const semiLeft = (c: Expr) => inputsOf(c).size === 0

  // Conditions above the join: rows that they reject may go before the join unless their side is padded by it.
  const leftOpen = joinType === 'inner' || joinType === 'left' || semi
  // A version that fails a condition still hides the one before it.
  const versions = rel.times?.kind === 'temporal'
  const rightOpen = !versions && (joinType === 'inner' || joinType === 'right')
  const [toLeft, others] = split(conditions, (c) => leftOpen && leftOnly(c))
  const [toRight, mixed] = split(others, (c) => rightOpen && rightOnly(c))
  // Conditions of the join itself: a row that fails them joins nothing, which only a padded side must still show.
  const own = [...conjunctsOf(rel.condition), ...(joinType === 'inner' ? mixed : [])]
  const above = joinType === 'inner' ? [] : mixed
  const [ownLeft, rest] = split(
    own,
    (c) => (joinType === 'inner' || joinType === 'right' || joinType === 'semi') && leftOnly(c) && inputsOf(c).size > 0,
  )
  const [ownRight, on] = split(
    rest,
    (c) => !versions && (joinType === 'inner' || joinType === 'left' || semi) && rightOnly(c),
  )
  const left = push(rel.left, [...toLeft, ...ownLeft], context)
  const right = push(
    rel.right,
    [...toRight, ...ownRight].map((c) => shiftInputs(c, (i) => i - width)),
    context,
  )
  const unchanged =
    left === rel.left &&
    right === rel.right &&
    joinType === rel.joinType &&
    on.length === conjunctsOf(rel.condition).length
  if (unchanged) return keep(rel, above)
  const { condition: _, ...bare } = rel
  const condition = conjunction(on)
  return keep({ ...bare, left, right, joinType, ...(condition && { condition }) }, above)
}

/** The join type when rows with a padded side cannot pass the conditions above. The schema keeps its nullability. */
function narrowed(joinType: JoinType, conditions: readonly Expr[], width: number): JoinType {
  const rejects = (side: (index: number) => boolean) => conditions.some((c) => rejectsNulls(c, side))
  const right = () => rejects((i) => i >= width)
  const left = () => rejects((i) => i < width)
  switch (joinType) {
    case 'left':
      return right() ? 'inner' : joinType
    case 'right':
      return left() ? 'inner' : joinType
    case 'full': {
      // A filter that rejects a NULL right side leaves no row that is padded on the right.
      const [noRightNulls, noLeftNulls] = [right(), left()]
      return noRightNulls && noLeftNulls ? 'inner' : noRightNulls ? 'right' : noLeftNulls ? 'left' : joinType
    }
    default:
      return joinType
  }
}

const STRICT = [
  '=',
  '<>',
  '<',
  '<=',
  '>',
  '>=',
  'LIKE',
  '+',
  '-',
  '*',
  '/',
  '%',
  '||',
  'UPPER',
  'LOWER',
  'ABS',
  'CHAR_LENGTH',
]

/** Is the condition never TRUE when all columns of the side are NULL? */
function rejectsNulls(condition: Expr, side: (index: number) => boolean): boolean {
  if (condition.kind !== 'call') return isNullWith(condition, side)
  switch (condition.fn) {
    case 'AND':
      return condition.args.some((arg) => rejectsNulls(arg, side))
    case 'OR':
      return condition.args.every((arg) => rejectsNulls(arg, side))
    case 'IS NOT NULL':
    case 'IS TRUE':
      return isNullWith(condition.args[0], side)
    default:
      return isNullWith(condition, side)
  }
}

function isNullWith(expr: Expr, side: (index: number) => boolean): boolean {
  if (expr.kind === 'input') return side(expr.index)
  if (expr.kind === 'cast') return isNullWith(expr.arg, side)
  return expr.kind === 'call' && STRICT.includes(expr.fn) && expr.args.some((arg) => isNullWith(arg, side))
}
