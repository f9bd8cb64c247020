/** Flink as a target of the command line: submit, list, cancel, stop and savepoint on a cluster. */
import { fail } from '../base/errors.ts'
import { FlinkCluster } from './rest.ts'

export interface FlinkSubmission {
  readonly url: string
  readonly jar: Uint8Array
  readonly name: string
  readonly parallelism?: number
  readonly savepoint?: string
  /** Return when the job runs rather than at its end. */
  readonly detached: boolean
  readonly signal: AbortSignal
  readonly out: (line: string) => void
  readonly err: (line: string) => void
}

export async function submitToFlink(submission: FlinkSubmission): Promise<void> {
  const { url, jar, name, parallelism, savepoint, detached, signal, out, err } = submission
  const cluster = new FlinkCluster(url, signal)
  await cluster.version()
  const jarId = await cluster.upload(jar, name)
  let job: string
  try {
    job = await cluster.run(jarId, { parallelism, savepoint })
  } finally {
    // The job has what it needs of it.
    await cluster.deleteJar(jarId)
  }
  out(`Job ${job}`)
  out(`${cluster.url}/#/job/running/${job}/overview`)
  if (detached) return
  const state = await cluster.follow(job, err)
  if (state !== 'FINISHED') fail('FLINK_JOB_FAILED', { job, state })
  out(`Job ${job} FINISHED`)
}

export async function listFlinkJobs(url: string, out: (line: string) => void): Promise<void> {
  for (const { id, state, startTime, name } of await new FlinkCluster(url).jobs()) {
    out(`${id}  ${state.padEnd(10)}  ${new Date(startTime).toISOString()}  ${name}`)
  }
}

export async function cancelFlinkJob(url: string, job: string, out: (line: string) => void): Promise<void> {
  const cluster = new FlinkCluster(url)
  await cluster.cancel(job)
  const state = await cluster.follow(job, () => {})
  out(`Job ${job} ${state}`)
}

export async function flinkSavepoint(
  url: string,
  job: string,
  folder: string | undefined,
  stop: boolean,
  out: (line: string) => void,
): Promise<void> {
  out(await new FlinkCluster(url).savepoint(job, folder, stop))
}
