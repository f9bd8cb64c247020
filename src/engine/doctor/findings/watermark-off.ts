/**
 * Event time is not the time of day: old events, another time zone, the future.
 *
 * Law: only told of rows that come now; event time is compared with the clock of UTC and, for a TIMESTAMP without zone, with
 * the clock of the session's zone, and the nearer one counts. Zones differ by whole quarters of an hour, at most by 14 hours.
 */
import { at, type Chart, many, simpleName, span } from '../chart.ts'
import type { OperatorDescription } from '../description.ts'
import type { Finding, Rule } from '../finding.ts'

const FRESH_MS = 60_000
const QUARTER_MS = 15 * 60_000
/** How far the clocks of producers and the way to the job may put events off. */
const TOLERANCE_MS = 3 * 60_000
const FARTHEST_ZONE_MS = 14 * 60 * 60_000
const OLD_MS = 10 * 60_000

export const watermarkOff: Rule = (chart) => chart.sources.flatMap((source) => eventTimeOf(chart, source))

function eventTimeOf(chart: Chart, source: OperatorDescription): Finding[] {
  const { watermark } = source
  const last = chart.lastRow(source)
  if (watermark === undefined || last === undefined || chart.now - last > FRESH_MS) return []
  const marks = chart.splits(source).flatMap((split) => (split.watermark === undefined ? [] : [split.watermark]))
  if (marks.length === 0) return []
  const newest = Math.max(...marks) + (watermark.delayMs ?? 0)
  const behindUtc = chart.now - newest
  const behindLocal = behindUtc + (watermark.instant ? 0 : chart.job.timeZone.offsetMs)
  const behind = Math.abs(behindLocal) < Math.abs(behindUtc) ? behindLocal : behindUtc
  const name = source.table?.name ?? source.description
  const backlog = chart.backlog(source)
  const evidence = {
    newestEventTime: at(newest),
    now: at(chart.now),
    behindMs: behind,
    ...(backlog !== undefined && { lag: backlog }),
  }
  const common = { evidence, place: name, span: chart.spanOfTable(name) }
  const about = `The newest '${watermark.column}' of '${simpleName(name)}' is ${at(newest)}`
  const quarters = Math.round(behind / QUARTER_MS)
  const off = quarters * QUARTER_MS
  const zone = quarters !== 0 && Math.abs(behind - off) <= TOLERANCE_MS && Math.abs(off) <= FARTHEST_ZONE_MS
  if (zone && (backlog ?? 0) === 0) {
    const way = off > 0 ? 'behind' : 'ahead of'
    return [
      {
        code: 'WATERMARK_TIME_ZONE',
        severity: off < 0 ? 'error' : 'warning',
        title: `Event time of '${simpleName(name)}' is ${span(off)} ${way} the clock: a time zone, most likely`,
        detail: `${about}, ${span(off)} ${way} now, nearly to the minute, though the rows come just now: a local time was taken for UTC, or the other way round.`,
        ...common,
        evidence: { ...evidence, offMs: off },
        fix: watermark.instant
          ? `Make '${watermark.column}' of the epoch (TO_TIMESTAMP_LTZ(ms, 3)) or of text with its zone; or declare it in the zone of the producer: SET 'table.local-time-zone' = '…'.`
          : `Declare '${watermark.column}' as TIMESTAMP_LTZ(3) made of the epoch, or SET 'table.local-time-zone' (now '${chart.job.timeZone.name}') to the zone of the producer.`,
      },
    ]
  }
  if (behind < -TOLERANCE_MS) {
    return [
      {
        code: 'WATERMARK_IN_THE_FUTURE',
        severity: 'error',
        title: `Event time of '${simpleName(name)}' is ${span(behind)} in the future`,
        detail: `${about}, ${span(behind)} ahead of now. The watermark follows the newest row, so rows with the right time are late and are dropped.`,
        ...common,
        fix: `Find the producer whose clock or unit is wrong (seconds for milliseconds?), and keep such rows out: a computed column that is NULL or the arrival time where '${watermark.column}' is ahead of CURRENT_TIMESTAMP.`,
      },
    ]
  }
  if (behind <= OLD_MS) return []
  const catchesUp = backlog !== undefined && backlog > 0
  return [
    {
      code: 'WATERMARK_OF_OLD_EVENTS',
      severity: 'info',
      title: `Event time of '${simpleName(name)}' is ${span(behind)} behind`,
      detail: catchesUp
        ? `${about}; ${many(backlog, 'record')} are still to be read, and event time moves on with them.`
        : `${about}, though everything is read: the events themselves are that old, and windows of today are not reached.`,
      ...common,
      fix: catchesUp
        ? "Wait for it, raise 'parallelism.default', or begin later: 'scan.startup.mode' = 'timestamp'."
        : 'Nothing to change if old events are replayed; otherwise see why the producer writes them late.',
    },
  ]
}
