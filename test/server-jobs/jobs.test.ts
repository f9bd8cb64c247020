import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { startBroker } from '../../src/kafka/broker/index.ts'
import type {
  BadRecords,
  Checkpoints,
  JobConfig,
  Metric,
  MetricHistoryAnswer,
  MetricSample,
  VertexWatermarks,
} from '../../src/server/api-types.ts'
import { produceEvents } from '../harness/payment.ts'
import { COUNT, TABLES, type TestServer, testServer } from '../server/harness.ts'

const signal = new AbortController().signal
const rivulet = import.meta.resolve('rivulet')

describe('a job of the server', { timeout: 180_000 }, () => {
  it('is submitted, watched, saved, stopped behind a savepoint and resumed from it', async () => {
    const t = await testServer()
    try {
      const id = await t.submit(COUNT)
      const details = await t.until(id, 'RUNNING')
      assert.equal(details.vertices[0].name, 'TableSourceScan[1] -> GroupAggregate[2] -> Sink[3]')
      while ((await t.client.operators(id)).operators.every(({ rowsOut }) => rowsOut === 0)) {}
      const vertex = `/jobs/${id}/vertices/${details.vertices[0].id}`
      const metrics = await t.client.call<Metric[]>('GET', `${vertex}/metrics?get=0.numRecordsOut,0.nosuch`)
      assert.deepEqual(
        metrics.map((metric) => metric.id),
        ['0.numRecordsOut'],
      )
      assert.deepEqual(
        await t.client.call<VertexWatermarks>('GET', `${vertex}/watermarks`),
        [],
        'a source has no input',
      )
      const saved = await t.client.savepoint(id, join(t.data, 'sp'), false, signal)
      assert.ok(existsSync(join(saved.slice('file:'.length), 'manifest.json')), saved)
      const stopped = await t.client.savepoint(id, `file://${join(t.data, 'sp')}`, true, signal)
      await t.until(id, 'FINISHED')
      const resumed = await t.submit(COUNT, { savepoint: stopped })
      await t.until(resumed, 'RUNNING')
      await t.client.cancel(resumed)
      await t.until(resumed, 'CANCELED')
      await t.client.cancel(resumed)
    } finally {
      await t.close()
    }
  })

  it('that cannot start is listed as FAILED with its error', async () => {
    const t = await testServer()
    try {
      const id = await t.submit('INSERT INTO nosuch SELECT 1;')
      await t.until(id, 'FAILED')
      const [{ rivulet: error }] = await t.client.exceptions(id)
      assert.equal(error?.code, 'PLAN_UNKNOWN_OBJECT')
      assert.equal(error?.span?.start, 12)
      const missing = await t.submit(COUNT, { savepoint: '/nosuch/savepoint' })
      await t.until(missing, 'FAILED')
      assert.equal((await t.client.exceptions(missing))[0].rivulet?.code, 'SERVER_NO_SAVEPOINT')
      const two = await t.submit(`${COUNT}\nINSERT INTO k SELECT a, 1 FROM s;`)
      await t.until(two, 'FAILED')
      assert.equal((await t.client.exceptions(two))[0].rivulet?.code, 'SERVER_SEVERAL_JOBS')
      const several = await t.submit('SELECT 1 FROM;\nSELECT FROM;')
      await t.until(several, 'FAILED')
      const [{ rivulet: all }] = await t.client.exceptions(several)
      assert.match(
        String(all?.message),
        /^Expected.*\nAlso SQL_UNEXPECTED_TOKEN at job\.sql:2:8: /,
        'each mistake has its place',
      )
      assert.equal((await t.client.jobs()).length, 4)
    } finally {
      await t.close()
    }
  })

  it('has a history that a page can go on with', async () => {
    const t = await testServer()
    try {
      const id = await t.submit(COUNT, { configuration: { 'execution.checkpointing.interval': '100 ms' } })
      const details = await t.until(id, 'RUNNING')
      const ask = (from: number) =>
        t.client.call<MetricHistoryAnswer>('GET', `/rivulet/v1/jobs/${id}/history?from=${from}`)
      const good = ({ vertices: [one], checkpoint }: MetricSample) =>
        Number(one.rowsIn) > 0 && Number(one.rowsOut) > 0 && checkpoint !== null
      let answer = await ask(0)
      while (!answer.samples.some(good)) {
        await new Promise((resolve) => setTimeout(resolve, 50))
        answer = await ask(0)
      }
      const vertices = details.vertices.map((vertex) => ({ id: vertex.id, name: vertex.name }))
      assert.deepEqual(answer.vertices, vertices)
      assert.deepEqual(answer.sources, [{ node: 1, name: 's' }])
      const newest = answer.samples.at(-1)?.at ?? 0
      assert.ok((await ask(newest)).samples.every(({ at }) => at > newest))
      await t.client.cancel(id)
      await t.until(id, 'CANCELED')
      assert.ok((await ask(0)).samples.length >= answer.samples.length, 'what is over can still be looked at')
    } finally {
      await t.close()
    }
  })

  it('has its numbers for Prometheus under the names of Flink’s reporter', async () => {
    const t = await testServer()
    try {
      const id = await t.submit(COUNT, {
        name: 'counted',
        configuration: { 'execution.checkpointing.interval': '100 ms' },
      })
      await t.until(id, 'RUNNING')
      const samples = async () => {
        const text = await (await fetch(`${t.server.url}/metrics`)).text()
        const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'))
        return new Map(lines.map((line) => [/^\w+/.exec(line)?.[0] ?? '', line]))
      }
      const COMPLETED = 'flink_jobmanager_job_numberOfCompletedCheckpoints'
      const value = (line = '') => Number(line.slice(line.lastIndexOf(' ')))
      let found = await samples()
      while (
        !(value(found.get(COMPLETED)) > 0 && value(found.get('flink_taskmanager_job_task_operator_numRecordsIn')) > 0)
      ) {
        await new Promise((resolve) => setTimeout(resolve, 50))
        found = await samples()
      }
      for (const name of [
        ...['numRunningJobs', 'taskSlotsTotal', 'taskSlotsAvailable', 'Status_JVM_Memory_Heap_Used'].map(
          (one) => `flink_jobmanager_${one}`,
        ),
        ...['numRestarts', 'uptime', 'lastCheckpointDuration', 'lastCheckpointSize'].map(
          (one) => `flink_jobmanager_job_${one}`,
        ),
        'flink_taskmanager_Status_JVM_Memory_Heap_Used',
        ...[
          'numRecordsOutPerSecond',
          'busyTimeMsPerSecond',
          'backPressuredTimeMsPerSecond',
          'currentOutputWatermark',
        ].map((one) => `flink_taskmanager_job_task_${one}`),
        'flink_taskmanager_job_task_operator_numRecordsOut',
      ])
        assert.ok(found.has(name), name)
      const labels = (name: string) =>
        Object.fromEntries(
          [...(found.get(name) ?? '').matchAll(/(\w+)="([^"]*)"/g)].map(([, key, text]) => [key, text]),
        )
      const host = hostname()
      const [{ id: task, name: taskName }] = (await t.client.details(id)).vertices
      const job = { host, job_id: id, job_name: 'counted' }
      const subtask = { ...job, tm_id: 'rivulet-0', task_id: task, task_name: taskName, subtask_index: '0' }
      assert.deepEqual(labels('flink_jobmanager_numRunningJobs'), { host })
      assert.deepEqual(labels('flink_taskmanager_Status_JVM_Memory_Heap_Used'), { host, tm_id: 'rivulet-0' })
      assert.deepEqual(labels(COMPLETED), job)
      assert.deepEqual(labels('flink_taskmanager_job_task_numRecordsOut'), subtask)
      const { operator_name: operator, ...rest } = labels('flink_taskmanager_job_task_operator_numRecordsIn')
      assert.match(operator, /^\w+\[\d\]$/)
      assert.deepEqual(rest, subtask, 'an operator has what its task has')
    } finally {
      await t.close()
    }
  })

  it('that crashes takes nothing with it', async () => {
    const t = await testServer()
    try {
      const bystander = await t.submit(COUNT)
      await t.until(bystander, 'RUNNING')
      const text = `
        import { StreamTableEnvironment } from ${JSON.stringify(rivulet)}
        const tEnv = StreamTableEnvironment.create()
        for (const sql of ${JSON.stringify(TABLES.split(';').filter((sql) => sql.trim() !== ''))}) await tEnv.executeSql(sql)
        await tEnv.executeSql('INSERT INTO k SELECT a, 1 FROM s')
        setTimeout(() => process.kill(process.pid, 'SIGKILL'), 300)`
      const options = { 'restart-strategy.type': 'none' }
      const id = await t.submit(text, { kind: 'module', file: 'crash.ts', configuration: options })
      await t.until(id, 'FAILED')
      const [{ rivulet: error }] = await t.client.exceptions(id)
      assert.equal(error?.code, 'SERVER_WORKER_DIED')
      assert.match(error?.message ?? '', /SIGKILL/)
      assert.equal((await t.client.details(bystander)).state, 'RUNNING')
      const again = await t.submit(text, { kind: 'module', file: 'crash.ts' })
      await t.until(again, 'RESTARTING')
    } finally {
      await t.close()
    }
  })

  it('waits for a free slot, first come first served, and fails when none becomes free in time', async () => {
    const t = await testServer({ slots: 1, slotTimeoutMs: 4000 })
    try {
      const first = await t.submit(COUNT, { name: 'first' })
      await t.until(first, 'RUNNING')
      await assert.rejects(t.submit(COUNT, { name: 'first' }), { code: 'SERVER_DUPLICATE_NAME' })
      const second = await t.submit(COUNT)
      const wide = await t.submit(COUNT, { parallelism: 2 })
      for (const waiting of [second, wide]) assert.equal((await t.client.details(waiting)).state, 'CREATED')
      await t.client.cancel(first)
      await t.until(second, 'RUNNING')
      await t.until(wide, 'FAILED')
      assert.equal((await t.client.exceptions(wide))[0].rivulet?.code, 'SERVER_NO_SLOT')
    } finally {
      await t.close()
    }
  })

  it('survives a restart of the server and goes on from its newest checkpoint', async () => {
    const data = mkdtempSync(join(tmpdir(), 'rivulet-restart-'))
    const first = await testServer({}, data)
    const id = await first.submit(COUNT, { configuration: { 'execution.checkpointing.interval': '200 ms' } })
    await first.until(id, 'RUNNING')
    const completed = async () =>
      (await first.client.call<Checkpoints>('GET', `/jobs/${id}/checkpoints`)).counts.completed
    while ((await completed()) === 0) await new Promise((resolve) => setTimeout(resolve, 50))
    await first.close()
    const second = await testServer({}, data)
    try {
      await second.until(id, 'RUNNING')
      const { latest } = await second.client.call<Checkpoints>('GET', `/jobs/${id}/checkpoints`)
      assert.match(latest.restored?.external_path ?? '', /chk-\d+$/)
    } finally {
      await second.close()
      rmSync(data, { recursive: true, force: true })
    }
  })

  it('waits, after a restart of the server, for a broker that comes back later', async () => {
    const data = mkdtempSync(join(tmpdir(), 'rivulet-later-'))
    const broker = await startBroker()
    const port = Number(broker.bootstrap.split(':').at(-1))
    broker.createTopic('later', { partitions: 1 })
    const first = await testServer({}, data)
    const table = `CREATE TABLE t (a INT) WITH ('connector' = 'kafka', 'topic' = 'later', 'scan.startup.mode' = 'earliest-offset',
      'format' = 'json', 'properties.bootstrap.servers' = '${broker.bootstrap}');
      CREATE TABLE k (a INT) WITH ('connector' = 'blackhole');`
    const id = await first.submit(`${table} INSERT INTO k SELECT a FROM t;`)
    await first.until(id, 'RUNNING')
    await first.close()
    await broker.close()
    const second = await testServer({}, data)
    try {
      await second.until(id, 'RESTARTING')
      assert.equal((await second.client.exceptions(id))[0].rivulet?.code, 'KAFKA_UNREACHABLE')
      const again = await startBroker({ port })
      try {
        again.createTopic('later', { partitions: 1 })
        await second.until(id, 'RUNNING')
      } finally {
        await again.close()
      }
    } finally {
      await second.close()
      rmSync(data, { recursive: true, force: true })
    }
  })

  it('recovers from its own checkpoints only, where several jobs share a folder', async () => {
    const data = mkdtempSync(join(tmpdir(), 'rivulet-shared-'))
    const dir = join(data, 'shared')
    const first = await testServer({}, data)
    const checkpoints = (t: TestServer, id: string) => t.client.call<Checkpoints>('GET', `/jobs/${id}/checkpoints`)
    const old = await first.submit(COUNT, {
      configuration: { 'execution.checkpointing.interval': '100 ms', 'execution.checkpointing.dir': dir },
    })
    await first.until(old, 'RUNNING')
    while ((await checkpoints(first, old)).counts.completed === 0)
      await new Promise((resolve) => setTimeout(resolve, 50))
    await first.client.cancel(old)
    await first.until(old, 'CANCELED')
    // Another job of the same name and folder, which has no checkpoint yet when the server ends.
    const young = await first.submit(COUNT, {
      configuration: { 'execution.checkpointing.interval': '1 h', 'execution.checkpointing.dir': dir },
    })
    await first.until(young, 'RUNNING')
    await first.close()
    const second = await testServer({}, data)
    try {
      await second.until(young, 'RUNNING')
      assert.equal(
        (await checkpoints(second, young)).latest.restored,
        null,
        'a job begins anew rather than with the state of another',
      )
    } finally {
      await second.close()
      rmSync(data, { recursive: true, force: true })
    }
  })

  it('shows checkpoints that fail, with the reason, and the records that it passed over', async () => {
    const t = await testServer()
    const broker = await startBroker()
    try {
      broker.createTopic('in', { partitions: 1 })
      await produceEvents(broker.bootstrap, 'in', ['{"n": 1}', '{"n": }', '{"n": 3}', 'nothing'])
      const dir = join(t.data, 'full')
      writeFileSync(dir, 'a file where the folder should be')
      const id = await t.submit(
        `CREATE TABLE s (n INT) WITH ('connector' = 'kafka', 'topic' = 'in', 'properties.bootstrap.servers' = '${broker.bootstrap}',
           'scan.startup.mode' = 'earliest-offset', 'format' = 'json', 'bad-records' = 'table');
         CREATE TABLE k (n INT) WITH ('connector' = 'blackhole');
         INSERT INTO k SELECT n FROM s;`,
        {
          configuration: {
            'execution.checkpointing.interval': '100 ms',
            'execution.checkpointing.dir': dir,
            'execution.checkpointing.tolerable-failed-checkpoints': '100000',
          },
        },
      )
      await t.until(id, 'RUNNING')
      let failed: Checkpoints['latest']['failed'] = null
      while (failed === null) {
        failed = (await t.client.call<Checkpoints>('GET', `/jobs/${id}/checkpoints`)).latest.failed
        await new Promise((resolve) => setTimeout(resolve, 50))
      }
      assert.equal(failed.status, 'FAILED')
      assert.match(failed.failure_message ?? '', /full/)
      let bad = await t.client.call<BadRecords>('GET', `/rivulet/v1/jobs/${id}/bad-records`)
      while (bad.total < 2) bad = await t.client.call<BadRecords>('GET', `/rivulet/v1/jobs/${id}/bad-records`)
      assert.deepEqual(
        bad.records.map(({ topic, partition, offset, text }) => [topic, partition, offset, text]),
        [
          ['in', 0, 3, 'nothing'],
          ['in', 0, 1, '{"n": }'],
        ],
      )
    } finally {
      await t.close()
      await broker.close()
    }
  })

  it('shows no secret: not in its configuration, its errors, its log', async () => {
    const t = await testServer()
    try {
      const secret = 'hunter2hunter2'
      const text = `CREATE TABLE x (a INT) WITH ('connector' = 'nosuch', 'properties.ssl.key.password' = '${secret}');
        INSERT INTO x SELECT 1;`
      const id = await t.submit(text, { configuration: { 'properties.sasl.jaas.config': `password="${secret}"` } })
      await t.until(id, 'FAILED')
      const { 'execution-config': config } = await t.client.call<JobConfig>('GET', `/jobs/${id}/config`)
      assert.equal(config['user-config']['properties.sasl.jaas.config'], '******')
      const answers = [await t.client.details(id), await t.client.exceptions(id), await t.client.logs(id, 0)]
      const result = await t.client.call('GET', `/jobs/${id}/execution-result`)
      assert.ok(!JSON.stringify([config, answers, result]).includes(secret))
    } finally {
      await t.close()
    }
  })
})
