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
    let ended: number | undefined
    code.then((value) => {
      ended = value
    })
    await until(() => ended !== undefined || (mine()?.checkpoints().counts.completed ?? 0) >= 2)
    assert.equal(ended, undefined, lines.join('\n'))
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

describe('rivulet plan diff', { timeout: 30_000 }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'rivulet-diff-'))
  after(() => rmSync(folder, { recursive: true }))
  const script = (name: string, select: string) => {
    const file = join(folder, name)
    writeFileSync(
      file,
      `CREATE TABLE numbers (k INT, n INT) WITH ('connector' = 'datagen', 'number-of-rows' = '10');
       CREATE TABLE sums (k INT, n BIGINT) WITH ('connector' = 'blackhole');
       INSERT INTO sums ${select};`,
    )
    return file
  }
  const diff = async (...args: string[]) => {
    const lines: string[] = []
    const push = (line: string) => lines.push(line)
    const io = { out: push, err: push, terminal: false, signal: new AbortController().signal }
    return { code: await main(['plan', 'diff', ...args], io), lines }
  }

  it('says which operators keep, lose or find other state, and runs nothing', async () => {
    const count = script('count.sql', 'SELECT k, COUNT(*) FROM numbers GROUP BY k')
    const filtered = script('filtered.sql', 'SELECT k, COUNT(*) FROM numbers GROUP BY k HAVING COUNT(*) > 1')
    const max = script('max.sql', 'SELECT k, CAST(MAX(n) AS BIGINT) FROM numbers GROUP BY k')
    const copy = script('copy.sql', 'SELECT k, CAST(n AS BIGINT) FROM numbers')
    const before = runningJobs.size
    const same = await diff(count, filtered)
    assert.equal(same.code, 0, same.lines.join('\n'))
    assert.ok(same.lines.length >= 2 && same.lines.every((line) => line.endsWith('keeps its state')))
    const other = await diff(count, max)
    assert.equal(other.code, 1)
    assert.match(other.lines.join('\n'), /GroupAggregate.*has state of another form there/)
    const lost = await diff(count, copy)
    assert.equal(lost.code, 1)
    assert.match(lost.lines.join('\n'), /group-aggregate, is not in the plan any more: its state would be lost/)
    assert.equal(runningJobs.size, before)
    assert.equal((await diff(count)).code, 2)
  })
})
