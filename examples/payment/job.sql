-- The payment job as pure SQL; variables are flags behind --:
--
--     rivulet run examples/payment/job.sql -- --kafka-servers 127.0.0.1:9092 --startup earliest --bounded

CREATE TEMPORARY FUNCTION province_id_to_name AS './functions.ts#provinceIdToName' LANGUAGE TYPESCRIPT;

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
  'topic' = '${source-topic:-payment_msg}',
  'properties.bootstrap.servers' = '${kafka-servers:-127.0.0.1:9092}',
  'properties.group.id' = 'payment_demo',
  'scan.startup.mode' = '${startup:-latest}-offset',
  'scan.bounded.mode' = '${bounded?latest-offset:unbounded}',
  'format' = 'json'
);

CREATE TABLE results (
  province STRING,
  pay_amount DOUBLE,
  rowtime TIMESTAMP(3)
) WITH (
  'connector' = 'kafka',
  'topic' = '${sink-topic:-results}',
  'properties.bootstrap.servers' = '${kafka-servers:-127.0.0.1:9092}',
  'format' = 'json'
);

INSERT INTO results
SELECT province_id_to_name(provinceId) AS province, SUM(payAmount) AS pay_amount, window_start AS rowtime
FROM TABLE(TUMBLE(TABLE payment_msg, DESCRIPTOR(rt), INTERVAL '5' SECOND))
GROUP BY window_start, window_end, provinceId;
