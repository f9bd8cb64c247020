/**
 * The typed relational tree: what binding gives, what the rules rewrite, what `toPhysical` compiles.
 *
 * Laws
 * - Nodes are plain values; a rule makes new ones and never changes one.
 * - An expression reads the columns of its node's input by index; of a join, the left columns and then the right ones.
 * - `schema` has the time attributes as marks on its types; `place` is the SQL that a node came from, for messages.
 */
import type { SourceText, Span } from '../base/span.ts'
import type { CatalogTable } from '../catalog/table.ts'
import type { ProducedColumn, TableSource } from '../connectors/contract.ts'
import type { Expr } from '../expr/expr.ts'
import type { AggregateCall } from '../operators/aggregate-call.ts'
import type { TableCall } from '../operators/correlate/node.ts'
import type { WindowProperty } from '../operators/group-window-aggregate/node.ts'
import type { JoinType } from '../operators/join/node.ts'
import type { MatchExpr, MatchSkip, PatternVariable } from '../operators/match/node.ts'
import type { OverWindow } from '../operators/over-aggregate/node.ts'
import type { RankRange } from '../operators/rank/node.ts'
import type { SortKey } from '../operators/sort-order.ts'
import type { PlanTable, WatermarkSpec } from '../operators/source-scan/node.ts'
import type { WindowSpec } from '../operators/window.ts'
import type { Schema } from '../types/batch.ts'
import type { ChangelogMode } from '../types/row-kind.ts'

export type Rel =
  | ScanRel
  | NormalizeRel
  | ValuesRel
  | ProjectRel
  | FilterRel
  | AggregateRel
  | GroupWindowAggregateRel
  | WindowTableFunctionRel
  | WindowAggregateRel
  | OverRel
  | JoinRel
  | LookupJoinRel
  | CorrelateRel
  | UnionRel
  | RowNumberRel
  | RankRel
  | DeduplicateRel
  | WindowRankRel
  | TemporalSortRel
  | MatchRel
  | SinkRel
  | CollectRel

export type RelKind = Rel['kind']

export interface Place {
  readonly span: Span
  readonly source?: SourceText
}

interface Base<K extends string> {
  readonly kind: K
  readonly schema: Schema
  readonly place?: Place
}

/** Reads a table; the parts are those of the physical source scan, so that rules push work straight into it. */
export interface ScanRel extends Base<'scan'> {
  readonly table: PlanTable
  readonly catalogTable: CatalogTable
  readonly changelog: ChangelogMode
  /** What the source's format can make of a column while it decodes. */
  readonly derives?: TableSource['derives']
  readonly produced: readonly ProducedColumn[]
  /** Output columns over the produced ones. */
  readonly projections: readonly Expr[]
  readonly watermark?: WatermarkSpec
  readonly condition?: Expr
  readonly limit?: number
  /** Of hints (`OPTIONS(…)`): the scan is told apart from others of the table. */
  readonly hinted: boolean
}
/** Upsert rows of a source become a full changelog, by the table's primary key. */
export interface NormalizeRel extends Base<'normalize'> {
  readonly input: Rel
  readonly key: readonly number[]
  readonly condition?: Expr
}
export interface ValuesRel extends Base<'values'> {
  readonly rows: readonly (readonly Expr[])[]
}
export interface ProjectRel extends Base<'project'> {
  readonly input: Rel
  readonly exprs: readonly Expr[]
}
export interface FilterRel extends Base<'filter'> {
  readonly input: Rel
  readonly condition: Expr
}
/** Output: grouping columns, aggregates. */
export interface AggregateRel extends Base<'aggregate'> {
  readonly input: Rel
  readonly grouping: readonly number[]
  readonly calls: readonly AggregateCall[]
  /** STATE_TTL, ms; 0 = for ever. */
  readonly ttl?: number
}
/** Output: grouping columns, aggregates, window properties. */
export interface GroupWindowAggregateRel extends Base<'group-window-aggregate'> {
  readonly input: Rel
  readonly window: WindowSpec
  readonly grouping: readonly number[]
  readonly calls: readonly AggregateCall[]
  readonly properties: readonly WindowProperty[]
}
/** Output: the input's columns, window_start, window_end, window_time. */
export interface WindowTableFunctionRel extends Base<'window-table-function'> {
  readonly input: Rel
  readonly window: WindowSpec
}
/** Output: grouping columns, aggregates, window properties. */
export interface WindowAggregateRel extends Base<'window-aggregate'> {
  readonly input: Rel
  readonly windowing:
    | { readonly kind: 'assign'; readonly window: WindowSpec }
    | {
        readonly kind: 'attached'
        readonly window: WindowSpec
        readonly startColumn?: number
        readonly endColumn: number
      }
  readonly grouping: readonly number[]
  readonly calls: readonly AggregateCall[]
  readonly properties: readonly ('start' | 'end' | 'time')[]
}
/** Output: the input's columns, aggregates. */
export interface OverRel extends Base<'over'> {
  readonly input: Rel
  readonly window: OverWindow
  readonly calls: readonly AggregateCall[]
}
/** Output: left columns, right columns (left only for semi and anti). */
export interface JoinRel extends Base<'join'> {
  readonly left: Rel
  readonly right: Rel
  readonly joinType: JoinType
  readonly condition?: Expr
  /** A join by time: another operator, whose conditions on time are here and not in `condition`. */
  readonly times?: JoinTimes
  /** STATE_TTL of the sides, ms; 0 = for ever. */
  readonly ttl?: { readonly left?: number; readonly right?: number }
}
/** Columns are those of the joined row. */
export type JoinTimes =
  /** left time − right time lies between `lower` and `upper`, in milliseconds; both sides keep their time attributes. */
  | {
      readonly kind: 'interval'
      readonly left: number
      readonly right: number
      readonly lower: number
      readonly upper: number
      readonly time: 'rowtime' | 'proctime'
    }
  /** The version of the right table at the left time; the left side keeps its time attributes. */
  | {
      readonly kind: 'temporal'
      readonly left: number
      readonly right: number
      /** What tells the versions of one row from those of another; the rule `version-key` finds it. */
      readonly key?: readonly number[]
    }
/** Output: the input's columns, those of the table that is asked for each row; `condition` has the keys. */
export interface LookupJoinRel extends Base<'lookup-join'> {
  readonly input: Rel
  readonly lookup: ScanRel
  readonly joinType: 'inner' | 'left'
  readonly condition?: Expr
}
/** Output: the input's columns, those of the table function (LATERAL TABLE, UNNEST). */
export interface CorrelateRel extends Base<'correlate'> {
  readonly input: Rel
  readonly joinType: 'inner' | 'left'
  readonly table: TableCall
  readonly condition?: Expr
}
/** UNION ALL. */
export interface UnionRel extends Base<'union'> {
  readonly inputs: readonly Rel[]
}
/** Output: the input's columns, the row's number in its partition. The rule `rank` turns it into what can be run. */
export interface RowNumberRel extends Base<'row-number'> {
  readonly input: Rel
  readonly partition: readonly number[]
  readonly order: readonly SortKey[]
}
/** Output: the input's columns, with `outputRank` the rank. Top-n, and LIMIT (which has no order). */
export interface RankRel extends Base<'rank'> {
  readonly input: Rel
  readonly partition: readonly number[]
  readonly order: readonly SortKey[]
  readonly range: RankRange
  readonly outputRank: boolean
}
/** Output: the input's columns. */
export interface DeduplicateRel extends Base<'deduplicate'> {
  readonly input: Rel
  readonly key: readonly number[]
  readonly timeColumn: number
  readonly time: 'rowtime' | 'proctime'
  readonly keep: 'first' | 'last'
}
/** Output: the input's columns, with `outputRank` the rank. */
export interface WindowRankRel extends Base<'window-rank'> {
  readonly input: Rel
  readonly window: WindowSpec
  /** Keys besides the window's bounds. */
  readonly partition: readonly number[]
  readonly startColumn: number
  readonly endColumn: number
  readonly order: readonly SortKey[]
  readonly start: number
  readonly end: number
  readonly latestFirst: boolean
  readonly outputRank: boolean
}
/** Output: the input's columns, sorted by time and then by `order`. */
export interface TemporalSortRel extends Base<'temporal-sort'> {
  readonly input: Rel
  readonly timeColumn: number
  readonly time: 'rowtime' | 'proctime'
  readonly order: readonly SortKey[]
}
/** Output: the partition's columns, the measures. */
export interface MatchRel extends Base<'match'> {
  readonly input: Rel
  readonly timeColumn: number
  readonly time: 'rowtime' | 'proctime'
  readonly order: readonly SortKey[]
  readonly partition: readonly number[]
  readonly pattern: readonly PatternVariable[]
  readonly skip: MatchSkip
  readonly withinMs?: number
  readonly measures: readonly MatchExpr[]
}
export interface SinkRel extends Base<'sink'> {
  readonly input: Rel
  readonly table: PlanTable
  readonly catalogTable: CatalogTable
  readonly consumed: readonly ProducedColumn[]
  readonly notNull: readonly number[]
  readonly notNullEnforcer: 'error' | 'drop'
  /** What the connector takes of the given changes. */
  readonly accepts: (requested: ChangelogMode) => ChangelogMode
  readonly parallel: boolean
  /** ON CONFLICT DO …: what becomes of rows with one primary key that are different rows of the query. */
  readonly onConflict?: 'ERROR' | 'NOTHING' | 'DEDUPLICATE'
}
export interface CollectRel extends Base<'collect'> {
  readonly input: Rel
}

export function inputsOfRel(rel: Rel): readonly Rel[] {
  switch (rel.kind) {
    case 'scan':
    case 'values':
      return []
    case 'join':
      return [rel.left, rel.right]
    case 'union':
      return rel.inputs
    default:
      return [rel.input]
  }
}

/** The same node over other inputs (as many as before). */
export function withInputs(rel: Rel, inputs: readonly Rel[]): Rel {
  const old = inputsOfRel(rel)
  if (inputs.every((input, i) => input === old[i])) return rel
  switch (rel.kind) {
    case 'scan':
    case 'values':
      return rel
    case 'join':
      return { ...rel, left: inputs[0], right: inputs[1] }
    case 'union':
      return { ...rel, inputs }
    default:
      return { ...rel, input: inputs[0] }
  }
}

/** Rebuild bottom-up: inputs first, then `change` on the node with its new inputs. */
export function mapRel(rel: Rel, change: (rel: Rel) => Rel): Rel {
  return change(
    withInputs(
      rel,
      inputsOfRel(rel).map((input) => mapRel(input, change)),
    ),
  )
}

/** Call `visit` for the node and all below it, parents first. */
export function walkRel(rel: Rel, visit: (rel: Rel) => void): void {
  visit(rel)
  for (const input of inputsOfRel(rel)) walkRel(input, visit)
}
