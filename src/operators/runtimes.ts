/** The running side of every node kind, one line each. */
import { asyncCalcRuntime } from './async-calc/operator.ts'
import { calcRuntime } from './calc/operator.ts'
import { changelogNormalizeRuntime } from './changelog-normalize/operator.ts'
import { collectRuntime } from './collect/operator.ts'
import type { OperatorRuntime } from './contract.ts'
import { correlateRuntime } from './correlate/operator.ts'
import { deduplicateRuntime } from './deduplicate/operator.ts'
import { dropUpdateBeforeRuntime } from './drop-update-before/operator.ts'
import { groupAggregateRuntime } from './group-aggregate/operator.ts'
import { groupWindowAggregateRuntime } from './group-window-aggregate/operator.ts'
import { intervalJoinRuntime } from './interval-join/operator.ts'
import { joinRuntime } from './join/operator.ts'
import { lookupJoinRuntime } from './lookup-join/operator.ts'
import { matchRuntime } from './match/operator.ts'
import { overAggregateRuntime } from './over-aggregate/operator.ts'
import { rankRuntime } from './rank/operator.ts'
import { sinkRuntime } from './sink/operator.ts'
import { sourceScanRuntime } from './source-scan/operator.ts'
import { temporalJoinRuntime } from './temporal-join/operator.ts'
import { temporalSortRuntime } from './temporal-sort/operator.ts'
import { unionRuntime } from './union/operator.ts'
import { valuesRuntime } from './values/operator.ts'
import { windowAggregateRuntime } from './window-aggregate/operator.ts'
import { windowJoinRuntime } from './window-join/operator.ts'
import { windowRankRuntime } from './window-rank/operator.ts'
import { windowTableFunctionRuntime } from './window-table-function/operator.ts'

export const operatorRuntimes: readonly OperatorRuntime[] = [
  sourceScanRuntime,
  valuesRuntime,
  calcRuntime,
  asyncCalcRuntime,
  groupAggregateRuntime,
  groupWindowAggregateRuntime,
  windowTableFunctionRuntime,
  windowAggregateRuntime,
  overAggregateRuntime,
  joinRuntime,
  intervalJoinRuntime,
  temporalJoinRuntime,
  lookupJoinRuntime,
  windowJoinRuntime,
  correlateRuntime,
  unionRuntime,
  dropUpdateBeforeRuntime,
  changelogNormalizeRuntime,
  rankRuntime,
  deduplicateRuntime,
  windowRankRuntime,
  temporalSortRuntime,
  matchRuntime,
  sinkRuntime,
  collectRuntime,
] as readonly unknown[] as readonly OperatorRuntime[]
