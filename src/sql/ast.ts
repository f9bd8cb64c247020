/**
 * The syntax tree.
 *
 * Law: a node is a plain readonly value with a `kind` and the `span` of the text that it came from; it says what was
 * written, not what it means. Names keep their case, numbers their digits, strings are unescaped. Two spellings of one
 * thing (`SOME` and `ANY`, `SUBSTRING(x FROM 1)` and `SUBSTRING(x, 1)`) are one tree; `print` chooses the spelling.
 */
export type * from './ast/alter.ts'
export type * from './ast/call.ts'
export type * from './ast/create.ts'
export type * from './ast/ddl.ts'
export type * from './ast/expression.ts'
export type * from './ast/name.ts'
export type * from './ast/query.ts'
export type * from './ast/statement.ts'
export type * from './ast/type.ts'
