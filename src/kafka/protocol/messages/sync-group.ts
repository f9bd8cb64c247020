import { api } from '../api.ts'
import { array, bytes, int16, int32, string } from '../schema.ts'

/** The leader hands out the assignments of a generation; everyone gets their own back. */
export const syncGroup = api({
  key: 14,
  name: 'SyncGroup',
  versions: [1, 5],
  flexibleFrom: 4,
  request: {
    groupId: string(),
    generationId: int32(),
    memberId: string(),
    groupInstanceId: string({ since: 3, nullable: 3 }),
    protocolType: string({ since: 5, nullable: 5 }),
    protocolName: string({ since: 5, nullable: 5 }),
    assignments: array({
      memberId: string(),
      assignment: bytes(),
    }),
  },
  response: {
    throttleTimeMs: int32({ default: 0 }),
    errorCode: int16(),
    protocolType: string({ since: 5, nullable: 5 }),
    protocolName: string({ since: 5, nullable: 5 }),
    assignment: bytes(),
  },
})
