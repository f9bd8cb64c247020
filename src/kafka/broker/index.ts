/** The dev broker: an in-process Kafka broker for demos and tests. It keeps everything in memory and is not for production. */
export { Broker, type TopicOptions } from './broker.ts'
export { inProcessNetwork } from './in-process-network.ts'
export type { BrokerHost, BrokerOptions, Fault, FaultRequest } from './options.ts'
export { type RunningBroker, type StartOptions, startBroker } from './start.ts'
