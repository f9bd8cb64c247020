import { api } from '../api.ts'
import { array, bool, bytes, int16, int32, string } from '../schema.ts'

/** State and members of classic groups. */
export const describeGroups = api({
  key: 15,
  name: 'DescribeGroups',
  versions: [0, 6],
  flexibleFrom: 5,
  request: {
    groups: array(string()),
    includeAuthorizedOperations: bool({ since: 3 }),
  },
  response: {
    throttleTimeMs: int32({ since: 1 }),
    groups: array({
      errorCode: int16(),
      errorMessage: string({ since: 6, nullable: 6 }),
      groupId: string(),
      groupState: string(),
      protocolType: string(),
      protocolData: string(),
      members: array({
        memberId: string(),
        groupInstanceId: string({ since: 4, nullable: 4 }),
        clientId: string(),
        clientHost: string(),
        memberMetadata: bytes(),
        memberAssignment: bytes(),
      }),
      authorizedOperations: int32({ since: 3, default: -2147483648 }),
    }),
  },
})
