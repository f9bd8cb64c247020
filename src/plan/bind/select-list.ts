/**
 * The list of SELECT: each item with its name, stars expanded.
 *
 * Laws
 * - A column is called by its alias, else by the last part of its name, else `EXPR$n` with n the number of names before.
 * - Columns of a `*` are given names that are new in the list: the second `id` is `id0`. Written names stay as they are, and
 *   are ambiguous to what is around when there are two; only the result of a whole statement has distinct names.
 */
import { fail } from '../../base/errors.ts'
import type { Expr } from '../../expr/expr.ts'
import type { Expression, SelectItem } from '../../sql/ast.ts'
import { newName } from './build.ts'
import { bind, type ExpressionScope, fieldAt } from './expression.ts'
import { expandStar, relationNames, resolveColumn } from './scope.ts'

export interface BoundItem {
  readonly expr: Expr
  readonly name: string
}

export function bindItems(env: (place: string) => ExpressionScope, items: readonly SelectItem[]): readonly BoundItem[] {
  const bound: BoundItem[] = []
  const names = new Set<string>()
  const add = (expr: Expr, name: string) => {
    names.add(name)
    bound.push({ expr, name })
  }
  for (const item of items) {
    const ast = item.expression
    if (ast.kind === 'star') {
      for (const column of starColumns(env('SELECT'), ast)) add(column.expr, newName(column.name, names))
      continue
    }
    if (ast.kind === 'field' && ast.field.name === '*') {
      const object = bind(env('SELECT'), ast.object)
      for (const column of fieldsOf(object, ast)) add(column.expr, newName(column.name, names))
      continue
    }
    const expr = bind(env('SELECT'), ast)
    if (expr.type.kind === 'NULL') fail('PLAN_NULL_TYPE', { where: 'in SELECT' }, { span: ast.span })
    add(expr, item.alias?.name ?? ownName(ast) ?? `EXPR$${names.size}`)
  }
  return bound
}

function ownName(ast: Expression): string | undefined {
  if (ast.kind === 'column') return ast.name.parts.at(-1)?.name
  // CURRENT_DATE and its like, as written
  if (ast.kind === 'call' && !ast.parentheses) return ast.name.parts[0].name
  return undefined
}

function starColumns(env: ExpressionScope, ast: Expression & { readonly kind: 'star' }): readonly BoundItem[] {
  const columns = expandStar(env.scope, ast.qualifier, ast.span)
  if (columns !== undefined) {
    if (columns.length === 0) {
      fail('PLAN_UNKNOWN_COLUMN', { column: '*', known: [] }, { span: ast.span })
    }
    return columns.map(({ name, type, index }) => ({ name, expr: { kind: 'input', index, type, span: ast.span } }))
  }
  // `r.*` of a column whose type is a row.
  const { qualifier } = ast
  if (qualifier === undefined) return []
  const [first, second] = qualifier.parts.map((part) => part.name)
  const isColumn = env.scope.relations.some((relation) =>
    relation.columns.some((c) => c.name === first || (relation.alias === first && c.name === second)),
  )
  if (!isColumn) {
    const known = relationNames(env.scope)
    fail(
      'PLAN_UNKNOWN_QUALIFIER',
      { qualifier: qualifier.parts.map((p) => p.name).join('.'), known },
      { span: qualifier.span },
    )
  }
  resolveColumn(env.scope, qualifier)
  return fieldsOf(bind(env, { kind: 'column', name: qualifier, span: qualifier.span }), ast)
}

function fieldsOf(object: Expr, ast: Expression): readonly BoundItem[] {
  if (object.type.kind !== 'ROW' && object.type.kind !== 'STRUCTURED') {
    return fail('PLAN_UNKNOWN_FIELD', { field: '*', type: 'a value that is no ROW' }, { span: ast.span })
  }
  return object.type.fields.map((field, i) => ({ name: field.name, expr: fieldAt(object, i, ast.span) }))
}
