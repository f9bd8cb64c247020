/**
 * Flink on YARN in application mode: a cluster of its own for each job, started by Flink's program.
 *
 * Laws
 * - `flink run -t yarn-application` starts it; what it prints names the application and the address of its REST.
 * - The job is followed by that REST. The cluster goes away with its job, so that an address which answered and then is gone means
 *   the end, and YARN is asked which.
 */
import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { fail, isRivuletError } from '../base/errors.ts'
import { FlinkCluster } from './rest.ts'
import type { FlinkSubmission } from './target.ts'

export interface YarnSubmission extends Omit<FlinkSubmission, 'url'> {
  /** Options of the cluster, as `flink run -D` takes them. */
  readonly options: Readonly<Record<string, string>>
  /** Environment of Flink's program: HADOOP_CONF_DIR, HADOOP_CLASSPATH. */
  readonly env: Readonly<Record<string, string | undefined>>
}

const POLL_MS = 500
const POLLS_UNTIL_JOB = 240
const POLLS_UNTIL_FINAL = 60

export async function submitToYarn(submission: YarnSubmission): Promise<void> {
  const { jar, name, options, parallelism, savepoint, detached, signal, env, out, err } = submission
  const folder = mkdtempSync(join(tmpdir(), 'rivulet-yarn-job-'))
  let printed: string
  try {
    const file = join(folder, name)
    writeFileSync(file, jar)
    const args = ['run', '-t', 'yarn-application', '-d', `-Dyarn.application.name=${name.replace(/\.jar$/, '')}`]
    if (parallelism !== undefined) args.push('-p', String(parallelism))
    if (savepoint !== undefined) args.push('-s', savepoint)
    for (const [key, value] of Object.entries(options)) args.push(`-D${key}=${value}`)
    printed = await flink([...args, file], env, signal)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
  const application = /\bapplication_\d+_\d+\b/.exec(printed)?.[0]
  const address = /Found Web Interface (\S+:\d+) of application/.exec(printed)?.[1]
  if (application === undefined || address === undefined) {
    return fail('FLINK_YARN_FAILED', { what: 'flink run', reason: lastLines(printed) })
  }
  const cluster = new FlinkCluster(address, signal)
  out(`Application ${application}`)
  const job = await firstJob(cluster, signal)
  out(`Job ${job}`)
  out(`${cluster.url}/#/job/running/${job}/overview`)
  if (detached) return
  const state = await follow(cluster, job, err, application, env, signal)
  if (state !== 'FINISHED') fail('FLINK_JOB_FAILED', { job, state })
  out(`Job ${job} FINISHED`)
}

/** `FLINK_HOME/bin/flink`, or `flink` of the PATH. */
function program(env: YarnSubmission['env']): string {
  const folders = (env.PATH ?? '').split(delimiter)
  if (env.FLINK_HOME !== undefined && env.FLINK_HOME !== '') folders.unshift(join(env.FLINK_HOME, 'bin'))
  const found = folders.map((folder) => join(folder, 'flink')).find((file) => existsSync(file))
  return found ?? fail('FLINK_NO_PROGRAM', {})
}

function flink(args: readonly string[], env: YarnSubmission['env'], signal: AbortSignal): Promise<string> {
  const child = spawn(program(env), args, { env, signal, stdio: ['ignore', 'pipe', 'pipe'] })
  let printed = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (printed += chunk))
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code) => {
      if (code === 0) resolve(printed)
      else {
        try {
          fail('FLINK_YARN_FAILED', { what: `flink run (exit code ${code})`, reason: lastLines(printed) })
        } catch (error) {
          reject(error)
        }
      }
    })
  })
}

/** The causes of a Java stack trace without its frames, else what came last. */
function lastLines(printed: string): string {
  const lines = printed.split('\n').filter((line) => line.trim() !== '' && !/^\s+(at |\.\.\. \d+ more)/.test(line))
  return lines.slice(-8).join('\n')
}

async function firstJob(cluster: FlinkCluster, signal: AbortSignal): Promise<string> {
  for (let poll = 0; poll < POLLS_UNTIL_JOB; poll++) {
    const [job] = await cluster.jobs()
    if (job !== undefined) return job.id
    await pause(signal)
  }
  return fail('FLINK_YARN_FAILED', { what: cluster.url, reason: 'the application started no job.' })
}

async function follow(
  cluster: FlinkCluster,
  job: string,
  err: (line: string) => void,
  application: string,
  env: YarnSubmission['env'],
  signal: AbortSignal,
): Promise<string> {
  try {
    return await cluster.follow(job, err)
  } catch (error) {
    if (!isRivuletError(error) || error.code !== 'FLINK_UNREACHABLE') throw error
  }
  const manager = resourceManager(env)
  for (let poll = 0; poll < POLLS_UNTIL_FINAL; poll++) {
    const answer = await fetch(`${manager}/ws/v1/cluster/apps/${application}`, { signal })
    const { app } = (await answer.json()) as { app: { finalStatus: string; diagnostics?: string } }
    if (app.finalStatus !== 'UNDEFINED') {
      if (app.finalStatus !== 'SUCCEEDED' && app.diagnostics !== undefined) err(lastLines(app.diagnostics))
      return app.finalStatus === 'SUCCEEDED' ? 'FINISHED' : app.finalStatus
    }
    await pause(signal)
  }
  return fail('FLINK_YARN_FAILED', { what: application, reason: 'it does not answer, and YARN knows no end of it.' })
}

/** Web address of the ResourceManager, from yarn-site.xml. */
function resourceManager(env: YarnSubmission['env']): string {
  const folder = env.YARN_CONF_DIR ?? env.HADOOP_CONF_DIR ?? '/etc/hadoop/conf'
  const file = join(folder, 'yarn-site.xml')
  const text = existsSync(file) ? readFileSync(file, 'utf8') : ''
  const option = (name: string) =>
    [...text.matchAll(/<name>\s*(\S+?)\s*<\/name>\s*<value>\s*(\S+?)\s*<\/value>/g)].find(
      ([, key]) => key === name,
    )?.[2]
  const host = option('yarn.resourcemanager.hostname')
  const address = option('yarn.resourcemanager.webapp.address') ?? (host === undefined ? undefined : `${host}:8088`)
  return address === undefined
    ? fail('FLINK_YARN_FAILED', { what: file, reason: 'it names no ResourceManager.' })
    : `http://${address}`
}

async function pause(signal: AbortSignal): Promise<void> {
  signal.throwIfAborted()
  await new Promise((resolve) => setTimeout(resolve, POLL_MS))
}
