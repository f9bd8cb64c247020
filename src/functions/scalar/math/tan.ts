import { doubleFunction } from './double-function.ts'
import * as precise from './precise.ts'

export const tan = doubleFunction({
  name: 'TAN',
  doc: 'Tangent of an angle in radians.',
  compute: precise.tan,
  examples: [['TAN(1)', '1.5574077246549023']],
})
