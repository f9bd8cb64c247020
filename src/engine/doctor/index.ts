/**
 * The doctor: why is there no (new) output?
 *
 * Laws
 * - `diagnose` is a function of descriptions alone: the same JSON gives the same findings, here or in another process.
 * - A finding has its numbers, its place and what to do; what is only likely says so. Errors come first, and within a severity
 *   causes before what follows from them: the order of `rules`.
 */
import { lineColumn } from '../../base/span.ts'
import { Chart } from './chart.ts'
import type { JobDescription } from './description.ts'
import type { Finding, Rule, Severity } from './finding.ts'
import { backPressure } from './findings/back-pressure.ts'
import { badRecords } from './findings/bad-records.ts'
import { filterNeverPasses } from './findings/filter-never-passes.ts'
import { jobRestarting } from './findings/job-restarting.ts'
import { joinNeverMatches } from './findings/join-never-matches.ts'
import { lateRows, rowtimeNull } from './findings/late-rows.ts'
import { nothingRead } from './findings/nothing-read.ts'
import { sinkWaitsForCheckpoint } from './findings/sink-waits-for-checkpoint.ts'
import { sourceEnded } from './findings/source-ended.ts'
import { watermarkHeldBySource, watermarkHeldBySplit } from './findings/watermark-held.ts'
import { watermarkOff } from './findings/watermark-off.ts'
import { windowOpen } from './findings/window-open.ts'

export type { JobDescription } from './description.ts'
export type { Finding, Severity } from './finding.ts'

const rules: readonly Rule[] = [
  jobRestarting,
  nothingRead,
  badRecords,
  backPressure,
  watermarkOff,
  watermarkHeldBySplit,
  watermarkHeldBySource,
  rowtimeNull,
  lateRows,
  filterNeverPasses,
  joinNeverMatches,
  sinkWaitsForCheckpoint,
  sourceEnded,
  windowOpen,
]

const RANK: Readonly<Record<Severity, number>> = { error: 0, warning: 1, info: 2 }

/**
 * What explains that a job gives nothing (new).
 * @param earlier of the same job: counts are then those of the time between
 */
export function diagnose(job: JobDescription, earlier?: JobDescription): Finding[] {
  const chart = new Chart(job, earlier)
  return rules.flatMap((rule) => rule(chart)).sort((left, right) => RANK[left.severity] - RANK[right.severity])
}

/** As lines for a terminal; a server of another version may have other codes. */
export function renderFindings(
  findings: readonly (Omit<Finding, 'code'> & { readonly code: string })[],
  job: Pick<JobDescription, 'name' | 'source'>,
): string[] {
  if (findings.length === 0) return [`doctor: nothing found that keeps '${job.name}' from giving rows`]
  return findings.flatMap(({ severity, code, title, detail, evidence, place, span, fix }) => [
    `${severity} ${code}: ${title}`,
    `  ${detail}`,
    ...(place === undefined ? [] : [`  in ${place}`]),
    ...(span === undefined || job.source === undefined ? [] : [`  at ${placeText(job.source, span.start)}`]),
    `  numbers: ${Object.entries(evidence)
      .map(([key, value]) => `${key} ${value}`)
      .join(', ')}`,
    `  fix: ${fix}`,
  ])
}

function placeText({ name, text }: NonNullable<JobDescription['source']>, start: number): string {
  const { line, column } = lineColumn(text, start)
  return `${name}:${line}:${column} | ${(text.split('\n')[line - 1] ?? '').trim()}`
}
