/** Findings about event time: what holds the watermark, where it is, and rows that it leaves behind. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { diagnose, type JobDescription } from '../../src/engine/doctor/index.ts'
import { Clinic, START } from './clinic.ts'

const EVENTS = `id INT, k STRING, ms BIGINT, rt AS TO_TIMESTAMP_LTZ(ms, 3), WATERMARK FOR rt AS rt - INTERVAL '5' SECOND`
const WINDOWS = `INSERT INTO results SELECT k, COUNT(*) FROM TABLE(TUMBLE(TABLE events, DESCRIPTOR(rt), INTERVAL '10' SECOND)) GROUP BY k, window_start, window_end`
const HOUR = 3_600_000

async function clinic(partitions = 1, more: Record<string, string> = {}, columns = EVENTS): Promise<Clinic> {
  const clinic = new Clinic()
  await clinic.table('events', columns, more, partitions)
  await clinic.table('results', 'k STRING, n BIGINT')
  return clinic
}

/** One row a second for so long, `off` ms away from the clock. */
async function live(clinic: Clinic, seconds: number, off = 0, partition = 0): Promise<void> {
  for (let i = 0; i < seconds; i++) {
    await clinic.write('events', [{ id: i, k: 'a', ms: clinic.now + off }], partition)
    await clinic.pass(1000)
  }
}

describe('a partition without rows', { timeout: 30_000 }, () => {
  it('is named, with since when, and what an idle timeout would do', async () => {
    await using job = await clinic(2)
    await job.run(WINDOWS)
    await live(job, 15)
    const finding = job.find('WATERMARK_HELD_BY_SPLIT')
    assert.equal(finding?.severity, 'error')
    assert.equal(finding.evidence.splits, 'events-1')
    assert.equal(finding.evidence.rows, 0)
    assert.equal(finding.evidence.watermark, 'none')
    assert.ok(Number(finding.evidence.waitedMs) >= 15_000)
    assert.match(String(finding.evidence.watermarkWithout), /^2026-03-01T12:00:/)
    assert.match(finding.fix, /'scan\.watermark\.idle-timeout' = '10 s' in WITH of 'events'/)
    assert.ok(finding.fix.includes(String(finding.evidence.watermarkWithout)), finding.fix)
    assert.equal(job.textAt(finding), 'events')
    assert.equal(job.find('WAITS_FOR_EVENT_TIME')?.evidence.rowsOut, 0)
  })

  it('is named also when all rows of the others came at once and nothing since', async () => {
    await using job = await clinic(3)
    await job.run(WINDOWS)
    await job.write(
      'events',
      [0, 1000, 30_000].map((ms) => ({ id: 1, k: 'a', ms: START + ms })),
      0,
    )
    await job.pass(15_000)
    const finding = job.find('WATERMARK_HELD_BY_SPLIT')
    assert.equal(finding?.evidence.splits, 'events-1, events-2')
    assert.match(finding.detail, /while other partitions had rows/)
    assert.match(String(finding.evidence.watermarkWithout), /T12:00:25/)
  })

  it('is not named when the partitions of a stopped producer end a little apart', async () => {
    await using job = await clinic(2)
    await job.run(WINDOWS)
    await live(job, 1, 0, 0)
    await live(job, 1, 0, 1)
    await job.pass(15_000)
    assert.equal(job.find('WATERMARK_HELD_BY_SPLIT'), undefined)
  })

  it('is told with its last row when it had some', async () => {
    await using job = await clinic(2)
    await job.run(WINDOWS)
    await live(job, 1, 0, 1)
    await live(job, 15)
    const finding = job.find('WATERMARK_HELD_BY_SPLIT')
    assert.equal(finding?.evidence.rows, 1)
    assert.match(String(finding?.evidence.watermark), /T11:59:5/)
  })

  it('is not named when an idle timeout takes it out, or rows come in all of them', async () => {
    await using idle = await clinic(2, { 'scan.watermark.idle-timeout': '2 s' })
    await idle.run(WINDOWS)
    await live(idle, 15)
    assert.equal(idle.find('WATERMARK_HELD_BY_SPLIT'), undefined)
    await using busy = await clinic(2)
    await busy.run(WINDOWS)
    for (let i = 0; i < 12; i++) {
      await live(busy, 1, 0, 0)
      await live(busy, 1, 0, 1)
    }
    assert.deepEqual(
      busy.findings().map(({ code }) => code),
      [],
    )
  })

  it('becomes idle after the timeout that is set, and that is said', async () => {
    await using job = await clinic(2, { 'scan.watermark.idle-timeout': '60 s' })
    await job.run(WINDOWS)
    await live(job, 15)
    const finding = job.find('WATERMARK_HELD_BY_SPLIT')
    assert.equal(finding?.severity, 'warning')
    assert.match(finding.fix, /becomes idle 60 s after/)
  })

  it('is named, not pointed at, when the table is read through a view', async () => {
    await using job = await clinic(2)
    await job.during(job.tEnv.executeSql('CREATE VIEW seen AS SELECT * FROM events'))
    await job.run(WINDOWS.replace('TABLE events', 'TABLE seen'))
    await live(job, 15)
    const finding = job.find('WATERMARK_HELD_BY_SPLIT')
    assert.equal(finding?.place, 'default_catalog.default_database.events')
    assert.equal(finding.span, undefined)
  })

  it('may be one that a subtask does not have', async () => {
    await using job = await clinic(1, { 'scan.parallelism': '2' })
    await job.run(WINDOWS)
    await live(job, 15)
    const finding = job.find('WATERMARK_HELD_BY_SUBTASK')
    assert.deepEqual(finding?.evidence, { subtasks: 2, withoutPartition: 1, partitions: 1 })
    assert.match(finding?.fix ?? '', /'scan\.parallelism' = '1'/)
    assert.equal(job.job.metrics().find(({ kind }) => kind === 'window-aggregate')?.rowsOut, 0)
  })
})

describe('a table without rows', { timeout: 30_000 }, () => {
  it('holds the watermark of a join', async () => {
    await using job = await clinic()
    await job.table('others', EVENTS)
    await job.write('others', [{ id: 0, k: 'b', ms: START }])
    await job.run(
      `INSERT INTO results SELECT a.k, b.ms FROM events a JOIN others b ON a.k = b.k AND a.rt BETWEEN b.rt - INTERVAL '5' SECOND AND b.rt`,
    )
    await live(job, 15)
    const finding = job.find('WATERMARK_HELD_BY_SOURCE')
    assert.equal(finding?.severity, 'error')
    assert.equal(finding.evidence.rows, 1)
    assert.equal(finding.evidence.watermark, '2026-03-01T11:59:55.000Z')
    assert.equal(job.textAt(finding), 'others')
    assert.match(finding.fix, /in WITH of 'others'/)
  })
})

describe('event time', { timeout: 30_000 }, () => {
  const off = async (ms: number, columns = EVENTS, zone?: string) => {
    const job = await clinic(1, {}, columns)
    if (zone !== undefined) await job.during(job.tEnv.executeSql(`SET 'table.local-time-zone' = '${zone}'`))
    await job.run(WINDOWS)
    await live(job, 3, ms)
    return job
  }

  it('in another time zone is told by whole quarters of an hour', async () => {
    for (const [ms, severity, title] of [
      [8 * HOUR, 'error', /8 h ahead of the clock/],
      [-8 * HOUR, 'warning', /8 h behind the clock/],
      [5.5 * HOUR, 'error', /5 h 30 min ahead/],
      [-5.75 * HOUR - 20_000, 'warning', /5 h 45 min behind/],
    ] as const) {
      await using job = await off(ms)
      const finding = job.find('WATERMARK_TIME_ZONE')
      assert.equal(finding?.severity, severity)
      assert.match(finding.title, title)
      assert.ok(Math.abs(Number(finding.evidence.behindMs) + ms) < 3000, String(finding.evidence.behindMs))
      assert.equal(job.find('WATERMARK_OF_OLD_EVENTS'), undefined)
    }
  })

  it('that is a local TIMESTAMP of the session is right', async () => {
    const local = EVENTS.replace(
      'TO_TIMESTAMP_LTZ(ms, 3)',
      "CAST(TIMESTAMPADD(SECOND, CAST(ms / 1000 AS INT), TIMESTAMP '1970-01-01 00:00:00') AS TIMESTAMP(3))",
    )
    await using shanghai = await off(8 * HOUR, local, 'Asia/Shanghai')
    assert.equal(shanghai.find('WATERMARK_TIME_ZONE'), undefined)
    await using utc = await off(8 * HOUR, local)
    assert.match(utc.find('WATERMARK_TIME_ZONE')?.fix ?? '', /table\.local-time-zone' \(now 'UTC'\)/)
  })

  it('that is old is told from one that catches up', async () => {
    await using job = await off(-40 * HOUR - 7 * 60_000)
    const finding = job.find('WATERMARK_OF_OLD_EVENTS')
    assert.equal(finding?.severity, 'info')
    assert.equal(finding.evidence.lag, 0)
    assert.ok(Math.abs(Number(finding.evidence.behindMs) - 40 * HOUR - 7 * 60_000) < 3000)
    assert.match(finding.detail, /the events themselves are that old/)
  })

  it('that is behind because the job is', async () => {
    await using job = await clinic()
    const rows = Array.from({ length: 3000 }, (_, i) => ({ id: i, k: 'a', ms: START - 30 * HOUR + i }))
    await job.write('events', rows)
    await job.run(WINDOWS)
    // As it would be with half of the records read.
    const half = JSON.parse(JSON.stringify(job.job.describe())) as JobDescription
    const split = half.operators.find(({ kind }) => kind === 'source-scan')?.subtasks[0].splits?.[0] as { next: number }
    assert.equal(split.next, 3000)
    split.next = 1500
    const finding = diagnose(half).find(({ code }) => code === 'WATERMARK_OF_OLD_EVENTS')
    assert.equal(finding?.evidence.lag, 1500)
    assert.match(finding?.detail ?? '', /1,500 records are still to be read/)
  })

  it('in the future makes the others late', async () => {
    await using job = await clinic()
    await job.run(WINDOWS)
    await job.write('events', [{ id: 0, k: 'a', ms: START + 400 * 24 * HOUR }])
    await job.pass(1000)
    await live(job, 5)
    const finding = job.find('WATERMARK_IN_THE_FUTURE')
    assert.equal(finding?.severity, 'error')
    assert.match(finding.title, /400 days in the future/)
    assert.equal(job.find('ROWS_LATE')?.evidence.late, 5)
  })

  it('of now is nothing to tell', async () => {
    await using job = await off(-60_000)
    assert.deepEqual(
      job.findings().filter(({ code }) => code.startsWith('WATERMARK')),
      [],
    )
  })
})

describe('late rows', { timeout: 30_000 }, () => {
  it('are counted, with how far behind they are and which delay would have kept them', async () => {
    await using job = await clinic()
    await job.run(WINDOWS)
    await job.write('events', [{ id: 0, k: 'a', ms: START + 60_000 }])
    await job.pass(1000)
    const before = job.job.describe()
    await job.write(
      'events',
      [10_000, 20_000, 30_000].map((ms) => ({ id: 1, k: 'a', ms: START + ms })),
    )
    await job.pass(1000)
    const some = job.find('ROWS_LATE')
    assert.deepEqual([some?.evidence.late, some?.evidence.rows, some?.severity], [3, 4, 'warning'])
    const all = job.find('ALL_ROWS_LATE', before)
    assert.equal(all?.severity, 'error')
    assert.deepEqual([all.evidence.late, all.evidence.rows], [3, 3])
    // The watermark is at 55 s, the furthest row at 10 s.
    assert.equal(all.evidence.maxBehindMs, 45_000)
    assert.match(all.fix, /WATERMARK FOR rt AS rt - INTERVAL '50' SECOND in 'events'/)
    assert.equal(job.textAt(all), 'events')
  })

  it('without a time are told apart', async () => {
    await using job = await clinic()
    await job.run(WINDOWS)
    await job.write('events', [{ id: 0, k: 'a' }])
    await job.pass(1000)
    assert.deepEqual(job.find('ROWTIME_NULL')?.evidence, { withoutTime: 1, rows: 1, column: 'rt' })
    assert.equal(job.find('ROWS_LATE'), undefined)
  })
})
