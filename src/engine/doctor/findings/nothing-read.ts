/**
 * A source gives no rows: wrong topic, a startup mode that skips what is there, or a producer that is silent.
 *
 * Law: that a topic is empty is only said when the broker has told where its partitions end.
 */
import type { Chart } from '../chart.ts'
import { at, many, QUIET_MS, simpleName, span } from '../chart.ts'
import type { OperatorDescription } from '../description.ts'
import type { Finding, Rule } from '../finding.ts'

export const nothingRead: Rule = (chart) =>
  chart.sources.flatMap((source) => {
    if (chart.ended(source) || source.subtasks.length === 0) return []
    if (chart.counter(source, 'numRecordsInErrors') > 0) return []
    const last = chart.lastRow(source)
    if (last === undefined) return neverRead(chart, source)
    return chart.now - last >= QUIET_MS ? quiet(chart, source, last) : []
  })

function neverRead(chart: Chart, source: OperatorDescription): Finding[] {
  const name = source.table?.name ?? source.description
  const short = simpleName(name)
  const options = source.table?.options ?? {}
  const splits = chart.splits(source)
  const place = { place: name, span: chart.spanOfTable(name) }
  const topic = options.topic ?? options['topic-pattern']
  const what = topic === undefined ? `'${short}'` : `Topic '${topic}'`
  const waited = chart.now - chart.attempt
  if (splits.length === 0) {
    if (topic === undefined) return []
    return [
      {
        code: 'SOURCE_WITHOUT_PARTITIONS',
        severity: 'error',
        title: `'${short}' reads no partition`,
        detail: `${what} has no partition that this job reads.`,
        evidence: { partitions: 0, topic },
        ...place,
        fix: "Check 'topic' or 'topic-pattern', and that the topic exists.",
      },
    ]
  }
  const known = splits.filter((split) => split.end !== undefined && split.start !== undefined)
  const lag = chart.backlog(source)
  if (known.length < splits.length || lag === undefined) {
    return waited < QUIET_MS ? [] : [silent(chart, source, waited)]
  }
  const total = known.reduce((sum, { start }) => sum + (start ?? 0), 0)
  const since = known.reduce((sum, { start, end }) => sum + ((end ?? 0) - (start ?? 0)), 0)
  const evidence = {
    rows: 0,
    partitions: splits.length,
    recordsBeforeTheStart: total,
    recordsSinceTheStart: since,
    lag,
    ...(topic !== undefined && { topic }),
    'scan.startup.mode': options['scan.startup.mode'] ?? 'group-offsets',
  }
  if (since > 0) {
    return [
      {
        code: 'SOURCE_NOT_READING',
        severity: 'warning',
        title: `'${short}' has records that do not come through`,
        detail:
          lag > 0
            ? `${what} has ${many(lag, 'record')} before the reader, and none became a row: they are part of a transaction that is still open, or the reader is held up.`
            : `${many(since, 'record')} of ${what} were read, and none became a row: they are records without a value, or of aborted transactions.`,
        evidence,
        ...place,
        fix: "See with `rivulet consume` what is in the topic; 'properties.isolation.level' = 'read_uncommitted' also reads transactions that are not committed.",
      },
    ]
  }
  // A restored source begins where it was, whatever the mode says.
  if (chart.job.checkpoints.restored) return waited < QUIET_MS ? [] : [silent(chart, source, waited)]
  if (total > 0) {
    return [
      {
        code: 'STARTED_BEHIND_THE_RECORDS',
        severity: 'error',
        title: `'${short}' was started behind all records of its topic`,
        detail: `${what} has up to ${many(total, 'record')} before the place where reading began (${evidence['scan.startup.mode']}), and none was written since.`,
        evidence,
        ...place,
        fix: `'scan.startup.mode' = 'earliest-offset' in WITH of '${short}' reads what is there; otherwise write to the topic while the job runs.`,
      },
    ]
  }
  return [
    {
      code: 'TOPIC_EMPTY',
      severity: 'error',
      title: `'${short}' reads a topic without records`,
      detail: `${what} is empty in ${splits.length === 1 ? 'its partition' : `all ${splits.length} partitions`}.`,
      evidence,
      ...place,
      fix: "Check the name in 'topic' and the address in 'properties.bootstrap.servers': `rivulet topics` lists what is there. Otherwise its producer has not written yet.",
    },
  ]
}

function silent(chart: Chart, source: OperatorDescription, waited: number): Finding {
  const name = source.table?.name ?? source.description
  return {
    code: 'SOURCE_SILENT',
    severity: 'warning',
    title: `'${simpleName(name)}' has given no row`,
    detail: `'${name}' has given no row in ${span(waited)}.`,
    evidence: { rows: 0, waitedMs: waited, partitions: chart.splits(source).length },
    place: name,
    span: chart.spanOfTable(name),
    fix: 'See whether something is written there, and whether the address of the table is the one that you mean.',
  }
}

/** It gave rows, and gives none now. */
function quiet(chart: Chart, source: OperatorDescription, last: number): Finding[] {
  const name = source.table?.name ?? source.description
  const lag = chart.backlog(source)
  if (lag !== undefined && lag > 0) return []
  return [
    {
      code: 'SOURCE_QUIET',
      severity: 'info',
      title: `'${simpleName(name)}' has had no new row for ${span(chart.now - last)}`,
      detail: `The last of ${many(
        chart.splits(source).reduce((n, { rows }) => n + rows, 0),
        'row',
      )} came at ${at(last)}${lag === 0 ? ', and everything that is in the topic is read' : ''}.`,
      evidence: { lastRow: at(last), quietMs: chart.now - last, ...(lag !== undefined && { lag }) },
      place: name,
      span: chart.spanOfTable(name),
      fix: 'Nothing is wrong with the job if nothing is written; see what writes the table.',
    },
  ]
}
