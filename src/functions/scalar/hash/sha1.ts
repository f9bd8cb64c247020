import { digest } from './digest.ts'

export const sha1 = digest('SHA1', 'sha1', 160, ["SHA1('a')", '86f7e437faa5a7fce15d1ddcb9eaeaea377667b8'])
