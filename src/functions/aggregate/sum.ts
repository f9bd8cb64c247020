/**
 * SUM and SUM0 (the sum that is 0 without rows, into which plans split COUNT).
 *
 * Law: Flink's arithmetic — an integer sum has its argument's type and wraps around, FLOAT rounds each time, DECIMAL sums have
 * 38 digits and become NULL when they overflow. A retracted DOUBLE leaves its rounding behind.
 */
import { args, computed, NUMERIC, present } from '../../expr/signature.ts'
import { sumType } from '../../types/common-type.ts'
import { isApproximate } from '../../types/family.ts'
import { type LogicalType, notNull } from '../../types/logical-type.ts'
import type { AggregateKernel, AggregateSite, KernelCode } from './contract.ts'
import { aggregate } from './define.ts'
import { COUNTER, FLAG, minus, plus } from './numbers.ts'

export const sum = aggregate({
  name: 'SUM',
  doc: 'The sum of the values that are not NULL; NULL when there are none.',
  signature: args(
    [NUMERIC],
    computed(([arg]) => sumType(arg.type)),
  ),
  emptyIsNull: true,
  retracts: true,
  merges: true,
  prepare: (site) => (site.retract ? retractable(site) : appendOnly(site)),
})

export const sum0 = aggregate({
  name: '$SUM0',
  doc: 'The sum of the values that are not NULL; 0 when there are none.',
  signature: args([NUMERIC], present(computed(([arg]) => sumType(arg.type)))),
  emptyIsNull: false,
  retracts: true,
  merges: true,
  prepare({ type }) {
    return {
      rounds: isApproximate(type),
      accumulators: [{ name: 'sum', type: notNull(type) }],
      add: (code) => plus(code, 0, type, code.acc(0), code.arg(0)),
      retract: (code) => minus(code, 0, type, code.acc(0), code.arg(0)),
      merge: (code) => plus(code, 0, type, code.acc(0), code.other(0)),
      result: (code) => ({ value: code.acc(0), isNull: 'false' }),
    }
  },
})

/** −0.0 is what a sum of doubles starts from: adding to it changes no value, so that the first needs no test. */
const initialOf = (type: LogicalType) => (isApproximate(type) ? '-0' : undefined)

function appendOnly({ type }: AggregateSite): AggregateKernel {
  const overflow = (code: KernelCode) => `${code.set(0, '0')} ${code.acc(1)} = 0;`
  return {
    rounds: isApproximate(type),
    accumulators: [
      { name: 'sum', type: notNull(type), initial: initialOf(type) },
      { name: 'any', type: FLAG },
    ],
    add: (code) => `${code.acc(1)} = 1; ${plus(code, 0, type, code.acc(0), code.arg(0), overflow(code))}`,
    merge: (code) =>
      `if (${code.other(1)} !== 0) { ${code.acc(1)} = 1; ${plus(code, 0, type, code.acc(0), code.other(0), overflow(code))} }`,
    result: (code) => ({ value: code.acc(0), isNull: `${code.acc(1)} === 0` }),
  }
}

function retractable({ type }: AggregateSite): AggregateKernel {
  // `lost`: a DECIMAL sum overflowed to NULL; the next value starts it again.
  const lossy = type.kind === 'DECIMAL'
  const lose = (code: KernelCode) => `${code.set(0, '0')} ${code.acc(2)} = 1;`
  const found = (code: KernelCode) => (lossy ? `${code.acc(2)} = 0; ` : '')
  return {
    rounds: isApproximate(type),
    accumulators: [
      { name: 'sum', type: notNull(type), initial: initialOf(type) },
      { name: 'count', type: COUNTER },
      ...(lossy ? [{ name: 'lost', type: FLAG }] : []),
    ],
    add: (code) => `${code.acc(1)}++; ${found(code)}${plus(code, 0, type, code.acc(0), code.arg(0), lose(code))}`,
    retract: (code) => `${code.acc(1)}--; ${found(code)}${minus(code, 0, type, code.acc(0), code.arg(0), lose(code))}`,
    merge: (code) =>
      `${code.acc(1)} += ${code.other(1)}; ${found(code)}${plus(code, 0, type, code.acc(0), code.other(0), lose(code))}`,
    result: (code) => ({
      value: code.acc(0),
      isNull: lossy ? `(${code.acc(1)} === 0 || ${code.acc(2)} !== 0)` : `${code.acc(1)} === 0`,
    }),
  }
}
