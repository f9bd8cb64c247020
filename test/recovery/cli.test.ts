/** The command line stops with a savepoint and goes on from checkpoints. */
import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { main } from '../../src/cli/main.ts'
import { runningJobs } from '../../src/engine/job-client.ts'

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 2))
}

describe('rivulet run', { timeout: 30_000 }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'rivulet-exit-'))
  after(() => rmSync(folder, { recursive: true }))
  const file = join(folder, 'job.sql')
  writeFileSync(
    file,
    `SET 'pipeline.name' = 'exit-test';
     SET 'execution.checkpointing.interval' = '20 ms';
     SET 'execution.checkpointing.dir' = '${folder}/checkpoints';
     CREATE TABLE numbers (n INT) WITH ('connector' = 'datagen', 'rows-per-second' = '1000');
     CREATE TABLE total (n BIGINT) WITH ('connector' = 'blackhole');
     INSERT INTO total SELECT COUNT(*) FROM numbers;`,
  )
  /** Run until the job has taken two checkpoints, then stop as SIGTERM would. */
  async function run(...flags: string[]) {
    const abort = new AbortController()
    const lines: string[] = []
    const io = {
      out: (line: string) => lines.push(line),
      err: (line: string) => lines.push(line),
      terminal: false,
      signal: abort.signal,
    }
    const code = main(['run', file, ...flags], io)
    const mine = () => [...runningJobs].find((job) => job.name === 'exit-test')
    await until(() => (mine()?.checkpoints().counts.completed ?? 0) >= 2)
    const job = mine()
    abort.abort(new Error('stopped by SIGTERM'))
    return { code: await code, lines, job }
  }

  it('takes a savepoint on its way out, and starts from it or from the last checkpoint', async () => {
    const first = await run('--savepoint-on-exit', join(folder, 'saved'))
    const [name] = readdirSync(join(folder, 'saved'))
    assert.deepEqual(first.lines, [`Savepoint: ${join(folder, 'saved', name)}`])
    assert.equal(first.code, 0)
    const { checkpoint } = JSON.parse(readFileSync(join(folder, 'saved', name, 'manifest.json'), 'utf8'))
    const second = await run('--from-savepoint', join(folder, 'saved', name))
    assert.equal(second.job?.checkpoints().latestRestored?.id, checkpoint)
    const last = second.job?.checkpoints().latestCompleted?.id
    const third = await run('--from-last-checkpoint')
    assert.equal(third.job?.checkpoints().latestRestored?.id, last)
  })
})
