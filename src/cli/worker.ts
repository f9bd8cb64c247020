/**
 * The process of one job of `rivulet server`: runs its file as `rivulet run` would, and reports to the coordinator.
 *
 * Laws
 * - One submission is one job: a second INSERT beside the first is refused, so that an id means one thing.
 * - The coordinator's end closes the channel, and that ends this process at once: the job is recovered from its newest
 *   checkpoint by the next coordinator, and two of it never run.
 */
import { join } from 'node:path'
import { failure, isRivuletError, type RivuletErrorJson } from '../base/errors.ts'
import { describeDeployed, setDeployment } from '../engine/deployment.ts'
import type { JobClient } from '../engine/job-client.ts'
import type { CheckpointStatistic } from '../server/api-types.ts'
import { newCheckpoints } from '../server/checkpoint-folder.ts'
import { maskJson, maskText } from '../server/mask.ts'
import type { FromWorker, JobReport, ToWorker, WorkerStart } from '../server/messages.ts'
import { runFile } from './run-file.ts'

const abort = new AbortController()
let job: JobClient | undefined
let canceled = false
let refused: unknown
const seen = new Set<number>()
let checkpointDir: string | undefined
let subtasks = 0
const taps = new Map<string, { readonly stop: AbortController; readonly ended: Promise<void> }>()

function tell(message: FromWorker): Promise<void> {
  return new Promise((resolve) => {
    if (process.send === undefined || !process.connected) resolve()
    else process.send(message, () => resolve())
  })
}

function log(level: number, msg: string): void {
  process.stdout.write(`${JSON.stringify({ level, time: Date.now(), pid: process.pid, msg: maskText(msg) })}\n`)
}

function errorJson(error: unknown): RivuletErrorJson {
  if (error instanceof AggregateError) {
    const [first, ...others] = error.errors.map(errorJson)
    const rest = others.map((other) => `\n${other.code}: ${other.message}`).join('')
    return { ...first, message: first.message + rest }
  }
  if (isRivuletError(error)) return maskJson(error.toJSON())
  const { message, stack } = error instanceof Error ? error : new Error(String(error))
  return maskJson({ code: 'ERROR', domain: 'user' as const, message, cause: { message, stack } })
}

function report(running: JobClient): { report: JobReport; checkpoints: CheckpointStatistic[] } {
  const { heapUsed, rss } = process.memoryUsage()
  const { user, system } = process.cpuUsage()
  const description = maskJson(running.describe())
  const operators = running.metrics().map(({ watermark, batchesOut: _, fullMs: __, splits: ___, ...metric }) => ({
    ...metric,
    watermark: Number.isFinite(watermark) ? watermark : watermark > 0 ? ('max' as const) : null,
  }))
  return {
    report: {
      at: Date.now(),
      operators,
      subtasks: running.taskTimes(),
      lookers: running.lookers,
      heapUsed,
      rss,
      cpu: user + system,
      description,
    },
    checkpoints: checkpointDir === undefined ? [] : newCheckpoints(checkpointDir, seen, subtasks),
  }
}

async function start(message: WorkerStart): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  let deployedName: string | undefined
  setDeployment({
    configuration: message.configuration,
    recoverFrom: message.recoverFrom,
    onDeploy(deployed) {
      if (deployedName !== undefined) {
        refused = failure('SERVER_SEVERAL_JOBS', { first: deployedName, second: deployed.name })
        abort.abort(refused)
        throw refused
      }
      deployedName = deployed.name
      const described = describeDeployed(deployed)
      checkpointDir = described.options['execution.checkpointing.dir']
      subtasks = described.vertices.reduce((sum, vertex) => sum + vertex.parallelism, 0)
      // Checkpoints of an earlier attempt are known to the coordinator already.
      if (checkpointDir !== undefined) newCheckpoints(checkpointDir, seen, subtasks)
      void tell({ type: 'deployed', job: described })
    },
    onRunning(running) {
      job = running
      const send = () => void tell({ type: 'report', ...report(running) })
      // A job that is said to run has a report.
      send()
      void tell({ type: 'running' })
      timer = setInterval(send, message.reportMs)
      timer.unref()
    },
  })
  let error: unknown
  try {
    const options = {
      args: message.args,
      signal: abort.signal,
      out: (line: string) => log(30, line),
      folder: message.folder,
      name: message.file,
      bundled: true,
      configuration: message.configuration,
    }
    const ran = await runFile(message.path, options)
    await job?.wait()
    if (ran === 0 && job === undefined && !abort.signal.aborted)
      throw failure('CLI_NOTHING_RAN', { file: message.file })
  } catch (thrown) {
    error = thrown
  }
  clearInterval(timer)
  error = refused ?? error
  // The job has ended, and with it its taps: their last rows come before the end is told.
  await Promise.all([...taps.values()].map(({ ended }) => ended))
  if (job !== undefined) await tell({ type: 'report', ...report(job) })
  if (error !== undefined && !(canceled && refused === undefined)) {
    const json = errorJson(error)
    log(50, `${json.code}: ${json.message}`)
    await tell({ type: 'ended', state: 'FAILED', error: json })
  } else {
    await tell({ type: 'ended', state: canceled ? 'CANCELED' : 'FINISHED' })
  }
  process.exit(0)
}

async function savepoint(request: string, folder: string, stop: boolean, drain: boolean): Promise<void> {
  try {
    if (job === undefined) throw failure('SERVER_NOT_RUNNING', { id: '', state: 'CREATED' })
    const location = stop ? await job.stopWithSavepoint(folder, { drain }) : await job.savepoint(folder)
    await tell({ type: 'savepoint', request, location: join(location) })
  } catch (error) {
    await tell({ type: 'savepoint', request, error: errorJson(error) })
  }
}

/** Each event waits until the one before is with the coordinator; what passes meanwhile is counted, and the job goes on. */
async function tap(request: string, node: number, stop: AbortController): Promise<void> {
  try {
    if (job === undefined) throw failure('SERVER_NOT_RUNNING', { id: '', state: 'CREATED' })
    for await (const rows of job.rows(node, { signal: stop.signal })) await tell({ type: 'rows', request, rows })
    await tell({ type: 'tap-ended', request })
  } catch (error) {
    await tell({ type: 'tap-ended', request, error: errorJson(error) })
  } finally {
    taps.delete(request)
  }
}

function startTap(request: string, node: number): void {
  const stop = new AbortController()
  taps.set(request, { stop, ended: tap(request, node, stop) })
}

async function keyedState(request: string, node: number, key: string): Promise<void> {
  try {
    if (job === undefined) throw failure('SERVER_NOT_RUNNING', { id: '', state: 'CREATED' })
    await tell({ type: 'state', request, state: await job.keyedState(node, key) })
  } catch (error) {
    await tell({ type: 'state', request, error: errorJson(error) })
  }
}

process.on('disconnect', () => process.exit(1))
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  // Ctrl-C in the server's terminal reaches the whole process group; the coordinator decides what happens to jobs.
  process.on(signal, () => {})
}
process.on('message', (message: ToWorker) => {
  switch (message.type) {
    case 'start':
      void start(message)
      break
    case 'cancel':
      canceled = true
      abort.abort(new Error('canceled'))
      void job?.cancel()
      break
    case 'savepoint':
      void savepoint(message.request, message.folder, message.stop, message.drain)
      break
    case 'tap':
      startTap(message.request, message.node)
      break
    case 'untap':
      taps.get(message.request)?.stop.abort()
      break
    case 'state':
      void keyedState(message.request, message.node, message.key)
  }
})
