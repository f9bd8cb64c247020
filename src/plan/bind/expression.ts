/**
 * Expressions of the syntax tree become typed expressions.
 *
 * Laws
 * - Operators are functions of the registry by their SQL name; what has no function (BETWEEN, CASE x WHEN, NULLIF, IN) is
 *   expanded here into what has.
 * - Every implicit conversion is a cast node afterwards; types and nullability are Flink's.
 */
import { fail } from '../../base/errors.ts'
import { didYouMean } from '../../base/nearest.ts'
import type { Span } from '../../base/span.ts'
import { type Expr, inputsOf } from '../../expr/expr.ts'
import type { Between, Case, Exists, Expression, Identifier, InList, InQuery, Like, Quantified } from '../../sql/ast.ts'
import { leastRestrictive } from '../../types/common-type.ts'
import { isNumeric } from '../../types/family.ts'
import {
  BOOLEAN,
  type LogicalType,
  NULL_TYPE,
  notNull,
  SYMBOL,
  typeText,
  withNullable,
} from '../../types/logical-type.ts'
import type { PlannerContext } from '../context.ts'
import { typingContext } from '../context.ts'
import { call, implicitCast } from './call.ts'
import { bindCast } from './cast.ts'
import { bindFunctionCall } from './function-call.ts'
import { bindLiteral, literal, UNIT_SIZE } from './literal.ts'
import type { PatternScope } from './match-expression.ts'
import type { OverCollector } from './over-window.ts'
import type { AggregateCollector } from './placeholder.ts'
import type { RowNumberCollector } from './row-number.ts'
import { type BindContext, EMPTY_SCOPE, isKnown, resolveColumn, type Scope } from './scope.ts'
import { predicateValue, type SubqueryHost, scalarValue } from './subquery-value.ts'
import { intervalType } from './type.ts'

/** Where an expression is bound. */
export interface ExpressionScope {
  readonly context: BindContext
  readonly scope: Scope
  /** `WHERE`, `GROUP BY`…: what messages call the place. */
  readonly place: string
  /** Absent where aggregates are not allowed. */
  readonly aggregates?: AggregateCollector
  /** The query has GROUP BY. */
  readonly grouping?: boolean
  /** Where ROW_NUMBER() OVER may stand: the SELECT list and QUALIFY. */
  readonly rowNumbers?: RowNumberCollector
  /** In the arguments of an aggregate with OVER: those of GROUP BY, which come first. */
  readonly below?: AggregateCollector
  /** Absent where OVER is not allowed. */
  readonly overs?: OverCollector
  /** In DEFINE and MEASURES of MATCH_RECOGNIZE: columns are those of pattern variables. */
  readonly pattern?: PatternScope
  /** Where values of subqueries become columns. Absent where subqueries are not allowed. */
  readonly subqueries?: SubqueryHost
  /** In the arguments of aggregates: below the aggregate. */
  readonly subqueriesBelow?: SubqueryHost
}

/** An expression on its own, without columns (or over those of `scope`). */
export function bindExpression(planner: PlannerContext, ast: Expression, scope: Scope = EMPTY_SCOPE): Expr {
  const context: BindContext = { planner, typing: typingContext(planner), common: new Map(), views: [] }
  return bind({ context, scope, place: 'an expression' }, ast)
}

export function bind(env: ExpressionScope, ast: Expression): Expr {
  const { context } = env
  const { span } = ast
  switch (ast.kind) {
    case 'number':
    case 'string':
    case 'binary-string':
    case 'boolean':
    case 'null':
    case 'datetime':
      return bindLiteral(ast) as Expr
    case 'interval': {
      const constant = bindLiteral(ast)
      if (constant !== undefined) return constant
      const unit = literal(UNIT_SIZE[ast.qualifier.unit], intervalType(ast.qualifier), span)
      const product = call(context, '*', [unit, bind(env, ast.value as Expression)], span)
      return ast.negative ? negate(env, product, span) : product
    }
    case 'symbol':
      return { kind: 'literal', value: ast.value, type: notNull(SYMBOL), span }
    case 'column':
      return env.pattern?.column(env, ast) ?? bindColumn(env, ast)
    case 'field':
      if (ast.call !== undefined) return fail('PLAN_NOT_SUPPORTED', { feature: 'A method call' }, { span })
      return fieldOf(bind(env, ast.object), ast.field, span)
    case 'element':
      return call(context, 'ITEM', [bind(env, ast.collection), bind(env, ast.index)], span)
    case 'unary':
      if (ast.op === 'FINAL' || ast.op === 'RUNNING') return bindSemantics(env, ast.operand, ast.op, span)
      return ast.op === 'NOT'
        ? call(context, 'NOT', [bind(env, ast.operand)], span)
        : ast.op === '-'
          ? negate(env, bind(env, ast.operand), span)
          : plus(bind(env, ast.operand), span)
    case 'binary':
      return call(context, ast.op, [bind(env, ast.left), bind(env, ast.right)], span)
    case 'is': {
      const name = `IS ${ast.negated ? 'NOT ' : ''}${ast.test}`
      const operand = bind(env, ast.operand)
      if (context.planner.functions.scalar(name) !== undefined || !ast.negated)
        return call(context, name, [operand], span)
      return call(context, 'NOT', [call(context, `IS ${ast.test}`, [operand], span)], span)
    }
    case 'is-distinct': {
      const args = [bind(env, ast.left), bind(env, ast.right)]
      return call(context, ast.negated ? 'IS NOT DISTINCT FROM' : 'IS DISTINCT FROM', args, span)
    }
    case 'between':
      return bindBetween(env, ast)
    case 'like':
      return bindLike(env, ast)
    case 'in-list':
      return bindIn(env, ast)
    case 'case':
      return bindCase(env, ast)
    case 'cast':
      return bindCast(env, ast)
    case 'call':
      return env.pattern?.call(env, ast) ?? bindFunctionCall(env, ast)
    case 'row':
      return call(
        context,
        'ROW',
        ast.elements.map((element) => bind(env, element)),
        span,
      )
    case 'collection':
      if (ast.elements.length === 0 && ast.type !== 'ARRAY') {
        fail(
          'PLAN_ARGUMENT_COUNT',
          { name: ast.type, found: 0, expected: 'at least 1 element', signatures: [`${ast.type}[…]`] },
          { span },
        )
      }
      return call(
        context,
        ast.type,
        ast.elements.map((element) => bind(env, element)),
        span,
      )
    case 'subquery':
      if (env.subqueries !== undefined) return env.subqueries.add(scalarValue(context, env.scope, ast.query, span))
      return fail('PLAN_NOT_SUPPORTED', { feature: `A subquery in ${env.place}` }, { span })
    case 'quantified':
      if (!('kind' in ast.right)) return bindQuantified(env, ast, ast.right)
      return bindPredicate(env, ast)
    case 'exists':
    case 'in-query':
      return bindPredicate(env, ast)
    case 'star':
      return fail(
        'PLAN_UNKNOWN_COLUMN',
        { column: '*', known: [], hint: '`*` may stand in SELECT and in COUNT(*) only.' },
        { span },
      )
    case 'default':
      return fail('PLAN_NOT_SUPPORTED', { feature: 'DEFAULT as a value' }, { span })
    case 'parameter':
      return fail(
        'PLAN_NOT_SUPPORTED',
        { feature: 'A dynamic parameter (?)', hint: 'Put the value into the statement.' },
        { span },
      )
    case 'json-format':
      return call(context, 'JSON', [bind(env, ast.operand)], span)
    case 'time-difference': {
      const unit: Expr = { kind: 'literal', value: ast.qualifier.unit, type: notNull(SYMBOL) }
      return call(context, 'MINUS_DATE', [bind(env, ast.left), bind(env, ast.right), unit], span)
    }
    case 'sequence-value':
      return fail('PLAN_NOT_SUPPORTED', { feature: `${ast.which} VALUE FOR` }, { span })
    case 'collection-query':
      return fail('PLAN_NOT_SUPPORTED', { feature: `${ast.type}(SELECT …)` }, { span })
    case 'table-argument':
    case 'model-argument':
    case 'descriptor':
      return fail(
        'PLAN_NOT_SUPPORTED',
        {
          feature: `${ast.kind === 'descriptor' ? 'DESCRIPTOR' : 'A table'} outside the arguments of a table function`,
        },
        { span },
      )
  }
}

/** A condition: BOOLEAN, or an error that says what it is instead. */
export function bindCondition(env: ExpressionScope, ast: Expression): Expr {
  const expr = bind(env, ast)
  if (expr.type.kind === 'NULL') return implicitCast(expr, BOOLEAN)
  if (expr.type.kind !== 'BOOLEAN') {
    const found = typeText(withNullable(expr.type, true))
    fail(
      'PLAN_TYPE_MISMATCH',
      { what: `The condition of ${env.place}`, expected: 'BOOLEAN', found },
      { span: ast.span },
    )
  }
  return expr
}

// ---- Names -----------------------------------------------------------------------------------------------------------

export function bindColumn(env: ExpressionScope, ast: Expression & { readonly kind: 'column' }): Expr {
  const { parts } = ast.name
  // The one constant of Flink that needs no parentheses.
  if (parts.length === 1 && !parts[0].quoted && parts[0].name.toUpperCase() === 'PI' && !isKnown(env.scope, parts[0])) {
    return call(env.context, 'PI', [], ast.span)
  }
  const { expr, fields } = resolveColumn(env.scope, ast.name)
  return fields.reduce(
    (object, field) => fieldOf(object, field, { start: parts[0].span.start, end: field.span.end }),
    expr,
  )
}

/** `object.field`; the field of a NULL row is NULL. */
export function fieldOf(object: Expr, field: Identifier, span: Span): Expr {
  if (object.type.kind !== 'ROW' && object.type.kind !== 'STRUCTURED') {
    const hint = object.type.kind === 'MAP' ? `The value of a key is written m['${field.name}'].` : undefined
    return fail(
      'PLAN_UNKNOWN_FIELD',
      { field: field.name, type: `a value of type ${typeText(object.type)}`, hint },
      { span: field.span },
    )
  }
  const names = object.type.fields.map((f) => f.name)
  const index = names.indexOf(field.name)
  if (index === -1) {
    fail(
      'PLAN_UNKNOWN_FIELD',
      { field: field.name, type: typeText(object.type), hint: didYouMean(field.name, names) },
      { span: field.span },
    )
  }
  return fieldAt(object, index, span)
}

export function fieldAt(object: Expr, index: number, span?: Span): Expr {
  const fields = (object.type as { readonly fields: readonly { readonly type: LogicalType }[] }).fields
  const { type } = fields[index]
  return {
    kind: 'call',
    fn: 'FIELD',
    args: [object, literal(index, { kind: 'INTEGER', nullable: false })],
    type: withNullable(type, type.nullable || object.type.nullable),
    ...(span && { span }),
  }
}

// ---- Operators that are expanded -------------------------------------------------------------------------------------

function negate(env: ExpressionScope, operand: Expr, span: Span): Expr {
  if (operand.kind === 'literal' && operand.value !== null && isNegatable(operand.type)) {
    if (typeof operand.value === 'bigint') return { ...operand, value: -operand.value, span }
    if (typeof operand.value === 'number') {
      // −0 exists in DOUBLE only.
      const value = operand.value === 0 && operand.type.kind !== 'DOUBLE' ? 0 : -operand.value
      return { ...operand, value, span }
    }
  }
  if (!isNegatable(operand.type) && operand.type.kind !== 'NULL') return notSigned('-', operand, span)
  return call(env.context, 'NEGATE', [operand], span)
}

function isNegatable(type: LogicalType): boolean {
  return isNumeric(type) || type.kind === 'INTERVAL_DAY_TIME' || type.kind === 'INTERVAL_YEAR_MONTH'
}

function plus(operand: Expr, span: Span): Expr {
  return isNegatable(operand.type) ? operand : notSigned('+', operand, span)
}

function notSigned(sign: '+' | '-', operand: Expr, span: Span): never {
  const types = [typeText(withNullable(operand.type, true))]
  const hint = 'Use CAST if the value is to be a number.'
  return fail(
    'PLAN_WRONG_ARGUMENTS',
    { name: sign, types, signatures: [`${sign}NUMERIC`, `${sign}INTERVAL`], hint },
    { span },
  )
}

function bindBetween(env: ExpressionScope, ast: Between): Expr {
  const { context } = env
  const { span } = ast
  const value = bind(env, ast.operand)
  const low = bind(env, ast.low)
  const high = bind(env, ast.high)
  const within = (from: Expr, to: Expr) =>
    call(context, 'AND', [call(context, '>=', [value, from], span), call(context, '<=', [value, to], span)], span)
  const inside = ast.symmetric ? call(context, 'OR', [within(low, high), within(high, low)], span) : within(low, high)
  return ast.negated ? call(context, 'NOT', [inside], span) : inside
}

function bindLike(env: ExpressionScope, ast: Like): Expr {
  const args = [ast.operand, ast.pattern, ...(ast.escape === undefined ? [] : [ast.escape])].map((arg) =>
    bind(env, arg),
  )
  const matched = call(env.context, ast.op, args, ast.span)
  return ast.negated ? call(env.context, 'NOT', [matched], ast.span) : matched
}

function bindIn(env: ExpressionScope, ast: InList): Expr {
  const args = [ast.operand, ...ast.list].map((arg) => bind(env, arg))
  const found = call(env.context, 'IN', args, ast.span)
  return ast.negated ? call(env.context, 'NOT', [found], ast.span) : found
}

/** `a < ALL (1, 2)` is a comparison with each, joined by AND; with ANY by OR. */
function bindQuantified(env: ExpressionScope, ast: Quantified, list: readonly Expression[]): Expr {
  const { context } = env
  const value = bind(env, ast.operand)
  const tests = list.map((element) => call(context, ast.op, [value, bind(env, element)], ast.span))
  return tests.reduce((all, test) => call(context, ast.quantifier === 'ALL' ? 'AND' : 'OR', [all, test], ast.span))
}

/** A match gives one row, so that FINAL is what is read anyway. */
function bindSemantics(env: ExpressionScope, operand: Expression, word: string, span: Span): Expr {
  const refuse = (problem: string, hint: string) => fail('PLAN_MATCH', { problem, hint }, { span })
  if (env.pattern?.place !== 'MEASURES') {
    const where = env.pattern === undefined ? 'outside of it' : `in ${env.pattern.place}`
    return refuse(`${word} stands ${where}`, `It belongs to MEASURES of MATCH_RECOGNIZE: leave ${word} out.`)
  }
  if (word === 'RUNNING') return refuse('RUNNING is not supported', 'A match gives one row: FINAL is meant.')
  return bind(env, operand)
}

/** EXISTS, IN and comparisons with ANY or ALL as a value. */
function bindPredicate(env: ExpressionScope, ast: Exists | InQuery | Quantified): Expr {
  const found = env.subqueries && predicateValue(env.context, env.scope, ast, (operand) => bind(env, operand))
  if (found !== undefined && env.subqueries !== undefined) {
    const value = env.subqueries.add(found.value)
    return found.negated ? call(env.context, 'NOT', [value], ast.span) : value
  }
  const { span } = ast
  return fail(
    'PLAN_NOT_SUPPORTED',
    {
      feature: `A subquery predicate in this place (${env.place})`,
      hint:
        env.place === 'ON'
          ? 'Compute it as a column before the join: FROM (SELECT *, x IN (SELECT …) AS found FROM t) AS t LEFT JOIN u ON … AND t.found.'
          : 'EXISTS, IN and comparisons with a subquery may stand in WHERE, HAVING and SELECT.',
    },
    { span },
  )
}

function bindCase(env: ExpressionScope, ast: Case): Expr {
  const { context } = env
  const operand = ast.operand === undefined ? undefined : bind(env, ast.operand)
  const branches = ast.branches.map((branch) => ({
    when:
      operand === undefined
        ? bindCondition({ ...env, place: 'WHEN' }, branch.when)
        : call(context, '=', [operand, bind(env, branch.when)], branch.when.span),
    result: bind(env, branch.then),
  }))
  const otherwise = ast.otherwise === undefined ? literal(null, NULL_TYPE, ast.span) : bind(env, ast.otherwise)
  return caseOf(branches, otherwise, ast.span)
}

/** CASE with all results cast to their common type. */
export function caseOf(
  branches: readonly { readonly when: Expr; readonly result: Expr }[],
  otherwise: Expr,
  span: Span,
): Expr {
  const results = [...branches.map((branch) => branch.result), otherwise]
  const type = leastRestrictive(results.map((result) => result.type))
  if (type === undefined) {
    const types = [...new Set(results.map((result) => typeText(withNullable(result.type, true))))]
    return fail('PLAN_NO_COMMON_TYPE', { what: 'CASE', types }, { span })
  }
  if (type.kind === 'NULL') return fail('PLAN_NULL_TYPE', { where: 'as the only result of CASE' }, { span })
  return {
    kind: 'case',
    branches: branches.map(({ when, result }) => ({ when, result: implicitCast(result, type) })),
    otherwise: implicitCast(otherwise, type),
    type,
    span,
  }
}

/** True when the expression reads no column. */
export function isConstant(expr: Expr): boolean {
  return inputsOf(expr).size === 0
}
