/** Each rule: a query where it fires, what the tree is afterwards, and one where it must not. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { parseQuery } from '../sql/index.ts'
import { bindQuery } from './bind/query.ts'
import { typingContext } from './context.ts'
import { relTree } from './explain.ts'
import { optimize, rules } from './rules.ts'
import { PlanSession } from './session.case.ts'

const session = new PlanSession()
for (const ddl of [
  "CREATE TABLE a (id INT, k STRING, v INT) WITH ('connector' = 'inline')",
  "CREATE TABLE b (id INT, k STRING, w INT) WITH ('connector' = 'inline')",
  "CREATE TABLE u (id INT, k STRING, v INT, PRIMARY KEY (id) NOT ENFORCED) WITH ('connector' = 'inline', 'changelog-mode' = 'I,UA,D')",
  `CREATE TABLE e (id INT, k STRING, v INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '1' SECOND)
    WITH ('connector' = 'inline')`,
  `CREATE TABLE versions (id INT, k STRING, v INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts, PRIMARY KEY (id) NOT ENFORCED)
    WITH ('connector' = 'inline', 'changelog-mode' = 'I,UA,D')`,
  `CREATE TABLE j (t STRING, ts AS TO_TIMESTAMP(t), v INT, WATERMARK FOR ts AS ts)
    WITH ('connector' = 'kafka', 'topic' = 't', 'properties.bootstrap.servers' = 'localhost:9092',
      'scan.startup.mode' = 'earliest-offset', 'format' = 'json')`,
]) {
  session.run(ddl)
}

function optimized(sql: string): { readonly tree: string; readonly fired: readonly string[] } {
  const { context } = session
  const { rel } = bindQuery(
    { planner: context, typing: typingContext(context), common: new Map(), views: [] },
    parseQuery(sql),
    true,
  )
  const { rels, fired } = optimize([{ kind: 'collect', input: rel, schema: rel.schema }], context)
  return { tree: relTree(rels[0]).replaceAll('default_catalog.default_database.', ''), fired }
}

const exercised = new Set<string>()

function fires(rule: string, sql: string, tree: string): void {
  test(`${rule}: ${sql}`, () => {
    const found = optimized(sql)
    assert.ok(found.fired.includes(rule), `fired: ${found.fired.join(', ')}`)
    exercised.add(rule)
    assert.equal(found.tree, tree)
  })
}

function staysAway(rule: string, sql: string): void {
  test(`not ${rule}: ${sql}`, () => {
    const found = optimized(sql)
    assert.ok(!found.fired.includes(rule), `fired: ${found.fired.join(', ')}\n${found.tree}`)
  })
}

describe('rules', () => {
  fires(
    'fold-constants',
    "SELECT id FROM a WHERE v > 2 * 3 AND k = UPPER('x')",
    `Collect(fields=[id])
+- Project(id=[id])
   +- Scan(table=[a], fields=[id, k, v], filter=[((v > 6) AND (k = 'X'))])`,
  )
  staysAway('fold-constants', 'SELECT id, RAND() AS r, CURRENT_TIMESTAMP AS t FROM a WHERE v > id')

  fires(
    'remove-empty',
    'SELECT COUNT(*), SUM(v) FROM a WHERE FALSE',
    `Collect(fields=[EXPR$0, EXPR$1])
+- Values(rows=[1])`,
  )
  fires(
    'remove-empty',
    'SELECT k, COUNT(*) FROM a WHERE 1 > 2 GROUP BY k',
    'Collect(fields=[k, EXPR$1])\n+- Values(rows=[0])',
  )
  fires(
    'remove-empty',
    'SELECT id FROM a WHERE TRUE',
    `Collect(fields=[id])
+- Scan(table=[a], fields=[id])`,
  )
  staysAway('remove-empty', 'SELECT COUNT(*) FROM a WHERE v > 100')

  fires(
    'push-filters',
    'SELECT a.id, w FROM a JOIN b ON a.k = b.k WHERE v > 1 AND w < 5 AND v < w',
    `Collect(fields=[id, w])
+- Project(id=[id], w=[w])
   +- Join(type=[inner], condition=[((k = k) AND (v < w))])
      +- Scan(table=[a], fields=[id, k, v], filter=[(v > 1)])
      +- Scan(table=[b], fields=[k, w], filter=[(w < 5)])`,
  )
  fires(
    'push-filters',
    'SELECT a.id FROM a LEFT JOIN b ON a.k = b.k AND w > 7 WHERE v > 1',
    `Collect(fields=[id])
+- Project(id=[id])
   +- Join(type=[left], condition=[(k = k)])
      +- Project(id=[id], k=[k])
         +- Scan(table=[a], fields=[id, k, v], filter=[(v > 1)])
      +- Project(k=[k])
         +- Scan(table=[b], fields=[k, w], filter=[(w > 7)])`,
  )
  // A filter that rejects NULL of the padded side makes an inner join of an outer one.
  fires(
    'push-filters',
    'SELECT a.id FROM a LEFT JOIN b ON a.k = b.k WHERE w > 7',
    `Collect(fields=[id])
+- Project(id=[id])
   +- Join(type=[inner], condition=[(k = k)])
      +- Scan(table=[a], fields=[id, k])
      +- Project(k=[k])
         +- Scan(table=[b], fields=[k, w], filter=[(w > 7)])`,
  )
  fires(
    'push-filters',
    "SELECT k, n FROM (SELECT k, COUNT(*) AS n FROM a GROUP BY k) WHERE k = 'x' AND n > 1",
    `Collect(fields=[k, n])
+- Filter(condition=[(EXPR$0 > 1)])
   +- Aggregate(group=[k], calls=[COUNT(*)])
      +- Scan(table=[a], fields=[k], filter=[(k = 'x')])`,
  )
  fires(
    'push-filters',
    'SELECT id, v FROM u WHERE id > 3 AND v > 5',
    `Collect(fields=[id, v])
+- ChangelogNormalize(key=[id], condition=[(v > 5)])
   +- Scan(table=[u], fields=[id, v], filter=[(id > 3)])`,
  )
  staysAway('push-filters', 'SELECT k FROM a GROUP BY k HAVING COUNT(*) > 1')
  staysAway('push-filters', 'SELECT id FROM e WHERE CURRENT_WATERMARK(ts) IS NULL')
  staysAway('push-filters', 'SELECT id FROM a WHERE RAND() > 0.5')
  // Rows that a filter takes away would split sessions.
  staysAway('push-filters', "SELECT id FROM TABLE(SESSION(TABLE e, DESCRIPTOR(ts), INTERVAL '5' SECOND)) WHERE v > 1")

  fires(
    'window-aggregate',
    "SELECT window_start, MAX(window_end) FROM TABLE(TUMBLE(TABLE e, DESCRIPTOR(ts), INTERVAL '5' SECOND)) GROUP BY window_start, window_end",
    `Collect(fields=[window_start, EXPR$1])
+- Project(window_start=[window_start], EXPR$1=[EXPR$0])
   +- WindowAggregate(group=[], window=[TUMBLE(time_col=[window_end], size=[5 s]), attached], calls=[MAX(window_end)])
      +- WindowTableFunction(TUMBLE(time_col=[ts], size=[5 s]))
         +- Scan(table=[e], fields=[ts], watermark=[(ts - 1000:INTERVAL SECOND)])`,
  )
  staysAway(
    'window-aggregate',
    "SELECT window_start, COUNT(*) FROM TABLE(TUMBLE(TABLE e, DESCRIPTOR(ts), INTERVAL '5' SECOND)) GROUP BY window_start",
  )
  fires(
    'fuse-window',
    "SELECT k, window_end, SUM(v) AS s FROM TABLE(TUMBLE(TABLE e, DESCRIPTOR(ts), INTERVAL '5' SECOND)) WHERE id > 0 GROUP BY k, window_start, window_end",
    `Collect(fields=[k, window_end, s])
+- Project(k=[k], window_end=[window_end], s=[EXPR$0])
   +- WindowAggregate(group=[k], window=[TUMBLE(time_col=[ts], size=[5 s]), assign], calls=[SUM(v)])
      +- Scan(table=[e], fields=[id, k, v, ts], watermark=[(ts - 1000:INTERVAL SECOND)], filter=[(id > 0)])`,
  )
  fires(
    'fuse-window',
    "SELECT k, window_end, COUNT(*) AS n FROM TABLE(SESSION(TABLE e PARTITION BY k, DESCRIPTOR(ts), INTERVAL '5' SECOND)) GROUP BY k, window_start, window_end",
    `Collect(fields=[k, window_end, n])
+- Project(k=[k], window_end=[window_end], n=[EXPR$0])
   +- WindowAggregate(group=[k], window=[SESSION(time_col=[ts], gap=[5 s], partition keys=[k]), assign], calls=[COUNT(*)])
      +- Scan(table=[e], fields=[k, ts], watermark=[(ts - 1000:INTERVAL SECOND)])`,
  )
  // Sessions of everybody are not the sessions of each key.
  staysAway(
    'window-aggregate',
    "SELECT k, COUNT(*) FROM TABLE(SESSION(TABLE e, DESCRIPTOR(ts), INTERVAL '5' SECOND)) GROUP BY k, window_start, window_end",
  )

  fires(
    'join-keys',
    'SELECT a.id, w FROM a LEFT JOIN b ON UPPER(a.k) = b.k AND a.v + 1 = b.w AND v < w',
    `Collect(fields=[id, w])
+- Project(id=[id], w=[w])
   +- Join(type=[left], condition=[((($key0 = k) AND ($key1 = w)) AND (v < w))])
      +- Project(id=[id], v=[v], $key0=[UPPER(k)], $key1=[(v + 1)])
         +- Scan(table=[a], fields=[id, k, v])
      +- Scan(table=[b], fields=[k, w])`,
  )
  staysAway('join-keys', 'SELECT a.id FROM a JOIN b ON a.k = b.k AND a.v + b.w = 3')

  fires(
    'merge-projections',
    'SELECT x + 1 AS y FROM (SELECT v * 2 AS x FROM a)',
    `Collect(fields=[y])
+- Project(y=[((v * 2) + 1)])
   +- Scan(table=[a], fields=[v])`,
  )
  fires('merge-projections', "SELECT 1 AS x, UPPER('a') AS y", 'Collect(fields=[x, y])\n+- Values(rows=[1])')
  // Computed once, read twice.
  staysAway('merge-projections', 'SELECT x, x + 1 AS y FROM (SELECT v * 2 AS x, id FROM a)')

  fires(
    'prune-columns',
    'SELECT a.id, n FROM a JOIN (SELECT k, COUNT(*) AS n, MAX(w) AS m FROM b GROUP BY k) AS c ON a.k = c.k',
    `Collect(fields=[id, n])
+- Project(id=[id], n=[n])
   +- Join(type=[inner], condition=[(k = k)])
      +- Scan(table=[a], fields=[id, k])
      +- Aggregate(group=[k], calls=[COUNT(*)])
         +- Scan(table=[b], fields=[k])`,
  )
  // The watermark is part of the table, whoever reads it.
  fires(
    'prune-columns',
    'SELECT id FROM e',
    `Collect(fields=[id])
+- Project(id=[id])
   +- Scan(table=[e], fields=[id, ts], watermark=[(ts - 1000:INTERVAL SECOND)])`,
  )
  fires(
    'prune-columns',
    'SELECT COUNT(*) FROM a',
    'Collect(fields=[EXPR$0])\n+- Aggregate(group=[], calls=[COUNT(*)])\n   +- Scan(table=[a], fields=[id])',
  )
  staysAway('prune-columns', 'SELECT * FROM a')

  fires(
    'rank',
    'SELECT k, v FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY k ORDER BY v DESC) AS rn FROM a) WHERE rn <= 2 AND v > 1',
    `Collect(fields=[k, v])
+- Filter(condition=[(v > 1)])
   +- Rank(partitionBy=[k], orderBy=[v DESC], range=[1..2])
      +- Scan(table=[a], fields=[k, v])`,
  )
  fires(
    'rank',
    'SELECT id FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY id ORDER BY ts DESC) AS rn FROM e) WHERE rn = 1',
    `Collect(fields=[id])
+- Project(id=[id])
   +- Deduplicate(keep=[last], key=[id], order=[rowtime])
      +- Scan(table=[e], fields=[id, ts], watermark=[(ts - 1000:INTERVAL SECOND)])`,
  )
  fires(
    'rank',
    'SELECT id FROM (SELECT *, ROW_NUMBER() OVER (ORDER BY v) AS rn FROM a) WHERE rn > 2 AND rn < 2',
    'Collect(fields=[id])\n+- Values(rows=[0])',
  )
  staysAway('rank', 'SELECT id, v FROM a ORDER BY v LIMIT 3')

  fires(
    'row-number-over',
    'SELECT id, ROW_NUMBER() OVER (PARTITION BY k ORDER BY ts) AS rn FROM e',
    `Collect(fields=[id, rn])
+- Project(id=[id], rn=[w0$o0])
   +- Over(partitionBy=[k], orderBy=[ts ASC], window=[ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW], calls=[ROW_NUMBER()])
      +- Scan(table=[e], fields=[id, k, ts], watermark=[(ts - 1000:INTERVAL SECOND)])`,
  )
  staysAway(
    'row-number-over',
    'SELECT id FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY id ORDER BY ts) AS rn FROM e) WHERE rn = 1',
  )

  fires(
    'share-scans',
    'SELECT x.id, y.v FROM a AS x JOIN a AS y ON x.k = y.k WHERE y.v > 5',
    `Collect(fields=[id, v])
+- Project(id=[id], v=[v])
   +- Join(type=[inner], condition=[(k = k)])
      +- Project(id=[id], k=[k])
         +- Scan(table=[a], fields=[id, k, v])
      +- Project(k=[k], v=[v])
         +- Filter(condition=[(v > 5)])
            +- Scan(table=[a], fields=[id, k, v])`,
  )
  staysAway('share-scans', 'SELECT x.id FROM a AS x JOIN a AS y ON x.id = y.id')

  fires(
    'decode-timestamp',
    'SELECT ts, v FROM j',
    `Collect(fields=[ts, v])
+- Scan(table=[j], fields=[ts, v], watermark=[ts])`,
  )
  staysAway('decode-timestamp', 'SELECT ts, t FROM j')
})

describe('drop-normalize', () => {
  const upsertKafka = `WITH ('connector' = 'upsert-kafka', 'topic' = 't', 'properties.bootstrap.servers' = 'localhost:9092',
    'key.format' = 'json', 'value.format' = 'json')`
  session.run(`CREATE TABLE totals (id INT, v INT, n INT NOT NULL, m INT METADATA FROM 'partition' VIRTUAL,
    PRIMARY KEY (id) NOT ENFORCED) ${upsertKafka}`)
  session.run(`CREATE TABLE by_id (id INT, v INT, PRIMARY KEY (id) NOT ENFORCED) ${upsertKafka}`)
  session.run(`CREATE TABLE whole (id INT, v INT NOT NULL, PRIMARY KEY (id) NOT ENFORCED) ${upsertKafka}`)
  session.run(`CREATE TABLE written (id INT, v INT, ts TIMESTAMP(3) METADATA FROM 'timestamp' VIRTUAL, WATERMARK FOR ts AS ts,
    PRIMARY KEY (id) NOT ENFORCED) ${upsertKafka}`)
  session.run(`CREATE TABLE log (id INT, v INT) WITH ('connector' = 'print')`)
  const scan = (sql: string): readonly string[] => session.plan(sql).plan.nodes.map((node) => node.kind)
  for (const sql of [
    'INSERT INTO by_id SELECT id, v FROM totals',
    'INSERT INTO by_id SELECT id, v + 1 FROM totals WHERE id > 3',
    'INSERT INTO by_id SELECT id, n FROM totals',
    'INSERT INTO by_id SELECT id, v FROM (SELECT id, v, m FROM totals)',
    'INSERT INTO whole SELECT id, n FROM totals',
    'SELECT e.v, r.v FROM e JOIN versions FOR SYSTEM_TIME AS OF e.ts AS r ON e.id = r.id',
  ]) {
    test(`drop-normalize: ${sql}`, () => {
      assert.ok(session.plan(sql).fired.includes('drop-normalize'))
      exercised.add('drop-normalize')
      assert.ok(!scan(sql).includes('changelog-normalize'))
    })
  }
  for (const sql of [
    'SELECT id, v FROM totals',
    'INSERT INTO log SELECT id, v FROM totals',
    'INSERT INTO by_id SELECT id, v FROM totals WHERE v > 3',
    'INSERT INTO by_id SELECT id, m FROM totals',
    'INSERT INTO by_id SELECT id, 10 / n FROM totals',
    'INSERT INTO by_id SELECT id, CAST(COUNT(*) AS INT) FROM totals GROUP BY id',
    'INSERT INTO whole SELECT id, v FROM totals',
    // A deletion has the time of the version that it ends.
    'SELECT e.v, r.v FROM e JOIN written FOR SYSTEM_TIME AS OF e.ts AS r ON e.id = r.id',
  ]) {
    test(`not drop-normalize: ${sql}`, () => {
      assert.ok(!session.plan(sql).fired.includes('drop-normalize'))
      assert.ok(scan(sql).includes('changelog-normalize'))
    })
  }
})

describe('version-key', () => {
  fires(
    'version-key',
    'SELECT e.v, r.v FROM e JOIN versions FOR SYSTEM_TIME AS OF e.ts AS r ON e.id = r.id AND e.k = r.k',
    `Collect(fields=[v, v0])
+- Project(v=[v], v0=[v])
   +- TemporalJoin(type=[inner], version=[ts at ts], key=[id], condition=[((id = id) AND (k = k))])
      +- Scan(table=[e], fields=[id, k, v, ts], watermark=[(ts - 1000:INTERVAL SECOND)])
      +- Scan(table=[versions], fields=[id, k, v, ts], watermark=[ts])`,
  )
  staysAway('version-key', 'SELECT e.v FROM e JOIN e AS r ON e.id = r.id AND e.ts = r.ts')
})

test('every rule has a case', () => {
  assert.deepEqual(
    rules.map((rule) => rule.name).filter((name) => !exercised.has(name)),
    [],
  )
})
