/**
 * LATERAL TABLE(f(…)) and UNNEST(…): rows that are computed from the row beside them.
 *
 * Laws
 * - Arguments see the tables on the left; alone in FROM there is one row without columns of use on the left.
 * - UNNEST of ROWs gives their fields as columns, of a MAP `KEY` and `VALUE`, of anything else one column, called by the
 *   alias where that has no list; WITH ORDINALITY adds `ORDINALITY`.
 */
import { fail } from '../../base/errors.ts'
import type { CallExpr, Expr } from '../../expr/expr.ts'
import type { TableCall } from '../../operators/correlate/node.ts'
import type { FunctionCall, Join, TableFunction, Unnest } from '../../sql/ast.ts'
import type { Schema } from '../../types/batch.ts'
import { INT, isTimeAttribute, notNull, typeText, withNullable, withoutAttribute } from '../../types/logical-type.ts'
import type { CorrelateRel, Rel } from '../nodes.ts'
import { conjunction, readsOuter } from './build.ts'
import { argInfo, checkArgumentCount, findFunction, implicitCast, unknownFunction, wrongArguments } from './call.ts'
import { bind, bindCondition, type ExpressionScope } from './expression.ts'
import { type BoundFrom, checkAliases, named } from './from.ts'
import { literal } from './literal.ts'
import { type BindContext, joinScopes, placeOf } from './scope.ts'

type Lateral = Unnest | TableFunction

/** The right side of a join with what stands on its left. */
export function bindLateralJoin(context: BindContext, left: BoundFrom, right: Lateral, ast: Join): BoundFrom {
  if (ast.type === 'RIGHT' || ast.type === 'FULL') {
    const feature = `${ast.type} JOIN of ${textOf(right)}`
    const hint = 'Rows of a table function exist only beside a row on the left: use CROSS JOIN or LEFT JOIN … ON TRUE.'
    fail('PLAN_NOT_SUPPORTED', { feature, hint }, { span: right.span })
  }
  if (ast.natural || ast.using !== undefined) {
    const hint = 'Write ON.'
    fail('PLAN_NOT_SUPPORTED', { feature: `USING or NATURAL with ${textOf(right)}`, hint }, { span: ast.span })
  }
  const joinType = ast.type === 'LEFT' ? 'left' : 'inner'
  const table = bindTable(context, left, right)
  const typed: Schema = table.columns.map(({ name, type }) => ({
    name,
    type: joinType === 'left' ? withNullable(type, true) : type,
  }))
  // `named` wants a relation of the right columns alone; only its names and types are read.
  const aside: Rel = { kind: 'values', rows: [], schema: typed }
  const ownName = right.kind === 'unnest' && typed.length === 1 && right.alias?.columns.length === 0
  const names = typed.map(({ name }) => (ownName ? (right.alias?.name.name ?? name) : name))
  const rightScope = named(context, { rel: aside, names }, right.alias)
  const columns: Schema = rightScope.scope.relations[0].columns.map(({ name, type }) => ({ name, type }))
  const width = left.rel.schema.length
  const rel: CorrelateRel = {
    kind: 'correlate',
    input: left.rel,
    joinType,
    table: { ...table, columns },
    schema: [...left.rel.schema, ...columns],
    place: placeOf(context, right),
  }
  checkAliases(left.scope, rightScope.scope, ast)
  const scope = {
    ...joinScopes(left.scope, rightScope.scope, width, context.outer),
    ...(left.scope.first && { first: left.scope.first }),
  }
  if (ast.on === undefined) return { rel, scope }
  const condition = conjunction([bindCondition({ context, scope, place: 'ON' }, ast.on)])
  const always = condition?.kind === 'literal' && condition.value === true
  return { rel: always || condition === undefined ? rel : { ...rel, condition }, scope }
}

/** Alone behind FROM: beside one row. */
export function bindLateralAlone(context: BindContext, ast: Lateral): BoundFrom {
  const type = notNull(INT)
  const one: Rel = { kind: 'values', rows: [[literal(0, type)]], schema: [{ name: 'ZERO', type }] }
  const join: Join = { kind: 'join', type: 'CROSS', natural: false, left: ast, right: ast, span: ast.span }
  const from: BoundFrom = { rel: one, scope: { relations: [], outer: context.outer } }
  return bindLateralJoin(context, from, ast, join)
}

function textOf(ast: Lateral): string {
  return ast.kind === 'unnest' ? 'UNNEST' : 'LATERAL TABLE'
}

function bindTable(context: BindContext, left: BoundFrom, ast: Lateral): TableCall {
  const env: ExpressionScope = { context, scope: left.scope, place: textOf(ast) }
  return ast.kind === 'unnest' ? bindUnnest(env, ast) : bindTableFunction(env, ast.call)
}

function bindUnnest(env: ExpressionScope, ast: Unnest): TableCall {
  const [first] = ast.expressions
  if (ast.expressions.length !== 1) {
    fail('PLAN_NOT_SUPPORTED', { feature: 'UNNEST of several collections side by side' }, { span: ast.span })
  }
  const arg = argument(env, first)
  const { type } = arg
  const columns = collectionColumns(type)
  if (columns === undefined) {
    const found = typeText(withNullable(withoutAttribute(type), true))
    const what = 'The argument of UNNEST'
    return fail('PLAN_TYPE_MISMATCH', { what, expected: 'an ARRAY, MAP or MULTISET', found }, { span: first.span })
  }
  const ordinality = ast.ordinality ? [{ name: 'ORDINALITY', type: notNull(INT) }] : []
  return {
    kind: 'unnest',
    arg,
    columns: [...columns, ...ordinality],
    ordinality: ast.ordinality,
  }
}

function collectionColumns(type: Expr['type']): Schema | undefined {
  if (type.kind === 'MAP') {
    return [
      { name: 'KEY', type: type.key },
      { name: 'VALUE', type: type.value },
    ]
  }
  if (type.kind !== 'ARRAY' && type.kind !== 'MULTISET') return undefined
  const { element } = type
  if (element.kind !== 'ROW' && element.kind !== 'STRUCTURED') return [{ name: 'EXPR$0', type: element }]
  return element.fields.map((field) => ({
    name: field.name,
    type: element.nullable ? withNullable(field.type, true) : field.type,
  }))
}

function bindTableFunction(env: ExpressionScope, ast: FunctionCall): TableCall {
  const { context } = env
  const parts = ast.name.parts.map((part) => part.name)
  const name = parts.join('.')
  const target = findFunction(context, parts)
  if (target === undefined) return unknownFunction(context, name, ast.name.span)
  if (target.kind !== 'table') {
    const hint =
      target.kind === 'scalar'
        ? `It gives one value: call it in SELECT, or UNNEST the array that it gives.`
        : 'Aggregate functions belong into SELECT.'
    return fail('PLAN_FUNCTION_KIND', { name, kind: target.kind, where: 'TABLE( )', hint }, { span: ast.span })
  }
  const { signature } = target.fn
  const args = ast.args.map((arg) => {
    if (arg.kind === 'named-argument') {
      return fail(
        'PLAN_NOT_SUPPORTED',
        { feature: `The named argument '${arg.name.name}' in a table function` },
        { span: arg.span },
      )
    }
    return argument(env, arg)
  })
  checkArgumentCount(name, signature, args.length, ast.span)
  const infos = args.map(argInfo)
  const resolution = signature.resolve(infos, context.typing)
  if (resolution === undefined) {
    return wrongArguments(
      name,
      signature.texts,
      infos,
      ast.span,
      (given) => signature.resolve(given, context.typing) !== undefined,
      signature.nearest?.(infos),
    )
  }
  const call: CallExpr = {
    kind: 'call',
    fn: target.id,
    user: true,
    args: args.map((arg, i) => implicitCast(arg, resolution.args[i])),
    type: resolution.returns,
    span: ast.span,
  }
  const columns = resolution.returns.kind === 'ROW' ? resolution.returns.fields : []
  return { kind: 'function', call, columns: columns.map(({ name: column, type }) => ({ name: column, type })) }
}

function argument(env: ExpressionScope, ast: Parameters<typeof bind>[1]): Expr {
  const expr = bind(env, ast)
  if (readsOuter(expr)) {
    const feature = `A column of an outer query in ${env.place}`
    fail('PLAN_NOT_SUPPORTED', { feature }, { span: expr.span ?? ast.span })
  }
  return isTimeAttribute(expr.type) ? ({ ...expr, type: withoutAttribute(expr.type) } as Expr) : expr
}
