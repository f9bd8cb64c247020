import { timestampLtz } from '../../../types/logical-type.ts'
import { scalar } from '../../define.ts'

export const proctime = scalar({
  name: 'PROCTIME',
  theme: 'temporal',
  doc: 'The processing time, as a time attribute that windows and temporal joins accept.',
  // Written out: declared signatures give no time attributes.
  signature: {
    texts: ['PROCTIME()'],
    minArgs: 0,
    maxArgs: 0,
    resolve: (given) =>
      given.length === 0
        ? { args: [], returns: { ...timestampLtz(3), nullable: false, attribute: 'proctime' } }
        : undefined,
  },
  nulls: 'custom',
  determinism: 'random',
  prepare:
    ({ context }) =>
    () =>
      context.now(),
  examples: [['PROCTIME() IS NOT NULL', 'TRUE']],
})
