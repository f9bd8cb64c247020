/** `rivulet run --dashboard`: the run as always, and the REST of a server for it while it lasts. */
import assert from 'node:assert/strict'
import { existsSync, globSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import type { JobDetails, Metric } from '../../src/server/api-types.ts'
import { ServerClient } from '../../src/server/client.ts'
import { type RunningCli, startCli } from '../harness/cli.ts'
import { COUNT, TABLES } from '../server/harness.ts'

const { signal } = new AbortController()

describe('rivulet run --dashboard', { timeout: 180_000 }, () => {
  let folder: string
  const left = () => globSync('rivulet-run-*', { cwd: tmpdir() }).toSorted()
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'rivulet-dash-run-'))
  })
  after(() => rmSync(folder, { recursive: true, force: true }))

  function run(sql: string, ...flags: string[]): RunningCli {
    const file = join(folder, 'job.sql')
    writeFileSync(file, sql)
    return startCli(['run', file, '--dashboard', ...flags])
  }
  async function opened(cli: RunningCli): Promise<{ client: ServerClient; url: string; token: string }> {
    for (;;) {
      const [, url, token] = /Dashboard: (http:\S+)\/#token=(\w+)\n/.exec(cli.output()) ?? []
      if (url !== undefined) {
        const tokenFile = join(folder, 'token')
        writeFileSync(tokenFile, token, { mode: 0o600 })
        return { client: new ServerClient({ server: url, data: folder, tokenFile }), url, token }
      }
      assert.equal(cli.child.exitCode, null, cli.output())
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
  }
  async function until(client: ServerClient, test: (job: JobDetails) => boolean, nth = 0): Promise<JobDetails> {
    for (;;) {
      const job = (await client.jobs())[nth]
      const details = job === undefined ? undefined : await client.details(job.jid)
      if (details !== undefined && test(details)) return details
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
  }

  it('shows the job, saves it, and a cancel there ends the run', async () => {
    const before = left()
    const dir = join(folder, 'checkpoints')
    const cli = run(COUNT, '-D', 'execution.checkpointing.interval=200 ms', '-D', `execution.checkpointing.dir=${dir}`)
    try {
      const { client, url, token } = await opened(cli)
      assert.match(url, /^http:\/\/127\.0\.0\.1:\d+$/)
      const job = await until(client, ({ state }) => state === 'RUNNING')
      while ((await client.operators(job.jid)).operators.every(({ rowsOut }) => rowsOut === 0)) {}
      assert.equal(job.vertices[0].name, 'TableSourceScan[1] -> GroupAggregate[2] -> Sink[3]')
      const metrics = await client.call<Metric[]>('GET', `/jobs/${job.jid}/metrics?get=process.rss`)
      assert.ok(Number(metrics[0]?.value) > 10_000_000)
      for (;;) {
        const { counts } = await client.call<{ counts: { completed: number } }>('GET', `/jobs/${job.jid}/checkpoints`)
        if (counts.completed > 1) break
        await new Promise((resolve) => setTimeout(resolve, 50))
      }
      const saved = await client.savepoint(job.jid, join(folder, 'sp'), false, signal)
      assert.ok(existsSync(join(saved.slice('file:'.length), 'manifest.json')))
      await assert.rejects(client.submit({ kind: 'sql', text: COUNT, file: 'x.sql' }), { code: 'SERVER_OF_ONE_RUN' })
      const body = JSON.stringify({ kind: 'sql', text: COUNT, file: 'x.sql' })
      const headers = { 'content-type': 'application/json' }
      assert.equal((await fetch(`${url}/rivulet/v1/jobs`, { method: 'POST', body, headers })).status, 401)
      await client.cancel(job.jid)
      const { code, out, err } = await cli.done
      assert.equal(code, 0, err)
      assert.equal(out, '', 'standard output belongs to the job')
      assert.equal(err, `Dashboard: ${url}/#token=${token}\n`)
      assert.deepEqual(left(), before, 'nothing is left behind')
    } finally {
      cli.child.kill('SIGKILL')
    }
  })

  it('goes with several jobs, lists one that failed, and ends as the run ends', async () => {
    const failing = `CREATE TABLE short (a INT) WITH ('connector' = 'datagen', 'number-of-rows' = '1', 'fields.a.kind' = 'sequence',
      'fields.a.start' = '0', 'fields.a.end' = '0');
      SET 'restart-strategy.type' = 'none';
      INSERT INTO k SELECT 1 / a, 1 FROM short;`
    const cli = run(`${COUNT}\n${failing}`)
    try {
      const { client } = await opened(cli)
      const failed = await until(client, ({ state }) => state === 'FAILED')
      const [{ rivulet: error }] = await client.exceptions(failed.jid)
      assert.match(error?.message ?? '', /zero/i)
      const going = await until(client, ({ state }) => state === 'RUNNING', 1)
      assert.notEqual(going.jid, failed.jid)
      cli.child.kill('SIGINT')
      assert.equal((await cli.done).code, 130)
      await assert.rejects(client.jobs(), { code: 'SERVER_UNREACHABLE' })
    } finally {
      cli.child.kill('SIGKILL')
    }
  })

  it('prints a query’s rows as ever, and says what is wrong', async () => {
    const rows = run(`${TABLES}SELECT * FROM (VALUES (1), (2)) AS t (a);`)
    const { code, out, err } = await rows.done
    assert.equal(code, 0, err)
    assert.match(out, /\| \+I \|\s+1 \|[\s\S]*\| \+I \|\s+2 \|/)
    const wrong = await run('INSERT INTO nosuch SELECT 1;').done
    assert.equal(wrong.code, 2)
    assert.match(wrong.err, /PLAN_UNKNOWN_OBJECT/)
    const usage = await startCli(['run', join(folder, 'job.sql'), '--port', '1']).done
    assert.equal(usage.code, 2)
  })
})
