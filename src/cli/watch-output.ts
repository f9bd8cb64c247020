/**
 * Looks after jobs that give nothing: asks the doctor when a job had no output for some time, or when the user wants to know.
 *
 * Law: a silence is told once, with counts since it began; the next one only after output has come again.
 */
import { span } from '../engine/doctor/chart.ts'
import { type JobDescription, renderFindings } from '../engine/doctor/index.ts'
import { type JobClient, runningJobs } from '../engine/job-client.ts'

const LOOK_MS = 1000

interface Watched {
  /** Rows of the output so far, and the job when the last of them was seen. */
  output: number
  since: JobDescription
  told: boolean
}

/** @returns end the watch */
export function watchOutput(afterMs: number, print: (line: string) => void): () => void {
  const others = new Set(runningJobs)
  const watched = new Map<JobClient, Watched>()
  const look = () => {
    for (const job of runningJobs) {
      if (others.has(job)) continue
      const output = outputOf(job)
      const known = watched.get(job)
      if (known === undefined || known.output !== output) {
        watched.set(job, { output, since: job.describe(), told: false })
        continue
      }
      const silent = job.describe().now - known.since.now
      if (known.told || silent < afterMs) continue
      known.told = true
      print(`doctor: '${job.name}' has had no output for ${span(silent)}`)
      tell(job, print, known.since)
    }
  }
  const timer = setInterval(look, Math.min(LOOK_MS, Math.max(10, afterMs / 4)))
  return () => clearInterval(timer)
}

/** On SIGUSR2: findings about every job of this process. */
export function tellOnSignal(print: (line: string) => void): () => void {
  if (process.platform === 'win32') return () => {}
  const tellAll = () => {
    for (const job of runningJobs) tell(job, print)
  }
  process.on('SIGUSR2', tellAll)
  return () => process.off('SIGUSR2', tellAll)
}

function tell(job: JobClient, print: (line: string) => void, since?: JobDescription): void {
  for (const line of renderFindings(job.doctor(since), job.describe())) print(line)
}

/** Rows that whoever looks at the job's output can see. */
function outputOf(job: JobClient): number {
  return job
    .metrics()
    .filter(({ kind }) => kind === 'sink' || kind === 'collect')
    .reduce((sum, { rowsIn, gauges }) => sum + rowsIn - (gauges.numRecordsUncommitted ?? 0), 0)
}
