/**
 * UNION, INTERSECT and EXCEPT.
 *
 * Laws
 * - Without ALL: the distinct rows of a union, of a semi or of an anti join.
 * - With ALL each row counts: rows of both sides are counted by group, and the row of a group is given as often as the counts
 *   say: the smaller one for INTERSECT, what is left of the left one for EXCEPT.
 */
import { fail } from '../../base/errors.ts'
import type { Expr } from '../../expr/expr.ts'
import type { SetOperation } from '../../sql/ast.ts'
import { leastRestrictive } from '../../types/common-type.ts'
import {
  BIGINT,
  BOOLEAN,
  isTimeAttribute,
  type LogicalType,
  notNull,
  sameType,
  typeText,
  withNullable,
  withoutAttribute,
} from '../../types/logical-type.ts'
import type { AggregateRel, Rel, UnionRel } from '../nodes.ts'
import { conjunction, filter, inputAt, join, project } from './build.ts'
import { call, implicitCast } from './call.ts'
import { literal } from './literal.ts'
import { bindBody } from './query.ts'
import { type BindContext, type BoundTable, placeOf } from './scope.ts'
import { distinct } from './select.ts'

export function bindSetOperation(context: BindContext, ast: SetOperation): BoundTable {
  const left = bindBody(context, ast.left)
  const right = bindBody(context, ast.right)
  const op = `${ast.op}${ast.all ? ' ALL' : ''}`
  if (left.names.length !== right.names.length) {
    const problem = `both sides must have equally many columns, but the left has ${left.names.length} and the right ${right.names.length}`
    fail('PLAN_SET_OPERATION', { op, problem }, { span: ast.span })
  }
  const types = left.names.map((name, i) => {
    const [a, b] = [left.rel.schema[i].type, right.rel.schema[i].type]
    const type = leastRestrictive([a, b])
    if (type === undefined) {
      const shown = [a, b].map((t) => typeText(withNullable(withoutAttribute(t), true)))
      fail(
        'PLAN_SET_OPERATION',
        { op, problem: `column ${i + 1} ('${name}') is ${shown[0]} on the left and ${shown[1]} on the right` },
        { span: ast.span },
      )
    }
    const attribute = isTimeAttribute(a) && isTimeAttribute(b) && a.attribute === b.attribute ? a.attribute : undefined
    return attribute === undefined ? type : ({ ...type, attribute } as LogicalType)
  })
  const place = placeOf(context, ast)
  const { names } = left
  const inputs = [left.rel, right.rel].map((rel) => castColumns(rel, types, names))
  const schema = types.map((type, i) => ({ name: names[i], type }))
  if (ast.op === 'UNION') {
    const union: UnionRel = { kind: 'union', inputs: flatten(inputs), schema, place }
    return { rel: ast.all ? union : distinct(union, place), names }
  }
  if (ast.all) return { rel: counted(context, ast, inputs, names), names }
  const width = types.length
  const condition = conjunction(
    types.map((_, i) =>
      call(
        context,
        'IS NOT DISTINCT FROM',
        [inputAt(inputs[0].schema, i), { kind: 'input', index: width + i, type: inputs[1].schema[i].type }],
        ast.span,
      ),
    ),
  )
  const joined = join(inputs[0], inputs[1], ast.op === 'INTERSECT' ? 'semi' : 'anti', condition, place)
  return { rel: distinct(joined, place), names }
}

/** `a UNION ALL b UNION ALL c` is one union of three. */
function flatten(inputs: readonly Rel[]): readonly Rel[] {
  const [first, ...rest] = inputs
  return first.kind === 'union' ? [...first.inputs, ...rest] : inputs
}

function castColumns(rel: Rel, types: readonly LogicalType[], names: readonly string[]): Rel {
  const hidden = rel.schema.length !== types.length
  if (
    !hidden &&
    rel.schema.every(
      ({ type }, i) => sameType(type, types[i], true) && isTimeAttribute(type) === isTimeAttribute(types[i]),
    )
  ) {
    return rel
  }
  const exprs = types.map((type, i): Expr => {
    const column = inputAt(rel.schema, i)
    const cast = implicitCast(column, type)
    return isTimeAttribute(type) ? column : { ...cast, type: withoutAttribute(cast.type) }
  })
  return project(rel, exprs, names)
}

// ---- ALL -------------------------------------------------------------------------------------------------------------

/** Rows of both sides marked, counted by group, and given again as often as the counts say. */
function counted(context: BindContext, ast: SetOperation, inputs: readonly Rel[], names: readonly string[]): Rel {
  const place = placeOf(context, ast)
  const of = (name: string, ...args: readonly Expr[]) => call(context, name, args, ast.span)
  const intersects = ast.op === 'INTERSECT'
  const yes = literal(true, BOOLEAN)
  const no = literal(null, BOOLEAN)
  const one = (value: number) => literal(value, notNull(BIGINT))
  const marks = intersects
    ? [
        [yes, no],
        [no, yes],
      ]
    : [[one(1)], [one(-1)]]
  const markNames = marks[0].map((_, i) => `$mark${i}`)
  const marked = inputs.map((rel, side) =>
    project(
      rel,
      [...rel.schema.map((_, i) => inputAt(rel.schema, i)), ...marks[side]],
      [...names, ...markNames],
      place,
    ),
  )
  const union: UnionRel = {
    kind: 'union',
    inputs: marked,
    schema: marked[0].schema.map((f, i) => unionField(f, marked[1].schema[i])),
    place,
  }
  const width = names.length
  const countType = intersects ? notNull(BIGINT) : BIGINT
  const aggregated: AggregateRel = {
    kind: 'aggregate',
    input: union,
    grouping: names.map((_, i) => i),
    calls: markNames.map((name, i) => ({
      fn: intersects ? 'COUNT' : 'SUM',
      args: [width + i],
      argTypes: [union.schema[width + i].type],
      distinct: false,
      retract: false,
      type: countType,
      name,
    })),
    schema: [
      ...union.schema.slice(0, width).map((field) => ({ ...field, type: withoutAttribute(field.type) })),
      ...markNames.map((name) => ({ name, type: countType })),
    ],
    place,
  }
  const count = (i: number) => inputAt(aggregated.schema, width + i)
  const some = intersects
    ? conjunction([of('>=', count(0), one(1)), of('>=', count(1), one(1))])
    : of('>', count(0), one(0))
  const kept = some === undefined ? aggregated : filter(aggregated, some, place)
  const times = intersects ? of('IF', of('>', count(0), count(1)), count(1), count(0)) : count(0)
  const again: Rel = {
    kind: 'correlate',
    input: kept,
    joinType: 'inner',
    table: { kind: 'replicate', times, columns: [] },
    schema: kept.schema,
    place,
  }
  const columns = names.map((_, i) => inputAt(again.schema, i))
  return project(again, columns, names, place)
}

function unionField(left: Rel['schema'][number], right: Rel['schema'][number]): Rel['schema'][number] {
  return left.type.nullable ? left : { ...left, type: withNullable(left.type, right.type.nullable) }
}
