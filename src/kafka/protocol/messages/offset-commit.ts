import { api } from '../api.ts'
import { array, int16, int32, int64, string } from '../schema.ts'

/** Store offsets of a group. Generation −1 with no member is a commit from outside the group's protocol. */
export const offsetCommit = api({
  key: 8,
  name: 'OffsetCommit',
  versions: [2, 9],
  flexibleFrom: 8,
  request: {
    groupId: string(),
    generationIdOrMemberEpoch: int32({ default: -1 }),
    memberId: string(),
    groupInstanceId: string({ since: 7, nullable: 7 }),
    retentionTimeMs: int64({ until: 4, default: -1 }),
    topics: array({
      name: string(),
      partitions: array({
        partitionIndex: int32(),
        committedOffset: int64(),
        committedLeaderEpoch: int32({ since: 6, default: -1 }),
        committedMetadata: string({ nullable: 2 }),
      }),
    }),
  },
  response: {
    throttleTimeMs: int32({ since: 3 }),
    topics: array({
      name: string(),
      partitions: array({
        partitionIndex: int32(),
        errorCode: int16(),
      }),
    }),
  },
})
