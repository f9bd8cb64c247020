/**
 * FIRST_VALUE and LAST_VALUE, by order of arrival.
 *
 * Law: NULLs are passed over. With retraction the values stay in a list, and a retraction takes the oldest equal one out.
 */
import { ANY, args, ofArg } from '../../expr/signature.ts'
import type { KeyedList } from '../../state/contract.ts'
import { type LogicalType, notNull } from '../../types/logical-type.ts'
import { physicalOf } from '../../types/value.ts'
import type { AggregateKernel, AggregateSite } from './contract.ts'
import { aggregate } from './define.ts'
import { FLAG } from './numbers.ts'

type End = 'first' | 'last'

function valueAt(name: string, doc: string, end: End) {
  return aggregate({
    name,
    doc,
    signature: args([ANY], ofArg(0)),
    emptyIsNull: true,
    retracts: true,
    merges: false,
    prepare: (site) => (site.retract ? retractable(site, end) : appendOnly(site, end)),
  })
}

export const firstValue = valueAt('FIRST_VALUE', 'The first value that is not NULL.', 'first')
export const lastValue = valueAt('LAST_VALUE', 'The last value that is not NULL.', 'last')

function appendOnly({ type }: AggregateSite, end: End): AggregateKernel {
  const object = physicalOf(type) === 'object'
  const none = object ? (acc: string) => `${acc} === null` : (acc: string) => `${acc} === 0`
  const flag = object ? 0 : 1
  return {
    accumulators: [
      { name: 'value', type: object ? type : notNull(type) },
      ...(object ? [] : [{ name: 'any', type: FLAG }]),
    ],
    add: (code) => {
      const store = `${code.set(0, code.arg(0))} ${object ? '' : `${code.acc(1)} = 1;`}`
      return end === 'last' ? store : `if (${none(code.acc(flag))}) { ${store} }`
    },
    result: (code) => ({ value: code.acc(0), isNull: none(code.acc(flag)) }),
  }
}

function retractable({ argTypes }: AggregateSite, end: End): AggregateKernel {
  return {
    accumulators: [],
    view: { kind: 'rows', columns: [{ name: 'value', type: argTypes[0] }] },
    add: (code) => code.append(),
    retract: (code) => code.take(),
    result(code) {
      const t = code.temp('row')
      const read = code.use(readOf(argTypes[0]), 'read')
      return {
        before: `const ${t} = ${code.view}.${end}(${code.slot});`,
        value: `${read}(${code.view}, ${t})`,
        isNull: `${t} < 0`,
      }
    },
  }
}

function readOf(type: LogicalType): (view: KeyedList, row: number) => unknown {
  const empty = physicalOf(type) === 'object' ? null : 0
  return (view, row) => (row < 0 ? empty : view.values[0].values[row])
}
