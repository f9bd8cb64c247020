/**
 * The jobs of the simulation: their SQL, their input, and what must have come out.
 *
 * Law: a job whose result does not depend on the schedule says its output exactly, computed here without the engine; for the
 * others conservation holds: each event is in the output at most once, and one that is missing could have been late.
 */
import type { JobName, RunPlan } from './plan.ts'
import { Scheduler } from './scheduler.ts'

export interface Event {
  readonly id: number
  readonly key: number
  /** Event time, ms since the start of 2024. */
  readonly at: number
  readonly amount: number
}

/** Events by partition, in the order in which they are written. */
export type Input = readonly (readonly Event[])[]

export interface SimulatedJob {
  readonly name: JobName
  /** The statement, and others with the same state whose operators are numbered differently. */
  readonly inserts: readonly string[]
  readonly sinkColumns: string
  /** What is wrong with the committed output, or undefined. */
  check(input: Input, output: readonly Record<string, unknown>[]): string | undefined
}

const WINDOW_MS = 100
const BOUND_MS = 20
const FIRST_KEYS = 120

/** Event time rises within a partition, except in the job that is about late events. */
export function inputOf(plan: RunPlan): Input {
  const draw = new Scheduler(plan.seed ^ 0x27d4eb2f)
  const partitions: Event[][] = Array.from({ length: plan.partitions }, () => [])
  const clocks = partitions.map(() => 0)
  for (let id = 0; id < plan.events; id++) {
    const partition = draw.between(0, plan.partitions - 1)
    clocks[partition] += draw.between(0, 20)
    const behind = plan.job === 'late' && draw.chance(0.2) ? draw.between(0, 300) : 0
    partitions[partition].push({
      id,
      key: draw.between(0, 3),
      at: Math.max(0, clocks[partition] - behind),
      amount: draw.between(1, 1000),
    })
  }
  return partitions
}

/** What is written to a partition that is added later: numbered on, so that no two are alike. */
export function moreEvents({ events }: RunPlan, partition: number): Event[] {
  return Array.from({ length: 10 }, (_, i) => ({
    id: events + partition * 100 + i,
    key: i % 4,
    at: 20 * i,
    amount: i + 1,
  }))
}

export function tableDdl(plan: RunPlan, job: SimulatedJob, bootstrap: string): string[] {
  const kafka = `'connector' = 'kafka', 'properties.bootstrap.servers' = '${bootstrap}', 'format' = 'json'`
  const patient = `'properties.retry.backoff.ms' = '2', 'properties.reconnect.backoff.ms' = '2', 'properties.reconnect.backoff.max.ms' = '20'`
  return [
    `CREATE TABLE events (
      id INT, k INT, at_ms BIGINT, amount BIGINT, pt AS PROCTIME(), rt AS TO_TIMESTAMP_LTZ(at_ms, 3),
      WATERMARK FOR rt AS rt - INTERVAL '0.0${BOUND_MS}' SECOND
    ) WITH (${kafka}, ${patient}, 'topic' = 'events', 'properties.group.id' = 'simulation',
      'scan.startup.mode' = 'earliest-offset', ${plan.unbounded ? `'scan.topic-partition-discovery.interval' = '20 ms'` : `'scan.bounded.mode' = 'latest-offset'`},
      'properties.max.partition.fetch.bytes' = '${plan.fetchBytes}', 'properties.fetch.max.wait.ms' = '5')`,
    `CREATE TABLE results (${job.sinkColumns}) WITH (${kafka}, ${patient}, 'topic' = 'results',
      'sink.delivery-guarantee' = 'exactly-once', 'sink.transactional-id-prefix' = 'simulation')`,
  ]
}

const WINDOWED = `FROM TABLE(TUMBLE(TABLE events, DESCRIPTOR(rt), INTERVAL '0.${WINDOW_MS}' SECOND))`

const jobs: Readonly<Record<JobName, SimulatedJob>> = {
  copy: {
    name: 'copy',
    sinkColumns: 'id INT, k INT, amount BIGINT',
    inserts: [
      'INSERT INTO results SELECT id, k, amount FROM events',
      'INSERT INTO results SELECT id + 0, k, amount FROM events',
    ],
    check: (input, output) =>
      sameBag(
        input.flat().map(({ id, key, amount }) => `${id} ${key} ${amount}`),
        output.map(({ id, k, amount }) => `${id} ${k} ${amount}`),
      ),
  },
  tumble: {
    name: 'tumble',
    sinkColumns: 'w BIGINT, k INT, n BIGINT, total BIGINT',
    inserts: [
      `INSERT INTO results
      SELECT UNIX_TIMESTAMP(CAST(window_start AS STRING)) * 1000 + EXTRACT(MILLISECOND FROM window_start), k, COUNT(*), SUM(amount)
      ${WINDOWED} GROUP BY window_start, window_end, k`,
    ],
    check(input, output) {
      const expected = new Map<string, { n: number; total: number }>()
      for (const { at, key, amount } of input.flat()) {
        const group = `${at - (at % WINDOW_MS)} ${key}`
        const known = expected.get(group) ?? { n: 0, total: 0 }
        expected.set(group, { n: known.n + 1, total: known.total + amount })
      }
      return sameBag(
        [...expected].map(([group, { n, total }]) => `${group} ${n} ${total}`),
        output.map(({ w, k, n, total }) => `${w} ${k} ${n} ${total}`),
      )
    },
  },
  late: {
    name: 'late',
    sinkColumns: 'w BIGINT, k INT, ids STRING',
    inserts: [
      `INSERT INTO results
      SELECT UNIX_TIMESTAMP(CAST(window_start AS STRING)) * 1000 + EXTRACT(MILLISECOND FROM window_start), k, LISTAGG(CAST(id AS STRING), ' ')
      ${WINDOWED} GROUP BY window_start, window_end, k`,
    ],
    check(input, output) {
      const events = input.flat()
      const seen = new Map<number, number>()
      for (const { w, k, ids } of output) {
        for (const id of String(ids).split(' ').map(Number)) {
          const event = events.find((each) => each.id === id)
          if (event === undefined) return `id ${id} was never sent`
          if (event.key !== k || event.at - (event.at % WINDOW_MS) !== w)
            return `id ${id} is in window ${w} of key ${k}`
          seen.set(id, (seen.get(id) ?? 0) + 1)
        }
      }
      for (const [id, times] of seen) if (times > 1) return `id ${id} was counted ${times} times`
      for (const partition of input) {
        let highest = 0
        for (const event of partition) {
          const end = event.at - (event.at % WINDOW_MS) + WINDOW_MS
          // Its window is not fired by the watermark of its own partition (`rt` less the bound, as the DDL says): no schedule
          // makes it late.
          if (!seen.has(event.id) && end - 1 > highest - BOUND_MS) return `id ${event.id} is missing and was not late`
          highest = Math.max(highest, event.at)
        }
      }
      return undefined
    },
  },
  count: {
    name: 'count',
    sinkColumns: 'k INT, n BIGINT, total BIGINT',
    inserts: [
      `INSERT INTO results SELECT k, n, total FROM (
      SELECT k, COUNT(*) OVER w AS n, SUM(amount) OVER w AS total FROM events
      WINDOW w AS (PARTITION BY k ORDER BY rt ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW))`,
    ],
    check(input, output) {
      for (const key of [0, 1, 2, 3]) {
        const events = input.flat().filter((event) => event.key === key)
        const rows = output.filter(({ k }) => k === key)
        const counts = rows.map(({ n }) => Number(n)).sort((left, right) => left - right)
        if (counts.join() !== events.map((_, i) => i + 1).join()) return `counts of key ${key} are ${counts.join(' ')}`
        const last = rows.find(({ n }) => Number(n) === events.length)
        const total = events.reduce((sum, { amount }) => sum + amount, 0)
        if (last !== undefined && Number(last.total) !== total) return `key ${key} sums to ${last.total}, not ${total}`
      }
      return undefined
    },
  },
  // More keys than the others have: on the disk backend, they fill segments.
  first: {
    name: 'first',
    sinkColumns: 'g INT',
    inserts: [
      `INSERT INTO results SELECT g FROM (
      SELECT g, ROW_NUMBER() OVER (PARTITION BY g ORDER BY pt) AS n FROM (SELECT MOD(id, ${FIRST_KEYS}) AS g, pt FROM events))
      WHERE n = 1`,
    ],
    check: (input, output) =>
      sameBag(
        [...new Set(input.flat().map(({ id }) => String(id % FIRST_KEYS)))],
        output.map(({ g }) => String(g)),
      ),
  },
}

export function jobOf(name: JobName): SimulatedJob {
  return jobs[name]
}

function sameBag(expected: readonly string[], found: readonly string[]): string | undefined {
  const counts = new Map<string, number>()
  for (const each of expected) counts.set(each, (counts.get(each) ?? 0) + 1)
  for (const each of found) counts.set(each, (counts.get(each) ?? 0) - 1)
  const missing = [...counts].filter(([, n]) => n > 0).map(([text]) => text)
  const extra = [...counts].filter(([, n]) => n < 0).map(([text]) => text)
  if (missing.length === 0 && extra.length === 0) return undefined
  return `missing: ${missing.slice(0, 5).join('; ') || 'nothing'}; too many: ${extra.slice(0, 5).join('; ') || 'nothing'}`
}
