/**
 * INSERT INTO: the query's columns meet the table's.
 *
 * Laws
 * - Columns match by position (of the column list, if there is one); a type that converts implicitly is cast, another one is
 *   an error with both schemas.
 * - A sink consumes the physical columns and then the writable metadata columns, in order of declaration.
 */
import { fail } from '../../base/errors.ts'
import { didYouMean } from '../../base/nearest.ts'
import type { CatalogTable, TableColumn } from '../../catalog/table.ts'
import type { ProducedColumn } from '../../connectors/contract.ts'
import type { Expr } from '../../expr/expr.ts'
import type { Hint, Insert, Name } from '../../sql/ast.ts'
import { supportsImplicitCast } from '../../types/common-type.ts'
import { sameType, typeText, withNullable, withoutAttribute } from '../../types/logical-type.ts'
import type { Rel, SinkRel } from '../nodes.ts'
import { inputAt, project } from './build.ts'
import { implicitCast } from './call.ts'
import { literal } from './literal.ts'
import { inText, openCatalogTable, planTableOf, withHints } from './scan.ts'
import { type BindContext, type BoundTable, placeOf } from './scope.ts'

/** What INSERT says besides its query. */
export interface InsertTarget {
  readonly table: Name
  readonly columns?: readonly Name[]
  readonly hints: readonly Hint[]
  readonly onConflict?: Insert['onConflict']
  readonly span: Insert['span']
}

export function refuseInsertClauses(ast: Insert): void {
  if (ast.overwrite) fail('PLAN_NOT_SUPPORTED', { feature: 'INSERT OVERWRITE' }, { span: ast.span })
  if (ast.verb === 'UPSERT')
    fail(
      'PLAN_NOT_SUPPORTED',
      { feature: 'UPSERT INTO', hint: 'Use INSERT INTO; tables with a primary key take updates.' },
      { span: ast.span },
    )
  if (ast.partition.length > 0)
    fail('PLAN_NOT_SUPPORTED', { feature: 'INSERT INTO … PARTITION' }, { span: ast.partition[0].span })
  if (ast.extend.length > 0)
    fail('PLAN_NOT_SUPPORTED', { feature: 'Declaring columns in INSERT' }, { span: ast.extend[0].span })
}

export function bindInsert(context: BindContext, target: InsertTarget, query: BoundTable): SinkRel {
  const { planner } = context
  const object = planner.catalog.get(
    target.table.parts.map((part) => part.name),
    target.table.span,
  )
  if (object.kind === 'view')
    return fail('PLAN_NOT_SUPPORTED', { feature: 'INSERT INTO a view' }, { span: target.table.span })
  const table = object
  const entries = withHints(context, table.options, target.hints)
  const planTable = planTableOf(table, entries)
  const opened = openCatalogTable(context, table, planTable, target.table.span, entries)
  const connector = opened.connector.identifier
  const sink = inText(table.source, () => opened.connector.sink?.(opened.request), entries)
  if (sink === undefined) {
    return fail(
      'PLAN_CONNECTOR_DIRECTION',
      { table: table.path.name, connector, direction: 'written' },
      { span: target.table.span },
    )
  }
  const columns = sinkColumns(table)
  for (const column of columns) {
    if (
      column.kind === 'metadata' &&
      !sink.metadata.some((offered) => offered.key === column.key && offered.writable)
    ) {
      fail('PLAN_METADATA_READ_ONLY', { column: column.name, key: column.key }, { span: target.table.span })
    }
  }
  const rel = matchColumns(context, table, columns, target, query)
  const notNull = columns.flatMap((column, i) => (!column.type.nullable && rel.schema[i].type.nullable ? [i] : []))
  return {
    kind: 'sink',
    input: rel,
    table: planTable,
    catalogTable: table,
    consumed: columns.map(consumedColumn),
    notNull,
    notNullEnforcer:
      planner.options.get('table.exec.sink.not-null-enforcer')?.toLowerCase() === 'drop' ? 'drop' : 'error',
    accepts: (requested) => sink.acceptedChangelog(requested),
    parallel: sink.parallel,
    ...(target.onConflict && { onConflict: target.onConflict }),
    schema: columns.map((column, i) => ({ name: column.name, type: rel.schema[i].type })),
    place: placeOf(context, target),
  }
}

/** Physical columns, then metadata columns that are not VIRTUAL. */
function sinkColumns(table: CatalogTable): readonly TableColumn[] {
  const physical = table.columns.filter((column) => column.kind === 'physical')
  const metadata = table.columns.filter((column) => column.kind === 'metadata' && !column.virtual)
  return [...physical, ...metadata]
}

function consumedColumn(column: TableColumn): ProducedColumn {
  const type = withoutAttribute(column.type)
  return column.kind === 'metadata' ? { name: column.name, type, metadata: column.key } : { name: column.name, type }
}

function matchColumns(
  context: BindContext,
  table: CatalogTable,
  columns: readonly TableColumn[],
  target: InsertTarget,
  query: BoundTable,
): Rel {
  // The order in which INSERT names columns is that of declaration, metadata columns in their places.
  const insertable = table.columns.filter((column) => columns.includes(column))
  const wanted =
    target.columns === undefined ? insertable : target.columns.map((name) => findColumn(insertable, table, name))
  for (const [i, column] of wanted.entries()) {
    if (wanted.indexOf(column) === i) continue
    const where = `the column list of INSERT INTO ${table.path.name}`
    fail('PLAN_DUPLICATE_COLUMN', { column: column.name, where }, { span: target.columns?.[i].span ?? target.span })
  }
  const { rel, names } = query
  const mismatch = (problem: string): never =>
    fail(
      'PLAN_SINK_SCHEMA',
      {
        table: table.path.name,
        problem,
        query: names.map((name, i) => `${name}: ${typeText(withoutAttribute(rel.schema[i].type))}`).join(', '),
        sink: wanted.map((column) => `${column.name}: ${typeText(withoutAttribute(column.type))}`).join(', '),
      },
      { span: target.span, source: context.source },
    )
  if (names.length !== wanted.length) {
    return mismatch(`it gives ${names.length} columns where ${wanted.length} are expected`)
  }
  const exprs = columns.map((column): Expr => {
    const at = wanted.indexOf(column)
    if (at === -1) {
      if (!column.type.nullable) mismatch(`the column '${column.name}' is NOT NULL and gets no value`)
      return literal(null, withoutAttribute(column.type))
    }
    const from = inputAt(rel.schema, at)
    if (!supportsImplicitCast(from.type, column.type)) {
      mismatch(
        `column ${at + 1} ('${names[at]}') is ${typeText(withNullable(withoutAttribute(from.type), true))}, but '${column.name}' is ${typeText(withNullable(withoutAttribute(column.type), true))}`,
      )
    }
    return keepsLength(from.type, column.type) ? from : implicitCast(from, column.type)
  })
  const same = exprs.length === rel.schema.length && exprs.every((expr, i) => expr.kind === 'input' && expr.index === i)
  if (same) return rel
  return project(
    rel,
    exprs,
    columns.map((column) => column.name),
    rel.place,
  )
}

/** Lengths of strings and bytes are not enforced by default, so a longer one is written as it is. */
function keepsLength(from: Expr['type'], to: Expr['type']): boolean {
  const text = (type: Expr['type']) => type.kind === 'CHAR' || type.kind === 'VARCHAR'
  const bytes = (type: Expr['type']) => type.kind === 'BINARY' || type.kind === 'VARBINARY'
  return sameType(from, to, true) || (text(from) && text(to)) || (bytes(from) && bytes(to))
}

function findColumn(columns: readonly TableColumn[], table: CatalogTable, name: Name): TableColumn {
  const wanted = name.parts.map((part) => part.name).join('.')
  const column = columns.find((c) => c.name === wanted)
  if (column !== undefined) return column
  const known = columns.map((c) => c.name)
  const other = table.columns.find((c) => c.name === wanted)
  const hint =
    other === undefined
      ? didYouMean(wanted, known)
      : `'${wanted}' is ${other.kind === 'computed' ? 'computed' : 'read-only metadata'} and cannot be written.`
  return fail('PLAN_UNKNOWN_COLUMN', { column: wanted, known, hint }, { span: name.span })
}
