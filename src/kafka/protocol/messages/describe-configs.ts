import { api } from '../api.ts'
import { array, bool, int8, int16, int32, string } from '../schema.ts'

/** Settings of topics (resourceType 2) and brokers (4). */
export const describeConfigs = api({
  key: 32,
  name: 'DescribeConfigs',
  versions: [1, 4],
  flexibleFrom: 4,
  request: {
    resources: array({
      resourceType: int8(),
      resourceName: string(),
      configurationKeys: array(string(), { nullable: 1 }),
    }),
    includeSynonyms: bool(),
    includeDocumentation: bool({ since: 3 }),
  },
  response: {
    throttleTimeMs: int32({ default: 0 }),
    results: array({
      errorCode: int16(),
      errorMessage: string({ nullable: 1 }),
      resourceType: int8(),
      resourceName: string(),
      configs: array({
        name: string(),
        value: string({ nullable: 1 }),
        readOnly: bool(),
        configSource: int8({ default: -1 }),
        isSensitive: bool(),
        synonyms: array({
          name: string(),
          value: string({ nullable: 1 }),
          source: int8(),
        }),
        configType: int8({ since: 3 }),
        documentation: string({ since: 3, nullable: 1 }),
      }),
    }),
  },
})
