/**
 * `npm run demo`: the whole payment system in one process and one terminal.
 *
 * Starts the dev broker, creates the topics, starts the event generator at 20 events a second, runs
 * `examples/payment/job.ts`, prints the result rows as they arrive and one status line. Ctrl-C stops everything;
 * `-- --seconds 20` ends by itself with a summary.
 */
import { parseArgs } from 'node:util'
import { produceData } from '../examples/payment/produce-data.ts'
import { isRivuletError, renderError } from '../src/base/errors.ts'
import { nodeHost } from '../src/base/node-host.ts'
import { readRecords } from '../src/cli/read-records.ts'
import { runFile } from '../src/cli/run-file.ts'
import type { JobClient } from '../src/engine/job-client.ts'
import { type RunningBroker, startBroker } from '../src/kafka/broker/index.ts'
import { KafkaClient } from '../src/kafka/index.ts'

const PARTITIONS = 10
const EVENTS_PER_SECOND = 20

const { values } = parseArgs({
  options: {
    seconds: { type: 'string' },
    port: { type: 'string', default: '9092' },
  },
})
const seconds = values.seconds === undefined ? undefined : Number(values.seconds)
if (seconds !== undefined && !(seconds > 0)) {
  process.stderr.write(`--seconds takes a positive number, found '${values.seconds}'\n`)
  process.exit(2)
}

const stop = new AbortController()
let signals = 0
let exitCode = 0
for (const [signal, code] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const) {
  process.on(signal, () => {
    if (++signals > 1) process.exit(code)
    exitCode = code
    stop.abort()
  })
}

const terminal = process.stdout.isTTY === true
let statusShown = false

/** Print a line above the status line. */
function print(line: string): void {
  if (statusShown) process.stdout.write('\r\u001b[2K')
  statusShown = false
  process.stdout.write(`${line}\n`)
}

async function start(port: number): Promise<RunningBroker> {
  try {
    return await startBroker({ port, retentionRecords: 100_000 })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error
    print(`Port ${port} is taken; the broker takes a free one.`)
    return startBroker({ port: 0, retentionRecords: 100_000 })
  }
}

const broker = await start(Number(values.port))
print(`Broker at ${broker.bootstrap}, topics payment_msg and results with ${PARTITIONS} partitions each.`)
for (const topic of ['payment_msg', 'results']) broker.createTopic(topic, { partitions: PARTITIONS })

let written = 0
let results = 0
let job: JobClient | undefined

function fail(error: unknown): void {
  if (stop.signal.aborted) return
  print(isRivuletError(error) ? renderError(error, terminal) : String((error as Error)?.stack ?? error))
  exitCode = 1
  stop.abort()
}

const generator = produceData({
  kafkaServers: broker.bootstrap,
  topic: 'payment_msg',
  count: Number.POSITIVE_INFINITY,
  rate: EVENTS_PER_SECOND,
  signal: stop.signal,
  onEvent: (count) => {
    written = count
  },
}).catch(fail)

const running = runFile('examples/payment/job.ts', {
  args: ['--kafka-servers', broker.bootstrap, '--startup', 'earliest'],
  signal: stop.signal,
  out: print,
  onJob: (submitted) => {
    job = submitted
    print(`Job '${submitted.name}' (${submitted.id}) is running; the first 5-second window fires soon.`)
    print('')
    print(`  ${'window start'.padEnd(19)}  ${'province'.padEnd(10)}  ${'pay_amount'.padStart(14)}`)
  },
}).catch(fail)

async function printResults(): Promise<void> {
  const client = new KafkaClient(nodeHost, { 'bootstrap.servers': broker.bootstrap })
  try {
    for await (const { value } of readRecords(client, 'results', { from: 'earliest', signal: stop.signal })) {
      const row = JSON.parse(Buffer.from(value ?? []).toString('utf8'))
      results++
      const amount = Number(row.pay_amount).toFixed(2).padStart(14)
      print(`  ${row.rowtime}  ${String(row.province).padEnd(10)}  ${amount}`)
    }
  } finally {
    await client.close()
  }
}
const reading = printResults().catch(fail)

function statusText(): string {
  const metrics = job?.metrics() ?? []
  const sources = metrics.filter(({ kind }) => kind === 'source-scan')
  const eventsIn = sources.reduce((sum, { rowsOut }) => sum + rowsOut, 0)
  const watermark = Math.min(...sources.map((source) => source.watermark))
  const at = Number.isFinite(watermark) ? new Date(watermark).toISOString().slice(11, 19) : 'none yet'
  return `events in ${eventsIn} · rows out ${results} · watermark ${at} · lag ${Math.max(0, written - eventsIn)}`
}

const status = setInterval(
  () => {
    if (job === undefined) return
    if (!terminal) return print(`  ${statusText()}`)
    process.stdout.write(`\r\u001b[2K  ${statusText()}`)
    statusShown = true
  },
  terminal ? 500 : 5000,
)

if (seconds !== undefined) {
  await nodeHost.clock.sleep(seconds * 1000, stop.signal).catch(() => {
    // Stopped earlier by a signal or a failure; both are handled below.
  })
} else if (!stop.signal.aborted) {
  await new Promise<void>((resolve) => stop.signal.addEventListener('abort', () => resolve(), { once: true }))
}
clearInterval(status)
const last = statusText()
stop.abort()
await Promise.all([generator, running, reading])
await broker.close()
print('')
print(`Stopped. ${last}.`)
process.exitCode = exitCode
