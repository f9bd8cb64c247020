/** Who a producer is to the brokers: they number its batches by it, and so know what they have already. */
import { failure } from '../../base/errors.ts'
import { errorCodeInfo, initProducerId } from '../protocol/index.ts'
import type { KafkaClient } from './client.ts'
import { Again, isRetriableCode, retry } from './retry.ts'

export interface ProducerIdentity {
  readonly producerId: number
  readonly epoch: number
}

/** Of a producer without idempotence. */
export const NO_IDENTITY: ProducerIdentity = { producerId: -1, epoch: -1 }

/** Ask the cluster for an id that nobody had before. */
export function askIdentity(client: KafkaClient): Promise<ProducerIdentity> {
  return retry(client.host, client.config, async () => {
    const { errorCode, producerId, producerEpoch } = await client.callAny(initProducerId, () => ({
      transactionalId: null,
      transactionTimeoutMs: 2147483647,
    }))
    if (errorCode === 0) return { producerId, epoch: producerEpoch }
    const error = failure('KAFKA_BROKER_ERROR', {
      action: 'give out a producer id',
      error: errorCodeInfo(errorCode).name,
    })
    if (isRetriableCode(errorCode)) return new Again(error)
    throw error
  })
}
