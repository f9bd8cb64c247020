/** Small makers of relational nodes and conditions, with their schemas. */
import type { Expr } from '../../expr/expr.ts'
import { mapExpr, walkExpr } from '../../expr/expr.ts'
import type { JoinType } from '../../operators/join/node.ts'
import type { Schema } from '../../types/batch.ts'
import { BOOLEAN, type LogicalType, withNullable, withoutAttribute } from '../../types/logical-type.ts'
import type { FilterRel, JoinRel, JoinTimes, Place, ProjectRel, Rel } from '../nodes.ts'
import { indexOfPlaceholder } from './placeholder.ts'
import { OUTER } from './scope.ts'

export function inputAt(schema: Schema, index: number): Expr {
  return { kind: 'input', index, type: schema[index].type }
}

export function project(input: Rel, exprs: readonly Expr[], names: readonly string[], place?: Place): ProjectRel {
  const schema = exprs.map((expr, i) => ({ name: names[i], type: expr.type }))
  return { kind: 'project', input, exprs, schema, ...(place && { place }) }
}

export function filter(input: Rel, condition: Expr, place?: Place): FilterRel {
  return { kind: 'filter', input, condition, schema: input.schema, ...(place && { place }) }
}

/** Time attributes become ordinary timestamps unless the join is one by time; the padded side is nullable. */
export function join(
  left: Rel,
  right: Rel,
  joinType: JoinType,
  condition: Expr | undefined,
  place?: Place,
  times?: JoinTimes,
): JoinRel {
  return {
    kind: 'join',
    left,
    right,
    joinType,
    schema: joinSchema(left.schema, right.schema, joinType, times),
    ...(condition && { condition }),
    ...(times && { times }),
    ...(place && { place }),
  }
}

export function joinSchema(left: Schema, right: Schema, joinType: JoinType, times?: JoinTimes): Schema {
  const side = (schema: Schema, padded: boolean) =>
    schema.map((field) => {
      const keeps = times?.kind === 'interval' || (times?.kind === 'temporal' && schema === left)
      const type = keeps ? field.type : withoutAttribute(field.type)
      return { ...field, type: padded ? withNullable(type, true) : type }
    })
  if (joinType === 'semi' || joinType === 'anti') return side(left, false)
  return [
    ...side(left, joinType === 'right' || joinType === 'full'),
    ...side(right, joinType === 'left' || joinType === 'full'),
  ]
}

// ---- Conditions ------------------------------------------------------------------------------------------------------

export function conjunctsOf(condition: Expr | undefined): readonly Expr[] {
  if (condition === undefined) return []
  if (condition.kind === 'call' && condition.fn === 'AND') return condition.args.flatMap(conjunctsOf)
  return [condition]
}

/** AND of all; undefined when there is none. */
export function conjunction(conditions: readonly Expr[]): Expr | undefined {
  if (conditions.length === 0) return undefined
  return conditions.reduce((left, right) => logical('AND', [left, right]))
}

export function logical(fn: 'AND' | 'OR', args: readonly Expr[]): Expr {
  return {
    kind: 'call',
    fn,
    args,
    type: withNullable(
      BOOLEAN,
      args.some((arg) => arg.type.nullable),
    ),
  }
}

export function not(arg: Expr): Expr {
  return { kind: 'call', fn: 'NOT', args: [arg], type: arg.type }
}

export function isNull(arg: Expr): Expr {
  return { kind: 'call', fn: 'IS NULL', args: [arg], type: withNullable(BOOLEAN, false) }
}

export function readsOuter(expr: Expr): boolean {
  let found = false
  walkExpr(expr, (e) => {
    if (e.kind === 'call' && e.fn === OUTER) found = true
  })
  return found
}

/** A condition of a subquery over the joined row: outer columns first, then its own. */
export function overJoinedRow(expr: Expr, outerWidth: number): Expr {
  return mapExpr(expr, (e) => {
    if (e.kind === 'input') return { ...e, index: e.index + outerWidth }
    if (e.kind === 'call' && e.fn === OUTER) return outerInput(indexOfPlaceholder(e), e.type)
    return e
  })
}

function outerInput(index: number, type: LogicalType): Expr {
  return { kind: 'input', index, type }
}

/** Input columns moved: `shift(index)` is the new index. */
export function shiftInputs(expr: Expr, shift: (index: number) => number): Expr {
  return mapExpr(expr, (e) => (e.kind === 'input' ? { ...e, index: shift(e.index) } : e))
}

/** Input columns replaced by expressions: what stands below a projection. */
export function substitute(expr: Expr, exprs: readonly Expr[]): Expr {
  if (expr.kind === 'input') return exprs[expr.index]
  switch (expr.kind) {
    case 'literal':
      return expr
    case 'call':
      return { ...expr, args: expr.args.map((arg) => substitute(arg, exprs)) }
    case 'cast':
      return { ...expr, arg: substitute(expr.arg, exprs) }
    case 'case':
      return {
        ...expr,
        branches: expr.branches.map(({ when, result }) => ({
          when: substitute(when, exprs),
          result: substitute(result, exprs),
        })),
        otherwise: substitute(expr.otherwise, exprs),
      }
  }
}

// ---- Names -----------------------------------------------------------------------------------------------------------

/** Distinct names, as Flink makes them: `id`, `id0`, `id1`. */
export function uniqueNames(names: readonly string[]): readonly string[] {
  const used = new Set<string>()
  return names.map((name) => {
    const unique = newName(name, used)
    used.add(unique)
    return unique
  })
}

/** The name, with a number behind it where it is taken. */
export function newName(name: string, used: ReadonlySet<string>): string {
  let unique = name
  for (let i = 0; used.has(unique); i++) unique = `${name}${i}`
  return unique
}
