/**
 * What `rivulet server` costs: many jobs on one server, and people who watch the dashboard.
 *
 * `npm run bench -- server [JOBS] [VIEWERS]` (50, 200), some three minutes.
 * (a) JOBS jobs datagen → blackhole of 10 rows/s each: until all run, memory per job, CPU while they go.
 * (b) One busy job beside VIEWERS viewers, each of whom asks once a second what the dashboard's graph page asks (which does so every two
 *     seconds): CPU-seconds of the job's process per million rows, with and without viewers, in turns. A poll is answered from the
 *     coordinator's copy of the newest report, so what remains is what the machine's cores share. Aim: below 5 %.
 * Server and workers are bundled as they are published; viewers are in this process, whose CPU counts nowhere.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { Agent, get } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import type { JobDetails, Metric, OperatorsAnswer } from '../src/server/api-types.ts'
import { ServerClient } from '../src/server/client.ts'

const JOBS = Number(process.argv[2] ?? 50)
const VIEWERS = Number(process.argv[3] ?? 200)
const TURNS = 8
const TURN_MS = 8000

const small = `CREATE TABLE s (a INT, b STRING) WITH ('connector' = 'datagen', 'rows-per-second' = '10');
CREATE TABLE k (a INT, b STRING) WITH ('connector' = 'blackhole');
INSERT INTO k SELECT a, b FROM s;`
const busy = `CREATE TABLE s (a INT, v DOUBLE) WITH ('connector' = 'datagen', 'rows-per-second' = '1000000000', 'fields.a.min' = '0',
  'fields.a.max' = '999');
CREATE TABLE k (a INT, n BIGINT, v DOUBLE) WITH ('connector' = 'blackhole');
INSERT INTO k SELECT a, COUNT(*), SUM(v) FROM s GROUP BY a;`

const print = (name: string, value: string) => process.stdout.write(`${name.padEnd(52)}${value}\n`)
const median = (values: readonly number[]) => values.toSorted((a, b) => a - b)[values.length >> 1]

/** Bundled inside of the repository, so that packages are found. */
async function bundle(): Promise<string> {
  const root = fileURLToPath(new URL('../', import.meta.url))
  const folder = join(root, 'node_modules/.cache/rivulet-bench')
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'package.json'), readFileSync(join(root, 'package.json')))
  await build({
    entryPoints: { 'cli/bin': join(root, 'src/cli/bin.ts'), 'cli/worker': join(root, 'src/cli/worker.ts') },
    outdir: join(folder, 'dist'),
    bundle: true,
    splitting: true,
    chunkNames: 'chunks/[name]-[hash]',
    format: 'esm',
    platform: 'node',
    packages: 'external',
    minifyWhitespace: true,
    logLevel: 'error',
  })
  return join(folder, 'dist/cli/bin.js')
}

interface Server {
  readonly child: ChildProcess
  readonly client: ServerClient
  readonly url: string
}

async function startServer(bin: string, data: string): Promise<Server> {
  const args = [bin, 'server', '--port', '0', '--data', data, '--slots', String(JOBS + 1)]
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  const url = await new Promise<string>((resolve, reject) => {
    let text = ''
    child.stdout.on('data', (chunk: Buffer) => {
      text += chunk
      const found = /http:\/\/[\d.]+:\d+/.exec(text)?.[0]
      if (found !== undefined) resolve(found)
    })
    child.on('exit', (code) => reject(new Error(`the server ended with ${code}`)))
  })
  return { child, url, client: new ServerClient({ server: url, data }) }
}

/** User and system seconds. */
function cpuOf(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /, '')
    .split(' ')
  return (Number(fields[11]) + Number(fields[12])) / 100
}

/** MB: what is resident, and with pages that are shared divided among those who share them. */
function memoryOf(pid: number): { rss: number; pss: number } {
  const text = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8')
  const of = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(text)?.[1]) / 1024
  return { rss: of('Rss'), pss: of('Pss') }
}

function childrenOf(pid: number): number[] {
  return readdirSync(`/proc/${pid}/task`).flatMap((task) =>
    readFileSync(`/proc/${pid}/task/${task}/children`, 'utf8').trim().split(' ').filter(Boolean).map(Number),
  )
}

async function running(client: ServerClient, count: number): Promise<void> {
  for (;;) {
    const jobs = await client.jobs()
    const lost = jobs.find(({ state }) => state === 'FAILED')
    if (lost !== undefined) throw new Error(`a job failed: ${(await client.exceptions(lost.jid))[0]?.stacktrace}`)
    if (jobs.filter(({ state }) => state === 'RUNNING').length >= count) return
    await sleep(100)
  }
}

async function manyJobs({ child, client }: Server): Promise<void> {
  const server = child.pid as number
  const begin = performance.now()
  const submit = (_: unknown, i: number) =>
    client.submit({ kind: 'sql', text: small, file: `job-${i}.sql`, name: `job-${i}` })
  const ids = await Promise.all(Array.from({ length: JOBS }, submit))
  await running(client, JOBS)
  const seconds = (performance.now() - begin) / 1000
  const workers = childrenOf(server)
  const startCpu = workers.map(cpuOf).reduce((a, b) => a + b, 0)
  print(`${JOBS} jobs submitted at once, all RUNNING after`, `${seconds.toFixed(1)} s`)
  print('CPU to start one job', `${(startCpu / JOBS).toFixed(2)} CPU-s`)
  await sleep(15_000)
  const before = workers.map(cpuOf)
  const serverBefore = cpuOf(server)
  await sleep(10_000)
  const used = workers.map((pid, i) => cpuOf(pid) - before[i]).reduce((a, b) => a + b, 0)
  const memory = workers.map(memoryOf)
  print('memory of a job, median: resident', `${median(memory.map(({ rss }) => rss)).toFixed(0)} MB`)
  print('  proportional (shared pages divided)', `${median(memory.map(({ pss }) => pss)).toFixed(0)} MB`)
  print('memory of all jobs, proportional', `${memory.reduce((sum, { pss }) => sum + pss, 0).toFixed(0)} MB`)
  print('memory of the coordinator, proportional', `${memoryOf(server).pss.toFixed(0)} MB`)
  print('CPU of all jobs at 10 rows/s each', `${((used / 10) * 100).toFixed(0)} % of a core`)
  print('CPU of the coordinator', `${(((cpuOf(server) - serverBefore) / 10) * 100).toFixed(0)} % of a core`)
  const rows = await Promise.all(
    ids.map(async ({ jobid: id }) => (await client.operators(id)).operators[0]?.rowsOut ?? 0),
  )
  print('rows of the slowest job so far', String(Math.min(...rows)))
  await Promise.all(ids.map(({ jobid }) => client.cancel(jobid)))
  while ((await client.jobs()).some((job) => job['end-time'] === -1)) await sleep(100)
}

/** Rows out of the source and CPU-seconds of the process, of one and the same report. */
async function progress(client: ServerClient, id: string): Promise<{ rows: number; cpu: number }> {
  for (;;) {
    const before = await client.call<OperatorsAnswer>('GET', `/rivulet/v1/jobs/${id}/operators`)
    const [metric] = await client.call<Metric[]>('GET', `/jobs/${id}/metrics?get=process.cpuSeconds`)
    const { at } = await client.call<OperatorsAnswer>('GET', `/rivulet/v1/jobs/${id}/operators`)
    if (before.at === at && at > 0) return { rows: before.operators[0].rowsOut, cpu: Number(metric.value) }
  }
}

/** Each viewer has a connection and asks once a second. @returns stop, with how many answers came */
function watch(url: string, id: string): () => Promise<number> {
  const paths = [`/jobs/${id}`, `/rivulet/v1/jobs/${id}/operators`]
  const stop = new AbortController()
  let answers = 0
  const ask = (agent: Agent, path: string) =>
    new Promise<void>((resolve, reject) => {
      get(url + path, { agent }, (response) => {
        if (response.statusCode !== 200) reject(new Error(`${path}: ${response.statusCode}`))
        response.resume().on('end', () => {
          answers++
          resolve()
        })
      }).on('error', reject)
    })
  const viewers = Array.from({ length: VIEWERS }, async (_, i) => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 })
    await sleep((i / VIEWERS) * 1000)
    while (!stop.signal.aborted) {
      const next = sleep(1000)
      await Promise.all(paths.map((path) => ask(agent, path)))
      await next
    }
    agent.destroy()
  })
  return async () => {
    stop.abort()
    await Promise.all(viewers)
    return answers
  }
}

async function viewers({ child, client, url }: Server): Promise<void> {
  const { jobid: id } = await client.submit({ kind: 'sql', text: busy, file: 'busy.sql', name: 'busy' })
  await running(client, 1)
  await sleep(5000)
  const cost: Record<'alone' | 'watched', number[]> = { alone: [], watched: [] }
  const rate: typeof cost = { alone: [], watched: [] }
  let answers = 0
  let serverCpu = 0
  for (let turn = 0; turn < 2 * TURNS; turn++) {
    // A B B A: what drifts does not favour one of them.
    const kind = (turn + (turn >> 1)) % 2 === 0 ? 'alone' : 'watched'
    const stop = kind === 'watched' ? watch(url, id) : undefined
    if (stop !== undefined) await sleep(1500)
    const [before, begin, cpu] = [await progress(client, id), performance.now(), cpuOf(child.pid as number)]
    await sleep(TURN_MS)
    const after = await progress(client, id)
    const seconds = (performance.now() - begin) / 1000
    if (stop !== undefined) {
      serverCpu += cpuOf(child.pid as number) - cpu
      answers += (await stop()) * (TURN_MS / (TURN_MS + 1500))
    }
    cost[kind].push(((after.cpu - before.cpu) / (after.rows - before.rows)) * 1e6)
    rate[kind].push((after.rows - before.rows) / seconds / 1e6)
  }
  const details: JobDetails = await client.details(id)
  if (details.state !== 'RUNNING') throw new Error(`the busy job is ${details.state}`)
  print(`busy job (GROUP BY), CPU-s per million rows, median of ${TURNS}`, '')
  print('  alone', `${median(cost.alone).toFixed(4)}   (${cost.alone.map((each) => each.toFixed(4)).join(' ')})`)
  print(
    `  ${VIEWERS} viewers, 2 GETs a second each`,
    `${median(cost.watched).toFixed(4)}   (${cost.watched.map((each) => each.toFixed(4)).join(' ')})`,
  )
  print(
    '  more CPU per row',
    `${((median(cost.watched) / median(cost.alone) - 1) * 100).toFixed(1)} %   (aim: below 5 %)`,
  )
  print(
    '  rows per second, alone and watched',
    `${median(rate.alone).toFixed(2)} M, ${median(rate.watched).toFixed(2)} M`,
  )
  print('  coordinator per answer', `${((serverCpu / answers) * 1e6).toFixed(0)} µs CPU`)
  await client.cancel(id)
}

const bin = await bundle()
const data = mkdtempSync(join(tmpdir(), 'rivulet-bench-server-'))
const server = await startServer(bin, data)
try {
  await manyJobs(server)
  await viewers(server)
} finally {
  server.child.removeAllListeners('exit')
  server.child.kill('SIGINT')
  await new Promise((resolve) => server.child.once('close', resolve))
  rmSync(data, { recursive: true, force: true })
}
