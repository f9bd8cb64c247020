/**
 * share-scans
 *
 * What   scans of one table, in one query or in several INSERTs of a job, become one scan of the columns that any of them
 *        reads; each reader takes its columns and applies its filter behind it
 * Why    the table is read once, and all readers see the same rows: two consumers that start at `latest-offset` would not
 * Not    scans with OPTIONS hints that differ; with 'table.optimizer.reuse-source-enabled' = 'false'
 */
import type { Expr } from '../../expr/expr.ts'
import { exprKey } from '../../expr/key.ts'
import { filter, inputAt, project } from '../bind/build.ts'
import type { PlannerContext } from '../context.ts'
import { mapRel, type Rel, type ScanRel, walkRel } from '../nodes.ts'
import { type ForestRule, remap } from './rule.ts'

export const shareScans: ForestRule = {
  name: 'share-scans',
  applyAll: (rels, context) => (isEnabled(context) ? share(rels) : rels),
}

function isEnabled(context: PlannerContext): boolean {
  return context.options.get('table.optimizer.reuse-source-enabled')?.toLowerCase() !== 'false'
}

function share(rels: readonly Rel[]): readonly Rel[] {
  const scans = new Map<string, Set<ScanRel>>()
  for (const rel of rels) {
    walkRel(rel, (node) => {
      if (node.kind !== 'scan') return
      const key = tableKey(node)
      const found = scans.get(key)
      if (found === undefined) scans.set(key, new Set([node]))
      else found.add(node)
    })
  }
  const merged = new Map<ScanRel, ScanRel>()
  for (const group of scans.values()) {
    const all = [...group]
    if (new Set(all.map(scanKey)).size < 2) continue
    const common = mergeAll(all)
    for (const scan of all) merged.set(scan, common)
  }
  if (merged.size === 0) return rels
  return rels.map((rel) =>
    mapRel(rel, (node) => {
      const common = node.kind === 'scan' ? merged.get(node) : undefined
      return common === undefined ? node : readFrom(common, node as ScanRel)
    }),
  )
}

function tableKey(scan: ScanRel): string {
  return JSON.stringify([scan.table.name, Object.entries(scan.table.options).sort()])
}

function scanKey(scan: ScanRel): string {
  return JSON.stringify([
    scan.schema.map((field) => field.name),
    scan.condition === undefined ? '' : exprKey(scan.condition),
  ])
}

/** One scan of all columns, in the order of the table; columns of a table have distinct names. */
function mergeAll(scans: readonly ScanRel[]): ScanRel {
  const { catalogTable } = scans[0]
  const names = catalogTable.columns.map((column) => column.name)
  const outputs = names.filter((name) => scans.some((scan) => scan.schema.some((field) => field.name === name)))
  const stored = names.filter((name) => scans.some((scan) => scan.produced.some((column) => column.name === name)))
  const produced = stored.map((name) =>
    found(scans.flatMap((scan) => scan.produced.filter((column) => column.name === name))),
  )
  const producers = outputs.map((name): { scan: ScanRel; index: number } => {
    const scan = found(scans.filter((s) => s.schema.some((field) => field.name === name)))
    return { scan, index: scan.schema.findIndex((field) => field.name === name) }
  })
  const projections = producers.map(({ scan, index }): Expr => {
    const to = scan.produced.map((column) => stored.indexOf(column.name))
    return remap(scan.projections[index], to)
  })
  const { condition: _, watermark, limit: __, ...first } = scans[0]
  const to = scans[0].schema.map((field) => outputs.indexOf(field.name))
  return {
    ...first,
    produced,
    projections,
    schema: producers.map(({ scan, index }) => scan.schema[index]),
    ...(watermark && {
      watermark: { ...watermark, rowtime: to[watermark.rowtime], expr: remap(watermark.expr, to) },
    }),
  }
}

function found<T>(candidates: readonly T[]): T {
  return candidates[0]
}

/** What the scan read, over the common one. */
function readFrom(common: ScanRel, scan: ScanRel): Rel {
  const to = scan.schema.map((field) => common.schema.findIndex((other) => other.name === field.name))
  const condition = scan.condition && remap(scan.condition, to)
  const rows: Rel = condition === undefined ? common : filter(common, condition, scan.place)
  const identity = to.length === common.schema.length && to.every((index, i) => index === i)
  if (identity && condition === undefined) return common
  return project(
    rows,
    to.map((index) => inputAt(common.schema, index)),
    scan.schema.map((field) => field.name),
    scan.place,
  )
}
