/**
 * A table in FROM becomes a scan: what the connector produces, computed columns over it, the watermark, and, where the
 * source gives updates without their old rows, a normalisation by primary key.
 */
import { fail, isRivuletError, RivuletError } from '../../base/errors.ts'
import { didYouMean } from '../../base/nearest.ts'
import type { OptionEntry } from '../../base/options.ts'
import type { SourceText, Span } from '../../base/span.ts'
import { type CatalogTable, pathText, storedColumns } from '../../catalog/table.ts'
import type { ProducedColumn, TableSource } from '../../connectors/contract.ts'
import type { Expr } from '../../expr/expr.ts'
import type { PlanTable, WatermarkSpec } from '../../operators/source-scan/node.ts'
import type { Hint } from '../../sql/ast.ts'
import { sameType } from '../../types/logical-type.ts'
import { isInsertOnly } from '../../types/row-kind.ts'
import type { NormalizeRel, Place, Rel, ScanRel } from '../nodes.ts'
import { type OpenedTable, openTable } from '../table-request.ts'
import type { BindContext } from './scope.ts'

/** A stream of changes, or a table that is asked for rows by key: then without watermark, as it is. */
export type ScanUse = 'stream' | 'lookup'

export function bindScan(
  context: BindContext,
  table: CatalogTable,
  hints: readonly Hint[],
  span: Span,
  use: ScanUse = 'stream',
): Rel {
  const { planner } = context
  const entries = withHints(context, table.options, hints)
  const planTable = planTableOf(table, entries)
  const opened = openCatalogTable(context, table, planTable, span, entries)
  const source = inText(table.source, () => opened.connector.source?.(opened.request), entries)
  if (source === undefined) {
    const connector = opened.connector.identifier
    return fail('PLAN_CONNECTOR_DIRECTION', { table: table.path.name, connector, direction: 'read' }, { span })
  }
  if (use === 'lookup' ? source.createLookup === undefined : source.scans === false) {
    const connector = opened.connector.identifier
    fail('PLAN_TABLE_USE', { table: table.path.name, connector, use }, { span })
  }
  const stored = storedColumns(table)
  const produced: ProducedColumn[] = stored.map((column) =>
    column.kind === 'metadata'
      ? metadataOf(context, table, source, opened, column, span)
      : { name: column.name, type: column.type },
  )
  let next = 0
  const projections = table.columns.map((column): Expr => {
    if (column.kind === 'computed') return withType(column.expr, column.type)
    const index = next++
    const read: Expr = { kind: 'input', index, type: produced[index].type }
    return produced[index].metadata === undefined ? { ...read, type: column.type } : castMetadata(read, column.type)
  })
  const place: Place = { span, source: context.source }
  const schema = table.columns.map(({ name, type }) => ({ name, type }))
  const watermark = use === 'lookup' ? undefined : watermarkOf(context, table, opened, source, span)
  const scan: ScanRel = {
    kind: 'scan',
    table: planTable,
    catalogTable: table,
    changelog: source.changelog,
    produced,
    projections,
    schema,
    hinted: hints.length > 0,
    place,
    ...(watermark && { watermark }),
    ...(source.derives && { derives: source.derives }),
  }
  if (use === 'lookup') return scan
  return normalized(planner.options.boolean('table.exec.source.cdc-events-duplicate'), table, opened, scan, span)
}

/** The column is marked as a time attribute by the table, not by its expression. */
function withType(expr: Expr, type: Expr['type']): Expr {
  return { ...expr, type } as Expr
}

/** Metadata has the connector's type; a column may declare another one. */
function castMetadata(read: Expr, type: Expr['type']): Expr {
  return sameType(read.type, type, true) ? { ...read, type } : { kind: 'cast', arg: read, safe: false, type }
}

function normalized(duplicates: boolean, table: CatalogTable, opened: OpenedTable, scan: ScanRel, span: Span): Rel {
  const { changelog } = scan
  const upsert = changelog.updateAfter && !changelog.updateBefore
  if (!upsert && !(duplicates && !isInsertOnly(changelog) && table.primaryKey.length > 0)) return scan
  if (table.primaryKey.length === 0) {
    fail('PLAN_SOURCE_KEY', { table: table.path.name, connector: opened.connector.identifier }, { span })
  }
  const key = table.primaryKey.map((name) => table.columns.findIndex((column) => column.name === name))
  const normalize: NormalizeRel = { kind: 'normalize', input: scan, key, schema: scan.schema, place: scan.place }
  return normalize
}

/** A table as plans name it. */
export function planTableOf(
  table: CatalogTable,
  entries: Readonly<Record<string, OptionEntry>> = table.options,
): PlanTable {
  return {
    name: pathText(table.path),
    options: Object.fromEntries(Object.entries(entries).map(([key, entry]) => [key, entry.value])),
    physical: table.columns
      .filter((column) => column.kind === 'physical')
      .map(({ name, type }) => ({ name, type: plainType(type) })),
    primaryKey: table.primaryKey,
    partitionKeys: table.partitionKeys,
  }
}

/** Connectors know nothing of time attributes. */
function plainType(type: Expr['type']): Expr['type'] {
  if (type.kind !== 'TIMESTAMP' && type.kind !== 'TIMESTAMP_LTZ') return type
  return { kind: type.kind, nullable: type.nullable, precision: type.precision }
}

export function openCatalogTable(
  context: BindContext,
  table: CatalogTable,
  planTable: PlanTable,
  span: Span,
  entries: Readonly<Record<string, OptionEntry>> = table.options,
): OpenedTable {
  const { planner } = context
  if (entries.connector === undefined && entries['connector.type'] === undefined) {
    fail('PLAN_MISSING_CONNECTOR', { table: table.path.name }, { span, source: context.source })
  }
  return inText(
    table.source,
    () =>
      openTable(planTable, planner, {
        timeZone: context.typing.timeZone,
        entries,
        inline: planner.inline?.(table.path.name),
      }),
    entries,
  )
}

/** Errors about a table's options point into its DDL or the hint; @param entries its options, to find where one stands */
export function inText<T>(
  source: SourceText | undefined,
  run: () => T,
  entries: Readonly<Record<string, OptionEntry>> = {},
): T {
  try {
    return run()
  } catch (error) {
    if (!isRivuletError(error)) throw error
    const entry = entryOf(error, entries)
    const text = entry?.source ?? source
    if (text === undefined) throw error
    if (error.span !== undefined) throw error.in(text)
    if (entry?.span === undefined) throw error
    throw new RivuletError({ ...error.toJSON(), span: entry.span }).in(text)
  }
}

/** The option that an error is about; one that is missing would stand beside the connector. */
function entryOf(error: RivuletError, entries: Readonly<Record<string, OptionEntry>>): OptionEntry | undefined {
  const { span } = error
  if (span !== undefined) return Object.values(entries).find((entry) => entry.span === span)
  return error.code === 'CONNECTOR_MISSING_OPTION' ? (entries.connector ?? entries['connector.type']) : undefined
}

/** The options of a table with those of its OPTIONS hints over them. */
export function withHints(
  context: BindContext,
  options: Readonly<Record<string, OptionEntry>>,
  hints: readonly Hint[],
): Readonly<Record<string, OptionEntry>> {
  let merged = options
  for (const hint of hints) {
    if (hint.name.name.toUpperCase() !== 'OPTIONS') {
      const problem = `${hint.name.name} is no hint of a table`
      const advice = `A table takes /*+ OPTIONS('key' = 'value') */; hints such as STATE_TTL stand behind SELECT.`
      fail('PLAN_HINT', { problem, hint: advice }, { span: hint.span })
    }
    const { source } = context
    const added = hint.arguments.map(({ key, value, span }) => [key ?? '', { value, span, source }] as const)
    merged = { ...merged, ...Object.fromEntries(added) }
  }
  if (hints.length > 0 && !(context.planner.options.get('table.dynamic-table-options.enabled') !== 'false')) {
    fail(
      'PLAN_NOT_SUPPORTED',
      { feature: "OPTIONS hints while 'table.dynamic-table-options.enabled' is false" },
      { span: hints[0].span },
    )
  }
  return merged
}

function metadataOf(
  context: BindContext,
  table: CatalogTable,
  source: TableSource,
  opened: OpenedTable,
  column: { readonly name: string; readonly key: string; readonly type: Expr['type'] },
  span: Span,
): ProducedColumn {
  const found = source.metadata.find((offered) => offered.key === column.key)
  if (found === undefined) {
    const known = source.metadata.map((offered) => offered.key)
    const connector = opened.connector.identifier
    return fail(
      'PLAN_UNKNOWN_METADATA',
      { key: column.key, table: table.path.name, connector, known, hint: didYouMean(column.key, known) },
      { span, source: context.source },
    )
  }
  return { name: column.name, type: found.type, metadata: column.key }
}

function watermarkOf(
  context: BindContext,
  table: CatalogTable,
  opened: OpenedTable,
  source: TableSource,
  span: Span,
): WatermarkSpec | undefined {
  if (table.watermark === undefined) return undefined
  const { column, expr } = table.watermark
  const { options } = context.planner
  // Nothing would ever move the time: it is said before a window waits for it.
  if (expr.kind === 'literal' && expr.value === null && source.watermarks !== true) {
    const feature = `SOURCE_WATERMARK() with connector '${opened.connector.identifier}'`
    const hint = `Its records carry no watermarks: declare WATERMARK FOR ${column} AS ${column} - INTERVAL '5' SECOND.`
    fail('PLAN_NOT_SUPPORTED', { feature, hint }, { span })
  }
  const written = opened.planner.string('scan.watermark.emit.strategy')
  const idle =
    opened.planner.number('scan.watermark.idle-timeout') ?? options.duration('table.exec.source.idle-timeout')
  return {
    rowtime: table.columns.findIndex((c) => c.name === column),
    expr,
    emit: (written as WatermarkSpec['emit'] | undefined) ?? source.watermarkEmit ?? 'on-periodic',
    intervalMs: options.duration('pipeline.auto-watermark-interval') ?? 200,
    ...(idle !== undefined && idle > 0 && { idleTimeoutMs: idle }),
  }
}
