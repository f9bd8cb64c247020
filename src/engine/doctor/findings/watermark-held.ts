/**
 * A watermark is the minimum over all splits and all tables: one that has no rows holds it back.
 *
 * Law: a split is said to hold the watermark when it has had no row at all, or others have had rows since its own last one;
 * it is not idle, and it has nothing left to read: one that is merely behind catches up.
 */
import { at, type Chart, lagOf, QUIET_MS, simpleName, span } from '../chart.ts'
import type { OperatorDescription, SplitDescription } from '../description.ts'
import type { Finding, Rule } from '../finding.ts'

export const watermarkHeldBySplit: Rule = (chart) =>
  chart.sources.flatMap((source) =>
    source.watermark === undefined || chart.ended(source)
      ? []
      : [...heldBySplits(chart, source), ...heldBySubtasks(chart, source)],
  )

function heldBySplits(chart: Chart, source: OperatorDescription): Finding[] {
  const active = chart.splits(source).filter(({ idle }) => !idle)
  const newest = chart.lastRow(source)
  if (newest === undefined) return []
  const quiet = active.filter(
    (split) => isQuiet(chart, split) && (split.lastRow === undefined || newest - lastActive(chart, split) >= QUIET_MS),
  )
  const others = active.filter((split) => !quiet.includes(split))
  const without = lowest(others)
  const now = lowest(active)
  const holding = quiet.filter(({ watermark }) => without !== undefined && (watermark ?? -Infinity) < without)
  if (holding.length === 0) return []
  const name = source.table?.name ?? source.description
  const [first] = holding
  const since = Math.min(...holding.map((split) => lastActive(chart, split)))
  const timeout = source.watermark?.idleTimeoutMs
  const named = holding.map(({ split }) => split)
  const list = named.length > 3 ? `${named.slice(0, 3).join(', ')} and ${named.length - 3} more` : named.join(', ')
  return [
    {
      code: 'WATERMARK_HELD_BY_SPLIT',
      severity: timeout === undefined ? 'error' : 'warning',
      title: `${list} hold${holding.length === 1 ? 's' : ''} the watermark of '${simpleName(name)}' back`,
      detail:
        `${list} ${holding.length === 1 ? 'has' : 'have'} had no row${first.rows === 0 ? ' since the job began' : ''} for ${span(chart.now - since)}, while other partitions ${chart.now - newest < QUIET_MS ? 'have' : 'had'} rows. ` +
        `The watermark is ${at(now)}; without ${holding.length === 1 ? 'it' : 'them'} it would be ${at(without)}, so windows and joins by event time wait.`,
      evidence: {
        splits: named.join(', '),
        rows: holding.reduce((sum, { rows }) => sum + rows, 0),
        since: at(since),
        waitedMs: chart.now - since,
        watermark: at(now),
        watermarkWithout: at(without),
        'scan.watermark.idle-timeout': timeout === undefined ? 'not set' : `${timeout} ms`,
      },
      place: name,
      span: chart.spanOfTable(name),
      fix:
        timeout === undefined
          ? `'scan.watermark.idle-timeout' = '10 s' in WITH of '${simpleName(name)}': a partition without rows for so long no longer counts, and the watermark goes on to ${at(without)}. Rows that it has later may then be late.`
          : `It becomes idle ${span(timeout)} after its last row ('scan.watermark.idle-timeout'); a smaller value does so earlier.`,
    },
  ]
}

/** Subtasks that got no partition have no watermark, and nothing makes them idle. */
function heldBySubtasks(chart: Chart, source: OperatorDescription): Finding[] {
  const empty = source.subtasks.filter(({ splits, ended }) => !ended && splits !== undefined && splits.length === 0)
  const partitions = chart.splits(source).length
  if (empty.length === 0 || partitions === 0) return []
  const name = source.table?.name ?? source.description
  const shift = source.subtasks.length - empty.length
  return [
    {
      code: 'WATERMARK_HELD_BY_SUBTASK',
      severity: 'error',
      title: `${empty.length} of ${source.subtasks.length} subtasks of '${simpleName(name)}' have no partition and no watermark`,
      detail: `The table has ${partitions} partitions; the subtasks without one send no watermark, so what stands behind all of them waits.`,
      evidence: { subtasks: source.subtasks.length, withoutPartition: empty.length, partitions },
      place: name,
      span: chart.spanOfTable(name),
      fix: `'scan.parallelism' = '${shift}' in WITH of '${simpleName(name)}', or a topic with at least ${source.subtasks.length} partitions.`,
    },
  ]
}

export const watermarkHeldBySource: Rule = (chart) =>
  chart.operators.flatMap((operator) => {
    if (new Set(operator.inputs).size < 2 || operator.kind === 'join') return []
    const sides = operator.inputs.map((input) => ({ input, watermark: watermarkOf(chart, input) }))
    const highest = Math.max(...sides.map(({ watermark }) => watermark))
    if (!Number.isFinite(highest)) return []
    return sides.flatMap(({ input, watermark }) => {
      if (watermark >= highest) return []
      return chart.sourcesOf(input).flatMap((source) => heldBySource(chart, operator, source, watermark, highest))
    })
  })

function heldBySource(
  chart: Chart,
  operator: OperatorDescription,
  source: OperatorDescription,
  watermark: number,
  other: number,
): Finding[] {
  const splits = chart.splits(source)
  const newest = Math.max(...chart.sourcesOf(operator.node).map((each) => chart.lastRow(each) ?? -Infinity))
  const last = chart.lastRow(source) ?? chart.attempt
  if (source.watermark === undefined || chart.ended(source) || newest - last < QUIET_MS) return []
  if (splits.length === 0 || splits.some((split) => split.idle || !isQuiet(chart, split))) return []
  const name = source.table?.name ?? source.description
  const rows = splits.reduce((sum, split) => sum + split.rows, 0)
  const now = Number.isFinite(watermark) ? watermark : undefined
  return [
    {
      code: 'WATERMARK_HELD_BY_SOURCE',
      severity: source.watermark.idleTimeoutMs === undefined ? 'error' : 'warning',
      title: `'${simpleName(name)}' holds back the watermark of ${operator.kind}`,
      detail: `'${name}' has had no row for ${span(chart.now - last)}, while the other input goes on: its watermark is ${at(now)}, the other's ${at(other)}, and the lower one counts.`,
      evidence: {
        table: name,
        rows,
        since: at(last),
        waitedMs: chart.now - last,
        watermark: at(now),
        otherWatermark: at(other),
      },
      place: operator.description,
      span: chart.spanOfTable(name),
      fix: `'scan.watermark.idle-timeout' = '10 s' in WITH of '${simpleName(name)}' lets the watermark go on to ${at(other)} without it. Rows that it has later may then be late.`,
    },
  ]
}

function watermarkOf(chart: Chart, node: number): number {
  const operator = chart.operator(node)
  if (operator === undefined) return -Infinity
  return chart.ended(operator) ? Infinity : (chart.watermark(operator) ?? -Infinity)
}

function lastActive(chart: Chart, { lastRow }: SplitDescription): number {
  return lastRow ?? chart.attempt
}

function isQuiet(chart: Chart, split: SplitDescription): boolean {
  return lagOf(split) === 0 && chart.now - lastActive(chart, split) >= QUIET_MS
}

function lowest(splits: readonly SplitDescription[]): number | undefined {
  if (splits.length === 0 || splits.some(({ watermark }) => watermark === undefined)) return undefined
  return Math.min(...splits.map(({ watermark }) => watermark as number))
}
