/**
 * `rivulet run --dashboard`: the jobs of this process, served on loopback like those of a server, for as long as the run takes.
 *
 * Laws
 * - The run is what it is without: same process, same output, same exit code; the server's packages are loaded only here.
 * - Nothing is left behind: records lie in a folder of their own below the system's temporary one.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setDeployment } from '../engine/deployment.ts'
import type { ProcessEvents } from '../server/job-process.ts'
import { dashboardFolder, gatewayEntry, start, workerEntry } from './commands/server.ts'
import { errorJson, JobSide } from './job-side.ts'
import { version } from './version.ts'

const REPORT_MS = 1000

export interface RunDashboard {
  /** With the token in the fragment, which no server sees. */
  readonly url: string
  close(): Promise<void>
}

export async function openRunDashboard(file: string, port: number): Promise<RunDashboard> {
  const data = mkdtempSync(join(tmpdir(), 'rivulet-run-'))
  const remove = () => rmSync(data, { recursive: true, force: true })
  const server = await start({
    port,
    slots: 0,
    data,
    workerEntry: workerEntry(),
    gatewayEntry: gatewayEntry(),
    version,
    dashboard: dashboardFolder(),
    reportMs: REPORT_MS,
  }).catch((error: unknown) => {
    remove()
    throw error
  })
  const jobs = new Map<string, { readonly side: JobSide; readonly events: ProcessEvents }>()
  setDeployment({
    configuration: {},
    onDeploy(deployed) {
      const side = new JobSide(
        deployed,
        async (message) => {
          if (message.type === 'ended') events.exit(message, '')
          else events.message(message)
        },
        REPORT_MS,
      )
      const events = server.coordinator.adopt(deployed.id, file, side.deployed, {
        pid: process.pid,
        send: (message) => {
          if (message.type !== 'start') side.receive(message)
        },
        // Both would end the run, which is not the dashboard's to end.
        kill: () => {},
        end: async () => {},
      })
      jobs.set(deployed.id, { side, events })
    },
    onRunning(job) {
      const side = jobs.get(job.id)?.side
      side?.running(job)
      job.wait().then(
        () => side?.ended(side.canceled || job.status === 'CANCELED' ? 'CANCELED' : 'FINISHED'),
        (error) => side?.ended('FAILED', errorJson(error)),
      )
    },
    onFailed: (id, error) => void jobs.get(id)?.side.ended('FAILED', errorJson(error)),
  })
  return {
    url: `${server.url}/#token=${server.token}`,
    async close() {
      setDeployment({ configuration: {} })
      await server.close()
      remove()
    },
  }
}
