/** `rivulet run --doctor-after`, and SIGUSR2. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { main } from '../../src/cli/main.ts'
import { runningJobs } from '../../src/engine/job-client.ts'

describe('rivulet run', { timeout: 30_000 }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'rivulet-doctor-'))
  after(() => rmSync(folder, { recursive: true }))

  /** Until standard error has the text; then stop as Ctrl-C would. */
  async function run(name: string, condition: string, flags: readonly string[], wanted: RegExp, act = () => false) {
    const file = join(folder, `${name}.sql`)
    writeFileSync(
      file,
      `SET 'pipeline.name' = '${name}';
CREATE TABLE numbers (n INT) WITH ('connector' = 'datagen', 'rows-per-second' = '1000', 'fields.n.min' = '1');
CREATE TABLE seen (n INT) WITH ('connector' = 'blackhole');
INSERT INTO seen SELECT n FROM numbers
WHERE ${condition};`,
    )
    const abort = new AbortController()
    const err: string[] = []
    const io = { out: () => {}, err: (line: string) => err.push(line), terminal: false, signal: abort.signal }
    const ended = main(['run', file, ...flags], io)
    const has = () => wanted.test(err.join('\n'))
    while (!has()) {
      if ([...runningJobs].some((job) => job.name === name) && act()) break
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
    // A silence is told once.
    await new Promise((resolve) => setTimeout(resolve, 300))
    abort.abort(new Error('stopped by SIGINT'))
    await ended
    return err
  }

  it('says after a silence what keeps the job from giving rows, once, with the place', async () => {
    const err = await run('silent', 'n < 0', ['--doctor-after', '100ms'], /fix:/)
    assert.match(err[0], /^doctor: 'silent' has had no output for \d+ m?s$/)
    assert.match(err[1], /^error FILTER_NEVER_PASSES: /)
    assert.match(err[4], /silent\.sql:5:7 \| WHERE n < 0;?$/)
    assert.match(err[5], /numbers: rowsIn \d+, rowsOut 0/)
    assert.equal(err.filter((line) => line.startsWith('doctor:')).length, 1)
  })

  it('says nothing while rows come', async () => {
    let looks = 0
    const err = await run('busy', 'n > 0', ['--doctor-after', '500ms'], /doctor:/, () => looks++ > 40)
    assert.deepEqual(err, [])
  })

  it('says it on SIGUSR2', { skip: process.platform === 'win32' }, async () => {
    const ask = () => !process.emit('SIGUSR2')
    const err = await run('asked', 'n > 0', [], /doctor:/, ask)
    assert.match(err.join('\n'), /doctor: nothing found that keeps 'asked' from giving rows/)
  })

  it('wants a duration', async () => {
    const err: string[] = []
    const io = {
      out: () => {},
      err: (line: string) => err.push(line),
      terminal: false,
      signal: new AbortController().signal,
    }
    assert.equal(await main(['run', 'x.sql', '--doctor-after', 'soon'], io), 2)
    assert.match(err.join('\n'), /--doctor-after takes a duration such as 30s, found 'soon'/)
  })
})
