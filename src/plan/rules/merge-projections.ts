/**
 * merge-projections
 *
 * What   a projection of a projection becomes one; a projection that changes nothing goes; a projection of constant rows is
 *        constant rows; an aggregate over a projection of plain columns reads the columns below it
 * Why    one loop per batch instead of two, and no loop where only columns are chosen
 * Not    when an expression below is computed and read more than once above: it would be computed more than once
 */
import { type Expr, walkExpr } from '../../expr/expr.ts'
import type { AggregateCall } from '../../operators/aggregate-call.ts'
import { sameType, typeTextWithAttribute } from '../../types/logical-type.ts'
import { substitute } from '../bind/build.ts'
import type { PlannerContext } from '../context.ts'
import { mapRel, type ProjectRel, type Rel } from '../nodes.ts'
import { isDeterministic, type Rule } from './rule.ts'

export const mergeProjections: Rule = {
  name: 'merge-projections',
  apply: (rel, context) => mapRel(rel, (node) => merge(node, context)),
}

function merge(rel: Rel, context: PlannerContext): Rel {
  switch (rel.kind) {
    case 'project': {
      const { input } = rel
      if (input.kind === 'project' && mayInline(rel.exprs, input.exprs, context)) {
        return merge({ ...rel, input: input.input, exprs: rel.exprs.map((expr) => inline(expr, input.exprs)) }, context)
      }
      if (input.kind === 'values' && rel.exprs.every((expr) => isDeterministic(expr, context))) {
        return {
          kind: 'values',
          rows: input.rows.map((row) => rel.exprs.map((expr) => inline(expr, row))),
          schema: rel.schema,
          ...(rel.place && { place: rel.place }),
        }
      }
      return isIdentity(rel) ? rename(rel) : rel
    }
    case 'aggregate':
    case 'group-window-aggregate':
    case 'window-aggregate':
      return readThrough(rel)
    default:
      return rel
  }
}

function inline(expr: Expr, exprs: readonly Expr[]): Expr {
  return substitute(expr, exprs)
}

function mayInline(above: readonly Expr[], below: readonly Expr[], context: PlannerContext): boolean {
  const uses = new Array<number>(below.length).fill(0)
  for (const expr of above) walkExpr(expr, (e) => e.kind === 'input' && uses[e.index]++)
  return below.every((expr, i) => {
    if (expr.kind === 'input' || expr.kind === 'literal') return true
    return uses[i] <= 1 && (uses[i] === 1 || isDeterministic(expr, context))
  })
}

/** The same columns in the same order, with the same types and marks. */
function isIdentity(rel: ProjectRel): boolean {
  return (
    rel.exprs.length === rel.input.schema.length &&
    rel.exprs.every((expr, i) => expr.kind === 'input' && expr.index === i && sameColumn(rel, i))
  )
}

function sameColumn(rel: ProjectRel, i: number): boolean {
  const [a, b] = [rel.schema[i].type, rel.input.schema[i].type]
  return sameType(a, b) && typeTextWithAttribute(a) === typeTextWithAttribute(b)
}

/** A projection that only renames is the relation below under other names; a scan keeps its own. */
function rename(rel: ProjectRel): Rel {
  const { input } = rel
  if (input.kind === 'scan' || input.kind === 'normalize') {
    return rel.schema.every((field, i) => field.name === input.schema[i].name) ? input : rel
  }
  if (rel.schema.every((field, i) => field.name === input.schema[i].name)) return input
  return { ...input, schema: rel.schema }
}

type Aggregating = Rel & { readonly kind: 'aggregate' | 'group-window-aggregate' | 'window-aggregate' }

function readThrough(rel: Aggregating): Rel {
  const { input } = rel
  if (input.kind !== 'project' || !input.exprs.every((expr) => expr.kind === 'input')) return rel
  // A mark that the projection took off must not come back.
  if (input.exprs.some((expr, i) => typeTextWithAttribute(expr.type) !== typeTextWithAttribute(input.schema[i].type)))
    return rel
  const at = (column: number) => (input.exprs[column] as { readonly index: number }).index
  const grouping = rel.grouping.map(at)
  if (new Set(grouping).size < grouping.length) return rel
  const calls = rel.calls.map(
    (call): AggregateCall => ({
      ...call,
      args: call.args.map(at),
      ...(call.filter !== undefined && { filter: at(call.filter) }),
    }),
  )
  const common = { input: input.input, grouping, calls }
  switch (rel.kind) {
    case 'aggregate':
      return { ...rel, ...common }
    case 'group-window-aggregate':
      return { ...rel, ...common, window: { ...rel.window, timeColumn: at(rel.window.timeColumn) } }
    case 'window-aggregate': {
      const { windowing } = rel
      if (windowing.kind === 'attached') {
        const start = windowing.startColumn === undefined ? {} : { startColumn: at(windowing.startColumn) }
        return {
          ...rel,
          ...common,
          windowing: {
            ...windowing,
            ...start,
            endColumn: at(windowing.endColumn),
            window: { ...windowing.window, timeColumn: at(windowing.endColumn) },
          },
        }
      }
      const { window } = windowing
      const shape =
        window.shape.type === 'session' ? { ...window.shape, partition: window.shape.partition.map(at) } : window.shape
      return {
        ...rel,
        ...common,
        windowing: { kind: 'assign', window: { ...window, shape, timeColumn: at(window.timeColumn) } },
      }
    }
  }
}
