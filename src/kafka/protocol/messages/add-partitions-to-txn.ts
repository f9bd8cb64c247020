import { api } from '../api.ts'
import { array, int16, int32, int64, string } from '../schema.ts'

/** Partitions that a transaction is going to write. v4 and later are spoken between brokers only. */
export const addPartitionsToTxn = api({
  key: 24,
  name: 'AddPartitionsToTxn',
  versions: [0, 3],
  flexibleFrom: 3,
  request: {
    transactionalId: string(),
    producerId: int64(),
    producerEpoch: int16(),
    topics: array({
      name: string(),
      partitions: array(int32()),
    }),
  },
  response: {
    throttleTimeMs: int32({ default: 0 }),
    resultsByTopic: array({
      name: string(),
      resultsByPartition: array({
        partitionIndex: int32(),
        partitionErrorCode: int16(),
      }),
    }),
  },
})
