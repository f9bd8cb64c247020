/** What a call needs before it can be evaluated, whichever way; and what is said when it fails. */
import { failure, isRivuletError, RivuletError } from '../base/errors.ts'
import type { Schema } from '../types/batch.ts'
import type { CastOptions } from '../types/cast.ts'
import { printText } from '../types/format.ts'
import { type LogicalType, typeText } from '../types/logical-type.ts'
import type { Value } from '../types/value.ts'
import type { CallExpr, CastExpr, Expr } from './expr.ts'
import type { CallSite, EvalContext, FunctionLookup, ScalarFunction } from './function.ts'

/** Any evaluator, with the arguments that its call site was checked for. */
export type AnyEvaluate = (...args: Value[]) => Value

export interface Environment {
  readonly lookup: FunctionLookup
  readonly context: EvalContext
}

export function callSite(expr: CallExpr, context: EvalContext): CallSite {
  return {
    args: expr.args.map((arg) => ({
      type: arg.type,
      span: arg.span,
      literal: arg.kind === 'literal' ? { value: arg.value } : undefined,
    })),
    returns: expr.type,
    clauses: expr.clauses ?? {},
    context,
  }
}

export function functionOf(expr: CallExpr, lookup: FunctionLookup): ScalarFunction {
  const fn = lookup.scalar(expr.fn, expr.user === true)
  if (fn !== undefined) return fn
  throw failure('FUNCTION_NOT_FOUND', { name: expr.fn }, { span: expr.span })
}

export function evaluatorOf(fn: ScalarFunction, site: CallSite): AnyEvaluate {
  if (fn.prepareAsync !== undefined) throw failure('FUNCTION_ASYNC_PLACE', { name: fn.name })
  const evaluate = fn.prepare?.(site) ?? fn.eval
  if (evaluate === undefined) {
    throw failure('FUNCTION_INTERNAL', { detail: `${fn.name} has neither eval nor prepare` })
  }
  return evaluate as unknown as AnyEvaluate
}

/** `table.exec.legacy-cast-behaviour`, the session's zone, and TRY_CAST or not. */
export function castOptions(expr: Pick<CastExpr, 'safe'>, context: EvalContext): CastOptions {
  return {
    safe: expr.safe,
    timeZone: context.timeZone,
    legacy: context.option('table.exec.legacy-cast-behaviour')?.toUpperCase() === 'ENABLED',
  }
}

/**
 * The error of a call that threw: the function, its arguments, its place in the text. Errors of the catalogue keep their
 * code; what a user's function or a bug threw becomes FUNCTION_FAILED with the thrown error as its cause.
 * @param args values of the arguments, or undefined when even they cannot be had
 */
export function callFailure(
  error: unknown,
  expr: Expr,
  args: readonly Value[] | undefined,
  context: EvalContext,
): Error {
  if (isRivuletError(error)) {
    if (error.span !== undefined || expr.span === undefined) return error
    const { code, domain, message, hint, source } = error
    return new RivuletError({ code, domain, message, hint, source, span: expr.span }, error.cause)
  }
  return failure(
    'FUNCTION_FAILED',
    { name: nameOf(expr), args: argsText(expr, args, context), reason: (error as Error)?.message ?? String(error) },
    { span: expr.span, cause: error },
  )
}

export function undefinedResult(expr: Expr, args: readonly Value[] | undefined, context: EvalContext): RivuletError {
  const params = { name: nameOf(expr), args: argsText(expr, args, context) }
  return failure('FUNCTION_RETURNED_UNDEFINED', params, { span: expr.span })
}

/** Longest text of a row in a message. */
const ROW_TEXT = 500

/** Let an error that has none yet carry the row that it happened in: its columns by name, as the SQL client prints them. */
export function addRow(error: Error, cells: readonly Value[], schema: Schema, context: EvalContext): void {
  if (!isRivuletError(error) || error.row !== undefined) return
  const text = schema.map(({ name, type }, i) => `${name} = ${quoted(cells[i], type, context)}`).join(', ')
  error.row = text.length > ROW_TEXT ? `${text.slice(0, ROW_TEXT)}…` : text
}

/** The function's name as queries write it: users' functions are known by catalog, database and name. */
export function functionName({ fn, user }: CallExpr): string {
  return user === true && fn.split('.').length > 2 ? fn.split('.').slice(2).join('.') : fn
}

function nameOf(expr: Expr): string {
  if (expr.kind === 'call') return functionName(expr)
  return expr.kind === 'cast' ? `CAST AS ${typeText(expr.type)}` : expr.kind
}

function argsText(expr: Expr, args: readonly Value[] | undefined, context: EvalContext): string {
  const given = expr.kind === 'call' ? expr.args : expr.kind === 'cast' ? [expr.arg] : []
  if (args === undefined) return given.map((arg) => typeText(arg.type)).join(', ')
  return given.map(({ type }, i) => quoted(args[i], type, context)).join(', ')
}

function quoted(value: Value, type: LogicalType, context: EvalContext): string {
  const text = printText(value, type, context)
  return typeof value === 'string' ? `'${text}'` : text
}
