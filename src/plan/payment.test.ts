/** The payment query in its forms becomes source → window → calc → sink, and the source reads three columns. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { SourceScanNode } from '../operators/source-scan/node.ts'
import { PlanSession } from './session.case.ts'

const COLUMNS = `createTime VARCHAR, rt as TO_TIMESTAMP(createTime), orderId BIGINT, payAmount DOUBLE, payPlatform INT,
  provinceId INT, WATERMARK FOR rt as rt - INTERVAL '2' SECOND`

const LEGACY = `CREATE TABLE payment_msg(${COLUMNS}) with (
  'connector.type' = 'kafka', 'connector.version' = 'universal', 'connector.topic' = 'payment_msg',
  'connector.properties.bootstrap.servers' = 'localhost:9092', 'connector.properties.zookeeper.connect' = 'localhost:2181',
  'connector.properties.group.id' = 'payments', 'connector.startup-mode' = 'latest-offset', 'format.type' = 'json')`

const TODAY = `CREATE TABLE payment_msg(${COLUMNS}) WITH ('connector' = 'kafka', 'topic' = 'payment_msg',
  'properties.bootstrap.servers' = 'localhost:9092', 'scan.startup.mode' = 'latest-offset', 'format' = 'json')`

const SINK =
  "CREATE TABLE es_sink (province VARCHAR, pay_amount DOUBLE, rowtime TIMESTAMP(3)) WITH ('connector' = 'print')"

const GROUP_WINDOW = `INSERT INTO es_sink select upper(cast(provinceId as varchar)) as province, sum(payAmount) as pay_amount,
  tumble_start(rt, interval '5' second) as rowtime from payment_msg group by tumble(rt, interval '5' second), provinceId`

const TABLE_FUNCTION = `INSERT INTO es_sink SELECT UPPER(CAST(provinceId AS STRING)), SUM(payAmount), window_start
  FROM TABLE(TUMBLE(TABLE payment_msg, DESCRIPTOR(rt), INTERVAL '5' SECOND)) GROUP BY window_start, window_end, provinceId`

for (const [form, ddl] of [
  ['options of Flink 1.10', LEGACY],
  ['options of today', TODAY],
]) {
  for (const [shape, sql, aggregate] of [
    ['group window', GROUP_WINDOW, 'group-window-aggregate'],
    ['window table function', TABLE_FUNCTION, 'window-aggregate'],
  ]) {
    test(`${form}, ${shape}`, () => {
      const session = new PlanSession()
      session.run(ddl)
      session.run(SINK)
      const { plan } = session.plan(sql)
      assert.deepEqual(
        plan.nodes.map((node) => node.kind),
        ['source-scan', aggregate, 'calc', 'sink'],
      )
      const scan = plan.nodes[0] as SourceScanNode
      // The time is decoded by the format: no string is made of it.
      assert.deepEqual(
        scan.produced.map(({ name, type, parse }) => [name, type.kind, parse]),
        [
          ['createTime', 'TIMESTAMP', 'sql-timestamp'],
          ['payAmount', 'DOUBLE', undefined],
          ['provinceId', 'INTEGER', undefined],
        ],
      )
      assert.deepEqual(
        scan.schema.map((field) => field.name),
        ['rt', 'payAmount', 'provinceId'],
      )
      assert.equal(scan.watermark?.rowtime, 0)
      assert.deepEqual(plan.nodes[1].inputs, [{ node: 1, distribution: { kind: 'hash', keys: [2] } }])
      assert.ok(plan.nodes.every((node) => !node.changelog.updateAfter && !node.changelog.delete))
      assert.ok(Object.keys(plan.nodes[1].state).length > 0)
    })
  }
}
