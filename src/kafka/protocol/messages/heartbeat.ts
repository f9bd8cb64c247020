import { api } from '../api.ts'
import { int16, int32, string } from '../schema.ts'

/** A member of a classic group is alive. */
export const heartbeat = api({
  key: 12,
  name: 'Heartbeat',
  versions: [1, 4],
  flexibleFrom: 4,
  request: {
    groupId: string(),
    generationId: int32(),
    memberId: string(),
    groupInstanceId: string({ since: 3, nullable: 3 }),
  },
  response: {
    throttleTimeMs: int32({ default: 0 }),
    errorCode: int16(),
  },
})
