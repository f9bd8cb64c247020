/** The measured process of `bench/payment.ts`: runs the payment job to its end and prints what it cost, as JSON. */
import { job } from '../examples/payment/job.ts'
import { StreamTableEnvironment } from '../src/engine/environment.ts'
import type { JobClient } from '../src/engine/job-client.ts'

const [bootstrap, topic] = process.argv.slice(2)
const before = process.cpuUsage()
const start = performance.now()
const tEnv = StreamTableEnvironment.create()
const args = ['--kafka-servers', bootstrap, '--source-topic', topic, '--sink-topic', `${topic}_results`]
const result = await job.run({
  tEnv,
  args: [...args, '--startup', 'earliest', '--bounded'],
  signal: new AbortController().signal,
})
const { jobClient } = result as { jobClient: JobClient }
await jobClient.wait()
const seconds = (performance.now() - start) / 1000
const { user, system } = process.cpuUsage(before)
const metrics = jobClient.metrics()
const sum = (kind: string, what: 'rowsIn' | 'rowsOut') =>
  metrics.filter((each) => each.kind === kind).reduce((total, each) => total + each[what], 0)
process.stdout.write(
  JSON.stringify({
    seconds,
    cpu: (user + system) / 1e6,
    peakRssMb: process.resourceUsage().maxRSS / 1024,
    rowsIn: sum('source-scan', 'rowsOut'),
    rowsOut: sum('sink', 'rowsIn'),
  }),
)
