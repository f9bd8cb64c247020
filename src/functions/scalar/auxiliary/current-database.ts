import { args, present } from '../../../expr/signature.ts'
import { STRING } from '../../../types/logical-type.ts'
import { scalar } from '../../define.ts'

export const currentDatabase = scalar({
  name: 'CURRENT_DATABASE',
  theme: 'auxiliary',
  doc: 'The name of the current database.',
  signature: args([], present(STRING)),
  nulls: 'custom',
  determinism: 'dynamic',
  prepare:
    ({ context }) =>
    () =>
      context.option('current-database') ?? 'default_database',
  examples: [['CURRENT_DATABASE()', 'default_database']],
})
