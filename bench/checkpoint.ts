/**
 * What a checkpoint costs: how long it keeps the data path, and how much throughput it takes at an interval of one second.
 *
 * `npm run bench -- checkpoint [KEYS]`. A group aggregate (COUNT, SUM) over KEYS random keys (1,000,000), rows handed over by
 * a source in memory, results dropped. "Stop" is the thread CPU time between two turns of the data path in which anything of
 * a checkpoint ran: barrier, snapshot, and each slice of writing. Throughput is rows per CPU-second of the process; runs with
 * and without checkpoints alternate. On a machine that others use a second has less than a CPU-second for the process, and so more
 * checkpoints per row than on a free one: what one checkpoint costs is told too, which is the loss of a process with a core of its
 * own.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Connector } from '../src/connectors/contract.ts'
import { TableEnvironment } from '../src/engine/environment.ts'
import type { Batch } from '../src/types/batch.ts'

const KEYS = Number(process.argv[2] ?? 1_000_000)
const BATCH = 4096
const SECONDS = 12
const INSERT_ONLY = { updateBefore: false, updateAfter: false, delete: false }

interface Run {
  readonly rowsPerCpuSecond: number
  readonly stops: readonly number[]
  readonly checkpoints: number
  readonly rows: number
  readonly cpuSeconds: number
  readonly seconds: number
}

/** Each key once in a scattered order, then for ever random ones. */
function source(onPoll: (rows: number) => boolean): Connector {
  let state = 1
  let given = 0
  const batches = (): Batch => {
    const keys = new Int32Array(BATCH)
    const values = new Float64Array(BATCH)
    for (let i = 0; i < BATCH; i++) {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0
      keys[i] = given < KEYS ? given++ : Math.floor((state / 4294967296) * KEYS)
      values[i] = state & 1023
    }
    const columns = [
      { physical: 'int32' as const, values: keys, nulls: null },
      { physical: 'exact' as const, values, nulls: null },
    ]
    return { length: BATCH, columns, kinds: null } as unknown as Batch
  }
  return {
    identifier: 'load',
    options: [],
    formatOptions: [],
    source: () => ({
      changelog: INSERT_ONLY,
      bounded: true,
      metadata: [],
      parallel: false,
      createReader: () => ({
        open: async () => {},
        poll: () => (onPoll(BATCH) ? { split: 'load-0', batch: batches() } : 'end'),
        onAvailable: () => {},
        splits: () => ['load-0'],
        snapshot: () => [{ split: 'load-0', position: 0 }],
        close: async () => {},
      }),
    }),
  }
}

const cpuMs = (usage: NodeJS.CpuUsage) => (usage.user + usage.system) / 1000

async function run(interval: number | undefined, folder: string): Promise<Run> {
  let rows = 0
  let measured = 0
  let began: { wall: number; cpu: NodeJS.CpuUsage } | undefined
  let last = process.threadCpuUsage()
  const turns: { readonly ms: number; readonly checkpoint: boolean }[] = []
  let inProgress = () => false
  const connector = source((n) => {
    rows += n
    const now = process.threadCpuUsage()
    if (began === undefined && rows > KEYS) began = { wall: performance.now(), cpu: process.cpuUsage() }
    else if (began !== undefined) {
      turns.push({ ms: cpuMs(now) - cpuMs(last), checkpoint: inProgress() })
      measured += n
    }
    last = now
    return began === undefined || performance.now() - began.wall < SECONDS * 1000
  })
  const configuration: Record<string, string> =
    interval === undefined
      ? {}
      : { 'execution.checkpointing.interval': `${interval} ms`, 'execution.checkpointing.dir': folder }
  const tEnv = new TableEnvironment({ connectors: [connector], configuration })
  await tEnv.executeSql("CREATE TABLE events (k INT, v BIGINT) WITH ('connector' = 'load')")
  await tEnv.executeSql("CREATE TABLE sums (k INT, c BIGINT, s BIGINT) WITH ('connector' = 'blackhole')")
  const { jobClient } = await tEnv.executeSql('INSERT INTO sums SELECT k, COUNT(*), SUM(v) FROM events GROUP BY k')
  if (jobClient === undefined) throw new Error('no job')
  inProgress = () => jobClient.checkpoints().counts.inProgress > 0
  await jobClient.wait()
  const cpu = cpuMs(process.cpuUsage(began?.cpu)) / 1000
  const seconds = (performance.now() - (began?.wall ?? 0)) / 1000
  const { counts } = jobClient.checkpoints()
  if (counts.failed > 0) throw new Error(jobClient.checkpoints().latestFailed?.failure)
  const stops = turns.filter((turn) => turn.checkpoint).map((turn) => turn.ms)
  return {
    rowsPerCpuSecond: measured / cpu,
    stops,
    checkpoints: counts.completed,
    rows: measured,
    cpuSeconds: cpu,
    seconds,
  }
}

const quantile = (values: readonly number[], q: number) => {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))] ?? Number.NaN
}

const folder = mkdtempSync(join(tmpdir(), 'rivulet-bench-'))
try {
  const without: number[] = []
  const within: Run[] = []
  const stops: number[] = []
  let checkpoints = 0
  for (let round = 0; round < 2; round++) {
    without.push((await run(undefined, folder)).rowsPerCpuSecond)
    const measured = await run(1000, folder)
    within.push(measured)
    stops.push(...measured.stops)
    checkpoints += measured.checkpoints
  }
  const millions = (value: number) => (value / 1e6).toFixed(2)
  const base = Math.max(...without)
  const loaded = Math.max(...within.map((each) => each.rowsPerCpuSecond))
  const sum = (of: (each: Run) => number) => within.reduce((total, each) => total + of(each), 0)
  const cpuSeconds = sum((each) => each.cpuSeconds)
  const extra = cpuSeconds - sum((each) => each.rows) / base
  process.stdout.write(`${KEYS} keys, ${checkpoints} checkpoints\n`)
  process.stdout.write(
    `stop, ms of thread CPU per turn while a checkpoint is in progress: p50 ${quantile(stops, 0.5).toFixed(1)}, p99 ${quantile(stops, 0.99).toFixed(1)}, max ${Math.max(...stops).toFixed(1)}\n`,
  )
  process.stdout.write(
    `rows per CPU-second: ${millions(base)} M without, ${millions(loaded)} M at 1 s (${((1 - loaded / base) * 100).toFixed(1)} % less, with ${(cpuSeconds / sum((each) => each.seconds)).toFixed(2)} CPU-seconds a second)\n`,
  )
  process.stdout.write(
    `a checkpoint costs ${((extra / checkpoints) * 1000).toFixed(0)} ms of CPU: ${((extra / checkpoints) * 100).toFixed(1)} % of a core at one a second\n`,
  )
} finally {
  rmSync(folder, { recursive: true })
}
