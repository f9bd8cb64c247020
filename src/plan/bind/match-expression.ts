/**
 * Expressions of DEFINE and MEASURES: what they read of the rows of a match is gathered, the rest reads that.
 *
 * Laws
 * - `A.x` is the last row of A, `x` the last row of all; FIRST and LAST count from their end; an aggregate takes the rows of
 *   one variable. Each reads the columns of one variable only.
 * - A type is that of the column: where a variable has no row the value is NULL all the same (Flink's rule).
 */
import { fail } from '../../base/errors.ts'
import { didYouMean } from '../../base/nearest.ts'
import type { Span } from '../../base/span.ts'
import { type Expr, mapExpr } from '../../expr/expr.ts'
import { exprKey } from '../../expr/key.ts'
import { ANY_VARIABLE, type MatchExpr, type MatchValue } from '../../operators/match/node.ts'
import type { ColumnReference, Expression, FunctionCall, Identifier } from '../../sql/ast.ts'
import { type LogicalType, notNull, withoutAttribute } from '../../types/logical-type.ts'
import { aggregateLookup } from '../declare-state.ts'
import { inputAt } from './build.ts'
import { call, findFunction } from './call.ts'
import { bind, bindColumn, type ExpressionScope } from './expression.ts'
import { bindAggregate } from './function-call.ts'
import type { AggregateCollector } from './placeholder.ts'
import type { BindContext, Scope } from './scope.ts'

/** How names and some calls are bound inside MATCH_RECOGNIZE; undefined = as everywhere. */
export interface PatternScope {
  readonly place: 'DEFINE' | 'MEASURES'
  column(env: ExpressionScope, ast: ColumnReference): Expr
  call(env: ExpressionScope, ast: FunctionCall): Expr | undefined
}

export interface MatchScope {
  readonly context: BindContext
  /** Columns of a row, without relation. */
  readonly row: Scope
  readonly timeColumn: number
  readonly time: 'rowtime' | 'proctime'
  readonly schema: readonly { readonly name: string; readonly type: LogicalType }[]
  /** Names of the input, which are no variables. */
  readonly tables: readonly string[]
  /** In the order of the pattern. */
  readonly variables: readonly string[]
}

export function bindMatchExpression(
  match: MatchScope,
  ast: Expression,
  place: 'DEFINE' | 'MEASURES',
  bindWith: (env: ExpressionScope, ast: Expression) => Expr = bind,
): MatchExpr {
  const values = new MatchValues(match, place)
  const expr = bindWith({ context: match.context, scope: match.row, place, pattern: values }, ast)
  return { values: values.list, expr: mapExpr(expr, neverNull) }
}

/** Flink decides by the type alone, also where a variable of a NOT NULL column has no row. */
function neverNull(expr: Expr): Expr {
  if (expr.kind !== 'call' || (expr.fn !== 'IS NULL' && expr.fn !== 'IS NOT NULL') || expr.args[0].type.nullable)
    return expr
  return { kind: 'literal', value: expr.fn === 'IS NOT NULL', type: expr.type, ...(expr.span && { span: expr.span }) }
}

/** Reads of an expression, each a column of the row that the rest of it is computed from. */
class MatchValues implements PatternScope {
  readonly list: MatchValue[] = []
  readonly place: 'DEFINE' | 'MEASURES'
  readonly #match: MatchScope

  constructor(match: MatchScope, place: 'DEFINE' | 'MEASURES') {
    this.#match = match
    this.place = place
  }

  #add(value: MatchValue, type: LogicalType, span: Span): Expr {
    const key = valueKey(value)
    let index = this.list.findIndex((other) => valueKey(other) === key)
    if (index === -1) index = this.list.push(value) - 1
    return { kind: 'input', index, type, span }
  }

  #navigate(from: 'first' | 'last', offset: number, row: BoundRow, span: Span): Expr {
    const { variable, expr } = row
    return this.#add({ kind: 'navigate', from, variable, offset, expr }, expr.type, span)
  }

  column(env: ExpressionScope, ast: ColumnReference): Expr {
    return this.#navigate('last', 0, this.#row(env, ast), ast.span)
  }

  call(env: ExpressionScope, ast: FunctionCall): Expr | undefined {
    const { span } = ast
    const parts = ast.name.parts.map((part) => part.name)
    switch (parts.length === 1 ? parts[0].toUpperCase() : '') {
      case 'FIRST':
        return this.#navigate('first', offsetOf(ast), this.#row(env, argumentOf(ast)), span)
      case 'LAST':
        return this.#navigate('last', offsetOf(ast), this.#row(env, argumentOf(ast)), span)
      case 'PREV':
      case 'NEXT':
        return refuse(
          `${parts[0].toUpperCase()} is not supported`,
          'Use LAST(A.x, 1): the row of the variable before its last one.',
          span,
        )
      case 'CLASSIFIER':
      case 'MATCH_NUMBER':
        return refuse(
          `${parts[0].toUpperCase()}() is not supported`,
          'Measure a column of each variable instead.',
          span,
        )
      case 'MATCH_ROWTIME':
        return this.#rowtime(env, ast)
      case 'MATCH_PROCTIME': {
        const now = call(env.context, 'PROCTIME', [], span)
        return { ...now, type: { ...now.type, attribute: 'proctime' } as LogicalType }
      }
    }
    const target = findFunction(env.context, parts)
    if (target?.kind !== 'aggregate' || target.fn.overOnly === true) return undefined
    return this.#aggregate(env, ast, target)
  }

  #rowtime(env: ExpressionScope, ast: FunctionCall): Expr {
    const { timeColumn, time, schema } = this.#match
    if (time !== 'rowtime') {
      const hint = 'Use MATCH_PROCTIME(), or order by the column that the table has a WATERMARK for.'
      refuse('MATCH_ROWTIME() needs rows that are ordered by event time', hint, ast.span)
    }
    const own = inputAt(schema, timeColumn)
    if (ast.args.length === 0) {
      const row = { variable: ANY_VARIABLE, expr: { ...own, type: notNull(own.type) } }
      return this.#navigate('last', 0, row, ast.span)
    }
    const row = this.#row(env, argumentOf(ast))
    if (row.expr.kind !== 'input' || row.expr.index !== timeColumn) {
      const hint = `Write MATCH_ROWTIME() or MATCH_ROWTIME(${schema[timeColumn].name}).`
      refuse('the argument of MATCH_ROWTIME must be the time attribute', hint, ast.span)
    }
    return this.#navigate('last', 0, row, ast.span)
  }

  #aggregate(env: ExpressionScope, ast: FunctionCall, target: Parameters<typeof bindAggregate>[2]): Expr {
    const { span } = ast
    const name = target.fn.name
    const plainly = 'Aggregates of a match take the rows of one variable as they are.'
    if (ast.quantifier !== undefined) refuse(`${ast.quantifier} in ${name} is not supported`, plainly, span)
    if (ast.filter !== undefined) refuse(`FILTER on ${name} is not supported`, plainly, span)
    if (ast.args.some((arg) => arg.kind === 'star' && arg.qualifier !== undefined)) {
      refuse(`${name}(A.*) is not supported`, 'Count a column of the variable that is never NULL.', span)
    }
    const row = new RowColumns(this.#match, this.place)
    const collector: AggregateCollector = { drafts: [], grouped: false }
    bindAggregate({ ...env, pattern: row, aggregates: collector, place: this.place }, ast, target)
    const [draft] = collector.drafts
    const call = {
      fn: draft.fn,
      args: draft.args.map((_, i) => i),
      argTypes: draft.args.map((arg) => withoutAttribute(arg.type)),
      distinct: false,
      retract: false,
      type: draft.type,
      name: draft.fn,
      ...(draft.user && { user: true }),
      ...(draft.clauses && { clauses: draft.clauses }),
    }
    const fn = aggregateLookup(env.context.planner)(draft.fn, draft.user)
    const { argTypes, type, clauses = {} } = call
    if (fn === undefined || fn.prepare({ argTypes, type, retract: false, clauses }).view !== undefined) {
      refuse(`${name} is not supported here`, 'Use COUNT, SUM, AVG, MIN, MAX or LISTAGG, or FIRST and LAST.', span)
    }
    return this.#add({ kind: 'aggregate', variable: row.variable(ast), call, args: draft.args }, draft.type, span)
  }

  /** An expression over the columns of one variable. */
  #row(env: ExpressionScope, ast: Expression): BoundRow {
    const row = new RowColumns(this.#match, this.place)
    const expr = bind({ ...env, pattern: row }, ast)
    return { variable: row.variable(ast), expr }
  }
}

interface BoundRow {
  readonly variable: number
  readonly expr: Expr
}

/** Inside FIRST, LAST and aggregates: columns of the row itself. */
class RowColumns implements PatternScope {
  readonly place: 'DEFINE' | 'MEASURES'
  readonly #match: MatchScope
  readonly #seen = new Set<number>()

  constructor(match: MatchScope, place: 'DEFINE' | 'MEASURES') {
    this.#match = match
    this.place = place
  }

  /** The one variable that the columns were of. */
  variable(ast: { readonly span: Span }): number {
    const [variable = ANY_VARIABLE, ...others] = this.#seen
    if (others.length > 0) {
      const hint = 'Use one call per variable and combine their results: SUM(A.x) + SUM(B.x).'
      refuse('one call reads columns of several pattern variables', hint, ast.span)
    }
    return variable
  }

  column(env: ExpressionScope, ast: ColumnReference): Expr {
    const { variables, row, tables } = this.#match
    const { parts } = ast.name
    if (parts.length === 1) {
      this.#seen.add(ANY_VARIABLE)
      return bindColumn({ ...env, pattern: undefined, scope: row }, ast)
    }
    const variable = variables.indexOf(parts[0].name)
    if (variable === -1) {
      const [{ name, span }] = parts
      if (tables.includes(name)) {
        const hint = `Write ${parts[1].name} alone for the last row of the match, or a variable: ${variables[0]}.${parts[1].name}.`
        refuse(`'${name}' is the table, whose name means nothing in MEASURES and DEFINE`, hint, span)
      }
      unknownVariable(parts[0], variables)
    }
    this.#seen.add(variable)
    const name = { ...ast.name, parts: parts.slice(1) }
    return bindColumn({ ...env, pattern: undefined, scope: row }, { ...ast, name })
  }

  call(_env: ExpressionScope, ast: FunctionCall): undefined {
    const name = ast.name.parts.length === 1 ? ast.name.parts[0].name.toUpperCase() : ''
    if (['FIRST', 'LAST', 'PREV', 'NEXT'].includes(name)) {
      refuse(`${name} inside another call on the rows of a match`, 'Use one of the two: LAST(A.x), SUM(A.x).', ast.span)
    }
  }
}

function argumentOf(ast: FunctionCall): Expression {
  const [arg] = ast.args
  if (arg === undefined || arg.kind === 'named-argument') {
    const name = ast.name.parts[0].name.toUpperCase()
    return refuse(`${name} needs a column`, `Write ${name}(A.x).`, ast.span)
  }
  return arg
}

function offsetOf(ast: FunctionCall): number {
  const [, offset, more] = ast.args
  if (offset === undefined) return 0
  const rows = offset.kind === 'number' ? Number(offset.text) : Number.NaN
  if (more !== undefined || !Number.isInteger(rows)) {
    refuse('the offset of FIRST and LAST must be a whole number', 'Write LAST(A.x, 1).', offset.span)
  }
  return rows
}

function valueKey(value: MatchValue): string {
  return value.kind === 'navigate'
    ? `${value.from} ${value.variable} ${value.offset} ${exprKey(value.expr)} ${value.expr.type.nullable}`
    : `${value.call.fn} ${value.variable} ${value.args.map(exprKey).join(';')}`
}

export function unknownVariable({ name, span }: Identifier, known: readonly string[]): never {
  const hint = didYouMean(name, known) ?? `The pattern has ${known.map((each) => `'${each}'`).join(', ')}.`
  return refuse(`there is no pattern variable '${name}'`, hint, span)
}

export function refuse(problem: string, hint: string, span: Span): never {
  return fail('PLAN_MATCH', { problem, hint }, { span })
}
