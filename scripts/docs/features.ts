/**
 * What Flink SQL can do, one probe per feature, and what is to be said where this engine does the same in another way.
 *
 * The tables are those of `probe.ts`.
 */
import type { StatementKind } from '../../src/sql/ast.ts'

export interface Feature {
  readonly name: string
  readonly sql: string
  /** Why and how it differs. */
  readonly differs?: string
}

export interface FeatureGroup {
  readonly title: string
  readonly features: readonly Feature[]
}

const feature = (name: string, sql: string, differs?: string): Feature => ({ name, sql, ...(differs && { differs }) })

const WINDOWED = "TABLE(TUMBLE(TABLE orders, DESCRIPTOR(ts), INTERVAL '1' MINUTE))"
const rowNumber = (from: string, partition: string, order: string, where: string) =>
  `SELECT * FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY ${partition} ORDER BY ${order}) AS n FROM ${from}) WHERE ${where}`

export const QUERY_FEATURES: readonly FeatureGroup[] = [
  {
    title: 'Selecting',
    features: [
      feature('SELECT, WHERE, expressions, aliases', 'SELECT id + 1 AS n, UPPER(usr) FROM orders WHERE price > 1'),
      feature('SELECT DISTINCT', 'SELECT DISTINCT usr FROM orders'),
      feature('WITH (common table expressions)', 'WITH o AS (SELECT * FROM orders) SELECT id FROM o'),
      feature('VALUES', "SELECT * FROM (VALUES (1, 'a'), (2, 'b')) AS t (id, usr)"),
      feature('Views', 'SELECT id FROM names'),
      feature('User functions', 'SELECT twice(id) FROM orders', 'Written in TypeScript.'),
      feature('User aggregates', 'SELECT usr, total(price) FROM orders GROUP BY usr', 'Written in TypeScript.'),
      feature('LATERAL TABLE(f(x))', 'SELECT id, w FROM orders, LATERAL TABLE(pieces(usr)) AS t (w)'),
      feature(
        'LEFT JOIN LATERAL TABLE(f(x))',
        'SELECT id, w FROM orders LEFT JOIN LATERAL TABLE(pieces(usr)) AS t (w) ON TRUE',
      ),
      feature('Table hints /*+ OPTIONS(…) */', "SELECT id FROM orders /*+ OPTIONS('rows-per-second' = '1') */"),
      feature('UNNEST of arrays', 'SELECT id, t.tag FROM orders CROSS JOIN UNNEST(tags) AS t (tag)'),
      feature(
        'UNNEST … WITH ORDINALITY',
        'SELECT id, t.tag, t.n FROM orders CROSS JOIN UNNEST(tags) WITH ORDINALITY AS t (tag, n)',
      ),
      feature(
        'QUALIFY',
        'SELECT id, usr FROM orders QUALIFY ROW_NUMBER() OVER (PARTITION BY usr ORDER BY ts DESC) = 1',
      ),
    ],
  },
  {
    title: 'Aggregation',
    features: [
      feature('GROUP BY, HAVING', 'SELECT usr, COUNT(*) FROM orders GROUP BY usr HAVING COUNT(*) > 1'),
      feature('Global aggregates', 'SELECT COUNT(*), SUM(price) FROM orders'),
      feature(
        'DISTINCT and FILTER in aggregates',
        'SELECT COUNT(DISTINCT usr), SUM(price) FILTER (WHERE id > 1) FROM orders',
      ),
      feature('Aggregates of a changelog (retraction)', 'SELECT usr, MAX(rate) FROM changes GROUP BY usr'),
      feature('GROUPING SETS', 'SELECT usr, id, COUNT(*) FROM orders GROUP BY GROUPING SETS ((usr), (id))'),
      feature('ROLLUP', 'SELECT usr, id, COUNT(*) FROM orders GROUP BY ROLLUP (usr, id)'),
      feature('CUBE', 'SELECT usr, id, COUNT(*) FROM orders GROUP BY CUBE (usr, id)'),
      feature(
        'GROUPING, GROUPING_ID',
        'SELECT usr, GROUPING(usr), COUNT(*) FROM orders GROUP BY GROUPING SETS ((usr), ())',
      ),
      feature(
        'OVER with RANGE',
        "SELECT id, SUM(price) OVER (PARTITION BY usr ORDER BY ts RANGE BETWEEN INTERVAL '1' HOUR PRECEDING AND CURRENT ROW) FROM orders",
      ),
      feature(
        'OVER with ROWS',
        'SELECT id, SUM(price) OVER (PARTITION BY usr ORDER BY ts ROWS BETWEEN 2 PRECEDING AND CURRENT ROW) FROM orders',
      ),
      feature('LAG, LEAD', 'SELECT id, LAG(price) OVER (PARTITION BY usr ORDER BY ts) FROM orders'),
      feature('RANK, DENSE_RANK, NTILE …', 'SELECT id, RANK() OVER (PARTITION BY usr ORDER BY ts) FROM orders'),
    ],
  },
  {
    title: 'Windows',
    features: [
      feature('TUMBLE', `SELECT window_start, COUNT(*) FROM ${WINDOWED} GROUP BY window_start, window_end`),
      feature(
        'HOP',
        "SELECT window_start, COUNT(*) FROM TABLE(HOP(TABLE orders, DESCRIPTOR(ts), INTERVAL '1' MINUTE, INTERVAL '5' MINUTE)) GROUP BY window_start, window_end",
      ),
      feature(
        'CUMULATE',
        "SELECT window_start, COUNT(*) FROM TABLE(CUMULATE(TABLE orders, DESCRIPTOR(ts), INTERVAL '1' MINUTE, INTERVAL '1' HOUR)) GROUP BY window_start, window_end",
      ),
      feature(
        'SESSION',
        "SELECT window_start, usr, COUNT(*) FROM TABLE(SESSION(TABLE orders PARTITION BY usr, DESCRIPTOR(ts), INTERVAL '1' MINUTE)) GROUP BY window_start, window_end, usr",
      ),
      feature(
        'Named arguments of window functions',
        "SELECT window_start, COUNT(*) FROM TABLE(TUMBLE(DATA => TABLE orders, TIMECOL => DESCRIPTOR(ts), SIZE => INTERVAL '1' MINUTE)) GROUP BY window_start, window_end",
      ),
      feature(
        'Windows of processing time',
        "SELECT window_start, COUNT(*) FROM TABLE(TUMBLE(TABLE orders, DESCRIPTOR(pt), INTERVAL '1' MINUTE)) GROUP BY window_start, window_end",
      ),
      feature('Window functions without aggregation', `SELECT id, window_start, window_end FROM ${WINDOWED}`),
      feature(
        'Group windows (TUMBLE in GROUP BY)',
        "SELECT TUMBLE_START(ts, INTERVAL '1' MINUTE), COUNT(*) FROM orders GROUP BY TUMBLE(ts, INTERVAL '1' MINUTE)",
      ),
      feature(
        'Window join',
        `SELECT a.id FROM (SELECT * FROM ${WINDOWED}) a JOIN (SELECT * FROM TABLE(TUMBLE(TABLE pays, DESCRIPTOR(ts), INTERVAL '1' MINUTE))) b ON a.id = b.id AND a.window_start = b.window_start AND a.window_end = b.window_end`,
      ),
      feature('Window top-n', rowNumber(WINDOWED, 'window_start, window_end', 'price DESC', 'n <= 3')),
      feature('Window deduplication', rowNumber(WINDOWED, 'window_start, window_end, usr', 'ts DESC', 'n = 1')),
    ],
  },
  {
    title: 'Joins',
    features: [
      feature('Inner join', 'SELECT o.id, p.amount FROM orders o JOIN pays p ON o.id = p.id'),
      feature('LEFT, RIGHT, FULL join', 'SELECT o.id, p.amount FROM orders o FULL JOIN pays p ON o.id = p.id'),
      feature(
        'Conditions besides equality',
        'SELECT o.id FROM orders o LEFT JOIN pays p ON o.id = p.id AND o.price > p.amount',
      ),
      feature('CROSS JOIN', 'SELECT o.id, p.amount FROM orders o CROSS JOIN pays p'),
      feature(
        'IN, EXISTS (semi join)',
        'SELECT id FROM orders o WHERE EXISTS (SELECT 1 FROM pays p WHERE p.id = o.id)',
      ),
      feature(
        'NOT EXISTS (anti join)',
        'SELECT id FROM orders o WHERE NOT EXISTS (SELECT 1 FROM pays p WHERE p.id = o.id)',
      ),
      feature('Scalar subqueries', 'SELECT id, (SELECT MAX(amount) FROM pays) FROM orders'),
      feature(
        'correlated scalar subqueries',
        'SELECT id, (SELECT COUNT(*) FROM pays p WHERE p.amount > o.price) FROM orders o',
      ),
      feature(
        'scalar subqueries above aggregates',
        'SELECT usr, SUM(price) / (SELECT SUM(price) FROM orders) FROM orders GROUP BY usr',
      ),
      feature(
        'EXISTS, IN, ANY and ALL as values',
        'SELECT id, price > ALL (SELECT amount FROM pays) OR id IN (SELECT id FROM pays) FROM orders',
      ),
      feature(
        'LATERAL subqueries',
        'SELECT o.id, l.m FROM orders o, LATERAL (SELECT MAX(amount) AS m FROM pays p WHERE p.usr = o.usr) l',
      ),
      feature(
        'Interval join',
        "SELECT o.id FROM orders o JOIN pays p ON o.id = p.id AND p.ts BETWEEN o.ts - INTERVAL '1' HOUR AND o.ts",
      ),
      feature(
        'Temporal join (FOR SYSTEM_TIME AS OF event time)',
        'SELECT o.id, c.rate FROM orders o JOIN changes FOR SYSTEM_TIME AS OF o.ts AS c ON o.id = c.id',
      ),
      feature(
        'Lookup join (FOR SYSTEM_TIME AS OF processing time)',
        'SELECT o.id, d.name FROM orders o JOIN dim FOR SYSTEM_TIME AS OF o.pt AS d ON o.id = d.id',
      ),
    ],
  },
  {
    title: 'Order, top-n, deduplication, patterns',
    features: [
      feature('ORDER BY a time attribute', 'SELECT id FROM orders ORDER BY ts'),
      feature('ORDER BY … LIMIT', 'SELECT id FROM orders ORDER BY price LIMIT 3'),
      feature('LIMIT', 'SELECT id FROM orders LIMIT 3'),
      feature('Top-n per group', rowNumber('orders', 'usr', 'price DESC', 'n <= 3')),
      feature('Deduplication', rowNumber('orders', 'usr', 'ts', 'n = 1')),
      feature(
        'MATCH_RECOGNIZE',
        'SELECT * FROM orders MATCH_RECOGNIZE (PARTITION BY usr ORDER BY ts MEASURES A.id AS a PATTERN (A B) DEFINE B AS B.price > A.price)',
      ),
    ],
  },
  {
    title: 'Set operations',
    features: [
      feature('UNION ALL', 'SELECT id FROM orders UNION ALL SELECT id FROM pays'),
      feature('UNION', 'SELECT id FROM orders UNION SELECT id FROM pays'),
      feature('INTERSECT, EXCEPT', 'SELECT id FROM orders INTERSECT SELECT id FROM pays'),
      feature('INTERSECT ALL', 'SELECT id FROM orders INTERSECT ALL SELECT id FROM pays'),
      feature('EXCEPT ALL', 'SELECT id FROM orders EXCEPT ALL SELECT id FROM pays'),
      feature('IN (SELECT …)', 'SELECT id FROM orders WHERE id IN (SELECT id FROM pays)'),
    ],
  },
  {
    title: 'Writing',
    features: [
      feature('INSERT INTO … SELECT', 'INSERT INTO sink SELECT id, usr FROM orders'),
      feature('INSERT INTO t (columns)', 'INSERT INTO sink (usr) SELECT usr FROM orders'),
      feature('INSERT INTO … VALUES', "INSERT INTO sink VALUES (1, 'a')"),
      feature('Upsert input (changelog normalization)', 'INSERT INTO sink SELECT id, usr FROM upserts'),
      feature('Upsert output (newest row per key)', 'INSERT INTO kept SELECT id, MAX(usr) FROM orders GROUP BY id'),
      feature('ON CONFLICT DO DEDUPLICATE', 'INSERT INTO kept SELECT id, usr FROM orders ON CONFLICT DO DEDUPLICATE'),
      feature('ON CONFLICT DO NOTHING', 'INSERT INTO kept SELECT id, usr FROM orders ON CONFLICT DO NOTHING'),
      feature('ON CONFLICT DO ERROR', 'INSERT INTO kept SELECT id, usr FROM orders ON CONFLICT DO ERROR'),
      feature(
        'Updates whose key is not the primary key of the sink',
        'INSERT INTO kept SELECT MIN(id), usr FROM orders GROUP BY usr ON CONFLICT DO DEDUPLICATE',
      ),
      feature(
        'Table hints of a sink: INSERT INTO t /*+ OPTIONS(…) */',
        "INSERT INTO kept /*+ OPTIONS('sink.parallelism' = '1') */ SELECT id, MAX(usr) FROM orders GROUP BY id",
      ),
      feature('INSERT OVERWRITE', 'INSERT OVERWRITE sink SELECT id, usr FROM orders'),
      feature('INSERT INTO … PARTITION', "INSERT INTO sink PARTITION (usr = 'a') SELECT id FROM orders"),
    ],
  },
]

/** Sample statements of every kind; several where the kind has variants that behave differently. */
export const STATEMENTS: Readonly<Record<StatementKind, readonly Feature[]>> = {
  query: [feature('SELECT', 'SELECT 1')],
  insert: [feature('INSERT', "INSERT INTO sink VALUES (1, 'a')")],
  update: [feature('UPDATE', "UPDATE sink SET usr = 'b' WHERE id = 1")],
  delete: [feature('DELETE', 'DELETE FROM sink WHERE id = 1')],
  merge: [
    feature('MERGE', "MERGE INTO sink AS s USING names AS n ON s.id = n.id WHEN MATCHED THEN UPDATE SET usr = 'b'"),
  ],
  truncate: [feature('TRUNCATE TABLE', 'TRUNCATE TABLE sink')],
  'statement-set': [
    feature('EXECUTE STATEMENT SET', "EXECUTE STATEMENT SET BEGIN INSERT INTO sink VALUES (1, 'a'); END"),
  ],
  'begin-statement-set': [
    feature(
      'BEGIN STATEMENT SET … END',
      "EXECUTE STATEMENT SET BEGIN INSERT INTO sink VALUES (1, 'a'); END",
      'In scripts; one statement at a time it is EXECUTE STATEMENT SET.',
    ),
  ],
  'end-statement-set': [],
  execute: [feature('EXECUTE', "EXECUTE INSERT INTO sink VALUES (1, 'a')")],
  'execute-plan': [
    feature(
      'EXECUTE PLAN',
      "COMPILE AND EXECUTE PLAN 'plan.json' FOR INSERT INTO sink VALUES (1, 'a')",
      'Plans are of this engine: neither reads the plans of the other.',
    ),
  ],
  'compile-plan': [
    feature(
      'COMPILE PLAN',
      "COMPILE PLAN 'plan.json' FOR INSERT INTO sink VALUES (1, 'a')",
      'Secret options are left out of the file; EXECUTE PLAN takes them from the table of that name.',
    ),
  ],
  explain: [
    feature(
      'EXPLAIN',
      'EXPLAIN CHANGELOG_MODE, PLAN_ADVICE SELECT * FROM orders',
      'The stages and the node names are this engine’s.',
    ),
  ],
  'create-table': [
    feature(
      'CREATE TABLE',
      "CREATE TABLE t (a INT) WITH ('connector' = 'blackhole')",
      'All tables live in memory, as in Flink’s generic in-memory catalog.',
    ),
    feature('CREATE TABLE … LIKE', 'CREATE TABLE t LIKE sink'),
    feature('CREATE TABLE … AS', "CREATE TABLE t WITH ('connector' = 'blackhole') AS SELECT id FROM orders"),
    feature(
      'CREATE OR REPLACE TABLE … AS',
      "CREATE OR REPLACE TABLE t WITH ('connector' = 'blackhole') AS SELECT id FROM orders",
    ),
  ],
  'create-view': [feature('CREATE VIEW', 'CREATE VIEW v AS SELECT id FROM orders')],
  'create-function': [
    feature(
      'CREATE FUNCTION … LANGUAGE TYPESCRIPT',
      "CREATE TEMPORARY FUNCTION f AS './udfs.ts#f' LANGUAGE TYPESCRIPT",
      'An addition of this engine.',
    ),
    feature(
      'CREATE FUNCTION … LANGUAGE JAVA, SCALA, PYTHON',
      "CREATE TEMPORARY FUNCTION f AS 'com.example.F' LANGUAGE JAVA",
    ),
  ],
  'create-catalog': [
    feature(
      'CREATE CATALOG',
      "CREATE CATALOG c WITH ('type' = 'generic_in_memory')",
      'Every catalog is kept in memory.',
    ),
  ],
  'create-database': [feature('CREATE DATABASE', 'CREATE DATABASE d')],
  'create-model': [feature('CREATE MODEL', "CREATE MODEL m INPUT (a INT) OUTPUT (b INT) WITH ('provider' = 'x')")],
  'create-connection': [feature('CREATE CONNECTION', "CREATE CONNECTION c WITH ('type' = 'basic')")],
  'create-materialized-table': [
    feature(
      'CREATE MATERIALIZED TABLE',
      "CREATE MATERIALIZED TABLE m FRESHNESS = INTERVAL '1' MINUTE AS SELECT id FROM orders",
    ),
  ],
  'alter-table': [feature('ALTER TABLE', 'ALTER TABLE sink RENAME TO sink2')],
  'alter-materialized-table': [feature('ALTER MATERIALIZED TABLE', 'ALTER MATERIALIZED TABLE m SUSPEND')],
  'alter-view': [feature('ALTER VIEW', 'ALTER VIEW names RENAME TO names2')],
  'alter-function': [
    feature(
      'ALTER FUNCTION',
      "ALTER TEMPORARY FUNCTION twice AS './udfs.ts#f' LANGUAGE TYPESCRIPT",
      'TypeScript alone.',
    ),
  ],
  'alter-catalog': [feature('ALTER CATALOG', "ALTER CATALOG default_catalog SET ('a' = 'b')")],
  'alter-database': [feature('ALTER DATABASE', "ALTER DATABASE default_database SET ('a' = 'b')")],
  'alter-model': [feature('ALTER MODEL', "ALTER MODEL m SET ('a' = 'b')")],
  'alter-connection': [feature('ALTER CONNECTION', "ALTER CONNECTION c SET ('a' = 'b')")],
  drop: [
    feature('DROP TABLE, VIEW, FUNCTION, DATABASE, CATALOG', 'DROP TABLE sink'),
    feature('DROP MODEL', 'DROP MODEL m'),
    feature('DROP CONNECTION', 'DROP CONNECTION c'),
    feature('DROP MATERIALIZED TABLE', 'DROP MATERIALIZED TABLE m'),
  ],
  show: [
    feature('SHOW CATALOGS, DATABASES, TABLES, VIEWS', 'SHOW TABLES'),
    feature('SHOW COLUMNS', 'SHOW COLUMNS FROM orders'),
    feature('SHOW FUNCTIONS, USER FUNCTIONS', 'SHOW FUNCTIONS'),
    feature('SHOW CURRENT CATALOG, DATABASE', 'SHOW CURRENT DATABASE'),
    feature('SHOW JOBS, DESCRIBE JOB', 'SHOW JOBS', 'The jobs of this session.'),
    feature('SHOW JARS', 'SHOW JARS'),
    feature('SHOW MODULES', 'SHOW MODULES'),
    feature('SHOW PARTITIONS', 'SHOW PARTITIONS sink'),
    feature('SHOW PROCEDURES', 'SHOW PROCEDURES'),
    feature('SHOW MODELS', 'SHOW MODELS'),
    feature('SHOW CONNECTIONS', 'SHOW CONNECTIONS'),
    feature('SHOW MATERIALIZED TABLES', 'SHOW MATERIALIZED TABLES'),
  ],
  'show-create': [
    feature('SHOW CREATE TABLE, VIEW', 'SHOW CREATE TABLE sink'),
    feature('SHOW CREATE CATALOG', 'SHOW CREATE CATALOG default_catalog'),
    feature('SHOW CREATE MODEL', 'SHOW CREATE MODEL m'),
  ],
  describe: [
    feature('DESCRIBE a table or view', 'DESCRIBE orders'),
    feature('DESCRIBE CATALOG', 'DESCRIBE CATALOG default_catalog'),
    feature('DESCRIBE DATABASE', 'DESCRIBE DATABASE default_database'),
    feature('DESCRIBE FUNCTION', 'DESCRIBE FUNCTION twice'),
  ],
  use: [feature('USE, USE CATALOG', 'USE default_database')],
  'use-modules': [feature('USE MODULES', 'USE MODULES core')],
  'load-module': [feature('LOAD MODULE', 'LOAD MODULE hive')],
  'unload-module': [feature('UNLOAD MODULE', 'UNLOAD MODULE core')],
  'add-jar': [feature('ADD JAR', "ADD JAR '/lib/f.jar'")],
  'remove-jar': [feature('REMOVE JAR', "REMOVE JAR '/lib/f.jar'")],
  set: [feature('SET', "SET 'parallelism.default' = '2'")],
  reset: [feature('RESET', "RESET 'parallelism.default'")],
  'stop-job': [feature('STOP JOB', "STOP JOB '0123' WITH SAVEPOINT")],
  analyze: [feature('ANALYZE TABLE', 'ANALYZE TABLE sink COMPUTE STATISTICS')],
  'call-procedure': [feature('CALL', 'CALL sys.compact()')],
  'client-command': [feature('HELP, QUIT, CLEAR', 'HELP')],
}
