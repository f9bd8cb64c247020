import { doubleFunction } from './double-function.ts'

export const tanh = doubleFunction({
  name: 'TANH',
  doc: 'Hyperbolic tangent.',
  compute: Math.tanh,
  code: (x) => `Math.tanh(${x})`,
  examples: [['TANH(0)', '0.0']],
})
