import { digest } from './digest.ts'

export const sha512 = digest('SHA512', 'sha512', 512, [
  "SHA512('a')",
  '1f40fc92da241694750979ee6cf582f2d5d7d28e18335de05abc54d0560e0f5302860c652bf08d560252aa5e74210546f369fbbbce8c12cfc7957b2652fe9a75',
])
