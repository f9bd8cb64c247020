import { custom } from '../../../expr/signature.ts'
import { commonType } from '../../../types/common-type.ts'
import { isBinary, isCharacter, isInteger } from '../../../types/family.ts'
import type { LogicalType } from '../../../types/logical-type.ts'
import { withNullable } from '../../../types/logical-type.ts'
import type { Exact, Value } from '../../../types/value.ts'
import { scalar } from '../../define.ts'

export const elt = scalar({
  name: 'ELT',
  theme: 'string',
  doc: 'The n-th (1-based) of the given strings, or NULL where there is none.',
  signature: custom(
    ['ELT(INTEGER, STRING…)', 'ELT(INTEGER, BYTES…)'],
    2,
    Number.POSITIVE_INFINITY,
    ([index, ...values]) => {
      const constant = index.literal?.value
      if (!isInteger(index.type) || (typeof constant === 'number' && constant < 0)) return undefined
      const types = values.map((value) => value.type)
      const fits = (test: (type: LogicalType) => boolean) => types.every((type) => type.kind === 'NULL' || test(type))
      if (!fits(isCharacter) && !fits(isBinary)) return undefined
      const type = commonType(types)
      return type && { args: [index.type, ...types.map(() => type)], returns: withNullable(type, true) }
    },
  ),
  nulls: 'custom',
  eval: (index: Exact | null, ...values: Value[]) =>
    index === null || index < 1 || index > values.length ? null : values[Number(index) - 1],
  examples: [
    ["ELT(2, 'a', 'b', 'c')", 'b'],
    ["ELT(3, 'a', 'b')", 'NULL'],
    ["ELT(-1, 'a')", { error: true }],
  ],
})
