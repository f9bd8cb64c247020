/**
 * Calls of functions and operators: find the function, match the arguments, make every implicit cast explicit.
 *
 * Law: a bound call's arguments have exactly the types that its signature resolved to (nullability apart), and its type is
 * the signature's result.
 */
import { fail } from '../../base/errors.ts'
import { didYouMean } from '../../base/nearest.ts'
import type { Span } from '../../base/span.ts'
import type { Expr } from '../../expr/expr.ts'
import type { ArgInfo, ScalarFunction, Signature } from '../../expr/function.ts'
import type { TableFunction } from '../../expr/table-function.ts'
import type { AggregateFunction } from '../../functions/aggregate/contract.ts'
import { type LogicalType, sameType, typeText, withNullable, withoutAttribute } from '../../types/logical-type.ts'
import type { Value } from '../../types/value.ts'
import { functionElsewhere } from './foreign-names.ts'
import type { BindContext } from './scope.ts'

/** What a function's name means. */
export type FunctionTarget =
  | { readonly kind: 'scalar'; readonly id: string; readonly user: boolean; readonly fn: ScalarFunction }
  | { readonly kind: 'aggregate'; readonly id: string; readonly user: boolean; readonly fn: AggregateFunction }
  | { readonly kind: 'table'; readonly id: string; readonly user: true; readonly fn: TableFunction }

/** Flink's order: temporary system function, built-in, function of the current database. */
export function findFunction(context: BindContext, parts: readonly string[]): FunctionTarget | undefined {
  const { catalog, functions } = context.planner
  if (parts.length === 1) {
    const system = catalog.findSystemFunction(parts[0])
    if (system !== undefined) return userTarget(system.id, system.fn)
    const scalar = functions.scalar(parts[0])
    if (scalar !== undefined) return { kind: 'scalar', id: scalar.name, user: false, fn: scalar }
    const aggregate = functions.aggregate(parts[0])
    if (aggregate !== undefined) return { kind: 'aggregate', id: aggregate.name, user: false, fn: aggregate }
  }
  const found = catalog.findFunction(catalog.qualify(parts, context.database))
  return found && userTarget(found.id, found.fn)
}

function userTarget(id: string, fn: { readonly kind: string; readonly fn: unknown }): FunctionTarget {
  if (fn.kind === 'table') return { kind: 'table', id, user: true, fn: fn.fn as TableFunction }
  return fn.kind === 'scalar'
    ? { kind: 'scalar', id, user: true, fn: fn.fn as ScalarFunction }
    : { kind: 'aggregate', id, user: true, fn: fn.fn as AggregateFunction }
}

/** Such a name stands for a function also without parentheses. */
function sqlVariable(name: string): string | undefined {
  const variables = ['USER', 'CURRENT_USER', 'SESSION_USER', 'SYSTEM_USER', 'CURRENT_ROLE', 'CURRENT_PATH']
  if (!variables.includes(name.toUpperCase())) return undefined
  return `${name.toUpperCase()} is a function of SQL: a column of that name is written in back-ticks, \`${name}\`.`
}

export function unknownFunction(context: BindContext, name: string, span: Span): never {
  const known = [...context.planner.functions.names(), ...context.planner.catalog.listFunctions()]
  const hint =
    functionElsewhere(name) ??
    sqlVariable(name) ??
    didYouMean(name.toUpperCase(), known) ??
    `Register it with createTemporaryFunction('${name}', …) or CREATE TEMPORARY FUNCTION ${name} AS './functions.ts#${name}' LANGUAGE TYPESCRIPT.`
  return fail('PLAN_UNKNOWN_FUNCTION', { name, hint }, { span })
}

/** A call of a built-in or an operator by its registry name. */
export function call(
  context: BindContext,
  name: string,
  args: readonly Expr[],
  span: Span,
  clauses?: Readonly<Record<string, Value>>,
): Expr {
  const fn = context.planner.functions.scalar(name)
  if (fn === undefined) return fail('PLAN_NOT_SUPPORTED', { feature: `The operator or function ${name}` }, { span })
  return callScalar(context, { kind: 'scalar', id: fn.name, user: false, fn }, args, span, clauses)
}

/** Operators that have a word for a name in the registry only. */
const DISPLAY: Readonly<Record<string, string>> = { NEGATE: '-', ITEM: '[ ]', FIELD: '.' }

export function callScalar(
  context: BindContext,
  target: FunctionTarget & { readonly kind: 'scalar' },
  args: readonly Expr[],
  span: Span,
  clauses?: Readonly<Record<string, Value>>,
): Expr {
  const { signature } = target.fn
  const name = DISPLAY[target.fn.name] ?? target.fn.name
  checkArgumentCount(name, signature, args.length, span)
  const infos = args.map(argInfo)
  const resolution = signature.resolve(infos, context.typing)
  if (resolution === undefined) {
    return wrongArguments(
      name,
      signature.texts,
      infos,
      span,
      (given) => signature.resolve(given, context.typing) !== undefined,
      signature.nearest?.(infos),
    )
  }
  return {
    kind: 'call',
    fn: target.id,
    args: args.map((arg, i) => implicitCast(arg, resolution.args[i])),
    type: resolution.returns,
    span,
    ...(target.user && { user: true }),
    ...(clauses !== undefined && { clauses }),
  }
}

export function argInfo(expr: Expr): ArgInfo {
  return {
    type: expr.type,
    ...(expr.kind === 'literal' && { literal: { value: expr.value } }),
    ...(expr.span !== undefined && { span: expr.span }),
  }
}

export function checkArgumentCount(
  name: string,
  signature: Pick<Signature, 'minArgs' | 'maxArgs' | 'texts'>,
  found: number,
  span: Span,
): void {
  const { minArgs, maxArgs, texts } = signature
  if (found >= minArgs && found <= maxArgs) return
  const noun = (n: number) => `${n} argument${n === 1 ? '' : 's'}`
  const expected =
    minArgs === maxArgs
      ? noun(minArgs)
      : maxArgs === Number.POSITIVE_INFINITY
        ? `at least ${noun(minArgs)}`
        : `${minArgs} to ${noun(maxArgs)}`
  fail('PLAN_ARGUMENT_COUNT', { name, found, expected, signatures: texts }, { span })
}

function castAdvice(name: string, signatures: readonly string[], args: readonly ArgInfo[]): string {
  const times = args.every(
    ({ type }) => type.kind === 'TIMESTAMP' || type.kind === 'TIMESTAMP_LTZ' || type.kind === 'DATE',
  )
  if (name === '-' && args.length === 2 && times) return 'Write TIMESTAMPDIFF(SECOND, earlier, later).'
  const isText = ({ type }: ArgInfo) => type.kind === 'CHAR' || type.kind === 'VARCHAR'
  // Where only text is taken, the others are made text.
  if (signatures.every((text) => text.includes('STRING') && !/NUMERIC|ANY|INT/.test(text)))
    return 'Only text is taken: use CAST(x AS STRING).'
  if (!args.some(isText)) return 'Use CAST to an expected type if that is what you mean.'
  const other = args.find((arg) => !isText(arg))
  const wanted = other === undefined ? '' : typeText(withNullable(withoutAttribute(other.type), true))
  const to = args.length === 2 && /^(TINYINT|SMALLINT|INT|BIGINT|DECIMAL|DATE|TIME)\b/.test(wanted) ? wanted : 'DOUBLE'
  return `Text is not converted by itself: use CAST, for example CAST(x AS ${to}).`
}

/** Say which argument is the one that does not fit: the one that, taken as an untyped NULL, makes the call fit. */
export function wrongArguments(
  name: string,
  signatures: readonly string[],
  args: readonly ArgInfo[],
  span: Span,
  fits: (args: readonly ArgInfo[]) => boolean,
  nearest?: string,
): never {
  const types = args.map((arg) => typeText(withNullable(withoutAttribute(arg.type), true)))
  const free: ArgInfo = { type: { kind: 'NULL', nullable: true }, literal: { value: null } }
  const culprits = args.length < 2 ? [] : args.map((_, i) => i).filter((i) => fits(args.with(i, free)))
  const detail =
    culprits.length === 1
      ? `Argument ${culprits[0] + 1}, of type ${types[culprits[0]]}, is the one that does not fit; use CAST if that is what you mean.`
      : castAdvice(name, signatures, args)
  const hint = nearest === undefined ? detail : `The nearest is ${nearest}. ${detail}`
  const place = culprits.length === 1 ? (args[culprits[0]].span ?? span) : span
  return fail('PLAN_WRONG_ARGUMENTS', { name, types, signatures, hint }, { span: place })
}

/** The expression as a value of the type; unchanged when it is one already. Nullability is never lost. */
export function implicitCast(expr: Expr, target: LogicalType): Expr {
  if (expr.kind === 'literal' && expr.value === null) {
    return { ...expr, type: withNullable(withoutAttribute(target), true) }
  }
  if (sameType(expr.type, target, true)) return expr
  const type = withNullable(withoutAttribute(target), expr.type.nullable)
  return { kind: 'cast', arg: expr, safe: false, type, ...(expr.span && { span: expr.span }) }
}
