/**
 * PERCENTILE(value, fraction or array of fractions [, frequency]).
 *
 * Law: exact, with linear interpolation between neighbours at position (n − 1) × fraction of the sorted values.
 */
import { fail } from '../../base/errors.ts'
import { custom } from '../../expr/signature.ts'
import type { KeyedList } from '../../state/contract.ts'
import { decimalToDouble } from '../../types/cast.ts'
import { array, DOUBLE, type LogicalType, notNull, withNullable } from '../../types/logical-type.ts'
import type { Value } from '../../types/value.ts'
import { aggregate } from './define.ts'

export const percentile = aggregate({
  name: 'PERCENTILE',
  doc: 'The exact percentile of the values at a fraction (0 … 1), interpolated; an array of fractions gives an array.',
  signature: custom(
    ['PERCENTILE(NUMERIC, <NUMERIC literal> [, INTEGER])', 'PERCENTILE(NUMERIC, ARRAY<NUMERIC> [, INTEGER])'],
    2,
    3,
    (given) => {
      const [value, fraction, frequency] = given
      const numeric = (type: LogicalType) =>
        ['TINYINT', 'SMALLINT', 'INTEGER', 'BIGINT', 'FLOAT', 'DOUBLE', 'DECIMAL', 'NULL'].includes(type.kind)
      if (!numeric(value.type)) return undefined
      const many = fraction.type.kind === 'ARRAY' && numeric(fraction.type.element)
      if (!many && !numeric(fraction.type)) return undefined
      if (frequency !== undefined && !['TINYINT', 'SMALLINT', 'INTEGER', 'BIGINT'].includes(frequency.type.kind))
        return undefined
      const fractionType = withNullable(many ? array(DOUBLE) : DOUBLE, fraction.type.nullable)
      return {
        args: [value.type, fractionType, ...(frequency === undefined ? [] : [frequency.type])],
        returns: many ? array(DOUBLE) : DOUBLE,
      }
    },
  ),
  emptyIsNull: true,
  retracts: true,
  merges: true,
  prepare({ argTypes }) {
    const weighted = argTypes.length > 2
    return {
      accumulators: [
        { name: 'fractions', type: argTypes[1].kind === 'ARRAY' ? withNullable(argTypes[1], true) : notNull(DOUBLE) },
      ],
      view: {
        kind: 'rows',
        columns: argTypes.map((type, i) => ({ name: ['value', 'fraction', 'frequency'][i], type })),
      },
      add: (code) =>
        `${weighted ? `if (${code.arg(2)} > 0) { ` : ''}${code.set(0, code.arg(1))} ${code.append()}${weighted ? ' }' : ''}`,
      retract: (code) => code.take(),
      merge: (code) => `if (${code.otherView}.first(${code.otherSlot}) >= 0) { ${code.set(0, code.other(0))} }`,
      result(code) {
        const t = code.temp('percentile')
        const compute = code.use(percentileOf(argTypes[0], weighted), 'percentileOf')
        return {
          before: `const ${t} = ${compute}(${code.view}, ${code.slot}, ${code.acc(0)});`,
          value: t,
          isNull: `${t} === null`,
        }
      },
    }
  },
})

type Fractions = number | readonly Value[]

function percentileOf(type: LogicalType, weighted: boolean) {
  const number = (value: Value) =>
    type.kind === 'DECIMAL' ? decimalToDouble(value as number, type.scale) : Number(value as number)
  return (view: KeyedList, slot: number, fractions: Fractions): Value => {
    const entries: { readonly value: number; readonly count: number }[] = []
    let total = 0
    for (let row = view.first(slot); row >= 0; row = view.next(row)) {
      const count = weighted ? Number(view.values[2].values[row]) : 1
      entries.push({ value: number(view.values[0].get(row)), count })
      total += count
    }
    if (total === 0) return null
    entries.sort((a, b) => a.value - b.value)
    const at = (position: number) => {
      let before = 0
      for (const { value, count } of entries) {
        before += count
        if (position < before) return value
      }
      return entries[entries.length - 1].value
    }
    const one = (fraction: number) => {
      if (!(fraction >= 0 && fraction <= 1)) {
        return fail('FUNCTION_INVALID_ARGUMENT', {
          name: 'PERCENTILE',
          problem: `the fraction must lie between 0 and 1, but is ${fraction}`,
        })
      }
      // Counted from 1, as Flink does: it decides the last digits.
      const position = (total - 1) * fraction + 1
      const lower = Math.floor(position)
      const part = position - lower
      const low = at(lower - 1)
      const high = part === 0 ? low : at(lower)
      return low === high ? low : (1 - part) * low + part * high
    }
    return typeof fractions === 'number' ? one(fractions) : fractions.map((fraction) => one(fraction as number))
  }
}
