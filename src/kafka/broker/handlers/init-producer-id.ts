/** Ids for idempotent producers. A producer that comes with an id gets it back with the next epoch. */
import { ErrorCodes, type initProducerId, type ReceivedRequestOf, type ResponseOf } from '../../protocol/index.ts'
import type { RequestContext } from '../handler.ts'

const LAST_EPOCH = 32_766

export function handleInitProducerId(
  request: ReceivedRequestOf<typeof initProducerId>,
  { cluster }: RequestContext,
): ResponseOf<typeof initProducerId> {
  const { transactionalId, producerId, producerEpoch } = request
  if (transactionalId !== null) {
    const { transactionTimeoutMs } = request
    return cluster.transactions.init(transactionalId, transactionTimeoutMs, { producerId, epoch: producerEpoch })
  }
  if (producerId >= 0 && producerEpoch >= 0 && producerEpoch < LAST_EPOCH) {
    return { errorCode: ErrorCodes.NONE, producerId, producerEpoch: producerEpoch + 1 }
  }
  return { errorCode: ErrorCodes.NONE, producerId: cluster.newProducerId(), producerEpoch: 0 }
}
