import { digest } from './digest.ts'

export const sha224 = digest('SHA224', 'sha224', 224, [
  "SHA224('a')",
  'abd37534c7d9a2efb9465de931cd7055ffdb8879563ae98078d6d6d5',
])
