import { api } from '../api.ts'
import { array, int16, int32, int64, string } from '../schema.ts'

/** Offsets that become the group's when the transaction commits. */
export const txnOffsetCommit = api({
  key: 28,
  name: 'TxnOffsetCommit',
  versions: [0, 5],
  flexibleFrom: 3,
  request: {
    transactionalId: string(),
    groupId: string(),
    producerId: int64(),
    producerEpoch: int16(),
    generationId: int32({ since: 3, default: -1 }),
    memberId: string({ since: 3 }),
    groupInstanceId: string({ since: 3, nullable: 3 }),
    topics: array({
      name: string(),
      partitions: array({
        partitionIndex: int32(),
        committedOffset: int64(),
        committedLeaderEpoch: int32({ since: 2, default: -1 }),
        committedMetadata: string({ nullable: 0 }),
      }),
    }),
  },
  response: {
    throttleTimeMs: int32({ default: 0 }),
    topics: array({
      name: string(),
      partitions: array({
        partitionIndex: int32(),
        errorCode: int16(),
      }),
    }),
  },
})
