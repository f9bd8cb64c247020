/** SINGLE_VALUE: what plans put around a scalar subquery; more than one row is an error. */
import { fail } from '../../base/errors.ts'
import { ANY, args, nullable, ofArg } from '../../expr/signature.ts'
import { notNull } from '../../types/logical-type.ts'
import { physicalOf } from '../../types/value.ts'
import { aggregate } from './define.ts'
import { COUNTER, FLAG } from './numbers.ts'

export const singleValue = aggregate({
  name: 'SINGLE_VALUE',
  doc: 'The value of the only row; NULL without rows, an error with more than one.',
  signature: args([ANY], nullable(ofArg(0))),
  emptyIsNull: true,
  retracts: true,
  merges: false,
  prepare({ type }) {
    const object = physicalOf(type) === 'object'
    return {
      accumulators: [
        { name: 'value', type: object ? type : notNull(type) },
        { name: 'count', type: COUNTER },
        { name: 'present', type: FLAG },
      ],
      nulls: 'pass',
      add: (code) =>
        `if (${code.acc(1)} > 0) ${code.use(tooMany, 'tooMany')}(); ${code.acc(1)}++;
         if (${code.isNull(0)}) { ${code.acc(2)} = 0; ${object ? `${code.acc(0)} = null;` : ''} } else { ${code.set(0, code.arg(0))} ${code.acc(2)} = 1; }`,
      retract: (code) => `${code.acc(1)}--; ${code.acc(2)} = 0;`,
      result: (code) => ({ value: code.acc(0), isNull: `(${code.acc(1)} === 0 || ${code.acc(2)} === 0)` }),
    }
  },
})

function tooMany(): never {
  return fail('FUNCTION_INVALID_ARGUMENT', {
    name: 'SINGLE_VALUE',
    problem: 'a subquery that stands for one value gave more than one row; LIMIT it or aggregate in it',
  })
}
