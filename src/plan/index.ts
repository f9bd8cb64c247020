/**
 * The planner: statements of the syntax tree in, compiled plans out.
 *
 *   planQuery    a query whose rows go to the program
 *   planInserts  one or more INSERTs as one job
 *   explain      the stages as text
 *   createTable, createView   resolve a declaration and put it into the catalog
 *
 * Law: planning does no I/O and changes nothing but the catalog; every error carries the text that its span points into.
 */
import { isRivuletError } from '../base/errors.ts'
import type { SourceText } from '../base/span.ts'
import type { CatalogTable, CatalogView } from '../catalog/table.ts'
import type { CompiledPlan } from '../operators/nodes.ts'
import type { CreateTable, CreateView, Execute, Explain, Insert, Query, StatementSet } from '../sql/ast.ts'
import type { Schema } from '../types/batch.ts'
import { fail } from '../base/errors.ts'
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
export { openTable, PLANNER_OPTIONS, type Registries } from './table-request.ts'

export interface PlannedQuery {
  readonly plan: CompiledPlan
  /** Columns of the result, time attributes marked. */
  readonly schema: Schema
  /** Rules of the optimizer that changed something. */
  readonly fired: readonly string[]
}

/** An INSERT, or what the API's `insertInto` says. */
export interface InsertRequest {
  readonly target: InsertTarget
  readonly query: Query
  /** The text of this insert, where it is not that of all. */
  readonly source?: SourceText
}

export function planQuery(context: PlannerContext, query: Query, source?: SourceText): PlannedQuery {
  return inSource(source, () => compile(context, [bindCollect(context, query, source)]))
}

export function planInserts(
  context: PlannerContext,
  inserts: readonly (Insert | InsertRequest)[],
  source?: SourceText,
): PlannedQuery {
  return inSource(source, () => compile(context, bindInserts(context, inserts, source)))
}

export function explain(context: PlannerContext, statement: Explain | ExplainTarget, source?: SourceText): string {
  return inSource(source, () => {
    const isStatement = statement.kind === 'explain'
    const target = isStatement ? statement.statement : statement
    const details: ExplainDetails = {
      changelogMode: isStatement && statement.details.includes('CHANGELOG_MODE'),
      advice: isStatement && statement.details.includes('PLAN_ADVICE'),
    }
    const bound = bindTarget(context, target, source)
    const optimized = bound.map((rel) => optimize(rel, context))
    const { plan } = compile(context, bound)
    return explainText(
      {
        bound,
        optimized: optimized.map(({ rel }) => rel),
        fired: [...new Set(optimized.flatMap(({ fired }) => fired))],
        nodes: plan.nodes,
        ttlMs: context.options.duration('table.exec.state.ttl') ?? 0,
      },
      details,
    )
  })
}

type ExplainTarget = Query | Insert | StatementSet | Execute

function bindTarget(context: PlannerContext, target: Explain['statement'], source: SourceText | undefined): readonly Rel[] {
  switch (target.kind) {
    case 'query':
      return [bindCollect(context, target, source)]
    case 'insert':
      return bindInserts(context, [target], source)
    case 'statement-set':
      return bindInserts(context, target.statements, source)
    case 'execute':
      return bindTarget(context, target.statement, source)
    default:
      return fail('PLAN_NOT_SUPPORTED', { feature: `EXPLAIN of ${target.kind.replaceAll('-', ' ').toUpperCase()}` }, { span: target.span })
  }
}

/** Resolve CREATE TABLE and store the table. CREATE TABLE … AS stores the table only: its INSERT is the caller's. */
export function createTable(context: PlannerContext, ast: CreateTable, source?: SourceText): CatalogTable {
  return inSource(source, () => {
    const table = resolveTable(context, ast, source)
    context.catalog.create(table, { ifNotExists: ast.ifNotExists, span: ast.name.span })
    return table
  })
}

/** Check a view's query and store it. */
export function createView(context: PlannerContext, ast: CreateView, source?: SourceText): CatalogView {
  return inSource(source, () => {
    const path = context.catalog.qualify(ast.name.parts.map((part) => part.name))
    const { rel, names } = bindQuery(bindContext(context, source), ast.query)
    const columnNames = ast.columns.map((column) => column.name)
    if (columnNames.length > 0 && columnNames.length !== names.length) {
      const what = `The column list of the view '${path.name}'`
      fail('PLAN_COLUMN_COUNT', { what, expected: names.length, found: columnNames.length }, { span: ast.name.span })
    }
    const shown = columnNames.length > 0 ? columnNames : names
    const view: CatalogView = {
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
    context.catalog.create(view, { ifNotExists: ast.ifNotExists, replace: ast.orReplace, span: ast.name.span })
    return view
  })
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
  const schema = names.map((name, i) => ({ name, type: rel.schema[i].type }))
  return { kind: 'collect', input: rel, schema, place: { span: query.span, ...(source && { source }) } }
}

function bindInserts(
  planner: PlannerContext,
  inserts: readonly (Insert | InsertRequest)[],
  source: SourceText | undefined,
): readonly Rel[] {
  return inserts.map((insert) => {
    const text = 'source' in insert ? (insert.source ?? source) : source
    const context = bindContext(planner, text)
    return inSource(text, () => {
      if ('kind' in insert) {
        refuseInsertClauses(insert)
        const target: InsertTarget = { table: insert.table, span: insert.query.span, ...(insert.columns && { columns: insert.columns }) }
        return bindInsert(context, target, bindQuery(context, insert.query, true))
      }
      return bindInsert(context, insert.target, bindQuery(context, insert.query, true))
    })
  })
}

function compile(context: PlannerContext, bound: readonly Rel[]): PlannedQuery {
  const optimized = bound.map((rel) => optimize(rel, context))
  const planned = optimized.map(({ rel }) => inferChangelog(rel, context))
  return {
    plan: toPhysical(planned, context),
    schema: bound[0]?.schema ?? [],
    fired: [...new Set(optimized.flatMap(({ fired }) => fired))],
  }
}

/** Errors know the text that their spans point into. */
function inSource<T>(source: SourceText | undefined, run: () => T): T {
  try {
    return run()
  } catch (error) {
    if (source !== undefined && isRivuletError(error) && error.span !== undefined) throw error.in(source)
    throw error
  }
}
