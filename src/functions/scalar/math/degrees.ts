import { doubleFunction } from './double-function.ts'

export const degrees = doubleFunction({
  name: 'DEGREES',
  doc: 'An angle in degrees from one in radians.',
  compute: (x) => x * 57.29577951308232,
  code: (x) => `(${x} * 57.29577951308232)`,
  examples: [['DEGREES(1)', '57.29577951308232']],
})
