/**
 * The planner: statements of the syntax tree in, compiled plans out.
 *
 *   planQuery    a query whose rows go to the program
 *   planInserts  one or more INSERTs as one job
 *   explainStatement   the stages as text
 *   createTable, createView   resolve a declaration and put it into the catalog
 *   alterObject  ALTER TABLE, ALTER VIEW
 *
 * Law: planning does no I/O and changes nothing but the catalog; every error carries the text that its span points into.
 */
import { fail, isRivuletError } from '../base/errors.ts'
import type { SourceText } from '../base/span.ts'
import type { CatalogTable, CatalogView } from '../catalog/table.ts'
import type { CompiledPlan } from '../operators/nodes.ts'
import type {
  AlterTable,
  AlterView,
  CreateTable,
  CreateView,
  Identifier,
  Insert,
  Name,
  Query,
  Statement,
} from '../sql/ast.ts'
import type { Schema } from '../types/batch.ts'
import { alteredTable } from './bind/alter-table.ts'
import { uniqueNames } from './bind/build.ts'
import { bindInsert, type InsertTarget, refuseInsertClauses } from './bind/insert.ts'
import { bindQuery } from './bind/query.ts'
import type { BindContext } from './bind/scope.ts'
import { resolveTable } from './bind/table.ts'
import { inferChangelog } from './changelog.ts'
import { type PlannerContext, typingContext } from './context.ts'
import { type ExplainDetails, explainText } from './explain.ts'
import type { CollectRel, Rel } from './nodes.ts'
import { optimize } from './rules.ts'
import { toPhysical } from './to-physical.ts'

export { bindExpression } from './bind/expression.ts'
export { resolveTable } from './bind/table.ts'
export type { PlannerContext, PlannerFunctions } from './context.ts'
export { planTree } from './explain.ts'
export { parsePlan, planText } from './json.ts'
export { createTableText, describeColumns, isSecretOption, showCreate } from './show.ts'
export { openTable, PLANNER_OPTIONS, type Registries } from './table-request.ts'

export interface PlannedQuery {
  readonly plan: CompiledPlan
  /** Columns of the result, time attributes marked. */
  readonly schema: Schema
}

/** An INSERT with the text that it stands in. */
export interface PlacedInsert {
  readonly insert: Insert
  readonly source?: SourceText
}

/** Called with the name of every rule of the optimizer that changed something. */
export type OnRule = (rule: string) => void

export function planQuery(context: PlannerContext, query: Query, source?: SourceText, onRule?: OnRule): PlannedQuery {
  return inSource(source, () => {
    const collect = bindCollect(context, query, source)
    return { plan: compile(context, [collect], onRule), schema: collect.schema }
  })
}

/** All INSERTs as one job. */
export function planInserts(context: PlannerContext, inserts: readonly PlacedInsert[], onRule?: OnRule): CompiledPlan {
  return compile(context, bindInserts(context, inserts), onRule)
}

/** EXPLAIN, or the text that EXPLAIN of the statement would give. */
export function explainStatement(
  context: PlannerContext,
  statement: Statement,
  source?: SourceText,
  onRule?: OnRule,
): string {
  return inSource(source, () => {
    const isExplain = statement.kind === 'explain'
    const details: ExplainDetails = {
      changelogMode: isExplain && statement.details.includes('CHANGELOG_MODE'),
      advice: isExplain && statement.details.includes('PLAN_ADVICE'),
    }
    const bound = bindTarget(context, isExplain ? statement.statement : statement, source)
    const optimized = optimize(bound, context)
    const plan = compile(context, bound, onRule)
    return explainText(
      {
        bound,
        optimized: optimized.rels,
        fired: optimized.fired,
        nodes: plan.nodes,
      },
      details,
    )
  })
}

function bindTarget(context: PlannerContext, target: Statement, source: SourceText | undefined): readonly Rel[] {
  switch (target.kind) {
    case 'query':
      return [bindCollect(context, target, source)]
    case 'insert':
      return bindInserts(context, [{ insert: target, ...(source && { source }) }])
    case 'statement-set':
      return bindInserts(
        context,
        target.statements.map((insert) => ({ insert, ...(source && { source }) })),
      )
    case 'execute':
      return bindTarget(context, target.statement, source)
    case 'create-table':
      return target.query === undefined ? unexplained(target) : bindTableAs(context, target, target.query, source)
    default:
      return unexplained(target)
  }
}

function unexplained({ kind, span }: Statement): never {
  return fail('PLAN_NOT_SUPPORTED', { feature: `EXPLAIN of ${kind.replaceAll('-', ' ').toUpperCase()}` }, { span })
}

/** The INSERT of CREATE TABLE … AS, into a table that is there only for as long as it takes to bind. */
function bindTableAs(
  context: PlannerContext,
  ast: CreateTable,
  query: Query,
  source: SourceText | undefined,
): readonly Rel[] {
  const { catalog } = context
  const path = catalog.qualify(ast.name.parts.map((part) => part.name))
  const before = catalog.find(path)
  createTable(context, ast, source)
  try {
    return bindInserts(context, [{ insert: insertOfTable(context, ast, query, source), ...(source && { source }) }])
  } finally {
    if (before !== undefined && before.temporary === ast.temporary) catalog.create(before, { replace: true })
    else catalog.drop('table', path, { temporary: ast.temporary })
  }
}

/** CREATE TABLE … AS fills its table by this. */
export function insertOfTable(context: PlannerContext, ast: CreateTable, query: Query, source?: SourceText): Insert {
  const columns = querySchema(context, query, source).map(({ name: column }): Name => {
    const part: Identifier = { kind: 'identifier', name: column, quoted: true, span: query.span }
    return { kind: 'name', parts: [part], span: query.span }
  })
  const plain = { verb: 'INSERT', overwrite: false, hints: [], extend: [], partition: [] } as const
  return { kind: 'insert', ...plain, table: ast.name, query, span: ast.span, columns }
}

/** Resolve CREATE TABLE and store the table. CREATE TABLE … AS stores the table only: its INSERT is the caller's. */
export function createTable(context: PlannerContext, ast: CreateTable, source?: SourceText): CatalogTable {
  return inSource(source, () => {
    const table = resolveTable(context, ast, source)
    const parts = ast.name.parts.map((part) => part.name)
    if (ast.verb === 'REPLACE') context.catalog.get(parts, ast.name.span)
    const replace = ast.verb !== 'CREATE'
    context.catalog.create(table, { ifNotExists: ast.ifNotExists, replace, span: ast.name.span })
    return table
  })
}

/** Check a view's query and store it. */
export function createView(context: PlannerContext, ast: CreateView, source?: SourceText): CatalogView {
  return inSource(source, () => {
    const view = resolveView(context, ast, source)
    context.catalog.create(view, { ifNotExists: ast.ifNotExists, replace: ast.orReplace, span: ast.name.span })
    return view
  })
}

type ViewDeclaration = Pick<CreateView, 'name' | 'temporary' | 'columns' | 'query' | 'comment'>

function resolveView(context: PlannerContext, ast: ViewDeclaration, source?: SourceText): CatalogView {
  const path = context.catalog.qualify(ast.name.parts.map((part) => part.name))
  const { rel, names } = bindQuery(bindContext(context, source), ast.query)
  const columnNames = ast.columns.map((column) => column.name)
  if (columnNames.length > 0 && columnNames.length !== names.length) {
    const what = `The column list of the view '${path.name}'`
    fail('PLAN_COLUMN_COUNT', { what, expected: names.length, found: columnNames.length }, { span: ast.name.span })
  }
  refuseDuplicates(ast, names)
  const shown = columnNames.length > 0 ? columnNames : names
  return {
    kind: 'view',
    path,
    temporary: ast.temporary,
    columnNames,
    query: ast.query,
    schema: shown.map((name, i) => ({ name, type: rel.schema[i].type })),
    database: { catalog: context.catalog.currentCatalog, database: context.catalog.currentDatabase },
    span: ast.query.span,
    ...(ast.comment && { comment: ast.comment.value }),
    ...(source && { source }),
  }
}

/** Names that a view is given twice; columns of a `*` have got different ones. */
function refuseDuplicates({ columns, query, name }: ViewDeclaration, names: readonly string[]): void {
  const given: readonly (Pick<Identifier, 'name' | 'span'> | undefined)[] =
    columns.length > 0 || query.body.kind !== 'select'
      ? columns
      : query.body.items.map(({ alias, expression }) =>
          alias === undefined && expression.kind === 'column' ? expression.name.parts.at(-1) : alias,
        )
  const seen = new Set<string>()
  const where = `the view '${name.parts.at(-1)?.name}'`
  for (const column of given) {
    if (column === undefined) continue
    if (seen.has(column.name)) fail('PLAN_DUPLICATE_COLUMN', { column: column.name, where }, { span: column.span })
    seen.add(column.name)
  }
  const twice = columns.length > 0 ? undefined : names.find((column, i) => names.indexOf(column) !== i)
  if (twice !== undefined) fail('PLAN_DUPLICATE_COLUMN', { column: twice, where }, { span: query.span })
}

/** ALTER TABLE and ALTER VIEW. */
export function alterObject(context: PlannerContext, ast: AlterTable | AlterView, source?: SourceText): void {
  inSource(source, () => {
    const { catalog } = context
    const object = alterable(context, ast)
    if (object === undefined) return
    const { action, name } = ast
    if (action.kind === 'rename') {
      const to = action.to.parts.map((part) => part.name)
      // A bare new name stays in the database of the old one.
      catalog.rename(object.path, catalog.qualify(to, object.path), action.to.span)
    } else if (ast.kind === 'alter-table' && object.kind === 'table') {
      const table = alteredTable(context, object, ast, source)
      if (table !== undefined) catalog.replace(table)
    } else if (action.kind === 'as-query') {
      catalog.replace(resolveView(context, { name, temporary: false, columns: [], query: action.query }, source))
    }
  })
}

/** The permanent table or view that the statement is about; as in Flink, temporary ones are not altered. */
function alterable(context: PlannerContext, { kind, name, ifExists }: AlterTable | AlterView) {
  const { catalog } = context
  const wanted = kind === 'alter-table' ? 'table' : 'view'
  const parts = name.parts.map((part) => part.name)
  const object = catalog.find(catalog.qualify(parts)) ?? (ifExists ? undefined : catalog.get(parts, name.span))
  if (object === undefined || (ifExists && object.temporary)) return undefined
  const what = `The ${object.kind} '${object.path.name}'`
  if (object.kind !== wanted) {
    const hint = `Write ALTER ${object.kind.toUpperCase()}.`
    fail('PLAN_ALTER', { what, problem: `it is no ${wanted}`, hint }, { span: name.span })
  }
  if (object.temporary) {
    const hint = `DROP TEMPORARY ${wanted.toUpperCase()} ${object.path.name}, then create it anew.`
    fail('PLAN_ALTER', { what, problem: `a temporary ${wanted} stays as it is`, hint }, { span: name.span })
  }
  return object
}

/** The columns of a query without planning it. */
export function querySchema(context: PlannerContext, query: Query, source?: SourceText): Schema {
  return inSource(source, () => bindCollect(context, query, source).schema)
}

// ---- Stages ----------------------------------------------------------------------------------------------------------

function bindContext(planner: PlannerContext, source: SourceText | undefined): BindContext {
  return { planner, typing: typingContext(planner), common: new Map(), views: [], ...(source && { source }) }
}

function bindCollect(planner: PlannerContext, query: Query, source: SourceText | undefined): CollectRel {
  const { rel, names } = bindQuery(bindContext(planner, source), query, true)
  const schema = uniqueNames(names).map((name, i) => ({ name, type: rel.schema[i].type }))
  return { kind: 'collect', input: rel, schema, place: { span: query.span, ...(source && { source }) } }
}

function bindInserts(planner: PlannerContext, inserts: readonly PlacedInsert[]): readonly Rel[] {
  return inserts.map(({ insert, source }) =>
    inSource(source, () => {
      refuseInsertClauses(insert)
      const context = bindContext(planner, source)
      const target: InsertTarget = {
        table: insert.table,
        hints: insert.hints,
        span: insert.query.span,
        ...(insert.columns && { columns: insert.columns }),
        ...(insert.onConflict && { onConflict: insert.onConflict }),
      }
      return bindInsert(context, target, bindQuery(context, insert.query, true))
    }),
  )
}

function compile(context: PlannerContext, bound: readonly Rel[], onRule?: OnRule): CompiledPlan {
  const { rels, fired } = optimize(bound, context)
  for (const rule of fired) onRule?.(rule)
  return toPhysical(
    rels.map((rel) => inferChangelog(rel, context)),
    context,
  )
}

/** Errors know the text that their spans point into. */
function inSource<T>(source: SourceText | undefined, run: () => T): T {
  try {
    return run()
  } catch (error) {
    if (source !== undefined && isRivuletError(error) && error.span !== undefined) throw error.in(source)
    // The stages follow the tree by recursion; thousands of levels are more than a stack holds.
    if (error instanceof RangeError) fail('PLAN_TOO_DEEP', {}, { cause: error })
    throw error
  }
}
