import { api } from '../api.ts'
import { array, bool, int8, int16, int32, string, uuid } from '../schema.ts'

/** Create topics. `numPartitions` and `replicationFactor` are −1 for the broker's default or given assignments. */
export const createTopics = api({
  key: 19,
  name: 'CreateTopics',
  versions: [2, 7],
  flexibleFrom: 5,
  request: {
    topics: array({
      name: string(),
      numPartitions: int32(),
      replicationFactor: int16(),
      assignments: array({
        partitionIndex: int32(),
        brokerIds: array(int32()),
      }),
      configs: array({
        name: string(),
        value: string({ nullable: 2 }),
      }),
    }),
    timeoutMs: int32({ default: 60000 }),
    validateOnly: bool(),
  },
  response: {
    throttleTimeMs: int32({ default: 0 }),
    topics: array({
      name: string(),
      topicId: uuid({ since: 7 }),
      errorCode: int16(),
      errorMessage: string({ nullable: 2 }),
      topicConfigErrorCode: int16({ since: 5, tag: 0 }),
      numPartitions: int32({ since: 5, default: -1 }),
      replicationFactor: int16({ since: 5, default: -1 }),
      configs: array(
        {
          name: string(),
          value: string({ nullable: 5 }),
          readOnly: bool(),
          configSource: int8({ default: -1 }),
          isSensitive: bool(),
        },
        { since: 5, nullable: 5 },
      ),
    }),
  },
})
