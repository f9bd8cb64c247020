/** The running side of every node kind, one line each. */
import { asyncCalcRuntime } from './async-calc/operator.ts'
import { calcRuntime } from './calc/operator.ts'
import { changelogNormalizeRuntime } from './changelog-normalize/operator.ts'
import { collectRuntime } from './collect/operator.ts'
import type { OperatorRuntime } from './contract.ts'
import { correlateRuntime } from './correlate/operator.ts'
import { dropUpdateBeforeRuntime } from './drop-update-before/operator.ts'
import { groupAggregateRuntime } from './group-aggregate/operator.ts'
import { groupWindowAggregateRuntime } from './group-window-aggregate/operator.ts'
import { joinRuntime } from './join/operator.ts'
import { overAggregateRuntime } from './over-aggregate/operator.ts'
import { sinkRuntime } from './sink/operator.ts'
import { sourceScanRuntime } from './source-scan/operator.ts'
import { unionRuntime } from './union/operator.ts'
import { valuesRuntime } from './values/operator.ts'
import { windowAggregateRuntime } from './window-aggregate/operator.ts'
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
  correlateRuntime,
  unionRuntime,
  dropUpdateBeforeRuntime,
  changelogNormalizeRuntime,
  sinkRuntime,
  collectRuntime,
] as readonly unknown[] as readonly OperatorRuntime[]
