/**
 * Group windows: TUMBLE, HOP and SESSION in GROUP BY, with their `_START`, `_END`, `_ROWTIME` and `_PROCTIME`.
 *
 * Laws
 * - The time column is a time attribute; sizes are positive constants of days to milliseconds.
 * - A property belongs to the window with the same arguments.
 */
import { fail } from '../../base/errors.ts'
import type { Span } from '../../base/span.ts'
import type { Expr, InputExpr } from '../../expr/expr.ts'
import { exprKey } from '../../expr/key.ts'
import type { WindowShape, WindowSpec } from '../../operators/window.ts'
import type { FunctionCall } from '../../sql/ast.ts'
import {
  isTimeAttribute,
  type LogicalType,
  notNull,
  timestamp,
  timestampLtz,
  typeText,
  withoutAttribute,
} from '../../types/logical-type.ts'
import { bind, type ExpressionScope } from './expression.ts'
import { WINDOW, type WindowPropertyName } from './placeholder.ts'
import { type BindContext, relationNames, type Scope } from './scope.ts'

const WINDOWS: Readonly<Record<string, readonly string[]>> = {
  TUMBLE: ['size'],
  HOP: ['slide', 'size'],
  SESSION: ['gap'],
}
const PROPERTIES: readonly WindowPropertyName[] = ['start', 'end', 'rowtime', 'proctime']

export function isGroupWindow(name: string): boolean {
  return Object.hasOwn(WINDOWS, name)
}

/** `TUMBLE_START` → TUMBLE and start; undefined when it is none of these. */
export function auxiliaryOf(name: string): { window: string; property: WindowPropertyName } | undefined {
  const at = name.indexOf('_')
  if (at === -1) return undefined
  const window = name.slice(0, at)
  const property = PROPERTIES.find((p) => p.toUpperCase() === name.slice(at + 1))
  return isGroupWindow(window) && property !== undefined ? { window, property } : undefined
}

export interface BoundGroupWindow {
  readonly name: string
  readonly args: readonly Expr[]
  /** `timeColumn` is a column of the FROM row. */
  readonly window: WindowSpec
  readonly timeType: LogicalType
  readonly span: Span
}

export function bindGroupWindow(env: ExpressionScope, ast: FunctionCall): BoundGroupWindow {
  const name = ast.name.parts[0].name.toUpperCase()
  const names = WINDOWS[name]
  const expected = names.length + 1
  if (ast.args.length !== expected) {
    const form = `${name}(time column, ${names.join(', ')})`
    fail(
      'PLAN_ARGUMENT_COUNT',
      { name, found: ast.args.length, expected: `${expected} arguments`, signatures: [form] },
      ast,
    )
  }
  const args = ast.args.map((arg) => {
    if (arg.kind === 'named-argument') {
      return fail('PLAN_NOT_SUPPORTED', { feature: `Named arguments of the group window ${name}` }, { span: arg.span })
    }
    return bind(env, arg)
  })
  const time = requireTimeAttribute(env.scope, args[0], `The group window ${name}`, ast.span)
  const sizes = args.slice(1).map((arg, i) => windowMillis(name, names[i], arg, ast.span))
  const shape: WindowShape =
    name === 'TUMBLE'
      ? { type: 'tumble', size: sizes[0], offset: 0 }
      : name === 'HOP'
        ? { type: 'hop', slide: sizes[0], size: sizes[1], offset: 0 }
        : { type: 'session', gap: sizes[0], partition: [] }
  return { name, args, window: windowSpec(env.context, time, shape), timeType: time.type, span: ast.span }
}

/** The column as a time attribute, or an error that says how to make it one. */
export function requireTimeAttribute(scope: Scope, expr: Expr, what: string, span: Span): InputExpr {
  if (expr.kind === 'input' && isTimeAttribute(expr.type)) return expr
  const column = expr.kind === 'input' ? columnName(scope, expr.index) : 'this expression'
  const type = typeText(withoutAttribute(expr.type))
  const table = relationNames(scope)[0] ?? 'the table'
  const isTimestamp = expr.type.kind === 'TIMESTAMP' || expr.type.kind === 'TIMESTAMP_LTZ'
  const hint =
    expr.kind !== 'input'
      ? `Compute the column in the CREATE TABLE of ${table} (rt AS …) and declare the watermark there: WATERMARK FOR rt AS rt - INTERVAL '5' SECOND.`
      : isTimestamp
        ? `Declare a watermark in the CREATE TABLE of ${table}: WATERMARK FOR ${column} AS ${column} - INTERVAL '5' SECOND. A computation on a time attribute, a regular join or GROUP BY makes it an ordinary column.`
        : `Add a computed column and a watermark to the CREATE TABLE of ${table}: rt AS ${/INT/.test(type) ? `TO_TIMESTAMP_LTZ(${column}, 3)` : `TO_TIMESTAMP(${column})`}, WATERMARK FOR rt AS rt - INTERVAL '5' SECOND; then use rt.`
  const shown =
    isTimestamp && expr.kind === 'input' ? `an ordinary ${type} column without a watermark` : `of type ${type}`
  const named = expr.kind === 'input' ? `'${column}'` : column
  return fail('PLAN_TIME_ATTRIBUTE', { what, column: named, type: shown, hint }, { span: expr.span ?? span })
}

function columnName(scope: Scope, index: number): string {
  for (const relation of scope.relations) {
    const column = relation.columns.find((c) => c.index === index)
    if (column !== undefined) return column.name
  }
  return 'the column'
}

/** A constant interval of days to milliseconds. */
export function windowMillis(name: string, argument: string, expr: Expr, span: Span, mayBeZero = false): number {
  const problem = (text: string): never =>
    fail(
      'PLAN_WINDOW_ARGUMENT',
      { name, problem: text, hint: "Write it as an interval: INTERVAL '5' SECOND." },
      { span: expr.span ?? span },
    )
  if (expr.kind !== 'literal') return problem(`the ${argument} must be a constant`)
  if (expr.type.kind !== 'INTERVAL_DAY_TIME') {
    return problem(
      `the ${argument} must be an interval of days to seconds, but is ${typeText(withoutAttribute(expr.type))}`,
    )
  }
  const millis = Number(expr.value)
  if (!mayBeZero && millis <= 0) return problem(`the ${argument} must be greater than zero`)
  return millis
}

export function windowSpec(context: BindContext, time: InputExpr, shape: WindowShape): WindowSpec {
  const attribute = isTimeAttribute(time.type) ? time.type.attribute : undefined
  return {
    shape,
    timeColumn: time.index,
    time: attribute === 'proctime' ? 'proctime' : 'rowtime',
    timeZone: time.type.kind === 'TIMESTAMP_LTZ' ? context.typing.timeZone : 'UTC',
  }
}

/** The placeholder of a property; its arguments must be those of the window. */
export function windowPropertyOf(
  bound: BoundGroupWindow,
  property: WindowPropertyName,
  name: string,
  args: readonly Expr[],
  span: Span,
): Expr {
  const fits = name.startsWith(`${bound.name}_`) && args.length === bound.args.length
  if (!fits || !args.every((arg, i) => exprKey(arg) === exprKey(bound.args[i]))) {
    const hint = `The window of GROUP BY is ${bound.name}; give ${bound.name}_${property.toUpperCase()} exactly its arguments.`
    fail('PLAN_WINDOW_AUXILIARY', { name, hint }, { span })
  }
  if (property === 'rowtime' && bound.window.time === 'proctime') {
    fail(
      'PLAN_WINDOW_AUXILIARY',
      { name, hint: `The window is one of processing time: use ${bound.name}_PROCTIME.` },
      { span },
    )
  }
  return { kind: 'call', fn: WINDOW, args: [], clauses: { property }, type: propertyType(bound, property), span }
}

export function propertyType(bound: BoundGroupWindow, property: WindowPropertyName): LogicalType {
  switch (property) {
    case 'start':
    case 'end':
      return notNull(timestamp(3))
    case 'rowtime':
      return bound.timeType
    case 'proctime':
      return { ...notNull(timestampLtz(3)), attribute: 'proctime' }
  }
}
