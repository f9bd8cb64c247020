import { digest } from './digest.ts'

export const sha256 = digest('SHA256', 'sha256', 256, [
  "SHA256('a')",
  'ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb',
])
