/** The flags that all forms of the payment job take, with the tutorial's values as defaults. */
import { parseArgs } from 'node:util'

export interface PaymentFlags {
  readonly kafkaServers: string
  /** Accepted because existing scripts pass it; Kafka's clients have not needed ZooKeeper for years. */
  readonly kafkaZookeeperServers: string
  readonly sourceTopic: string
  readonly sinkTopic: string
  readonly startup: 'latest' | 'earliest'
  /** Read up to the present end of the topic, fire the last windows, finish. */
  readonly bounded: boolean
}

export function paymentFlags(args: readonly string[]): PaymentFlags {
  const { values } = parseArgs({
    args: [...args],
    options: {
      'kafka-servers': { type: 'string' },
      'bootstrap-server': { type: 'string', short: 'b', default: '127.0.0.1:9092' },
      'kafka-zookeeper-servers': { type: 'string', default: '127.0.0.1:2181' },
      'source-topic': { type: 'string', default: 'payment_msg' },
      'sink-topic': { type: 'string', default: 'results' },
      startup: { type: 'string', default: 'latest' },
      bounded: { type: 'boolean', default: false },
    },
  })
  if (values.startup !== 'latest' && values.startup !== 'earliest') {
    throw new Error(`--startup takes 'latest' or 'earliest', found '${values.startup}'`)
  }
  return {
    kafkaServers: values['kafka-servers'] ?? values['bootstrap-server'],
    kafkaZookeeperServers: values['kafka-zookeeper-servers'],
    sourceTopic: values['source-topic'],
    sinkTopic: values['sink-topic'],
    startup: values.startup,
    bounded: values.bounded,
  }
}
