/**
 * `agg(…) OVER (PARTITION BY … ORDER BY … ROWS | RANGE …)` in a SELECT list.
 *
 * Laws
 * - All of one SELECT have the same window; without a frame it is RANGE from the first row on, for ROW_NUMBER ROWS.
 * - ORDER BY is one column, ascending, and the frame ends at the current row; it is a time attribute, or the results change
 *   with every row that comes.
 * - The row in front of the operator is the FROM row with computed partition keys and arguments behind it.
 */
import { fail } from '../../base/errors.ts'
import { type Expr, mapExpr } from '../../expr/expr.ts'
import { exprKey } from '../../expr/key.ts'
import type { AggregateCall } from '../../operators/aggregate-call.ts'
import type { FunctionCall } from '../../sql/ast.ts'
import {
  BIGINT,
  DOUBLE,
  isTimeAttribute,
  type LogicalType,
  notNull,
  typeText,
  withNullable,
  withoutAttribute,
} from '../../types/logical-type.ts'
import type { OverRel, Place, Rel } from '../nodes.ts'
import { inputAt, project, uniqueNames } from './build.ts'
import { call, findFunction, implicitCast, unknownFunction } from './call.ts'
import { caseOf, type ExpressionScope } from './expression.ts'
import { bindAggregate } from './function-call.ts'
import {
  type AggregateTarget,
  type BoundOver,
  bindWindow,
  constantOf,
  type OverCollector,
  refuse,
  windowKey,
} from './over-window.ts'
import { type AggregateCollector, type AggregateDraft, indexOfPlaceholder } from './placeholder.ts'

const OVER = '$OVER'

/** What Flink has in batch mode only: they need the rows behind, or the size of the partition. */
const BATCH_ONLY = ['LEAD', 'NTILE', 'PERCENT_RANK', 'CUME_DIST']

export function bindOver(env: ExpressionScope, ast: FunctionCall): Expr {
  const { overs } = env
  const parts = ast.name.parts.map((part) => part.name)
  const name = parts.join('.').toUpperCase()
  if (BATCH_ONLY.includes(name)) {
    const hint =
      name === 'LEAD'
        ? 'LAG looks back instead: swap the roles of the two rows.'
        : 'COUNT(*), RANK() and ROW_NUMBER() can be computed while rows come.'
    refuse(`${name} needs rows that have not come yet, so there is no such function on streams`, hint, ast.span)
  }
  const target = findFunction(env.context, parts)
  if (target === undefined) return unknownFunction(env.context, parts.join('.'), ast.name.span)
  if (target.kind !== 'aggregate') {
    return refuse(`'${name}' is no aggregate function`, 'Leave OVER out, or put an aggregate in front of it.', ast.span)
  }
  if (overs === undefined) {
    const hint = 'Compute it in the SELECT list of a subquery, and use its column here.'
    return fail('PLAN_AGGREGATE_PLACE', { what: 'An aggregate with OVER', where: env.place, hint }, { span: ast.span })
  }
  if (ast.filter !== undefined) {
    const hint = `Write the condition into the argument: ${name}(CASE WHEN … THEN … END) OVER (…).`
    refuse('FILTER cannot stand in front of it', hint, ast.filter.span)
  }
  const inner: ExpressionScope = { ...env, overs: undefined, place: 'OVER' }
  const draft = bindCall(inner, ast, target)
  const window = bindWindow(inner, overs, ast, target)
  if (overs.bound !== undefined && windowKey(overs.bound) !== windowKey(window)) {
    refuse(
      'all aggregates of one SELECT must have the same window, and this one differs from the one before',
      'Compute the others in a subquery around this one. Without a frame the window is RANGE UNBOUNDED PRECEDING, that of ROW_NUMBER is ROWS UNBOUNDED PRECEDING.',
      ast.over?.span ?? ast.span,
    )
  }
  overs.bound ??= window
  // The type of a bounded frame's result is that of a group which may be empty, though it never is.
  const nullable = window.frame.preceding !== undefined && target.fn.emptyIsNull && target.fn.name !== 'LISTAGG'
  const type = nullable ? withNullable(draft.type, true) : draft.type
  const add = (own: Partial<AggregateDraft>): Expr => {
    const full = { ...draft, type, ...own }
    const index = overs.drafts.push(full) - 1
    return { kind: 'call', fn: OVER, args: [], clauses: { index }, type: full.type, span: ast.span }
  }
  const variance = target.user || draft.distinct ? undefined : VARIANCES[target.fn.name]
  return variance !== undefined && isPlainNumber(type) ? fromSums(env, draft, variance, add) : add({})
}

// ---- The call --------------------------------------------------------------------------------------------------------

function bindCall(env: ExpressionScope, ast: FunctionCall, target: AggregateTarget): AggregateDraft {
  // A frame has at least the current row, as a group does.
  const aggregates: AggregateCollector = { drafts: [], grouped: true }
  bindAggregate({ ...env, aggregates, below: env.aggregates }, ast, target)
  const [draft] = aggregates.drafts
  return target.fn.name === 'LAG' && !target.user ? lag(env, draft, ast) : draft
}

function lag(env: ExpressionScope, draft: AggregateDraft, ast: FunctionCall): AggregateDraft {
  const [value, offset, otherwise] = draft.args
  const steps = offset === undefined ? 1 : constantOf(env, offset)
  if (typeof steps !== 'number' || !Number.isInteger(steps) || steps < 0) {
    return refuse(
      'the second argument of LAG must be a constant whole number, 0 or more',
      'LAG(x, 2) is the value two rows earlier.',
      ast.args[1].span,
    )
  }
  const clauses = { ...draft.clauses, offset: steps }
  if (otherwise === undefined) return { ...draft, args: [value], clauses }
  const isText = (kind: string) => kind === 'CHAR' || kind === 'VARCHAR'
  const { kind } = otherwise.type
  if (kind !== 'NULL' && kind !== value.type.kind && !(isText(kind) && isText(value.type.kind))) {
    const [from, to] = [otherwise, value].map((expr) => typeText(withNullable(withoutAttribute(expr.type), true)))
    refuse(
      `the default of LAG is ${from}, the value ${to}`,
      `Write CAST(… AS ${to}) around the default.`,
      ast.args[2].span,
    )
  }
  return { ...draft, args: [value, implicitCast(otherwise, value.type)], clauses }
}

/** `sample`: divided by one less than there are values; `root`: the deviation. */
interface Variance {
  readonly sample: boolean
  readonly root: boolean
}

const VARIANCES: Readonly<Record<string, Variance>> = {
  VAR_POP: { sample: false, root: false },
  VAR_SAMP: { sample: true, root: false },
  STDDEV_POP: { sample: false, root: true },
  STDDEV_SAMP: { sample: true, root: true },
}

function isPlainNumber({ kind }: LogicalType): boolean {
  return kind !== 'DECIMAL'
}

/** With OVER Flink computes these from sums, in the type of the result: (Σx² − (Σx)² / n) / n, whole numbers cut at each step. */
function fromSums(
  env: ExpressionScope,
  draft: AggregateDraft,
  { sample, root }: Variance,
  add: (own: Partial<AggregateDraft>) => Expr,
): Expr {
  const { span } = draft
  const of = (name: string, ...args: readonly Expr[]) => call(env.context, name, args, span)
  const plain = withNullable(draft.type, true)
  const typed = (expr: Expr) => implicitCast(expr, plain)
  const x = typed(draft.args[0])
  const squares = typed(add({ fn: 'SUM', args: [typed(of('*', x, x))], type: plain }))
  const sum = typed(add({ fn: 'SUM', args: [x], type: plain }))
  const count = add({ fn: 'COUNT', args: [x], type: notNull(BIGINT) })
  const mean = typed(of('/', typed(of('*', sum, sum)), count))
  const one: Expr = { kind: 'literal', value: 1, type: notNull(BIGINT), span }
  const none: Expr = { kind: 'literal', value: null, type: BIGINT, span }
  const divisor = sample ? caseOf([{ when: of('=', count, one), result: none }], of('-', count, one), span) : count
  const variance = typed(of('/', typed(of('-', squares, mean)), divisor))
  if (!root) return variance
  const half: Expr = { kind: 'literal', value: 0.5, type: notNull(DOUBLE), span }
  return cast(of('POWER', variance, half), plain)
}

function cast(arg: Expr, type: LogicalType): Expr {
  return { kind: 'cast', arg, safe: false, type }
}

// ---- The operator ----------------------------------------------------------------------------------------------------

export interface OverSelect {
  readonly rel: Rel
  /** Over the FROM row → over the operator's output. */
  lower(expr: Expr): Expr
}

/** The collector over another row: that of an aggregate in front. */
export function lowerOvers({ drafts, windows, bound }: OverCollector, lower: (expr: Expr) => Expr): OverCollector {
  if (bound === undefined) return { drafts, windows }
  const time = lower(bound.time)
  if (bound.frame.preceding !== undefined && !isTimeAttribute(time.type)) {
    const hint = 'Group by windows and order by window_time, or use UNBOUNDED PRECEDING.'
    refuse('GROUP BY makes an ordinary column of its time attribute, which a bounded frame needs', hint, drafts[0].span)
  }
  return {
    windows,
    drafts: drafts.map((draft) => ({ ...draft, args: draft.args.map(lower) })),
    bound: { ...bound, partition: bound.partition.map(lower), time },
  }
}

export function overAggregate(input: Rel, { drafts, bound }: OverCollector, place: Place | undefined): OverSelect {
  const { partition, time, frame } = bound as BoundOver
  const exprs: Expr[] = input.schema.map((_, i) => inputAt(input.schema, i))
  const names = input.schema.map((field) => field.name)
  const columnOf = (expr: Expr): number => {
    if (expr.kind === 'input') return expr.index
    const key = exprKey(expr)
    const found = exprs.findIndex((other) => exprKey(other) === key)
    if (found !== -1) return found
    names.push(`$${names.length}`)
    return exprs.push(expr) - 1
  }
  const keys = [...new Set(partition.map(columnOf))]
  const calls = drafts.map(
    (draft, i): AggregateCall => ({
      fn: draft.fn,
      args: draft.args.map(columnOf),
      argTypes: draft.args.map((arg) => withoutAttribute(arg.type)),
      distinct: draft.distinct,
      retract: false,
      type: draft.type,
      name: `w0$o${i}`,
      ...(draft.user && { user: true }),
      ...(draft.clauses && { clauses: draft.clauses }),
    }),
  )
  const kind = isTimeAttribute(time.type) ? time.type.attribute : undefined
  const timeColumn = kind === 'proctime' ? undefined : columnOf(time)
  const from = exprs.length === input.schema.length ? input : project(input, exprs, uniqueNames(names), place)
  const rel: OverRel = {
    kind: 'over',
    input: from,
    window: {
      partition: keys,
      time: kind ?? 'value',
      ...(timeColumn !== undefined && { timeColumn }),
      frame,
    },
    calls,
    schema: [...from.schema, ...calls.map(({ name, type }) => ({ name, type }))],
    ...(place && { place }),
  }
  const width = from.schema.length
  const lower = (expr: Expr): Expr =>
    mapExpr(expr, (e) => {
      if (e.kind !== 'call' || e.fn !== OVER) return e
      const column = inputAt(rel.schema, width + indexOfPlaceholder(e))
      return e.span === undefined ? column : { ...column, span: e.span }
    })
  return { rel, lower }
}
