/** The Java side by its own tests (JUnit, Flink's MiniCluster), with job jars of `test/flink/runtime/` as `rivulet package` makes them. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { after, describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'
import { runCli } from '../harness/cli.ts'

const runtime = fileURLToPath(new URL('../../flink-runtime/pom.xml', import.meta.url))
const JOBS = [
  'test/flink/failing.job.ts',
  ...readdirSync('test/flink/runtime').map((name) => `test/flink/runtime/${name}`),
]
const hosts = ['v8', 'node']
const IN_NODE_ONLY = ['node', 'dying']
const TIME_LIMIT_MS = 600_000

describe('the runtime on a MiniCluster', () => {
  const folder = mkdtempSync(join(tmpdir(), 'rivulet-jobs-'))
  after(() => rmSync(folder, { recursive: true, force: true }))

  it('passes mvn verify', { timeout: TIME_LIMIT_MS }, async () => {
    for (const job of JOBS) {
      const name = basename(job, '.job.ts')
      for (const host of IN_NODE_ONLY.includes(name) ? ['node'] : hosts) {
        const jar = join(folder, `${name}-${host}.jar`)
        const { code, err } = await runCli(['package', '--functions', host, job, '-o', jar])
        assert.equal(code, 0, err)
      }
    }
    const missing = ['--functions', 'node', '--node', '/nowhere/node', '-o', join(folder, 'missing-node.jar')]
    assert.equal((await runCli(['package', ...missing, 'test/flink/failing.job.ts'])).code, 0)
    const verify = ['-B', '-f', runtime, 'verify', `-Drivulet.jobs=${folder}`]
    const { status, stdout } = spawnSync('mvn', verify, { encoding: 'utf8', timeout: TIME_LIMIT_MS })
    assert.equal(status, 0, stdout)
    assert.match(stdout, /Tests run: [1-9]\d*, Failures: 0, Errors: 0, Skipped: 0/)
  })
})
