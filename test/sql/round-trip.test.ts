/** Law: parsing what `print` gives yields the same tree, spans aside. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { parseDataType, parseExpression, parseStatement, print } from '../../src/sql/index.ts'
import { expressionTree } from './expression-tree.ts'

function withoutSpans(tree: unknown): string {
  return JSON.stringify(tree, (key, value) => (key === 'span' ? undefined : value))
}

test('generated expressions survive printing and parsing', () => {
  fc.assert(
    fc.property(expressionTree, (tree) => {
      const sql = print(tree)
      assert.equal(withoutSpans(parseExpression(sql)), withoutSpans(tree), sql)
    }),
    { numRuns: 2000, seed: 20240917 },
  )
})

const types = [
  'INT',
  'DECIMAL(10, 2) NOT NULL',
  'TIMESTAMP_LTZ(3)',
  'ARRAY<ROW<a INT NOT NULL, `order` MAP<STRING, ARRAY<BYTES>>>>',
  "ROW<a INT 'the comment', b MULTISET<VARCHAR(10)>>",
  "RAW('java.lang.Object', 'AbC=')",
  "STRUCTURED<'com.example.Point', x DOUBLE, y DOUBLE NOT NULL>",
  'INTERVAL DAY(3) TO SECOND(6)',
  '`my catalog`.db.`Type`',
  'ROW<>',
]
for (const type of types) {
  test(type, () => assert.equal(print(parseDataType(type)), type))
}

test('synonyms of types are folded', () => {
  for (const [written, plain] of [
    ['INTEGER', 'INT'],
    ['REAL', 'FLOAT'],
    ['DOUBLE PRECISION', 'DOUBLE'],
    ['NUMERIC(5)', 'DECIMAL(5)'],
    ['CHARACTER VARYING(3)', 'VARCHAR(3)'],
    ['TIMESTAMP(3) WITH LOCAL TIME ZONE', 'TIMESTAMP_LTZ(3)'],
    ['TIMESTAMP WITHOUT TIME ZONE', 'TIMESTAMP'],
    ['INT ARRAY MULTISET', 'MULTISET<ARRAY<INT>>'],
    ['ROW(a INT, b INT)', 'ROW<a INT, b INT>'],
  ] as const) {
    assert.equal(print(parseDataType(written)), plain)
  }
})

const statements = [
  "SELECT /*+ BROADCAST(t), STATE_TTL('t' = '1d') */ DISTINCT a AS x, t.*, COUNT(*) FILTER (WHERE a > 1) FROM t AS t (a, b)",
  'SELECT a FROM t GROUP BY a, GROUPING SETS ((a, b), ROLLUP (c, (d, e)), ()), CUBE (f)',
  'SELECT a FROM t, u JOIN (v JOIN w ON TRUE) USING (k) NATURAL LEFT JOIN x CROSS JOIN LATERAL TABLE(f(a)) AS l (m)',
  'SELECT * FROM t FOR SYSTEM_TIME AS OF o.ts AS d, UNNEST(d.items) WITH ORDINALITY AS u (i, n), t TABLESAMPLE BERNOULLI(5)',
  'SELECT a FROM t UNION ALL (SELECT b FROM u EXCEPT SELECT c FROM v) INTERSECT SELECT d FROM w ORDER BY a DESC NULLS LAST LIMIT 5',
  '(SELECT a FROM t ORDER BY a LIMIT 1) UNION SELECT 2 OFFSET 3 ROWS FETCH NEXT 4 ROWS ONLY',
  "WITH RECURSIVE a (x) AS (SELECT 1), b AS (VALUES (1, 'a'), ROW(2, 'b')) SELECT * FROM a, b",
  'SELECT SUM(a) OVER (PARTITION BY b ORDER BY c ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW), LAG(a) IGNORE NULLS OVER w FROM t WINDOW w AS (ORDER BY c)',
  "SELECT * FROM TUMBLE(DATA => TABLE t PARTITION BY (k) ORDER BY (ts), TIMECOL => DESCRIPTOR(ts), SIZE => INTERVAL '5' SECOND)",
  "SELECT * FROM t MATCH_RECOGNIZE (PARTITION BY a ORDER BY ts MEASURES FIRST(A.x) AS f ONE ROW PER MATCH AFTER MATCH SKIP TO LAST B PATTERN (^ A+? (B | C{2,3})* {- D -} PERMUTE(E, F) $) WITHIN INTERVAL '1' HOUR SUBSET S = (A, B) DEFINE A AS A.x > 1) AS m",
  "SELECT JSON_VALUE(a, '$.b' RETURNING INT NULL ON EMPTY DEFAULT 1 ON ERROR), JSON_QUERY(a, '$' WITH CONDITIONAL WRAPPER EMPTY ARRAY ON ERROR) FROM t",
  "SELECT * FROM ML_PREDICT(TABLE t, MODEL m, DESCRIPTOR(a, b), MAP['async', 'true'])",
  "CREATE TEMPORARY FUNCTION f AS './udfs.ts#f' LANGUAGE TYPESCRIPT",
  "CREATE TABLE t (a INT NOT NULL PRIMARY KEY NOT ENFORCED COMMENT 'x', b AS a + 1, c STRING METADATA FROM 'k' VIRTUAL, WATERMARK FOR ts AS ts - INTERVAL '5' SECOND) COMMENT 'y' DISTRIBUTED BY HASH(a) INTO 4 BUCKETS PARTITIONED BY (a) WITH ('connector' = 'print') LIKE u (EXCLUDING ALL INCLUDING OPTIONS)",
  'EXPLAIN ESTIMATED_COST, PLAN_ADVICE STATEMENT SET BEGIN INSERT INTO a SELECT 1; INSERT INTO b SELECT 2; END',
  'MERGE INTO t AS x USING u ON x.a = u.a WHEN MATCHED THEN UPDATE SET b = 1 WHEN NOT MATCHED THEN INSERT (a) VALUES (1)',
]
for (const sql of statements) {
  test(sql.length > 70 ? `${sql.slice(0, 70)}…` : sql, () => {
    const tree = parseStatement(sql)
    const printed = print(tree)
    assert.equal(withoutSpans(parseStatement(printed)), withoutSpans(tree), printed)
  })
}
