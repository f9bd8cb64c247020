/** A few hundred seeds, a few fresh ones, and builds that are broken on purpose: the seeds must notice. */
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'
import { mutations } from './mutations.ts'
import { runSeed } from './run.ts'
import { FaultTable } from './table.ts'

const FIXED = 400
const FRESH = 20
/** Seeds within which a broken build must be found out. */
const MUTANT_SEEDS = 1500

const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url))

describe('simulation', () => {
  it('no seed loses a row or counts one twice, and every fault strikes in every phase', async (t) => {
    const table = new FaultTable()
    const fresh = 1_000_000 + Math.floor(Math.random() * 1_000_000_000)
    const seeds = [
      ...Array.from({ length: FIXED }, (_, i) => i + 1),
      ...Array.from({ length: FRESH }, (_, i) => fresh + i),
    ]
    for (const seed of seeds) {
      const { problem, struck, plan } = await runSeed(seed)
      table.add(struck)
      const replay = `npm run sim -- --from ${seed} --seeds 1 --trace`
      assert.equal(problem, undefined, `seed ${seed}, job '${plan.job}': ${problem}\n${replay}`)
    }
    for (const line of table.lines()) t.diagnostic(line)
    assert.deepEqual(table.missing, [])
  })

  it('a seed gives the same run again', async () => {
    const [first, second] = [await runSeed(8), await runSeed(8)]
    assert.deepEqual(second.log, first.log)
    assert.equal(second.events, first.events)
  })

  for (const { name } of mutations) {
    it(`notices: ${name}`, async () => {
      const { code, out } = await broken(name)
      assert.equal(code, 1, out)
      assert.match(out, /seed \d+ \(job /)
    })
  }
})

/** The simulation with a broken engine, up to the first seed that notices. */
function broken(name: string): Promise<{ code: number; out: string }> {
  return new Promise((resolve) => {
    const args = ['--conditions=rivulet-source', '--import', path('mutate.ts'), path('../../scripts/sim.ts')]
    execFile(
      process.execPath,
      [...args, '--seeds', String(MUTANT_SEEDS), '--first'],
      { env: { ...process.env, RIVULET_MUTATION: name, NODE_TEST_CONTEXT: undefined }, timeout: 300_000 },
      (error, stdout, stderr) => {
        resolve({
          code: error === null ? 0 : typeof error.code === 'number' ? error.code : -1,
          out: `${stdout}${stderr}`,
        })
      },
    )
  })
}
