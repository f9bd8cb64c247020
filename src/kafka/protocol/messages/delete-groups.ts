import { api } from '../api.ts'
import { array, int16, int32, string } from '../schema.ts'

/** Delete groups that have no members. */
export const deleteGroups = api({
  key: 42,
  name: 'DeleteGroups',
  versions: [0, 2],
  flexibleFrom: 2,
  request: {
    groupsNames: array(string()),
  },
  response: {
    throttleTimeMs: int32({ default: 0 }),
    results: array({
      groupId: string(),
      errorCode: int16(),
    }),
  },
})
