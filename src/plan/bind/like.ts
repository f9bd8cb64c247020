/**
 * CREATE TABLE … LIKE: what comes from the other table.
 *
 * Law: without options everything comes along and the new table's WITH overwrites; EXCLUDING leaves a part out. Expressions
 * of computed columns and the watermark keep their columns' numbers, since inherited columns come first.
 */
import { fail } from '../../base/errors.ts'
import type { TableColumn } from '../../catalog/table.ts'
import { type Expr, mapExpr } from '../../expr/expr.ts'
import type { CreateTable, LikeOption } from '../../sql/ast.ts'
import { withoutAttribute } from '../../types/logical-type.ts'
import type { PlannerContext } from '../context.ts'
import type { ParsedTable } from './table.ts'

const NOTHING: ParsedTable = { columns: [], primaryKey: [], partitionKeys: [], options: {} }

export function likeTable(planner: PlannerContext, ast: CreateTable): ParsedTable {
  if (ast.like === undefined) return NOTHING
  const { table: name, options, span } = ast.like
  const parent = planner.catalog.get(
    name.parts.map((part) => part.name),
    name.span,
  )
  if (parent.kind !== 'table') return fail('PLAN_NOT_SUPPORTED', { feature: 'LIKE a view' }, { span })
  const takes = (feature: LikeOption['feature']): boolean => {
    const own = options.findLast((option) => option.feature === feature)
    const all = options.findLast((option) => option.feature === 'ALL')
    return (own ?? all)?.merge !== 'EXCLUDING'
  }
  const columns = parent.columns.filter(
    (column) =>
      column.kind === 'physical' ||
      (column.kind === 'computed' && takes('GENERATED')) ||
      (column.kind === 'metadata' && takes('METADATA')),
  )
  const keepsWatermark = parent.watermark !== undefined && takes('WATERMARKS') && ast.schema?.watermark === undefined
  const storedBefore = parent.columns.filter((column) => column.kind !== 'computed')
  const storedAfter = columns.filter((column) => column.kind !== 'computed')
  const moved = (expr: Expr, before: readonly TableColumn[], after: readonly TableColumn[]): Expr =>
    mapExpr(expr, (e) => {
      if (e.kind !== 'input') return e
      const index = after.findIndex((column) => column.name === before[e.index].name)
      if (index === -1) {
        fail(
          'PLAN_UNKNOWN_COLUMN',
          {
            column: before[e.index].name,
            known: after.map((c) => c.name),
            hint: 'LIKE … EXCLUDING leaves out a column that another one is computed from.',
          },
          { span },
        )
      }
      return { ...e, index }
    })
  return {
    columns: columns.map((column): TableColumn => {
      const plain =
        keepsWatermark && column.name === parent.watermark?.column
          ? column
          : { ...column, type: withoutAttributeUnlessProctime(column) }
      return plain.kind === 'computed' ? { ...plain, expr: moved(plain.expr, storedBefore, storedAfter) } : plain
    }),
    ...(keepsWatermark &&
      parent.watermark && {
        watermark: { ...parent.watermark, expr: moved(parent.watermark.expr, parent.columns, columns) },
      }),
    primaryKey: takes('CONSTRAINTS') ? parent.primaryKey : [],
    partitionKeys: takes('PARTITIONS') ? parent.partitionKeys : [],
    options: takes('OPTIONS') ? parent.options : {},
  }
}

function withoutAttributeUnlessProctime(column: TableColumn): TableColumn['type'] {
  const { type } = column
  return type.kind === 'TIMESTAMP_LTZ' && type.attribute === 'proctime' ? type : withoutAttribute(type)
}
