-- The payment job, exactly once, and beside its sums a second sink that writes which orders each sum is made of.

SET 'pipeline.name' = 'chaos';
SET 'execution.checkpointing.interval' = '150 ms';
SET 'execution.checkpointing.dir' = '${checkpoints}';
SET 'restart-strategy.exponential-delay.initial-backoff' = '100 ms';

CREATE TEMPORARY FUNCTION province_id_to_name AS '../../examples/payment/functions.ts#provinceIdToName' LANGUAGE TYPESCRIPT;

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
  'topic' = 'payment_msg',
  'properties.bootstrap.servers' = '${kafka-servers}',
  'scan.startup.mode' = 'earliest-offset',
  'format' = 'json'
);

CREATE TABLE results (province STRING, pay_amount DOUBLE, rowtime TIMESTAMP(3)) WITH (
  'connector' = 'kafka',
  'topic' = 'results',
  'properties.bootstrap.servers' = '${kafka-servers}',
  'sink.delivery-guarantee' = 'exactly-once',
  'sink.transactional-id-prefix' = 'chaos-results',
  'format' = 'json'
);

CREATE TABLE orders (province STRING, orders BIGINT, ids STRING, rowtime TIMESTAMP(3)) WITH (
  'connector' = 'kafka',
  'topic' = 'orders',
  'properties.bootstrap.servers' = '${kafka-servers}',
  'sink.delivery-guarantee' = 'exactly-once',
  'sink.transactional-id-prefix' = 'chaos-orders',
  'format' = 'json'
);

CREATE VIEW windowed AS
SELECT * FROM TABLE(TUMBLE(TABLE payment_msg, DESCRIPTOR(rt), INTERVAL '5' SECOND));

EXECUTE STATEMENT SET BEGIN
INSERT INTO results
SELECT province_id_to_name(provinceId), SUM(payAmount), window_start
FROM windowed GROUP BY window_start, window_end, provinceId;
INSERT INTO orders
SELECT province_id_to_name(provinceId), COUNT(*), LISTAGG(CAST(orderId AS STRING)), window_start
FROM windowed GROUP BY window_start, window_end, provinceId;
END;
