/** A function that does not come back is named while it is stuck, by `rivulet run`; a job that only waits is not. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { runCli } from '../harness/cli.ts'

const job = (body: string, rowsPerSecond: number) => `
import { DataTypes, defineJob, udf } from 'rivulet'

const stuckForAWhile = udf(function stuckForAWhile(n) {
  ${body}
  return n
}, { inputTypes: [DataTypes.INT()], resultType: DataTypes.INT() })

export const job = defineJob(async ({ tEnv, signal }) => {
tEnv.createTemporaryFunction('slow', stuckForAWhile)
await tEnv.executeSql(\`CREATE TABLE numbers (n INT) WITH ('connector' = 'datagen', 'number-of-rows' = '4',
  'rows-per-second' = '${rowsPerSecond}', 'fields.n.kind' = 'sequence', 'fields.n.start' = '1', 'fields.n.end' = '4')\`)
await tEnv.executeSql("CREATE TABLE shown (n INT) WITH ('connector' = 'print')")
return tEnv.executeSql('INSERT INTO shown SELECT slow(n) FROM numbers', { signal })
})
`

async function run(text: string, ...flags: string[]) {
  const folder = mkdtempSync(join(tmpdir(), 'rivulet-watchdog-'))
  try {
    const file = join(folder, 'job.ts')
    writeFileSync(file, text)
    return await runCli(['run', file, ...flags])
  } finally {
    rmSync(folder, { recursive: true })
  }
}

describe('the watchdog', { timeout: 60_000 }, () => {
  const spin = 'if (n === 3) for (const end = Date.now() + 5000; Date.now() < end; );'

  it('names the function that is stuck, once, and the job goes on', async () => {
    const { code, out, err } = await run(job(spin, 1000), '-D', 'rivulet.watchdog.timeout=400 ms')
    assert.equal(code, 0, err)
    assert.equal(err.match(/^warning: a job has been in one call for 0.4 s/gm)?.length, 1, err)
    assert.match(err, /^ {4}at stuckForAWhile \(.*:\d+\)$/m)
    assert.match(out, /\+I\[4\]/)
  })

  it('says nothing of a job that waits, nor when it is off', async () => {
    for (const [text, timeout] of [
      [job('', 4), '200 ms'],
      [job(spin, 1000), '0'],
    ]) {
      const { code, err } = await run(text, '-D', `rivulet.watchdog.timeout=${timeout}`)
      assert.equal(code, 0, err)
      assert.doesNotMatch(err, /warning: a job/)
    }
  })
})
