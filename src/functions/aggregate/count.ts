import { ANY, args, optional, present } from '../../expr/signature.ts'
import { BIGINT } from '../../types/logical-type.ts'
import { aggregate } from './define.ts'
import { COUNTER } from './numbers.ts'

export const count = aggregate({
  name: 'COUNT',
  doc: 'How many rows there are: COUNT(*) all, COUNT(x) those in which it is not NULL.',
  signature: args([optional(ANY)], present(BIGINT)),
  emptyIsNull: false,
  retracts: true,
  merges: true,
  prepare: () => ({
    accumulators: [{ name: 'count', type: COUNTER }],
    add: (code) => `${code.acc(0)}++;`,
    retract: (code) => `${code.acc(0)}--;`,
    merge: (code) => `${code.acc(0)} += ${code.other(0)};`,
    result: (code) => ({ value: code.acc(0), isNull: 'false' }),
  }),
})
