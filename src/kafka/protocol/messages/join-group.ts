import { api } from '../api.ts'
import { array, bool, bytes, int16, int32, string } from '../schema.ts'

/** Enter a classic consumer group; answered when the round of joins is over. */
export const joinGroup = api({
  key: 11,
  name: 'JoinGroup',
  versions: [2, 9],
  flexibleFrom: 6,
  request: {
    groupId: string(),
    sessionTimeoutMs: int32(),
    rebalanceTimeoutMs: int32({ default: -1 }),
    memberId: string(),
    groupInstanceId: string({ since: 5, nullable: 5 }),
    protocolType: string(),
    protocols: array({
      name: string(),
      metadata: bytes(),
    }),
    reason: string({ since: 8, nullable: 8 }),
  },
  response: {
    throttleTimeMs: int32({ default: 0 }),
    errorCode: int16(),
    generationId: int32({ default: -1 }),
    protocolType: string({ since: 7, nullable: 7 }),
    protocolName: string({ nullable: 7 }),
    leader: string(),
    skipAssignment: bool({ since: 9 }),
    memberId: string(),
    members: array({
      memberId: string(),
      groupInstanceId: string({ since: 5, nullable: 5 }),
      metadata: bytes(),
    }),
  },
})
