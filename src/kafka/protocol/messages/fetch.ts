import { api } from '../api.ts'
import { array, int8, int16, int32, int64, records, string, struct } from '../schema.ts'

/**
 * Read record batches. `records` are views of the response's bytes and may end in the middle of a batch.
 * From v13 topics are named by id, which nothing here needs.
 */
export const fetch = api({
  key: 1,
  name: 'Fetch',
  versions: [4, 12],
  flexibleFrom: 12,
  request: {
    clusterId: string({ since: 12, nullable: 12, tag: 0 }),
    replicaId: int32({ default: -1 }),
    maxWaitMs: int32(),
    minBytes: int32(),
    maxBytes: int32({ default: 0x7fffffff }),
    isolationLevel: int8(),
    sessionId: int32({ since: 7 }),
    sessionEpoch: int32({ since: 7, default: -1 }),
    topics: array({
      topic: string(),
      partitions: array({
        partition: int32(),
        currentLeaderEpoch: int32({ since: 9, default: -1 }),
        fetchOffset: int64(),
        lastFetchedEpoch: int32({ since: 12, default: -1 }),
        logStartOffset: int64({ since: 5, default: -1 }),
        partitionMaxBytes: int32(),
      }),
    }),
    forgottenTopicsData: array(
      {
        topic: string(),
        partitions: array(int32()),
      },
      { since: 7 },
    ),
    rackId: string({ since: 11 }),
  },
  response: {
    throttleTimeMs: int32({ default: 0 }),
    errorCode: int16({ since: 7 }),
    sessionId: int32({ since: 7 }),
    responses: array({
      topic: string(),
      partitions: array({
        partitionIndex: int32(),
        errorCode: int16(),
        highWatermark: int64(),
        lastStableOffset: int64({ default: -1 }),
        logStartOffset: int64({ since: 5, default: -1 }),
        divergingEpoch: struct(
          {
            epoch: int32({ default: -1 }),
            endOffset: int64({ default: -1 }),
          },
          { since: 12, tag: 0 },
        ),
        currentLeader: struct(
          {
            leaderId: int32({ default: -1 }),
            leaderEpoch: int32({ default: -1 }),
          },
          { since: 12, tag: 1 },
        ),
        snapshotId: struct(
          {
            endOffset: int64({ default: -1 }),
            epoch: int32({ default: -1 }),
          },
          { since: 12, tag: 2 },
        ),
        abortedTransactions: array(
          {
            producerId: int64(),
            firstOffset: int64(),
          },
          { nullable: 4 },
        ),
        preferredReadReplica: int32({ since: 11, default: -1 }),
        records: records({ nullable: 4 }),
      }),
    }),
  },
})
