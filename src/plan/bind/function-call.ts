/**
 * Calls by name: scalar functions, aggregates, properties of group windows, and the few forms with syntax of their own.
 */
import { fail } from '../../base/errors.ts'
import { type Expr, inputsOf } from '../../expr/expr.ts'
import type { Expression, FunctionCall, JsonBehavior, JsonClauses } from '../../sql/ast.ts'
import {
  BIGINT,
  BOOLEAN,
  isTimeAttribute,
  type LogicalType,
  notNull,
  typeText,
  withNullable,
} from '../../types/logical-type.ts'
import type { Value } from '../../types/value.ts'
import { fold } from '../context.ts'
import {
  argInfo,
  call,
  callScalar,
  checkArgumentCount,
  type FunctionTarget,
  findFunction,
  implicitCast,
  unknownFunction,
  wrongArguments,
} from './call.ts'
import { bind, bindCondition, type ExpressionScope } from './expression.ts'
import { auxiliaryOf, isGroupWindow } from './group-window.ts'
import { GROUPING, NUMBER } from './grouping-sets.ts'
import { bindOver } from './over.ts'
import { specificationOf } from './over-window.ts'
import { addAggregate } from './placeholder.ts'
import { addRowNumber } from './row-number.ts'
import { bindType } from './type.ts'

export function bindFunctionCall(env: ExpressionScope, ast: FunctionCall): Expr {
  const { context } = env
  const { span } = ast
  const parts = ast.name.parts.map((part) => part.name)
  const written = parts.join('.')
  const name = parts.length === 1 ? parts[0].toUpperCase() : ''
  if (ast.over !== undefined && name === 'ROW_NUMBER' && env.rowNumbers !== undefined && env.overs !== undefined) {
    const inner: ExpressionScope = { ...env, rowNumbers: undefined, place: 'OVER' }
    return addRowNumber(env.rowNumbers, specificationOf(ast.over, env.overs), span, (part) => bind(inner, part))
  }
  if (ast.over !== undefined) return bindOver(env, ast)
  if (name === 'GROUPING' || name === 'GROUPING_ID' || name === 'GROUP_ID') {
    if (env.aggregates === undefined || !env.grouping) {
      const hint = 'It says which grouping set a row is of: add GROUP BY.'
      return fail('PLAN_AGGREGATE_PLACE', { what: name, where: env.place, hint }, { span })
    }
    const args = bindArguments({ ...env, aggregates: undefined }, ast)
    return { kind: 'call', fn: GROUPING, args, clauses: { group: name === 'GROUP_ID' }, type: NUMBER, span }
  }
  const auxiliary = auxiliaryOf(name)
  if (auxiliary !== undefined) {
    const property = env.aggregates?.windowProperty
    if (property === undefined) {
      const hint = `Add GROUP BY ${auxiliary.window}(…) with the same arguments.`
      return fail('PLAN_WINDOW_AUXILIARY', { name, hint }, { span })
    }
    return property(auxiliary.property, name, bindArguments(env, ast), span)
  }
  if (isGroupWindow(name) && context.planner.catalog.findSystemFunction(name) === undefined) {
    return fail('PLAN_WINDOW_PLACE', { name }, { span })
  }
  const target = findFunction(context, parts)
  if (target === undefined) return unknownFunction(context, written, ast.name.span)
  if (target.kind === 'aggregate') {
    if (target.fn.overOnly !== true) return bindAggregate(env, ast, target)
    const hint = `Write ${name}(…) OVER (PARTITION BY … ORDER BY …).`
    return fail('PLAN_OVER', { problem: `${name} has no meaning without it`, hint }, { span })
  }
  if (target.kind === 'table') {
    const hint = `It gives rows: write FROM …, LATERAL TABLE(${written}(…)) AS t(…).`
    return fail('PLAN_FUNCTION_KIND', { name: written, kind: 'table', where: 'an expression', hint }, { span })
  }
  if (ast.quantifier === 'DISTINCT' || ast.filter !== undefined) {
    const clause = ast.filter !== undefined ? 'FILTER' : 'DISTINCT'
    fail(
      'PLAN_AGGREGATE_PLACE',
      { what: clause, where: `a call of '${written}', which is no aggregate function` },
      { span },
    )
  }
  const args = bindArguments(env, ast)
  if (!target.user && target.fn.name === 'CURRENT_WATERMARK') requireRowtime(args, ast)
  const bound = callScalar(context, target, args, span, ast.json && jsonClauses(env, ast.json))
  if (target.user) return bound
  return finishBuiltIn(target.fn.name, bound, ast)
}

/** What a few built-ins have besides their signature. */
function finishBuiltIn(name: string, bound: Expr, ast: FunctionCall): Expr {
  if (name === 'PROCTIME' && bound.type.kind === 'TIMESTAMP_LTZ') {
    return { ...bound, type: { ...bound.type, attribute: 'proctime' } }
  }
  if (ast.json?.returning !== undefined)
    return { ...bound, type: { ...bindType(ast.json.returning), nullable: bound.type.nullable } }
  return bound
}

function requireRowtime(args: readonly Expr[], ast: FunctionCall): void {
  const [arg] = args
  if (arg === undefined || (arg.kind === 'input' && isTimeAttribute(arg.type) && arg.type.attribute === 'rowtime'))
    return
  fail(
    'PLAN_TIME_ATTRIBUTE',
    {
      what: 'CURRENT_WATERMARK',
      column: 'its argument',
      type: `of type ${typeText(arg.type)} without a watermark`,
      hint: "Give it the column that the table's WATERMARK is declared for.",
    },
    { span: arg.span ?? ast.span },
  )
}

export function bindArguments(env: ExpressionScope, ast: FunctionCall): Expr[] {
  return ast.args.map((arg) => {
    if (arg.kind === 'named-argument') {
      return fail(
        'PLAN_NOT_SUPPORTED',
        { feature: `The named argument '${arg.name.name}' in a scalar function` },
        { span: arg.span },
      )
    }
    return bind(env, arg)
  })
}

// ---- Aggregates ------------------------------------------------------------------------------------------------------

export function bindAggregate(
  env: ExpressionScope,
  ast: FunctionCall,
  target: FunctionTarget & { readonly kind: 'aggregate' },
): Expr {
  const { context, aggregates } = env
  const { span } = ast
  const { fn } = target
  if (aggregates === undefined) {
    const hint = env.place === 'WHERE' ? 'Conditions on groups belong into HAVING.' : undefined
    return fail(
      'PLAN_AGGREGATE_PLACE',
      { what: `The aggregate function '${fn.name}'`, where: env.place, hint },
      { span },
    )
  }
  if (ast.orderBy.length > 0 || ast.withinGroup !== undefined) {
    const hint = 'Leave it out: Flink passes over it on a stream, and the rows stand in the order in which they came.'
    return fail('PLAN_NOT_SUPPORTED', { feature: `ORDER BY inside ${fn.name}`, hint }, { span })
  }
  if (ast.withinDistinct !== undefined) return fail('PLAN_NOT_SUPPORTED', { feature: 'WITHIN DISTINCT' }, { span })
  const inner: ExpressionScope = {
    ...env,
    aggregates: env.below,
    below: undefined,
    subqueries: env.below === undefined ? env.subqueriesBelow : env.subqueries,
    place: `the argument of another aggregate (${fn.name})`,
  }
  const star = ast.args.length === 1 && ast.args[0].kind === 'star'
  if (star && fn.name !== 'COUNT') {
    fail('PLAN_WRONG_ARGUMENTS', { name: fn.name, types: ['*'], signatures: fn.signature.texts }, { span })
  }
  const given = star ? [] : bindArguments(inner, ast)
  if (!star && ast.args.length === 0 && fn.name === 'COUNT') {
    fail(
      'PLAN_ARGUMENT_COUNT',
      { name: 'COUNT', found: 0, expected: '1 argument', signatures: ['COUNT(*)', ...fn.signature.texts] },
      { span },
    )
  }
  if (!star) checkArgumentCount(fn.name, fn.signature, given.length, span)
  const filter = ast.filter === undefined ? undefined : bindCondition({ ...inner, place: 'FILTER' }, ast.filter)
  const infos = given.map(argInfo)
  const resolution = star ? undefined : fn.signature.resolve(infos, context.typing)
  if (resolution === undefined && !star) {
    return wrongArguments(
      fn.name,
      fn.signature.texts,
      infos,
      span,
      (args) => fn.signature.resolve(args, context.typing) !== undefined,
      fn.signature.nearest?.(infos),
    )
  }
  const distinct = ast.quantifier === 'DISTINCT' && fn.ignoresDistinct !== true
  const incomparable = distinct ? given.find((arg) => NOT_DISTINCT.has(arg.type.kind)) : undefined
  if (incomparable !== undefined) {
    fail('PLAN_DISTINCT_TYPE', { name: fn.name, type: typeText(withNullable(incomparable.type, true)) }, { span })
  }
  const mayBeEmpty = fn.emptyIsNull && (!aggregates.grouped || filter !== undefined)
  const returns = resolution?.returns ?? notNull(BIGINT)
  const args = given.map((arg, i) => implicitCast(arg, resolution?.args[i] ?? arg.type))
  return addAggregate(aggregates, {
    fn: target.id,
    user: target.user,
    args: isCountOfRows(fn.name, ast, args) ? [] : asJsonText(env, fn.name, args, span),
    distinct,
    ...(filter && { filter: isTrue(env, filter) }),
    type: mayBeEmpty ? withNullable(returns, true) : returns,
    ...(ast.json && { clauses: jsonClauses(env, ast.json) }),
    span,
    label: '',
  })
}

/** Types whose distinct values Flink's aggregates do not keep. */
const NOT_DISTINCT: ReadonlySet<string> = new Set(['BINARY', 'VARBINARY', 'MULTISET', 'MAP', 'ROW', 'STRUCTURED'])

/** What SQL/JSON aggregates gather is JSON text; their keys are texts already. */
const JSON_VALUES: Readonly<Record<string, number>> = { JSON_ARRAYAGG: 0, JSON_OBJECTAGG: 1 }

function asJsonText(env: ExpressionScope, name: string, args: readonly Expr[], span: Expr['span']): readonly Expr[] {
  const value = JSON_VALUES[name]
  if (value === undefined || span === undefined) return args
  return args.map((arg, i) => (i === value ? call(env.context, 'JSON_STRING', [arg], span) : arg))
}

/** COUNT of something that is never NULL counts rows. */
function isCountOfRows(name: string, ast: FunctionCall, args: readonly Expr[]): boolean {
  return name === 'COUNT' && ast.quantifier !== 'DISTINCT' && args.every((arg) => !arg.type.nullable)
}

/** FILTER takes rows where the condition is TRUE; an aggregate reads a BOOLEAN that is never NULL. */
function isTrue(env: ExpressionScope, filter: Expr): Expr {
  if (!filter.type.nullable || filter.span === undefined) return filter
  return call(env.context, 'IS TRUE', [implicitCast(filter, BOOLEAN)], filter.span)
}

// ---- SQL/JSON clauses ------------------------------------------------------------------------------------------------

/**
 * `ON NULL`, `RETURNING`, wrapper and behaviours as clause values: `onNull`, `returning` (the type's text), `wrapper`,
 * `onEmpty`, `onError` (`NULL`, `ERROR`, `DEFAULT`…) and, with DEFAULT, `onEmptyDefault`, `onErrorDefault`.
 */
function jsonClauses(env: ExpressionScope, json: JsonClauses): Record<string, Value> {
  const clauses: Record<string, Value> = {}
  if (json.onNull !== undefined) clauses.onNull = json.onNull
  if (json.returning !== undefined) clauses.returning = typeText({ ...bindType(json.returning), nullable: true })
  if (json.wrapper !== undefined) clauses.wrapper = json.wrapper
  const behaviour = (key: string, written: JsonBehavior | undefined, type: LogicalType | undefined) => {
    if (written === undefined) return
    clauses[key] = written.kind
    if (written.kind === 'DEFAULT') clauses[`${key}Default`] = constant(env, written.value, type)
  }
  const returning = json.returning && bindType(json.returning)
  behaviour('onEmpty', json.onEmpty, returning)
  behaviour('onError', json.onError, returning)
  return clauses
}

function constant(env: ExpressionScope, ast: Expression, type: LogicalType | undefined): Value {
  const bound = bind({ ...env, aggregates: undefined }, ast)
  if (inputsOf(bound).size > 0) {
    fail('PLAN_NOT_SUPPORTED', { feature: 'A DEFAULT that reads columns' }, { span: ast.span })
  }
  const folded = fold(env.context.planner, type === undefined ? bound : implicitCast(bound, type))
  if (folded.kind === 'literal') return folded.value
  return fail('PLAN_NOT_SUPPORTED', { feature: 'A DEFAULT that is not constant' }, { span: ast.span })
}
