/**
 * `npm run sim -- --seeds 1000 [--from N] [--trace]`
 *
 * Runs whole jobs on the simulated host, a seed each, and prints seeds per second, the table of faults and phases, and any
 * failing seed with the command that replays it. Exit code 1 when a seed failed. `--trace` prints what happened, event by event;
 * `--first` stops at the first failure.
 */
import { parseArgs } from 'node:util'
import { runSeed } from '../test/simulation/run.ts'
import { FaultTable } from '../test/simulation/table.ts'

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '200' },
    from: { type: 'string', default: '1' },
    trace: { type: 'boolean', default: false },
    first: { type: 'boolean', default: false },
  },
})
const out = (line: string) => process.stdout.write(`${line}\n`)
const from = Number(values.from)
const count = Number(values.seeds)
if (!Number.isSafeInteger(from) || !Number.isSafeInteger(count) || count < 1) {
  process.stderr.write('--seeds and --from take whole numbers\n')
  process.exit(2)
}
const table = new FaultTable()
const failed: number[] = []
const started = process.hrtime.bigint()
let processes = 0
let ran = 0
for (let seed = from; seed < from + count; seed++) {
  const report = await runSeed(seed)
  ran++
  processes += report.processes
  table.add(report.struck)
  if (values.trace) for (const line of report.log) out(line)
  if (report.problem === undefined) continue
  failed.push(seed)
  out(`seed ${seed} (job '${report.plan.job}'): ${report.problem.slice(0, 2000)}`)
  out(`  faults: ${report.struck.map(({ kind, phase }) => `${kind} while ${phase}`).join(', ')}`)
  out(`  replay: npm run sim -- --from ${seed} --seeds 1 --trace`)
  if (values.first) break
}
const seconds = Number(process.hrtime.bigint() - started) / 1e9
for (const line of table.lines()) out(line)
out(`${ran} seeds, ${processes} processes, ${failed.length} failed, ${(ran / seconds).toFixed(0)} seeds per second`)
process.exitCode = failed.length > 0 ? 1 : 0
