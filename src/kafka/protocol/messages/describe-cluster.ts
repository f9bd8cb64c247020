import { api } from '../api.ts'
import { array, bool, int8, int16, int32, string } from '../schema.ts'

/** Nodes of the cluster, for admin clients. */
export const describeCluster = api({
  key: 60,
  name: 'DescribeCluster',
  versions: [0, 2],
  flexibleFrom: 0,
  request: {
    includeClusterAuthorizedOperations: bool(),
    endpointType: int8({ since: 1, default: 1 }),
    includeFencedBrokers: bool({ since: 2 }),
  },
  response: {
    throttleTimeMs: int32({ default: 0 }),
    errorCode: int16(),
    errorMessage: string({ nullable: 0 }),
    endpointType: int8({ since: 1, default: 1 }),
    clusterId: string(),
    controllerId: int32({ default: -1 }),
    brokers: array({
      brokerId: int32(),
      host: string(),
      port: int32(),
      rack: string({ nullable: 0 }),
      isFenced: bool({ since: 2 }),
    }),
    clusterAuthorizedOperations: int32({ default: -2147483648 }),
  },
})
