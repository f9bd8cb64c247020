/** Reads a table: decode, computed columns, watermark, pushed filter. */
import type { ProducedColumn } from '../../connectors/contract.ts'
import type { Expr } from '../../expr/expr.ts'
import type { NodeBase } from '../contract.ts'

/** A table as plans name it. Options are as written; whatever shows a plan masks the secret ones. */
export interface PlanTable {
  /** Full name: `default_catalog.default_database.payment_msg`. */
  readonly name: string
  readonly options: Readonly<Record<string, string>>
  /** Physical columns in order of declaration. */
  readonly physical: readonly ProducedColumn[]
  readonly primaryKey: readonly string[]
  readonly partitionKeys: readonly string[]
}

export interface WatermarkSpec {
  /** Output column that is the rowtime attribute. */
  readonly rowtime: number
  /** Watermark of a row, a TIMESTAMP(3) or TIMESTAMP_LTZ(3), over the output columns; a NULL is ignored. */
  readonly expr: Expr
  /** `scan.watermark.emit.strategy`. */
  readonly emit: 'on-event' | 'on-periodic'
  /** `pipeline.auto-watermark-interval`, in ms, for on-periodic. */
  readonly intervalMs: number
  /** `scan.watermark.idle-timeout`, in ms; absent = never idle. */
  readonly idleTimeoutMs?: number
}

export interface SourceScanNode extends NodeBase {
  readonly kind: 'source-scan'
  readonly table: PlanTable
  /** Columns that the connector must produce (projection push-down). */
  readonly produced: readonly ProducedColumn[]
  /** Output columns, over the produced ones. */
  readonly projections: readonly Expr[]
  readonly watermark?: WatermarkSpec
  /** Pushed filter over the output columns, applied after the watermark saw the row, as Flink does. */
  readonly condition?: Expr
  readonly limit?: number
}
