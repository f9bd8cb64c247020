import { api } from '../api.ts'
import { array, int16, int32, string } from '../schema.ts'

/** Members leave a classic group at once, instead of by session timeout. Many at once from v3. */
export const leaveGroup = api({
  key: 13,
  name: 'LeaveGroup',
  versions: [1, 5],
  flexibleFrom: 4,
  request: {
    groupId: string(),
    memberId: string({ until: 2 }),
    members: array(
      {
        memberId: string(),
        groupInstanceId: string({ nullable: 3 }),
        reason: string({ since: 5, nullable: 5 }),
      },
      { since: 3 },
    ),
  },
  response: {
    throttleTimeMs: int32({ default: 0 }),
    errorCode: int16(),
    members: array(
      {
        memberId: string(),
        groupInstanceId: string({ nullable: 3 }),
        errorCode: int16(),
      },
      { since: 3 },
    ),
  },
})
