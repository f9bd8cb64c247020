import { api } from '../api.ts'
import { array, bool, int16, int32, int64, string } from '../schema.ts'

/** Stored offsets of a group (of many groups from v8); `topics: null` asks for all that are stored. */
export const offsetFetch = api({
  key: 9,
  name: 'OffsetFetch',
  versions: [1, 9],
  flexibleFrom: 6,
  request: {
    groupId: string({ until: 7 }),
    topics: array(
      {
        name: string(),
        partitionIndexes: array(int32()),
      },
      { until: 7, nullable: 2 },
    ),
    groups: array(
      {
        groupId: string(),
        memberId: string({ since: 9, nullable: 9 }),
        memberEpoch: int32({ since: 9, default: -1 }),
        topics: array(
          {
            name: string(),
            partitionIndexes: array(int32()),
          },
          { nullable: 8 },
        ),
      },
      { since: 8 },
    ),
    requireStable: bool({ since: 7 }),
  },
  response: {
    throttleTimeMs: int32({ since: 3 }),
    topics: array(
      {
        name: string(),
        partitions: array({
          partitionIndex: int32(),
          committedOffset: int64(),
          committedLeaderEpoch: int32({ since: 5, default: -1 }),
          metadata: string({ nullable: 1 }),
          errorCode: int16(),
        }),
      },
      { until: 7 },
    ),
    errorCode: int16({ since: 2, until: 7 }),
    groups: array(
      {
        groupId: string(),
        topics: array({
          name: string(),
          partitions: array({
            partitionIndex: int32(),
            committedOffset: int64(),
            committedLeaderEpoch: int32({ default: -1 }),
            metadata: string({ nullable: 8 }),
            errorCode: int16(),
          }),
        }),
        errorCode: int16(),
      },
      { since: 8 },
    ),
  },
})
