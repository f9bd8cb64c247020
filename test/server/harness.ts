/** A server on a free port with real worker processes, and what tests ask of it. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { JobDetails, JobState, SubmitRequest } from '../../src/server/api-types.ts'
import { ServerClient } from '../../src/server/client.ts'
import { type RunningServer, type ServerOptions, startServer } from '../../src/server/server.ts'

export const TABLES = `
CREATE TABLE s (a INT) WITH ('connector' = 'datagen', 'rows-per-second' = '200', 'fields.a.min' = '0', 'fields.a.max' = '9');
CREATE TABLE k (a INT, c BIGINT) WITH ('connector' = 'blackhole');
`
export const COUNT = `${TABLES}INSERT INTO k SELECT a, COUNT(*) FROM s GROUP BY a;`

export interface TestServer {
  readonly server: RunningServer
  readonly client: ServerClient
  readonly data: string
  submit(text: string, more?: Partial<SubmitRequest>): Promise<string>
  /** Wait until the job is in one of these states; fails when it ends in another. */
  until(id: string, ...states: JobState[]): Promise<JobDetails>
  close(): Promise<void>
}

export async function testServer(options: Partial<ServerOptions> = {}, folder?: string): Promise<TestServer> {
  const data = folder ?? mkdtempSync(join(tmpdir(), 'rivulet-server-'))
  const server = await startServer({
    port: 0,
    data,
    workerEntry: new URL('../../src/cli/worker.ts', import.meta.url),
    gatewayEntry: new URL('../../src/server/gateway/entry.ts', import.meta.url),
    version: '0.0.0-test',
    reportMs: 100,
    ...options,
  })
  const client = new ServerClient({ data, server: server.url })
  return {
    server,
    client,
    data,
    async submit(text, more = {}) {
      return (await client.submit({ kind: 'sql', text, file: 'job.sql', ...more })).jobid
    },
    async until(id, ...states) {
      for (;;) {
        const details = await client.details(id)
        if (states.includes(details.state)) return details
        if (details['end-time'] !== -1) {
          const [error] = await client.exceptions(id)
          throw new Error(`job is ${details.state}, not ${states.join(' or ')}: ${error?.stacktrace}`)
        }
        await new Promise((resolve) => setTimeout(resolve, 50))
      }
    },
    async close() {
      await server.close()
      if (folder === undefined) rmSync(data, { recursive: true, force: true })
    },
  }
}
