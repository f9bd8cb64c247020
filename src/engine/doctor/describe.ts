/** From a running job to what the doctor is told about it. */
import { isRivuletError } from '../../base/errors.ts'
import { cover, type SourceText, type Span } from '../../base/span.ts'
import { type Expr, walkExpr } from '../../expr/expr.ts'
import type { SplitStatus } from '../../operators/contract.ts'
import type { CompiledPlan, PlanNode } from '../../operators/nodes.ts'
import type { PlanTable, WatermarkSpec } from '../../operators/source-scan/node.ts'
import { SENSITIVE } from '../../plan/show.ts'
import type { CheckpointStatisticsView } from '../../runtime/checkpoint-statistics.ts'
import type { JobStatus } from '../../runtime/job.ts'
import type { OperatorMetricsView } from '../../runtime/metrics.ts'
import { scan } from '../../sql/scanner.ts'
import type { Schema } from '../../types/batch.ts'
import { timeZone } from '../../types/time-zone.ts'
import type { JobException } from '../job-run.ts'
import {
  type JobDescription,
  type OperatorDescription,
  SHOWN_OPTIONS,
  type SplitDescription,
  type SubtaskDescription,
} from './description.ts'

export interface JobFacts {
  readonly now: number
  readonly name: string
  readonly status: JobStatus
  readonly started: number
  readonly restarts: number
  readonly exceptions: readonly JobException[]
  readonly source?: SourceText
  readonly timeZone: string
  readonly checkpointIntervalMs: number
  readonly checkpoints: CheckpointStatisticsView
  readonly plan: CompiledPlan
  readonly metrics: readonly OperatorMetricsView[]
}

export function describeJob(facts: JobFacts): JobDescription {
  const { now, name, status, started, restarts, source, checkpoints, plan, metrics } = facts
  const { latestCompleted: completed, latestFailed: failed } = checkpoints
  return {
    now,
    name,
    status,
    started,
    restarts,
    exceptions: facts.exceptions.map(({ at, error, restartAfter }) => ({
      at,
      ...(isRivuletError(error) && { code: error.code, hint: error.hint, span: error.span }),
      message: error instanceof Error ? error.message : String(error),
      restartAfter,
    })),
    source: source && withoutSecrets(source),
    timeZone: {
      name: facts.timeZone,
      offsetMs: timeZone(facts.timeZone).offsetAt(now),
    },
    checkpoints: {
      intervalMs: facts.checkpointIntervalMs,
      restored: checkpoints.counts.restored > 0,
      completed: checkpoints.counts.completed,
      failed: checkpoints.counts.failed,
      ...(completed !== undefined && {
        latestCompleted: { id: completed.id, at: completed.triggered + (completed.duration ?? 0) },
      }),
      ...(failed !== undefined && {
        latestFailed: { id: failed.id, at: failed.triggered + (failed.duration ?? 0), failure: failed.failure ?? '' },
      }),
    },
    operators: plan.nodes.map((node) => operator(plan, node, metrics)),
  }
}

/** Values of secret options that stand in the statement (hints, CREATE TABLE … AS) become stars; places stay. */
function withoutSecrets({ name, text }: SourceText): SourceText {
  const { types, starts, ends } = scan(text)
  let shown = text
  for (let i = 2; i < types.length; i++) {
    if (types[i] !== 'string' || types[i - 1] !== '=' || types[i - 2] !== 'string') continue
    if (!SENSITIVE.test(text.slice(starts[i - 2], ends[i - 2]))) continue
    const stars = '*'.repeat(ends[i] - starts[i] - 2)
    shown = `${shown.slice(0, starts[i] + 1)}${stars}${shown.slice(ends[i] - 1)}`
  }
  return { name, text: shown }
}

function operator(plan: CompiledPlan, node: PlanNode, metrics: readonly OperatorMetricsView[]): OperatorDescription {
  const { id, kind, description, inputs } = node
  const table = 'table' in node && 'options' in node.table ? node.table : undefined
  const condition = 'condition' in node ? node.condition : undefined
  const watermark = node.kind === 'source-scan' ? node.watermark : undefined
  const inputSchemas = inputs.map((input) => plan.nodes.find((each) => each.id === input.node)?.schema ?? [])
  const keys = joinKeys(node, inputSchemas)
  return {
    node: id,
    kind,
    description,
    inputs: inputs.map((input) => input.node),
    ...(table !== undefined && { table: shown(table) }),
    ...(condition !== undefined && { condition: { span: spanOf(condition) } }),
    ...(watermark !== undefined && { watermark: watermarkOf(watermark, node.schema) }),
    ...(keys !== undefined && { keys }),
    subtasks: metrics.filter((each) => each.node === id).map(subtask),
  }
}

function shown({ name, options }: PlanTable): NonNullable<OperatorDescription['table']> {
  const entries = SHOWN_OPTIONS.flatMap((key) => (options[key] === undefined ? [] : [[key, options[key]] as const]))
  return { name, options: Object.fromEntries(entries) }
}

function joinKeys(node: PlanNode, [left, right]: readonly Schema[]): OperatorDescription['keys'] {
  if (!('leftKeys' in node) || !('rightKeys' in node)) return undefined
  const names = (schema: Schema, columns: readonly number[]) => columns.map((column) => schema[column]?.name ?? '?')
  return { left: names(left, node.leftKeys), right: names(right, node.rightKeys) }
}

function watermarkOf(spec: WatermarkSpec, schema: Schema): OperatorDescription['watermark'] {
  const { name, type } = schema[spec.rowtime]
  return {
    column: name,
    instant: type.kind === 'TIMESTAMP_LTZ',
    delayMs: delayOf(spec.expr),
    idleTimeoutMs: spec.idleTimeoutMs,
  }
}

/** `rt - INTERVAL '5' SECOND` → 5000, `rt` → 0; undefined = not a constant. */
function delayOf(expr: Expr): number | undefined {
  if (expr.kind === 'input') return 0
  if (expr.kind === 'cast') return delayOf(expr.arg)
  if (expr.kind !== 'call' || expr.fn !== '-' || expr.args.length !== 2) return undefined
  const [time, interval] = expr.args
  const before = delayOf(time)
  if (before === undefined || interval.kind !== 'literal' || interval.type.kind !== 'INTERVAL_DAY_TIME')
    return undefined
  return interval.value === null ? undefined : before + Number(interval.value)
}

/** Of all that has a place in the statement's text. */
function spanOf(expr: Expr): Span | undefined {
  let span: Span | undefined
  walkExpr(expr, (each) => {
    if (each.span !== undefined) span = span === undefined ? each.span : cover(span, each.span)
  })
  return span
}

function subtask(view: OperatorMetricsView): SubtaskDescription {
  const { rowsIn, rowsOut, watermark, fullMs, counters, gauges, splits, waitingFor } = view
  return {
    rowsIn,
    rowsOut,
    ...(Number.isFinite(watermark) && { watermark }),
    ended: watermark === Number.POSITIVE_INFINITY,
    fullMs,
    counters,
    gauges,
    ...(splits !== undefined && { splits: splits.map(split) }),
    ...(waitingFor !== undefined && { waitingFor }),
  }
}

function split({ watermark, ...rest }: SplitStatus): SplitDescription {
  return { ...rest, ...(Number.isFinite(watermark) && { watermark }) }
}
