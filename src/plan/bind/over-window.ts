/**
 * What stands behind OVER: PARTITION BY, ORDER BY and the frame, written there or in a WINDOW clause.
 *
 * Law: a window that a stream cannot compute is refused here, with what it can compute instead.
 */
import { fail } from '../../base/errors.ts'
import type { Span } from '../../base/span.ts'
import type { Expr } from '../../expr/expr.ts'
import { exprKey } from '../../expr/key.ts'
import type { OverFrame } from '../../operators/over-aggregate/node.ts'
import type {
  FrameBound,
  FunctionCall,
  Identifier,
  NamedWindow,
  WindowFrame,
  WindowSpecification,
} from '../../sql/ast.ts'
import { comparatorOf } from '../../types/compare.ts'
import { isTimeAttribute } from '../../types/logical-type.ts'
import { fold } from '../context.ts'
import type { FunctionTarget } from './call.ts'
import { bind, type ExpressionScope } from './expression.ts'
import { requireTimeAttribute } from './group-window.ts'
import type { AggregateDraft } from './placeholder.ts'

export const RANKS = ['ROW_NUMBER', 'RANK', 'DENSE_RANK']

/** What stands in front of OVER. */
export type AggregateTarget = FunctionTarget & { readonly kind: 'aggregate' }

export interface BoundOver {
  readonly partition: readonly Expr[]
  readonly time: Expr
  readonly frame: OverFrame
}

/** Gathers the OVER aggregates of one SELECT. */
export interface OverCollector {
  readonly drafts: AggregateDraft[]
  /** WINDOW name AS (…) */
  readonly windows: readonly NamedWindow[]
  /** That of the first. */
  bound?: BoundOver
}

export function refuse(problem: string, hint: string, span: Span): never {
  return fail('PLAN_OVER', { problem, hint }, { span })
}

export function constantOf(env: ExpressionScope, expr: Expr): unknown {
  const folded = fold(env.context.planner, expr)
  return folded.kind === 'literal' ? folded.value : undefined
}

export function bindWindow(
  env: ExpressionScope,
  overs: OverCollector,
  ast: FunctionCall,
  target: AggregateTarget,
): BoundOver {
  const over = ast.over as WindowSpecification | Identifier
  const written = specificationOf(over, overs)
  const { name, overOnly } = target.fn
  if (overOnly === true && written.frame !== undefined) {
    refuse(
      `${name} takes no ROWS or RANGE`,
      'Leave the frame out: it has the rows up to the current one anyway.',
      written.frame.span,
    )
  }
  const frame = written.frame === undefined ? undefined : bindFrame(env, written.frame)
  const partition = written.partitionBy.map((key) => bind(env, key))
  const time = bindOrder(env, written, RANKS.includes(name) ? name : undefined, frame)
  if (frame?.preceding !== undefined && !target.fn.retracts) {
    refuse(
      `${name} has no way to take a row back, which a frame needs that rows leave again`,
      'Use UNBOUNDED PRECEDING, or another aggregate.',
      written.frame?.span ?? ast.span,
    )
  }
  return { partition, time, frame: frame ?? { unit: name === 'ROW_NUMBER' ? 'rows' : 'range' } }
}

/** A window as it is defined, by whatever names. */
export function specificationOf(over: WindowSpecification | Identifier, overs: OverCollector): WindowSpecification {
  if (over.kind !== 'window') {
    const found = overs.windows.find((window) => window.name.name.toLowerCase() === over.name.toLowerCase())
    if (found !== undefined) return specificationOf(found.window, overs)
    const names = overs.windows.map((window) => window.name.name)
    const hint =
      names.length === 0
        ? `Define it behind FROM and WHERE: WINDOW ${over.name} AS (PARTITION BY … ORDER BY …).`
        : `Windows of this SELECT: ${names.join(', ')}.`
    return refuse(`there is no window '${over.name}'`, hint, over.span)
  }
  if (over.base === undefined) return over
  const base = specificationOf(over.base, overs)
  if (over.partitionBy.length > 0 || (over.orderBy.length > 0 && base.orderBy.length > 0) || base.frame !== undefined) {
    const hint = 'A window that extends another adds ORDER BY if there is none yet, and a frame.'
    refuse(`a window on top of '${over.base.name}' cannot change what that one says`, hint, over.span)
  }
  // Of a frame that is added to a named window Flink keeps ROWS or RANGE alone, and begins it at the first row.
  const { frame } = over
  const first = frame && { ...frame, start: { kind: 'UNBOUNDED PRECEDING' as const, span: frame.span }, end: undefined }
  return {
    ...base,
    ...over,
    partitionBy: base.partitionBy,
    orderBy: [...base.orderBy, ...over.orderBy],
    ...(first && { frame: first }),
  }
}

function bindOrder(
  env: ExpressionScope,
  window: WindowSpecification,
  rank: string | undefined,
  frame: OverFrame | undefined,
): Expr {
  const [first, ...others] = window.orderBy
  if (first === undefined) {
    const hint = 'Add ORDER BY and the rowtime or processing time column of the table.'
    return refuse('the window has no ORDER BY; on a stream it is ordered by time', hint, window.span)
  }
  const expr = bind(env, first.expression)
  const isTime = expr.kind === 'input' && isTimeAttribute(expr.type)
  if (rank !== undefined && (others.length > 0 || first.descending)) {
    const feature = `${rank}() OVER (ORDER BY … DESC or several columns) outside the top-n pattern`
    const hint = 'Use ROW_NUMBER() as the only OVER function of its query, and bound it from above: WHERE rn <= 10.'
    return fail('PLAN_NOT_SUPPORTED', { feature, hint }, { span: window.span })
  }
  if (others.length > 0) {
    refuse(
      'the window can be ordered by one time column only',
      'Leave out the other columns of ORDER BY.',
      others[0].span,
    )
  }
  if (first.descending) {
    refuse('the window can be ordered ascending only: later rows are not there yet', 'Leave DESC out.', first.span)
  }
  // By the value of a column: rows that come change results of others.
  if (!isTime && frame?.preceding === undefined && comparatorOf(expr.type) !== undefined) return expr
  return requireTimeAttribute(env.scope, expr, 'ORDER BY of an OVER window', first.span)
}

function bindFrame(env: ExpressionScope, ast: WindowFrame): OverFrame {
  const { start, end } = ast
  if (start.kind.endsWith('FOLLOWING') || (end !== undefined && end.kind !== 'CURRENT ROW')) {
    const bound = start.kind.endsWith('FOLLOWING') ? start : (end as FrameBound)
    const hint = 'Write BETWEEN … PRECEDING AND CURRENT ROW.'
    return refuse(`the frame must end at CURRENT ROW, not at ${bound.kind}`, hint, bound.span)
  }
  const unit = ast.unit === 'ROWS' ? 'rows' : 'range'
  switch (start.kind) {
    case 'UNBOUNDED PRECEDING':
      return { unit }
    case 'CURRENT ROW': {
      const zero = unit === 'rows' ? '0' : "INTERVAL '0' SECOND"
      return refuse(
        'the frame must begin with PRECEDING',
        `Write ${ast.unit} BETWEEN ${zero} PRECEDING AND CURRENT ROW.`,
        start.span,
      )
    }
    default: {
      const offset = bind(env, start.offset as NonNullable<FrameBound['offset']>)
      const value = constantOf(env, offset)
      if (unit === 'range') {
        if (offset.type.kind === 'INTERVAL_DAY_TIME' && value !== undefined && value !== null && Number(value) >= 0) {
          return { unit, preceding: Number(value) }
        }
        const hint =
          "Write it as RANGE BETWEEN INTERVAL '5' SECOND PRECEDING AND CURRENT ROW, or use ROWS for a number of rows."
        return refuse('RANGE takes a constant interval of days to seconds', hint, start.span)
      }
      if (
        typeof value === 'number' &&
        Number.isInteger(value) &&
        value >= 0 &&
        offset.type.kind !== 'INTERVAL_DAY_TIME'
      ) {
        return { unit, preceding: value }
      }
      const hint = 'Write it as ROWS BETWEEN 5 PRECEDING AND CURRENT ROW, or use RANGE for a time.'
      return refuse('ROWS takes a constant number of rows, 0 or more', hint, start.span)
    }
  }
}

export function windowKey({ partition, time, frame }: BoundOver): string {
  return JSON.stringify([partition.map(exprKey).sort(), exprKey(time), frame.unit, frame.preceding ?? null])
}
