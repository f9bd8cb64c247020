/**
 * Which names mean which columns.
 *
 * Laws
 * - A scope is the row of one FROM clause: its relations side by side, columns numbered through. Names keep their case.
 * - A name `a.b.c` is read from the left: a relation (alias, or table name with as many parts of its path as written) and
 *   its column, else a column and its fields.
 * - What is not found here is looked for in the scope around (a correlated subquery); it comes back as an outer column.
 */
import { fail } from '../../base/errors.ts'
import { didYouMean } from '../../base/nearest.ts'
import type { SourceText, Span } from '../../base/span.ts'
import type { ObjectPath } from '../../catalog/table.ts'
import type { CallExpr, Expr } from '../../expr/expr.ts'
import type { TypingContext } from '../../expr/function.ts'
import type { Identifier, Name } from '../../sql/ast.ts'
import type { LogicalType } from '../../types/logical-type.ts'
import type { PlannerContext } from '../context.ts'
import type { Rel } from '../nodes.ts'
import type { StateTtl } from './query-hints.ts'

/** What binding a query carries down. */
export interface BindContext {
  readonly planner: PlannerContext
  readonly typing: TypingContext
  /** The text that spans point into. */
  readonly source?: SourceText
  /** WITH tables in reach. */
  readonly common: ReadonlyMap<string, () => BoundTable>
  /** Where names of tables are looked up, if not in the session's current database (views). */
  readonly database?: { readonly catalog: string; readonly database: string }
  /** The row around, for correlated subqueries. */
  readonly outer?: Scope
  /** STATE_TTL of the query block whose FROM is being bound. */
  readonly stateTtl?: StateTtl
  /** Views that are being expanded, to find one that contains itself. */
  readonly views: readonly string[]
}

/** A relation with the names of its columns. */
export interface BoundTable {
  readonly rel: Rel
  readonly names: readonly string[]
}

export interface ScopeColumn {
  readonly name: string
  readonly type: LogicalType
  readonly index: number
  /** Right column of a USING or NATURAL join: reachable by its relation only. */
  readonly merged?: boolean
}

export interface ScopeRelation {
  readonly alias?: string
  readonly path?: ObjectPath
  readonly columns: readonly ScopeColumn[]
}

export interface Scope {
  readonly relations: readonly ScopeRelation[]
  readonly outer?: Scope
  /** Columns of USING or NATURAL, which `*` gives first. */
  readonly first?: readonly number[]
}

export const EMPTY_SCOPE: Scope = { relations: [] }

/** A column of the row around the subquery; replaced when the subquery is joined to it. */
export const OUTER = '$OUTER'

export function outerColumn(index: number, type: LogicalType, span?: Span): CallExpr {
  return { kind: 'call', fn: OUTER, args: [], clauses: { index }, type, span }
}

/** A place in the SQL, from a node of the syntax tree. */
export function placeOf(context: BindContext, node: { readonly span: Span }) {
  return { span: node.span, source: context.source }
}

/** The column that a name means, and the parts behind it that are fields of its type. */
export interface ResolvedColumn {
  readonly expr: Expr
  readonly fields: readonly Identifier[]
}

export function resolveColumn(scope: Scope, name: Name): ResolvedColumn {
  const found = lookup(scope, name.parts, name.span)
  if (found !== undefined) return found
  for (let outer = scope.outer; outer !== undefined; outer = outer.outer) {
    const around = lookup(outer, name.parts, name.span)
    if (around === undefined) continue
    if (outer !== scope.outer) {
      const hint = 'Join the tables of both levels in one query.'
      fail('PLAN_NOT_SUPPORTED', { feature: 'A column of a query two levels further out', hint }, { span: name.span })
    }
    const column = around.expr as { index: number; type: LogicalType }
    return { expr: outerColumn(column.index, column.type, name.span), fields: around.fields }
  }
  return notFound(scope, name)
}

/** @param relations that have it; one is a query that gives the name to several columns */
export function ambiguousColumn({ name, span }: Identifier, relations: readonly (string | undefined)[]): never {
  const tables = relations.map((relation, i) => relation ?? (relations.length > 1 ? `table ${i + 1}` : 'the subquery'))
  return fail('PLAN_AMBIGUOUS_COLUMN', { column: name, tables }, { span })
}

/** Does the bare name mean a column, here or around? */
export function isKnown(scope: Scope, name: Identifier): boolean {
  return chain(scope).some((each) => lookup(each, [name], name.span) !== undefined)
}

interface Match {
  readonly relation: ScopeRelation
  readonly column: ScopeColumn
  /** The name is that of a field, this far inside the column. */
  readonly inside?: readonly Identifier[]
}

function lookup(scope: Scope, parts: readonly Identifier[], span: Span): ResolvedColumn | undefined {
  // A relation first: the longest qualifier that names one.
  for (let length = Math.min(parts.length - 1, 3); length >= 1; length--) {
    const qualifier = parts.slice(0, length).map((part) => part.name)
    const relations = scope.relations.filter((relation) => isCalled(relation, qualifier))
    for (const relation of relations) {
      const columns = relation.columns.filter((c) => c.name === parts[length].name)
      if (columns.length > 1) ambiguousColumn(parts[length], [relationName(relation)])
      if (columns.length === 1) return { expr: input(columns[0], span), fields: parts.slice(length + 1) }
    }
  }
  const matches = scope.relations.flatMap((relation): Match[] => {
    const own = relation.columns.filter((c) => c.name === parts[0].name && c.merged !== true)
    if (own.length > 0) return own.map((column) => ({ relation, column }))
    return peek(relation, parts[0]).map((found) => ({ relation, ...found }))
  })
  if (matches.length > 1) {
    ambiguousColumn(parts[0], [...new Set(matches.map(({ relation }) => relation))].map(relationName))
  }
  if (matches.length !== 1) return undefined
  const [{ column, inside }] = matches
  return { expr: input(column, span), fields: inside === undefined ? parts.slice(1) : [...inside, ...parts] }
}

/** Flink also finds fields of ROW columns by their bare name where the relation has no column of that name. */
function peek(
  relation: ScopeRelation,
  name: Identifier,
): readonly { readonly column: ScopeColumn; readonly inside: readonly Identifier[] }[] {
  const below = (type: LogicalType, path: readonly Identifier[]): (readonly Identifier[])[] => {
    if (type.kind !== 'ROW') return []
    if (type.fields.some((field) => field.name === name.name)) return [path]
    return type.fields.flatMap((field) => below(field.type, [...path, { ...name, name: field.name }]))
  }
  return relation.columns
    .filter((column) => column.merged !== true)
    .flatMap((column) => below(column.type, []).map((inside) => ({ column, inside })))
}

function input(column: ScopeColumn, span: Span): Expr {
  return { kind: 'input', index: column.index, type: column.type, span }
}

function isCalled(relation: ScopeRelation, qualifier: readonly string[]): boolean {
  if (qualifier.length === 1 && relation.alias === qualifier[0]) return true
  if (relation.path === undefined || qualifier.length === 1) return false
  const { catalog, database, name } = relation.path
  const path = [catalog, database, name].slice(3 - qualifier.length)
  return path.every((part, i) => part === qualifier[i])
}

/** Is there a column of that name in the row itself? */
export function hasColumn(scope: Scope, name: string): boolean {
  return scope.relations.some((relation) => relation.columns.some((column) => column.name === name))
}

function relationName(relation: ScopeRelation): string | undefined {
  return relation.alias ?? relation.path?.name
}

/** The scope and those around it. */
function chain(scope: Scope): readonly Scope[] {
  return scope.outer === undefined ? [scope] : [scope, ...chain(scope.outer)]
}

function notFound(scope: Scope, name: Name): never {
  const { parts } = name
  const around = chain(scope)
  const relations = around
    .flatMap((each) => each.relations)
    .map(relationName)
    .filter((alias) => alias !== undefined)
  if (parts.length > 1) {
    const [qualifier, column] = [parts[0].name, parts[1].name]
    const relation = around.flatMap((each) => each.relations).find((r) => isCalled(r, [qualifier]))
    if (relation === undefined) {
      const hint = didYouMean(qualifier, relations)
      fail('PLAN_UNKNOWN_QUALIFIER', { qualifier, known: relations, hint }, { span: parts[0].span })
    }
    const known = relation.columns.map((c) => c.name)
    fail(
      'PLAN_UNKNOWN_COLUMN',
      { column: `${qualifier}.${column}`, known, hint: didYouMean(column, known) },
      { span: name.span },
    )
  }
  const column = parts[0].name
  const known = [...new Set(scope.relations.flatMap((r) => r.columns.map((c) => c.name)))]
  const other = known.find((k) => k.toLowerCase() === column.toLowerCase())
  const hint = other !== undefined ? `Names are case-sensitive: did you mean '${other}'?` : didYouMean(column, known)
  return fail('PLAN_UNKNOWN_COLUMN', { column, known, hint }, { span: name.span })
}

/** The columns that `*` or `t.*` stand for. */
export function expandStar(scope: Scope, qualifier: Name | undefined, span: Span): readonly ScopeColumn[] | undefined {
  const names = qualifier?.parts.map((part) => part.name)
  for (const relation of scope.relations) {
    if (names !== undefined && !isCalled(relation, names)) continue
    const seen = new Set<string>()
    for (const { name } of relation.columns) {
      if (seen.has(name)) ambiguousColumn({ kind: 'identifier', name, quoted: false, span }, [relationName(relation)])
      seen.add(name)
    }
  }
  if (names === undefined) {
    const all = scope.relations.flatMap((relation) => relation.columns.filter((c) => c.merged !== true))
    const { first = [] } = scope
    const leading = first.flatMap((index) => all.filter((column) => column.index === index))
    return [...leading, ...all.filter((column) => !first.includes(column.index))]
  }
  return scope.relations.find((relation) => isCalled(relation, names))?.columns
}

export function relationNames(scope: Scope): readonly string[] {
  return scope.relations.map(relationName).filter((name) => name !== undefined)
}

/** Two scopes side by side: the right one's columns come behind. */
export function joinScopes(left: Scope, right: Scope, leftWidth: number, outer?: Scope): Scope {
  const shifted = right.relations.map((relation) => ({
    ...relation,
    columns: relation.columns.map((column) => ({ ...column, index: column.index + leftWidth })),
  }))
  return { relations: [...left.relations, ...shifted], outer }
}
