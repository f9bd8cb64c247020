import { api } from '../api.ts'
import { array, bool, int16, int32, string, uuid } from '../schema.ts'

/** Nodes, topics, partitions and their leaders. `topics: null` (v0: an empty array) asks for all topics. */
export const metadata = api({
  key: 3,
  name: 'Metadata',
  versions: [0, 12],
  flexibleFrom: 9,
  request: {
    topics: array(
      {
        topicId: uuid({ since: 10 }),
        name: string({ nullable: 10 }),
      },
      { nullable: 1 },
    ),
    allowAutoTopicCreation: bool({ since: 4, default: true }),
    includeClusterAuthorizedOperations: bool({ since: 8, until: 10 }),
    includeTopicAuthorizedOperations: bool({ since: 8 }),
  },
  response: {
    throttleTimeMs: int32({ since: 3 }),
    brokers: array({
      nodeId: int32(),
      host: string(),
      port: int32(),
      rack: string({ since: 1, nullable: 1 }),
    }),
    clusterId: string({ since: 2, nullable: 2 }),
    controllerId: int32({ since: 1, default: -1 }),
    topics: array({
      errorCode: int16(),
      name: string({ nullable: 12 }),
      topicId: uuid({ since: 10 }),
      isInternal: bool({ since: 1 }),
      partitions: array({
        errorCode: int16(),
        partitionIndex: int32(),
        leaderId: int32(),
        leaderEpoch: int32({ since: 7, default: -1 }),
        replicaNodes: array(int32()),
        isrNodes: array(int32()),
        offlineReplicas: array(int32(), { since: 5 }),
      }),
      topicAuthorizedOperations: int32({ since: 8, default: -2147483648 }),
    }),
    clusterAuthorizedOperations: int32({ since: 8, until: 10, default: -2147483648 }),
  },
})
