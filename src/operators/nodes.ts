/** Every node of a compiled plan. A new operator adds its folder, a line here and one in `runtimes.ts`. */
import type { AsyncCalcNode } from './async-calc/node.ts'
import type { CalcNode } from './calc/node.ts'
import type { ChangelogNormalizeNode } from './changelog-normalize/node.ts'
import type { CollectNode } from './collect/node.ts'
import type { CorrelateNode } from './correlate/node.ts'
import type { DeduplicateNode } from './deduplicate/node.ts'
import type { DropUpdateBeforeNode } from './drop-update-before/node.ts'
import type { GroupAggregateNode } from './group-aggregate/node.ts'
import type { GroupWindowAggregateNode } from './group-window-aggregate/node.ts'
import type { IntervalJoinNode } from './interval-join/node.ts'
import type { JoinNode } from './join/node.ts'
import type { LookupJoinNode } from './lookup-join/node.ts'
import type { MatchNode } from './match/node.ts'
import type { OverAggregateNode } from './over-aggregate/node.ts'
import type { RankNode } from './rank/node.ts'
import type { SinkNode } from './sink/node.ts'
import type { SourceScanNode } from './source-scan/node.ts'
import type { TemporalJoinNode } from './temporal-join/node.ts'
import type { TemporalSortNode } from './temporal-sort/node.ts'
import type { UnionNode } from './union/node.ts'
import type { ValuesNode } from './values/node.ts'
import type { WindowAggregateNode } from './window-aggregate/node.ts'
import type { WindowJoinNode } from './window-join/node.ts'
import type { WindowRankNode } from './window-rank/node.ts'
import type { WindowTableFunctionNode } from './window-table-function/node.ts'

export type PlanNode =
  | SourceScanNode
  | ValuesNode
  | CalcNode
  | AsyncCalcNode
  | GroupAggregateNode
  | GroupWindowAggregateNode
  | WindowTableFunctionNode
  | WindowAggregateNode
  | OverAggregateNode
  | JoinNode
  | IntervalJoinNode
  | TemporalJoinNode
  | LookupJoinNode
  | WindowJoinNode
  | CorrelateNode
  | UnionNode
  | DropUpdateBeforeNode
  | ChangelogNormalizeNode
  | RankNode
  | DeduplicateNode
  | WindowRankNode
  | TemporalSortNode
  | MatchNode
  | SinkNode
  | CollectNode

/** The seam between front and back: a JSON value (`plan/json.ts` writes bigint and binary literals). */
export interface CompiledPlan {
  readonly rivuletPlan: 1
  /** In topological order: inputs before consumers. */
  readonly nodes: readonly PlanNode[]
  /** Session options that the plan depends on (`table.local-time-zone`, `parallelism.default`, …). */
  readonly options: Readonly<Record<string, string>>
}
