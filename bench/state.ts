/**
 * `npm run bench -- state [--keys N] [--backend memory|disk] [--cache MB] [--cgroup MB]
 * [--writes M]`: state of N keys (20 M; 1000000 for a quick look) under read-modify-write of random keys (at most M million, 8), then the same while
 * checkpoints are taken.
 *
 * A row is a BIGINT key with COUNT and SUM; a batch has 4,096 rows and asks for its slots once, as an aggregate does. Each
 * backend runs in its own process. A stop is what one piece of a checkpoint takes: the barrier, or what is written until the
 * data path has its turn again; by the wall clock, which CPU time is never more than (the kernel counts that in steps of 4 ms). `--cgroup` runs in a memory cgroup of that size (version 1 or 2,
 * where this user may make one), in which the page cache counts too.
 */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { parseArgs } from 'node:util'
import { diskScratch } from '../src/base/scratch.ts'
import type { SnapshotMode, StateBackend } from '../src/state/contract.ts'
import { diskBackend } from '../src/state/disk/backend.ts'
import { memoryBackend } from '../src/state/memory/backend.ts'
import { BIGINT, DOUBLE, notNull } from '../src/types/logical-type.ts'

const BATCH = 4096
const { values: flags } = parseArgs({
  options: {
    keys: { type: 'string', default: '20000000' },
    backend: { type: 'string' },
    cache: { type: 'string', default: '256' },
    cgroup: { type: 'string' },
    writes: { type: 'string', default: '8' },
    'run-in': { type: 'string' },
  },
})
const keys = Number(flags.keys)

if (flags['run-in'] === undefined) {
  const group = flags.cgroup === undefined ? '' : makeGroup(Number(flags.cgroup))
  try {
    for (const backend of flags.backend === undefined ? ['memory', 'disk'] : [flags.backend]) {
      const own = [
        '--run-in',
        group,
        '--keys',
        flags.keys,
        '--backend',
        backend,
        '--cache',
        flags.cache,
        '--writes',
        flags.writes,
      ]
      const { status } = spawnSync(process.execPath, [...process.execArgv, process.argv[1], ...own], {
        stdio: 'inherit',
      })
      if (status !== 0) process.exitCode = status ?? 1
      if (group !== '') process.stdout.write(`  cgroup: ${describeGroup(group)}\n`)
    }
  } finally {
    if (group !== '') rmdirSync(group)
  }
} else {
  if (flags['run-in'] !== '') writeFileSync(`${flags['run-in']}/cgroup.procs`, String(process.pid))
  const cacheBytes = Number(flags.cache) * 2 ** 20
  const backend =
    flags.backend === 'memory' ? memoryBackend : diskBackend({ scratch: () => diskScratch(tmpdir()), cacheBytes })
  await measure(backend, flags.backend === 'memory' ? 'memory' : `disk, cache ${flags.cache} MB`)
}

async function measure(backend: StateBackend, name: string): Promise<void> {
  const state = backend.open(
    {
      t: {
        kind: 'table',
        key: [{ name: 'k', type: notNull(BIGINT) }],
        value: [
          { name: 'count', type: notNull(BIGINT) },
          { name: 'sum', type: notNull(DOUBLE) },
        ],
        partitionColumns: 1,
      },
    },
    { maxParallelism: 128, keyGroups: { start: 0, end: 128 }, now: () => Date.now() },
  )
  const table = state.table('t')
  const slots = new Int32Array(BATCH)
  const values = new Float64Array(BATCH)
  const rows = { length: BATCH, columns: [{ physical: 'exact' as const, values, nulls: null }] }
  const update = () => {
    table.lookup(rows, [0], slots, 'update')
    const counts = table.values[0].values as Float64Array
    const sums = table.values[1].values as Float64Array
    for (let i = 0; i < BATCH; i++) {
      counts[slots[i]]++
      sums[slots[i]] += values[i]
    }
    state.endBatch()
  }
  let peak = 0
  const phase = (what: string, batches: number, fill: (batch: number) => void) => {
    const cpu = process.cpuUsage()
    const begin = performance.now()
    for (let b = 0; b < batches; b++) {
      fill(b)
      update()
      if (b % 32 === 0) peak = Math.max(peak, anonymous())
    }
    const { user, system } = process.cpuUsage(cpu)
    const seconds = (user + system) / 1e6
    const million = (batches * BATCH) / 1e6
    report(
      what,
      `${(million / seconds).toFixed(2)} M rows/CPU-s, ${(million / (performance.now() - begin) / 1e-3).toFixed(2)} M rows/s`,
    )
  }
  const report = (what: string, text: string) => process.stdout.write(`  ${what.padEnd(44)} ${text}\n`)

  process.stdout.write(`${name}, ${(keys / 1e6).toFixed(0)} M keys\n`)
  // Every key once, in an order without locality; the key itself is spread too.
  const step = 7_368_787
  let next = 0
  const load = Math.ceil(keys / BATCH)
  phase('insert each key', load, () => {
    for (let i = 0; i < BATCH; i++) {
      values[i] = next * 1024
      next = (next + step) % keys
    }
  })
  const random = () => {
    for (let i = 0; i < BATCH; i++) values[i] = Math.floor(Math.random() * keys) * 1024
  }
  const writes = Math.min(load, Math.ceil((Number(flags.writes) * 1e6) / BATCH))
  phase(`${((writes * BATCH) / 1e6).toFixed(1)} M read-modify-writes of random keys`, writes, random)
  report('keys', `${table.size}`)
  report('heap and other anonymous memory, peak', `${Math.round(peak)} MB`)
  await checkpoints(state.snapshot.bind(state), keys <= 2_000_000 ? 20 : 1, report, () => {
    random()
    update()
    peak = Math.max(peak, anonymous())
  })
  report('the same with checkpoints', `${Math.round(peak)} MB`)
  state.close()
}

async function checkpoints(
  snapshot: (mode: SnapshotMode) => ReturnType<ReturnType<StateBackend['open']>['snapshot']>,
  times: number,
  report: (what: string, text: string) => void,
  update: () => void,
): Promise<void> {
  for (const mode of ['full', 'changes'] as const) {
    const barriers: number[] = []
    const pieces: number[] = []
    const updates: number[] = []
    let bytes = 0
    for (let n = 0; n < times; n++) {
      for (let b = 0; b < 20; b++) update()
      const clock = () => performance.now()
      let at = clock()
      bytes = 0
      const taken = snapshot(mode)
      barriers.push(clock() - at)
      at = clock()
      const pause = async () => {
        pieces.push(clock() - at)
        at = clock()
        if (pieces.length % (times === 1 ? 16 : 1) === 0) {
          update()
          updates.push(clock() - at)
        }
        await new Promise((resolve) => setImmediate(resolve))
        at = clock()
      }
      await taken.serialize(pause, (part) => {
        bytes += part.bytes.length
      })
      pieces.push(clock() - at)
    }
    const shown = (name: string, all: number[]) => {
      const sorted = all.sort((a, b) => a - b)
      const p99 = sorted[Math.ceil(sorted.length * 0.99) - 1]
      return `${name} p99 ${p99.toFixed(1)} max ${sorted[sorted.length - 1].toFixed(1)} ms`
    }
    report(`${mode} checkpoints: ${times} of ${(bytes / 1e6).toFixed(1)} MB`, shown('barrier', barriers))
    report('', `${shown('piece', pieces)} (${Math.round(pieces.length / times)} each)`)
    if (updates.length > 0) report('', shown('batch of 4,096 meanwhile', updates))
  }
}

/** MB of heap and other memory without a file behind it. */
function anonymous(): number {
  return Number(/RssAnon:\s+(\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))?.[1]) / 1024
}

function makeGroup(megabytes: number): string {
  const first = existsSync('/sys/fs/cgroup/memory/memory.limit_in_bytes')
  const group = `/sys/fs/cgroup/${first ? 'memory/' : ''}rivulet-bench-${process.pid}`
  mkdirSync(group)
  writeFileSync(`${group}/memory.${first ? 'limit_in_bytes' : 'max'}`, String(megabytes * 2 ** 20))
  return group
}

function describeGroup(group: string): string {
  const read = (file: string) => (existsSync(`${group}/${file}`) ? readFileSync(`${group}/${file}`, 'utf8').trim() : '')
  const peak = read('memory.max_usage_in_bytes') || read('memory.peak')
  const limit = read('memory.limit_in_bytes') || read('memory.max')
  const killed = /oom_kill (\d+)/.exec(read('memory.oom_control') || read('memory.events'))?.[1] ?? 'unknown'
  const mb = (text: string) => `${Math.round(Number(text) / 2 ** 20)} MB`
  return `limit ${mb(limit)}, peak with page cache ${mb(peak)}, killed for memory: ${killed}`
}
