/**
 * GROUP BY: from a SELECT bound over its FROM row to an aggregate with expressions over its output.
 *
 * Laws
 * - The row in front of the aggregate has the grouping expressions, then the arguments and filters of the aggregates.
 * - In SELECT and HAVING an expression equal to a grouping expression is that column; a column that is left over was not
 *   grouped, which is an error at its place.
 * - GROUP BY takes expressions, neither positions nor aliases (Flink's rule).
 */
import { fail } from '../../base/errors.ts'
import { type Expr, walkExpr } from '../../expr/expr.ts'
import { exprKey } from '../../expr/key.ts'
import type { AggregateCall } from '../../operators/aggregate-call.ts'
import type { WindowProperty } from '../../operators/group-window-aggregate/node.ts'
import type { Expression, FunctionCall, GroupBy } from '../../sql/ast.ts'
import { isTimeAttribute, type LogicalType, withoutAttribute } from '../../types/logical-type.ts'
import type { AggregateRel, GroupWindowAggregateRel, Place, Rel } from '../nodes.ts'
import { groupsByWindow, windowColumns } from '../window-columns.ts'
import { inputAt, project, uniqueNames } from './build.ts'
import { bind, type ExpressionScope } from './expression.ts'
import { type BoundGroupWindow, bindGroupWindow, isGroupWindow, propertyType } from './group-window.ts'
import { expand, GROUPING, groupingNumber, setsOf } from './grouping-sets.ts'
import {
  AGGREGATE,
  type AggregateCollector,
  type AggregateDraft,
  indexOfPlaceholder,
  WINDOW,
  type WindowPropertyName,
} from './placeholder.ts'
import { hasColumn } from './scope.ts'

export interface BoundGrouping {
  readonly keys: readonly Expr[]
  /** Of GROUPING SETS, ROLLUP, CUBE: which keys each set has. */
  readonly sets?: readonly (readonly number[])[]
  readonly window?: BoundGroupWindow
}

/** @param aliases names that SELECT gives, to recognise one that is used here by mistake */
export function bindGroupBy(
  env: ExpressionScope,
  groupBy: GroupBy | undefined,
  aliases: readonly string[],
): BoundGrouping {
  if (groupBy === undefined) return { keys: [] }
  const keys: Expr[] = []
  let window: BoundGroupWindow | undefined
  const inner: ExpressionScope = { ...env, aggregates: undefined, place: 'GROUP BY' }
  const bindKey = (ast: Expression): number | undefined => {
    if (ast.kind === 'call' && isWindowCall(env, ast)) {
      if (window !== undefined) {
        fail('PLAN_NOT_SUPPORTED', { feature: 'A second group window in one GROUP BY' }, { span: ast.span })
      }
      window = bindGroupWindow(inner, ast)
      return undefined
    }
    refuseAlias(env, ast, aliases)
    const key = bind(inner, ast)
    const known = keys.findIndex((other) => exprKey(other) === exprKey(key))
    return known === -1 ? keys.push(key) - 1 : known
  }
  let sets: readonly (readonly number[])[] = [[]]
  for (const element of groupBy.elements) {
    const own = setsOf(element).map((set) => set.map(bindKey).filter((key) => key !== undefined))
    sets = sets.flatMap((left) => own.map((right) => [...new Set([...left, ...right])].sort((a, b) => a - b)))
  }
  const several = groupBy.elements.some((element) => element.kind !== 'grouping-set')
  if (several && window !== undefined) {
    fail('PLAN_NOT_SUPPORTED', { feature: 'A group window with grouping sets' }, { span: groupBy.span })
  }
  return { keys, ...(several && { sets }), ...(window !== undefined && { window }) }
}

/** Names of the list are no columns yet. */
export function refuseAlias(env: ExpressionScope, ast: Expression, aliases: readonly string[]): void {
  if (ast.kind !== 'column' || ast.name.parts.length > 1) return
  const [{ name }] = ast.name.parts
  if (!aliases.includes(name) || hasColumn(env.scope, name)) return
  const hint = `${env.place} takes no names that SELECT gives: repeat the expression that '${name}' stands for.`
  fail('PLAN_UNKNOWN_COLUMN', { column: name, known: [], hint }, { span: ast.span })
}

function isWindowCall(env: ExpressionScope, ast: FunctionCall): boolean {
  if (ast.name.parts.length !== 1 || !isGroupWindow(ast.name.parts[0].name.toUpperCase())) return false
  return env.context.planner.catalog.findSystemFunction(ast.name.parts[0].name) === undefined
}

export interface AggregatedSelect {
  readonly rel: Rel
  /** Over the FROM row → over the aggregate's output. */
  lower(expr: Expr): Expr
}

export function aggregate(
  input: Rel,
  grouping: BoundGrouping,
  collector: AggregateCollector,
  used: ReadonlySet<WindowPropertyName>,
  place: Place | undefined,
): AggregatedSelect {
  const { keys, sets, window } = grouping
  const columns: { expr: Expr; name: string }[] = []
  const keyColumns = keys.map((expr) => addColumn(columns, expr, input))
  const timeColumn = window === undefined ? undefined : addColumn(columns, timeInput(window), input)
  // A set makes NULL of its other keys, but not of the same columns inside aggregates.
  const first = sets === undefined ? 0 : columns.length
  const calls = collector.drafts.map((draft, i): AggregateCall => {
    const args = draft.args.map((arg) => addColumn(columns, arg, input, first))
    const filter = draft.filter === undefined ? undefined : addColumn(columns, draft.filter, input, first)
    return {
      fn: draft.fn,
      args,
      argTypes: draft.args.map((arg) => withoutAttribute(arg.type)),
      distinct: draft.distinct,
      retract: false,
      type: draft.type,
      name: `EXPR$${i}`,
      ...(draft.user && { user: true }),
      ...(filter !== undefined && { filter }),
      ...(draft.clauses && { clauses: draft.clauses }),
    }
  })
  const names = uniqueNames(columns.map((column) => column.name))
  const row = project(
    input,
    columns.map((column) => column.expr),
    names,
  )
  // A global COUNT(*) needs no column at all; one is kept so that every row has a column.
  const plain = columns.length === 0 ? keepAny(input) : row
  const from = sets === undefined ? plain : expand(plain, keyColumns, sets)
  if (sets !== undefined) keyColumns.push(from.schema.length - 1)
  // The time of a window survives an aggregation by windows; any other time attribute becomes an ordinary column.
  const windows = windowColumns(from)
  const byWindow = windows !== undefined && groupsByWindow({ grouping: keyColumns }, windows)
  const keyFields = keyColumns.map((column) => {
    const { name, type } = from.schema[column]
    return { name, type: byWindow && windows.time.includes(column) ? type : withoutAttribute(type) }
  })
  // So does the extreme of a time attribute within windows, as in Flink.
  const callFields = calls.map(({ name, type }, i) => ({
    name,
    type: byWindow ? extremeTime(collector.drafts[i], type) : type,
  }))
  const properties = (['start', 'end', 'rowtime', 'proctime'] as const).filter((property) => used.has(property))
  const rel: AggregateRel | GroupWindowAggregateRel =
    window === undefined
      ? {
          kind: 'aggregate',
          input: from,
          grouping: keyColumns,
          calls,
          schema: [...keyFields, ...callFields],
          ...(place && { place }),
        }
      : {
          kind: 'group-window-aggregate',
          input: from,
          window: { ...window.window, timeColumn: timeColumn as number },
          grouping: keyColumns,
          calls,
          properties: properties as readonly WindowProperty[],
          schema: [
            ...keyFields,
            ...callFields,
            ...properties.map((property) => ({ name: `w$${property}`, type: propertyType(window, property) })),
          ],
          ...(place && { place }),
        }
  const keyTexts = keys.map(exprKey)
  const lower = (expr: Expr): Expr => {
    const key = keyTexts.indexOf(exprKey(expr))
    if (key !== -1) return spanned(inputAt(rel.schema, key), expr)
    switch (expr.kind) {
      case 'literal':
        return expr
      case 'input':
        return notGrouped(input, expr.index, grouping, expr)
      case 'call':
        if (expr.fn === GROUPING) {
          // Says at its place what is no key.
          for (const arg of expr.args) lower(arg)
          const number = sets === undefined ? undefined : inputAt(rel.schema, keys.length)
          return groupingNumber(expr, keyTexts, sets ?? [keys.map((_, i) => i)], number)
        }
        if (expr.fn === AGGREGATE)
          return spanned(inputAt(rel.schema, keyColumns.length + indexOfPlaceholder(expr)), expr)
        if (expr.fn === WINDOW) {
          const at = properties.indexOf(expr.clauses?.property as WindowPropertyName)
          return spanned(inputAt(rel.schema, keyColumns.length + calls.length + at), expr)
        }
        return { ...expr, args: expr.args.map(lower) }
      case 'cast':
        return { ...expr, arg: lower(expr.arg) }
      case 'case':
        return {
          ...expr,
          branches: expr.branches.map(({ when, result }) => ({ when: lower(when), result: lower(result) })),
          otherwise: lower(expr.otherwise),
        }
    }
  }
  return { rel, lower }
}

function extremeTime(draft: AggregateDraft, type: LogicalType): LogicalType {
  if (draft.user || (draft.fn !== 'MIN' && draft.fn !== 'MAX')) return type
  const [arg] = draft.args
  return isTimeAttribute(arg.type) ? ({ ...type, attribute: arg.type.attribute } as LogicalType) : type
}

function timeInput(window: BoundGroupWindow): Expr {
  return window.args[0]
}

function spanned(expr: Expr, from: Expr): Expr {
  return from.span === undefined ? expr : { ...expr, span: from.span }
}

function addColumn(columns: { expr: Expr; name: string }[], expr: Expr, input: Rel, first = 0): number {
  const key = exprKey(expr)
  const found = columns.findIndex((column, i) => i >= first && exprKey(column.expr) === key)
  if (found !== -1) return found
  const name = expr.kind === 'input' ? input.schema[expr.index].name : `$f${columns.length}`
  return columns.push({ expr, name }) - 1
}

function keepAny(input: Rel): Rel {
  return input.schema.length === 0 ? input : project(input, [inputAt(input.schema, 0)], [input.schema[0].name])
}

function notGrouped(input: Rel, index: number, grouping: BoundGrouping, expr: Expr): never {
  const keys = grouping.keys
    .filter((key) => key.kind === 'input')
    .map((key) => input.schema[(key as { index: number }).index].name)
  const byPosition = grouping.keys.some((key) => key.kind === 'literal')
  return fail('PLAN_NOT_GROUPED', { column: input.schema[index].name, keys, byPosition }, { span: expr.span })
}

/** Which properties of the window the expressions ask for. */
export function usedProperties(exprs: readonly Expr[]): ReadonlySet<WindowPropertyName> {
  const used = new Set<WindowPropertyName>()
  for (const expr of exprs) {
    walkExpr(expr, (e) => {
      if (e.kind === 'call' && e.fn === WINDOW) used.add(e.clauses?.property as WindowPropertyName)
    })
  }
  return used
}
