/**
 * Syntax tree → SQL.
 *
 * Law: parsing what `print` gives yields the same tree, spans aside. One line, keywords in upper case, names in
 * back-ticks where they were or must be.
 */
import type { DataType, Expression, Statement } from './ast.ts'
import { printQuery, write } from './print/query.ts'
import { printStatement } from './print/statement.ts'
import { printType } from './print/type.ts'

export { printIdentifier, printText } from './print/text.ts'

/** A statement, a query, an expression or a data type as SQL. */
export function print(node: Statement | Expression | DataType): string {
  if (isType(node)) return printType(node)
  if (node.kind === 'query') return printQuery(node)
  return isExpression(node) ? write.any(node) : printStatement(node)
}

function isType(node: { readonly kind: string }): node is DataType {
  return node.kind.endsWith('-type')
}

const EXPRESSIONS: ReadonlySet<string> = new Set<Expression['kind']>([
  'number',
  'string',
  'binary-string',
  'boolean',
  'null',
  'datetime',
  'interval',
  'parameter',
  'column',
  'star',
  'field',
  'element',
  'unary',
  'binary',
  'is',
  'is-distinct',
  'between',
  'like',
  'in-list',
  'in-query',
  'quantified',
  'exists',
  'subquery',
  'case',
  'cast',
  'call',
  'symbol',
  'row',
  'collection',
  'collection-query',
  'table-argument',
  'model-argument',
  'descriptor',
  'default',
  'json-format',
  'sequence-value',
  'time-difference',
])
function isExpression(node: { readonly kind: string }): node is Expression {
  return EXPRESSIONS.has(node.kind)
}
