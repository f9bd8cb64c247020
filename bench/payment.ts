/**
 * `npm run bench -- payment [--events N] [--broker dev|real] [--partitions N]`
 *
 * Fills a broker with payment events, runs the payment job over them in a process of its own, and prints events per second,
 * events per CPU-second of that process, its peak resident memory, and how its CPU time divides over the stages (a second
 * run under the profiler: self time by source file).
 */
import { spawn } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { buildSync } from 'esbuild'
import { nodeHost } from '../src/base/node-host.ts'
import { seededRandom } from '../src/base/simulated-host.ts'
import { createTopics, KafkaClient, KafkaProducer } from '../src/kafka/index.ts'
import { startKafka } from '../test/harness/real-kafka.ts'

const { values } = parseArgs({
  options: {
    events: { type: 'string', default: '4000000' },
    broker: { type: 'string', default: 'real' },
    partitions: { type: 'string', default: '2' },
    bootstrap: { type: 'string' },
    top: { type: 'string' },
  },
})
const events = Number(values.events)
const partitions = Number(values.partitions)

interface Target {
  readonly bootstrap: string
  stop(): Promise<unknown>
}

/** The broker is never in this process or in the measured one. */
async function startTarget(): Promise<Target> {
  if (values.bootstrap !== undefined) return { bootstrap: values.bootstrap, stop: async () => {} }
  if (values.broker === 'real') return startKafka()
  const bin = new URL('../src/cli/bin.ts', import.meta.url).pathname
  const child = spawn(process.execPath, ['--conditions=rivulet-source', bin, 'broker', '--port', '0'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const bootstrap = await new Promise<string>((resolve, reject) => {
    child.stdout.on('data', (chunk: Buffer) => {
      const match = /ready: (\S+)/.exec(String(chunk))
      if (match !== null) resolve(match[1])
    })
    child.on('close', () => reject(new Error('the dev broker did not start')))
  })
  return { bootstrap, stop: async () => child.kill('SIGTERM') }
}

async function fill(bootstrap: string, topic: string): Promise<number> {
  const client = new KafkaClient(nodeHost, {
    'bootstrap.servers': bootstrap,
    'linger.ms': '20',
    'batch.size': '262144',
  })
  await createTopics(client, [
    { name: topic, partitions, configs: { 'retention.bytes': '-1', 'retention.ms': '-1' } },
    { name: `${topic}_results`, partitions },
  ])
  const producer = new KafkaProducer(client)
  const writer = await producer.topic(topic)
  const random = seededRandom(7)
  const two = (n: number) => String(n).padStart(2, '0')
  let bytes = 0
  for (let i = 0; i < events; i++) {
    // 2,000 events in each second of event time, up to a second out of order.
    const second = Math.max(0, Math.floor(i / 2000) - (random() < 0.3 ? 1 : 0))
    const day = 1 + Math.floor(second / 86400)
    const time = `2026-11-${two(day)} ${two(Math.floor(second / 3600) % 24)}:${two(Math.floor(second / 60) % 60)}:${two(second % 60)}`
    const value = Buffer.from(
      `{"createTime": "${time}", "orderId": ${1795428001 + i}, "payAmount": ${100000 * random()}, "payPlatform": ${random() < 0.9 ? 0 : 1}, "provinceId": ${Math.floor(random() * 7)}}`,
    )
    bytes += value.length
    writer.append(i % partitions, 1_700_000_000_000 + i, null, 0, 0, value, 0, value.length)
    if (producer.full) await producer.writable()
  }
  await producer.flush()
  producer.close()
  await client.close()
  return bytes
}

interface Measured {
  readonly seconds: number
  readonly cpu: number
  readonly peakRssMb: number
  readonly rowsIn: number
  readonly rowsOut: number
}

/** The measured program as users run it: compiled to one file. */
function compileJob(): string {
  const folder = mkdtempSync(join(tmpdir(), 'rivulet-bench-'))
  const file = join(folder, 'job.mjs')
  buildSync({
    entryPoints: [new URL('payment-job.part.ts', import.meta.url).pathname],
    outfile: file,
    bundle: true,
    format: 'esm',
    platform: 'node',
    // From source rather than from `dist`: the figures are those of the tree, whether it was built or not.
    conditions: ['rivulet-source'],
    external: ['esbuild'],
  })
  return file
}
const program = compileJob()

function runJob(bootstrap: string, topic: string, flags: readonly string[]): Promise<Measured> {
  // The profile needs the names of source files.
  const source = ['--conditions=rivulet-source', new URL('payment-job.part.ts', import.meta.url).pathname]
  const run = flags.length > 0 ? source : [program]
  const child = spawn(process.execPath, [...flags, ...run, bootstrap, topic], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let output = ''
  child.stdout.on('data', (chunk: Buffer) => {
    output += chunk
  })
  return new Promise((resolve, reject) => {
    child.on('close', (code) =>
      code === 0 ? resolve(JSON.parse(output)) : reject(new Error(`the job ended with ${code}`)),
    )
  })
}

/** Which stage a source file belongs to. */
function stageOf(url: string, name: string): string {
  if (name === '(idle)') return 'idle'
  if (url.startsWith('rivulet/')) return url.includes('json') ? 'decode' : 'window'
  if (/node:internal\/(modules|deps)|wasm:/.test(url)) return 'start'
  if (/src\/kafka\/(records|client\/fetch)|src\/base\/node-connection/.test(url)) return 'fetch'
  if (/src\/kafka\/client\/(producer|topic-writer)|connectors\/kafka\/.*(sink|writer)|encode/.test(url)) return 'sink'
  if (/src\/(formats|connectors)/.test(url)) return 'decode'
  if (/src\/(operators|state|expr|runtime|functions)/.test(url)) return 'window'
  if (name === '(garbage collector)') return 'garbage collection'
  if (url.startsWith('node:') || name === '(program)') return 'fetch'
  return /^(rivulet|evalmachine|)$/.test(url) ? 'generated code' : 'other'
}

function stages(folder: string): Map<string, number> {
  const file = readdirSync(folder).find((name) => name.endsWith('.cpuprofile'))
  if (file === undefined) throw new Error('no profile was written')
  const profile = JSON.parse(readFileSync(join(folder, file), 'utf8')) as {
    nodes: { id: number; callFrame: { url: string; functionName: string } }[]
    samples: number[]
    timeDeltas: number[]
  }
  const byId = new Map(profile.nodes.map((node) => [node.id, node.callFrame]))
  const total = new Map<string, number>()
  profile.samples.forEach((id, i) => {
    const frame = byId.get(id)
    const stage = stageOf(frame?.url ?? '', frame?.functionName ?? '')
    total.set(stage, (total.get(stage) ?? 0) + profile.timeDeltas[i])
  })
  return total
}

/** For tuning: the functions that cost most, with their stage. */
function top(folder: string, count: number): string[] {
  const file = readdirSync(folder).find((name) => name.endsWith('.cpuprofile')) as string
  const profile = JSON.parse(readFileSync(join(folder, file), 'utf8'))
  const byId = new Map<number, { url: string; functionName: string; lineNumber: number }>(
    profile.nodes.map((node: { id: number; callFrame: object }) => [node.id, node.callFrame]),
  )
  const total = new Map<string, number>()
  profile.samples.forEach((id: number, i: number) => {
    const frame = byId.get(id)
    if (frame === undefined) return
    const key = `${stageOf(frame.url, frame.functionName)} ${frame.functionName} ${frame.url.split('/src/').at(-1)}:${frame.lineNumber}`
    total.set(key, (total.get(key) ?? 0) + profile.timeDeltas[i] / 1000)
  })
  return [...total]
    .sort((a, b) => b[1] - a[1])
    .slice(0, count)
    .map(([key, ms]) => `${ms.toFixed(0).padStart(6)} ms  ${key}`)
}

const target = await startTarget()
try {
  const topic = `payment_perf_${process.pid}`
  const bytes = await fill(target.bootstrap, topic)
  console.log(`${events} events, ${(bytes / 1e6).toFixed(0)} MB, ${partitions} partitions, broker: ${values.broker}`)
  for (let run = 1; run <= 3; run++) {
    const { seconds, cpu, peakRssMb, rowsIn, rowsOut } = await runJob(target.bootstrap, topic, [])
    if (rowsIn !== events) throw new Error(`${rowsIn} of ${events} events were read`)
    console.log(
      `run ${run}: ${(events / seconds / 1e6).toFixed(2)} M events/s, ${(events / cpu / 1e6).toFixed(2)} M events per CPU-second` +
        ` (${cpu.toFixed(2)} CPU-s), peak ${peakRssMb.toFixed(0)} MB resident, ${rowsOut} result rows`,
    )
  }
  const folder = mkdtempSync(join(tmpdir(), 'rivulet-profile-'))
  await runJob(target.bootstrap, topic, ['--cpu-prof', `--cpu-prof-dir=${folder}`])
  const split = stages(folder)
  if (values.top !== undefined) for (const line of top(folder, Number(values.top))) console.log(line)
  rmSync(folder, { recursive: true, force: true })
  split.delete('idle')
  const all = [...split.values()].reduce((sum, value) => sum + value, 0)
  console.log('CPU by stage:')
  for (const [stage, time] of [...split].sort((a, b) => b[1] - a[1])) {
    console.log(`  ${stage.padEnd(20)} ${((100 * time) / all).toFixed(1).padStart(5)} %`)
  }
} finally {
  await target.stop()
}
