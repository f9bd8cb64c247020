/** The payment job in its three forms, against whichever broker the suite starts. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { job } from '../../examples/payment/job.ts'
import { runFile } from '../../src/cli/run-file.ts'
import { StreamTableEnvironment } from '../../src/engine/environment.ts'
import type { JobClient } from '../../src/engine/job-client.ts'
import {
  assertPaymentResults,
  createPaymentTopics,
  paymentEvents,
  produceEvents,
  readTopic,
  type Topics,
} from './payment.ts'

let count = 0
const freshTopics = (): Topics => {
  count++
  return { source: `payment_msg_${count}`, sink: `results_${count}` }
}

const argsFor = (bootstrap: string, { source, sink }: Topics): string[] => [
  '--kafka-servers',
  bootstrap,
  '--source-topic',
  source,
  '--sink-topic',
  sink,
  '--startup',
  'earliest',
  '--bounded',
]

const FORMS = [
  { file: 'examples/payment/job.ts', legacy: false },
  { file: 'examples/payment/job-pyflink-style.ts', legacy: true },
  { file: 'examples/payment/job.sql', legacy: false },
] as const

export function paymentCases(name: string, bootstrap: () => string): void {
  describe(`payment job on ${name}`, () => {
    for (const { file, legacy } of FORMS) {
      for (const partitions of [1, 10]) {
        it(`${file} with ${partitions} partition${partitions === 1 ? '' : 's'} gives Flink's answer`, async () => {
          const topics = freshTopics()
          await createPaymentTopics(bootstrap(), topics, partitions)
          await produceEvents(bootstrap(), topics.source, paymentEvents)
          const signal = new AbortController().signal
          await runFile(file, { args: argsFor(bootstrap(), topics), signal, out: () => {} })
          assertPaymentResults(await readTopic(bootstrap(), topics.sink), partitions === 1, legacy)
        })
      }
    }

    for (const [before, after] of [
      [1, 1],
      [2, 1],
      [1, 4],
    ] as const) {
      it(`stopped with a savepoint at parallelism ${before} and resumed at ${after}: nothing lost, nothing twice`, async () => {
        const topics = freshTopics()
        const folder = mkdtempSync(join(tmpdir(), 'rivulet-savepoint-'))
        try {
          await createPaymentTopics(bootstrap(), topics, 10)
          await produceEvents(bootstrap(), topics.source, paymentEvents.slice(0, 9_990))
          const args = argsFor(bootstrap(), topics)
          const first = await start(args.slice(0, -1), { 'parallelism.default': String(before) })
          await until(() => rowsRead(first) === 9_990)
          await first.stopWithSavepoint(folder)
          await produceEvents(bootstrap(), topics.source, paymentEvents.slice(9_990))
          const second = await start(args, {
            'parallelism.default': String(after),
            'execution.state-recovery.path': folder,
          })
          await second.wait()
          assert.equal(rowsRead(second), paymentEvents.length - 9_990)
          assertPaymentResults(await readTopic(bootstrap(), topics.sink), false, false)
        } finally {
          rmSync(folder, { recursive: true, force: true })
        }
      })
    }
  })
}

async function start(args: readonly string[], configuration: Record<string, string>): Promise<JobClient> {
  const tEnv = StreamTableEnvironment.create({ configuration })
  const result = await job.run({ tEnv, args, signal: new AbortController().signal })
  return (result as { jobClient: JobClient }).jobClient
}

function rowsRead(client: JobClient): number {
  return client
    .metrics()
    .filter(({ kind }) => kind === 'source-scan')
    .reduce((sum, { rowsOut }) => sum + rowsOut, 0)
}

/** Poll a condition; the suite's own timeout ends a wait that never comes true. */
export async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await condition())) await new Promise((resolve) => setTimeout(resolve, 20))
}
