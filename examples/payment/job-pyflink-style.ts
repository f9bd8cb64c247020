/**
 * The payment job as the PyFlink tutorial writes it, line by line, in the API and with the options of Flink 1.10.
 *
 *     rivulet run examples/payment/job-pyflink-style.ts -- --startup earliest
 */
import {
  DataTypes,
  EnvironmentSettings,
  StreamExecutionEnvironment,
  StreamTableEnvironment,
  TimeCharacteristic,
  udf,
} from 'rivulet'
import { paymentFlags } from './flags.ts'

const { kafkaServers, kafkaZookeeperServers, sourceTopic, sinkTopic, startup, bounded } = paymentFlags(
  process.argv.slice(2),
)

const provinces = ['beijing', 'shanghai', 'hangzhou', 'shenzhen', 'jiangxi', 'chongqing', 'xizang']
const provinceIdToName = udf((id: number | null) => (id === null ? null : provinces[id]), {
  inputTypes: [DataTypes.INT()],
  resultType: DataTypes.STRING(),
})

const env = StreamExecutionEnvironment.getExecutionEnvironment()
env.setStreamTimeCharacteristic(TimeCharacteristic.EventTime)
const tEnv = StreamTableEnvironment.create(env, EnvironmentSettings.newInstance().useBlinkPlanner().build())

tEnv.sqlUpdate(`CREATE TABLE payment_msg(
    createTime VARCHAR,
    rt as TO_TIMESTAMP(createTime),
    orderId BIGINT,
    payAmount DOUBLE,
    payPlatform INT,
    provinceId INT,
    WATERMARK FOR rt as rt - INTERVAL '2' SECOND
  ) with (
    'connector.type' = 'kafka',
    'connector.version' = 'universal',
    'connector.topic' = '${sourceTopic}',
    'connector.properties.bootstrap.servers' = '${kafkaServers}',
    'connector.properties.zookeeper.connect' = '${kafkaZookeeperServers}',
    'connector.properties.group.id' = 'test_3',
    'connector.startup-mode' = '${startup}-offset',
    ${bounded ? "'connector.bounded-mode' = 'latest-offset'," : ''}
    'format.type' = 'json'
  )`)

tEnv.sqlUpdate(`CREATE TABLE es_sink (
    province VARCHAR,
    pay_amount DOUBLE,
    rowtime TIMESTAMP(3)
  ) with (
    'connector.type' = 'kafka',
    'connector.version' = 'universal',
    'connector.topic' = '${sinkTopic}',
    'connector.properties.bootstrap.servers' = '${kafkaServers}',
    'connector.properties.zookeeper.connect' = '${kafkaZookeeperServers}',
    'format.type' = 'json'
  )`)

tEnv.registerFunction('province_id_to_name', provinceIdToName)

tEnv
  .sqlQuery(
    `select province_id_to_name(provinceId) as province, sum(payAmount) as pay_amount,
       tumble_start(rt, interval '5' second) as rowtime
     from payment_msg
     group by tumble(rt, interval '5' second), provinceId`,
  )
  .insertInto('es_sink')

await tEnv.execute('payment_demo')
