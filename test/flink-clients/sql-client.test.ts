/** Flink's `bin/sql-client.sh gateway -e HOST:PORT`, unchanged, against `rivulet server`. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { type TestServer, testServer } from '../server/harness.ts'
import { flinkProgram, type Program, startProgram } from './programs.ts'

const TABLEAU = "SET 'sql-client.execution.result-mode' = 'tableau';"
const ENDLESS = "CREATE TABLE endless (n BIGINT) WITH ('connector' = 'datagen', 'rows-per-second' = '200');"

describe('bin/sql-client.sh', { timeout: 600_000 }, () => {
  let t: TestServer
  let flinkHome: string
  const folder = mkdtempSync(join(tmpdir(), 'rivulet-sql-client-'))
  before(async () => {
    flinkHome = flinkProgram()
    t = await testServer()
  })
  after(async () => {
    await t?.close()
    rmSync(folder, { recursive: true, force: true })
  })

  function client(script: string): Program {
    const file = join(folder, 'script.sql')
    writeFileSync(file, script)
    const args = ['gateway', '-e', `localhost:${t.server.port}`, '-f', file, '-hist', join(folder, 'history')]
    const env = { FLINK_HOME: flinkHome, FLINK_CONF_DIR: join(flinkHome, 'conf'), FLINK_LOG_DIR: folder }
    return startProgram(join(flinkHome, 'bin/sql-client.sh'), args, env)
  }
  const jobsIn = (text: string) => [...text.matchAll(/Job ID: ([0-9a-f]{32})/g)].map(([, id]) => id)

  it('runs DDL, a streaming SELECT, INSERTs and a statement set', async () => {
    const { text } = await client(`${TABLEAU}
      CREATE TABLE ticks (n BIGINT) WITH ('connector' = 'datagen', 'rows-per-second' = '1000', 'fields.n.kind' = 'sequence',
        'fields.n.start' = '1', 'fields.n.end' = '5');
      CREATE TABLE sums (k BIGINT, total BIGINT) WITH ('connector' = 'blackhole');
      SHOW TABLES;
      SELECT MOD(n, 2) AS k, SUM(n) AS total FROM ticks GROUP BY MOD(n, 2);
      ${ENDLESS}
      SET 'pipeline.name' = 'from the sql client';
      INSERT INTO sums SELECT MOD(n, 3), SUM(n) FROM endless GROUP BY MOD(n, 3);
      EXECUTE STATEMENT SET BEGIN
      INSERT INTO sums SELECT 1, n FROM endless;
      INSERT INTO sums SELECT 2, n FROM endless;
      END;
      SELECT nosuch FROM ticks;`).done
    assert.match(text, /\|\s+sums \|\n\|\s+ticks \|\n/)
    const rows = [...text.matchAll(/^\| ([+-][IUD]) \|\s+(\d+) \|\s+(\d+) \|$/gm)].map(([, ...row]) => row.join(' '))
    assert.deepEqual(rows, ['+I 1 1', '+I 0 2', '-U 1 1', '+U 1 4', '-U 0 2', '+U 0 6', '-U 1 4', '+U 1 9'])
    assert.match(text, /Received a total of 8 rows/)
    const [insert, set, ...more] = jobsIn(text)
    assert.deepEqual(more, [])
    assert.equal((await t.until(insert, 'RUNNING')).name, 'from the sql client')
    const both = await t.until(set, 'RUNNING')
    const graph = both.plan.nodes.map(({ description }) => description).join()
    assert.equal(graph.match(/:Sink\(/g)?.length, 2, graph)
    assert.match(text, /ValidationException: PLAN_UNKNOWN_COLUMN: There is no column 'nosuch' here/)
    for (const id of [insert, set]) await t.client.cancel(id)
  })

  it('shows a query without end while it goes, until Ctrl-C', async () => {
    const shell = client(`${TABLEAU}\n${ENDLESS}\nSELECT n, 'x' AS mark FROM endless;`)
    const rows = () => shell.text().match(/^\| \+I \|\s+-?\d+ \|\s+x \|$/gm)?.length ?? 0
    try {
      while (rows() < 300) {
        assert.equal(shell.child.exitCode, null, shell.text())
        await new Promise((resolve) => setTimeout(resolve, 50))
      }
      shell.child.kill('SIGINT')
      const { text } = await shell.done
      assert.doesNotMatch(text, /\[ERROR\]/)
    } finally {
      shell.child.kill('SIGKILL')
    }
  })
})
