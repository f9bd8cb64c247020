import { doubleFunction } from './double-function.ts'

export const radians = doubleFunction({
  name: 'RADIANS',
  doc: 'An angle in radians from one in degrees.',
  compute: (x) => x * 0.017453292519943295,
  code: (x) => `(${x} * 0.017453292519943295)`,
  examples: [['RADIANS(10)', '0.17453292519943295']],
})
