import { api } from '../api.ts'
import { array, int16, int32, int64, records, string, struct } from '../schema.ts'

/** Append record batches. From v13 topics are named by id, which nothing here needs; `acks: 0` has no response. */
export const produce = api({
  key: 0,
  name: 'Produce',
  versions: [3, 12],
  flexibleFrom: 9,
  request: {
    transactionalId: string({ nullable: 3 }),
    acks: int16(),
    timeoutMs: int32(),
    topicData: array({
      name: string(),
      partitionData: array({
        index: int32(),
        records: records({ nullable: 3 }),
      }),
    }),
  },
  response: {
    responses: array({
      name: string(),
      partitionResponses: array({
        index: int32(),
        errorCode: int16(),
        baseOffset: int64(),
        logAppendTimeMs: int64({ default: -1 }),
        logStartOffset: int64({ since: 5, default: -1 }),
        recordErrors: array(
          {
            batchIndex: int32(),
            batchIndexErrorMessage: string({ nullable: 8 }),
          },
          { since: 8 },
        ),
        errorMessage: string({ since: 8, nullable: 8 }),
        currentLeader: struct(
          {
            leaderId: int32({ default: -1 }),
            leaderEpoch: int32({ default: -1 }),
          },
          { since: 10, tag: 0 },
        ),
      }),
    }),
    throttleTimeMs: int32({ default: 0 }),
    nodeEndpoints: array(
      {
        nodeId: int32(),
        host: string(),
        port: int32(),
        rack: string({ nullable: 10 }),
      },
      { since: 10, tag: 0 },
    ),
  },
})
