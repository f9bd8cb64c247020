/**
 * AVG.
 *
 * Law: integers are summed as BIGINT and divided towards zero, FLOAT and DOUBLE as DOUBLE, DECIMAL with 38 digits and rounded
 * HALF_UP to the result's scale; a DECIMAL sum that overflows stays NULL.
 */
import { args, computed, NUMERIC } from '../../expr/signature.ts'
import { avgType } from '../../types/common-type.ts'
import { decimalQuotient, divideLong } from '../../types/exact-arithmetic.ts'
import { BIGINT, type DecimalType, DOUBLE, decimal, type LogicalType, notNull } from '../../types/logical-type.ts'
import type { AggregateKernel, KernelCode } from './contract.ts'
import { aggregate } from './define.ts'
import { COUNTER, FLAG, minus, plus } from './numbers.ts'

export const avg = aggregate({
  name: 'AVG',
  doc: 'The average of the values that are not NULL; NULL when there are none.',
  signature: args(
    [NUMERIC],
    computed(([arg]) => avgType(arg.type)),
  ),
  emptyIsNull: true,
  retracts: true,
  merges: true,
  prepare({ argTypes, type }): AggregateKernel {
    const sumOf = sumTypeOf(argTypes[0])
    const lossy = sumOf.kind === 'DECIMAL'
    const lose = (code: KernelCode) => `${code.acc(2)} = 1;`
    return {
      rounds: sumOf.kind === 'DOUBLE',
      accumulators: [
        { name: 'sum', type: notNull(sumOf) },
        { name: 'count', type: COUNTER },
        ...(lossy ? [{ name: 'lost', type: FLAG }] : []),
      ],
      add: (code) => `${code.acc(1)}++; ${plus(code, 0, sumOf, code.acc(0), code.arg(0), lose(code))}`,
      retract: (code) => `${code.acc(1)}--; ${minus(code, 0, sumOf, code.acc(0), code.arg(0), lose(code))}`,
      merge: (code) =>
        `${code.acc(1)} += ${code.other(1)}; ${lossy ? `if (${code.other(2)} !== 0) ${lose(code)}` : ''} ${plus(code, 0, sumOf, code.acc(0), code.other(0), lose(code))}`,
      result(code) {
        const none = `${code.acc(1)} === 0`
        switch (type.kind) {
          case 'DOUBLE':
            return { value: `${code.acc(0)} / ${code.acc(1)}`, isNull: none }
          case 'FLOAT':
            return { value: `Math.fround(${code.acc(0)} / ${code.acc(1)})`, isNull: none }
          case 'DECIMAL': {
            const divide = code.use(decimalQuotient((sumOf as DecimalType).scale, 0, type), 'quotient')
            const t = code.temp('average')
            return {
              before: `const ${t} = ${none} || ${code.acc(2)} !== 0 ? null : ${divide}(${code.acc(0)}, ${code.acc(1)});`,
              value: t,
              isNull: `${t} === null`,
            }
          }
          default: {
            const [divide, t] = [code.use(divideLong, 'divideLong'), code.temp('average')]
            const whole = `(typeof ${code.acc(0)} === 'number' ? (${code.acc(0)} - ${code.acc(0)} % ${code.acc(1)}) / ${code.acc(1)} + 0 : ${divide}(${code.acc(0)}, ${code.acc(1)}))`
            return { before: `const ${t} = ${none} ? 0 : ${whole};`, value: t, isNull: none }
          }
        }
      },
    }
  },
})

function sumTypeOf(type: LogicalType): LogicalType {
  if (type.kind === 'DECIMAL') return decimal(38, type.scale)
  return type.kind === 'FLOAT' || type.kind === 'DOUBLE' ? DOUBLE : BIGINT
}
