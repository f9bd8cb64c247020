/**
 * A job on the simulated host with a dev broker beside it: time passes when the test says so, and the doctor is asked.
 *
 * Law: nothing here knows what the doctor looks at; rows come from topics, as they do in life.
 */
import assert from 'node:assert/strict'
import { findingZh, labelZh } from '../../dashboard/src/findings-zh.ts'
import { type SimulatedHost, simulatedHost } from '../../src/base/simulated-host.ts'
import type { Connector } from '../../src/connectors/contract.ts'
import type { Finding, JobDescription } from '../../src/engine/doctor/index.ts'
import { diagnose } from '../../src/engine/doctor/index.ts'
import { TableEnvironment } from '../../src/engine/environment.ts'
import type { JobClient } from '../../src/engine/job-client.ts'
import { Broker, inProcessNetwork } from '../../src/kafka/broker/index.ts'
import { KafkaClient, KafkaProducer } from '../../src/kafka/index.ts'

/** 2026-03-01T12:00:00Z */
export const START = Date.UTC(2026, 2, 1, 12)

export class Clinic {
  readonly host: SimulatedHost = simulatedHost({ startMs: START })
  readonly broker: Broker
  readonly tEnv: TableEnvironment
  #job: JobClient | undefined

  constructor(configuration: Readonly<Record<string, string>> = {}, connectors: readonly Connector[] = []) {
    this.broker = new Broker({ autoCreateTopics: false }, this.host)
    for (const { address } of this.broker.nodes) this.host.network.register(address, inProcessNetwork(this.broker))
    this.tEnv = new TableEnvironment({ host: this.host, configuration, connectors })
  }

  get now(): number {
    return this.host.clock.now()
  }

  get job(): JobClient {
    if (this.#job === undefined) throw new Error('no job runs')
    return this.#job
  }

  /** A topic and a table over it, read from the beginning. */
  async table(
    name: string,
    columns: string,
    more: Readonly<Record<string, string>> = {},
    partitions = 1,
  ): Promise<void> {
    this.broker.createTopic(name, { partitions })
    await this.during(this.tEnv.executeSql(`CREATE TABLE ${name} (${columns}) WITH (${this.options(name, more)})`))
  }

  options(topic: string, more: Readonly<Record<string, string>> = {}): string {
    const options = {
      connector: 'kafka',
      topic,
      'properties.bootstrap.servers': this.broker.bootstrap,
      'scan.startup.mode': 'earliest-offset',
      format: 'json',
      ...more,
    }
    return Object.entries(options)
      .map(([key, value]) => `'${key}' = '${value}'`)
      .join(', ')
  }

  async run(sql: string): Promise<JobClient> {
    const { jobClient } = await this.during(this.tEnv.executeSql(sql))
    if (jobClient === undefined) throw new Error('no job was submitted')
    this.#job = jobClient
    await this.pass(500)
    return jobClient
  }

  async write(topic: string, rows: readonly (object | string | null)[], partition = 0): Promise<void> {
    const client = new KafkaClient(this.host, { 'bootstrap.servers': this.broker.bootstrap })
    const producer = new KafkaProducer(client)
    const writing = (async () => {
      const writer = await producer.topic(topic)
      for (const row of rows) {
        const bytes = row === null ? null : Buffer.from(typeof row === 'string' ? row : JSON.stringify(row))
        writer.append(partition, this.now, null, 0, 0, bytes, 0, bytes?.length ?? 0)
      }
      await producer.flush()
      producer.close()
      await client.close()
    })()
    await this.during(writing)
  }

  /** Let time pass, and everything happen that falls into it. */
  async pass(ms: number): Promise<void> {
    const until = this.now + ms
    await settle()
    while (this.now < until) {
      this.host.clock.advance(Math.min(100, until - this.now))
      await settle()
    }
  }

  /** Let time pass until that is done. */
  async during<T>(work: Promise<T>): Promise<T> {
    let done = false
    const end = () => {
      done = true
    }
    work.then(end, end)
    for (let waited = 0; !done; waited++) {
      if (waited > 3000) throw new Error('not done in 5 virtual minutes')
      await settle()
      if (!done) this.host.clock.advance(100)
    }
    return work
  }

  /** Through JSON, as a server gets it. */
  findings(earlier?: JobDescription): Finding[] {
    const findings = diagnose(
      JSON.parse(JSON.stringify(this.job.describe())),
      earlier && JSON.parse(JSON.stringify(earlier)),
    )
    for (const finding of findings) assertChinese(finding)
    return findings
  }

  find(code: string, earlier?: JobDescription): Finding | undefined {
    return this.findings(earlier).find((finding) => finding.code === code)
  }

  /** What the statement has where the finding points. */
  textAt(finding: Finding | undefined): string | undefined {
    const { source } = this.job.describe()
    return finding?.span === undefined ? undefined : source?.text.slice(finding.span.start, finding.span.end)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#job !== undefined && (this.#job.status === 'RUNNING' || this.#job.status === 'RESTARTING'))
      await this.during(this.#job.cancel())
  }
}

/** It has what the numbers of this finding say: a number that is not there would be shown as a dash. */
function assertChinese(finding: Finding): void {
  const { title, detail, fix } = findingZh(finding)
  for (const text of [title, detail, fix]) {
    assert.match(text, /\p{Script=Han}/u, finding.code)
    assert.doesNotMatch(text, /–|undefined|NaN/, finding.code)
  }
  for (const name of Object.keys(finding.evidence)) {
    const label = labelZh(name)
    if (!/[.-]/.test(name)) assert.match(label, /\p{Script=Han}/u, `${finding.code} ${name}`)
  }
}

async function settle(): Promise<void> {
  for (let i = 0; i < 4; i++) await new Promise((resolve) => setImmediate(resolve))
}
