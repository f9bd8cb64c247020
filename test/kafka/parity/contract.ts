/**
 * What a client can observe of a broker, as cases that run against the dev broker and against a real Kafka.
 *
 * Law: a case returns plain data in which only what may differ (ids, addresses, times, words) is left out; both brokers must
 * return the same.
 */
import type { BrokerConnection } from '../../../src/base/host.ts'

export interface ParityCase {
  readonly name: string
  /** @param topic a name that no other case uses  @param group likewise  @param connect opens one more connection */
  run(
    connection: BrokerConnection,
    topic: string,
    group: string,
    connect: () => Promise<BrokerConnection>,
  ): Promise<unknown>
}
