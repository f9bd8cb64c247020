/**
 * The payment job: payments per province in 5-second windows of event time.
 *
 *     rivulet run examples/payment/job.ts -- --kafka-servers 127.0.0.1:9092 --startup earliest
 */
import { defineJob } from 'rivulet'
import { paymentFlags } from './flags.ts'
import { provinceIdToName } from './functions.ts'

export const job = defineJob(async ({ tEnv, args, signal }) => {
  const flags = paymentFlags(args)
  tEnv.createTemporaryFunction('province_id_to_name', provinceIdToName)

  await tEnv.executeSql(`
    CREATE TABLE payment_msg (
      createTime STRING,
      rt AS TO_TIMESTAMP(createTime),
      orderId BIGINT,
      payAmount DOUBLE,
      payPlatform INT,
      provinceId INT,
      WATERMARK FOR rt AS rt - INTERVAL '2' SECOND
    ) WITH (
      'connector' = 'kafka',
      'topic' = '${flags.sourceTopic}',
      'properties.bootstrap.servers' = '${flags.kafkaServers}',
      'properties.group.id' = 'payment_demo',
      'scan.startup.mode' = '${flags.startup}-offset',
      'scan.bounded.mode' = '${flags.bounded ? 'latest-offset' : 'unbounded'}',
      'format' = 'json'
    )`)

  await tEnv.executeSql(`
    CREATE TABLE results (
      province STRING,
      pay_amount DOUBLE,
      rowtime TIMESTAMP(3)
    ) WITH (
      'connector' = 'kafka',
      'topic' = '${flags.sinkTopic}',
      'properties.bootstrap.servers' = '${flags.kafkaServers}',
      'format' = 'json'
    )`)

  return tEnv.executeSql(
    `
    INSERT INTO results
    SELECT province_id_to_name(provinceId) AS province, SUM(payAmount) AS pay_amount, window_start AS rowtime
    FROM TABLE(TUMBLE(TABLE payment_msg, DESCRIPTOR(rt), INTERVAL '5' SECOND))
    GROUP BY window_start, window_end, provinceId`,
    { signal },
  )
})
