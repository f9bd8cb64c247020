/**
 * The process of one job of `rivulet server`: runs its file as `rivulet run` would, and reports to the coordinator.
 *
 * Laws
 * - One submission is one job: a second INSERT beside the first is refused, so that an id means one thing.
 * - The coordinator's end closes the channel, and that ends this process at once: the job is recovered from its newest
 *   checkpoint by the next coordinator, and two of it never run.
 */
import { failure } from '../base/errors.ts'
import { setDeployment } from '../engine/deployment.ts'
import type { JobClient } from '../engine/job-client.ts'
import { maskText } from '../server/mask.ts'
import type { FromWorker, ToWorker, WorkerStart } from '../server/messages.ts'
import { errorJson, JobSide } from './job-side.ts'
import { runFile } from './run-file.ts'

const abort = new AbortController()
let side: JobSide | undefined
let job: JobClient | undefined
let canceled = false
let refused: unknown

function tell(message: FromWorker): Promise<void> {
  return new Promise((resolve) => {
    if (process.send === undefined || !process.connected) resolve()
    else process.send(message, () => resolve())
  })
}

function log(level: number, msg: string): void {
  process.stdout.write(`${JSON.stringify({ level, time: Date.now(), pid: process.pid, msg: maskText(msg) })}\n`)
}

async function start(message: WorkerStart): Promise<void> {
  setDeployment({
    configuration: message.configuration,
    recoverAmong: message.recoverAmong,
    onDeploy(deployed) {
      if (side !== undefined) {
        refused = failure('SERVER_SEVERAL_JOBS', { first: side.deployed.name, second: deployed.name })
        abort.abort(refused)
        throw refused
      }
      side = new JobSide(deployed, tell, message.reportMs)
      void tell({ type: 'deployed', job: side.deployed })
    },
    onRunning(running) {
      job = running
      side?.running(running)
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
  error = refused ?? error
  const failed = error !== undefined && !(canceled && refused === undefined)
  const json = failed ? errorJson(error) : undefined
  if (json !== undefined) log(50, `${json.code}: ${json.message}`)
  const state = json !== undefined ? 'FAILED' : canceled ? 'CANCELED' : 'FINISHED'
  if (side === undefined) await tell({ type: 'ended', state, error: json })
  else await side.ended(state, json)
  process.exit(0)
}

process.on('disconnect', () => process.exit(1))
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  // Ctrl-C in the server's terminal reaches the whole process group; the coordinator decides what happens to jobs.
  process.on(signal, () => {})
}
process.on('message', (message: ToWorker) => {
  if (message.type === 'start') {
    void start(message)
    return
  }
  if (message.type === 'cancel') {
    canceled = true
    abort.abort(new Error('canceled'))
  }
  side?.receive(message)
})
