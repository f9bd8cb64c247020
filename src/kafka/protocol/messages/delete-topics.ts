import { api } from '../api.ts'
import { array, int16, int32, string, uuid } from '../schema.ts'

/** Delete topics, by id or name from v6. */
export const deleteTopics = api({
  key: 20,
  name: 'DeleteTopics',
  versions: [1, 6],
  flexibleFrom: 4,
  request: {
    topics: array(
      {
        name: string({ nullable: 6 }),
        topicId: uuid(),
      },
      { since: 6 },
    ),
    topicNames: array(string(), { until: 5 }),
    timeoutMs: int32(),
  },
  response: {
    throttleTimeMs: int32({ default: 0 }),
    responses: array({
      name: string({ nullable: 6 }),
      topicId: uuid({ since: 6 }),
      errorCode: int16(),
      errorMessage: string({ since: 5, nullable: 5 }),
    }),
  },
})
