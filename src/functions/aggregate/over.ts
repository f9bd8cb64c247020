/**
 * Functions that exist only with OVER: ROW_NUMBER, RANK, DENSE_RANK, LAG.
 *
 * Laws
 * - On a stream Flink gives RANK and DENSE_RANK the number of rows so far, those of the same time included.
 * - LAG counts back from the last row of the frame; its default is that of that row. Where the default makes the result NOT
 *   NULL, a NULL value shows as Flink's stand-in for the type (−1, FALSE, the empty text).
 */
import { ANY, args, exactly, optional, present } from '../../expr/signature.ts'
import type { KeyedList } from '../../state/contract.ts'
import { BIGINT, INT, type LogicalType, notNull, withNullable } from '../../types/logical-type.ts'
import { physicalOf } from '../../types/value.ts'
import type { AggregateSite, KernelCode } from './contract.ts'
import { aggregate } from './define.ts'
import { COUNTER, FLAG } from './numbers.ts'

function rowsSoFar(name: string, doc: string) {
  return aggregate({
    name,
    doc,
    signature: args([], present(BIGINT)),
    emptyIsNull: false,
    overOnly: true,
    retracts: false,
    merges: false,
    prepare: () => ({
      accumulators: [{ name: 'rows', type: COUNTER }],
      add: (code) => `${code.acc(0)}++;`,
      result: (code) => ({ value: code.acc(0), isNull: 'false' }),
    }),
  })
}

export const rowNumber = rowsSoFar('ROW_NUMBER', 'The number of the row within its partition, from 1; only with OVER.')
export const rank = rowsSoFar('RANK', 'The rank of the row within its partition, from 1; only with OVER.')
export const denseRank = rowsSoFar('DENSE_RANK', 'The rank of the row without gaps; only with OVER.')

export const lag = aggregate({
  name: 'LAG',
  doc: 'The value some rows earlier (1 unless told), or the default (NULL unless told); only with OVER.',
  signature: args(
    [ANY, optional(INT), optional(ANY)],
    exactly(([value, , otherwise]) => withNullable(value.type, otherwise === undefined || otherwise.type.nullable)),
  ),
  emptyIsNull: false,
  overOnly: true,
  retracts: false,
  merges: false,
  prepare: (site) => lagKernel(site),
})

/** Arguments: the value and, if there is one, the default; the offset is a clause. */
function lagKernel({ argTypes, type, clauses }: AggregateSite) {
  const offset = Number(clauses.offset ?? 1)
  const [valueType, defaultType] = argTypes
  const hasDefault = defaultType !== undefined
  const object = physicalOf(valueType) === 'object'
  const empty = object ? 'null' : '0'
  return {
    nulls: 'pass' as const,
    ordered: true,
    view: { kind: 'rows' as const, columns: [{ name: 'value', type: withNullable(valueType, true) }] },
    accumulators: hasDefault
      ? [
          { name: 'default', type: object ? withNullable(valueType, true) : notNull(valueType) },
          { name: 'none', type: FLAG },
        ]
      : [],
    add(code: KernelCode) {
      const keep = code.use(keepLast, 'keepLast')
      const remember = hasDefault
        ? `if (${code.isNull(1)}) { ${code.acc(1)} = 1; } else { ${code.acc(1)} = 0; ${code.set(0, code.arg(1))} }`
        : ''
      return `${code.append()} ${keep}(${code.view}, ${code.slot}, ${offset + 1}); ${remember}`
    },
    result(code: KernelCode) {
      const row = code.temp('row')
      const value = code.temp('value')
      const none = code.temp('none')
      const at = code.use(firstOf, 'firstOf')
      const read = code.use(valueIn, 'valueIn')
      const isNull = code.use(isNullIn, 'isNullIn')
      const otherwise = hasDefault ? code.acc(0) : empty
      const noDefault = hasDefault ? `${code.acc(1)} !== 0` : 'true'
      const standIn = type.nullable
        ? ''
        : `if (${none}) { ${value} = ${code.use(standInOf(type), 'standIn')}; ${none} = false; }`
      return {
        before: `const ${row} = ${at}(${code.view}, ${code.slot}, ${offset + 1});
          let ${none} = ${row} < 0 ? ${noDefault} : ${isNull}(${code.view}, ${row});
          let ${value} = ${none} ? ${empty} : ${row} < 0 ? ${otherwise} : ${read}(${code.view}, ${row});
          ${standIn}`,
        value,
        isNull: type.nullable ? none : 'false',
      }
    },
  }
}

function keepLast(view: KeyedList, slot: number, count: number): void {
  if (view.count(slot) > count) view.removeRow(slot, view.first(slot))
}

/** The row `count − 1` rows before the last, or −1. */
function firstOf(view: KeyedList, slot: number, count: number): number {
  return view.count(slot) < count ? -1 : view.first(slot)
}

function valueIn(view: KeyedList, row: number): unknown {
  return view.values[0].values[row]
}

function isNullIn(view: KeyedList, row: number): boolean {
  const { values, nulls } = view.values[0].column()
  return (nulls !== null && nulls[row] !== 0) || values[row] === null
}

function standInOf(type: LogicalType): unknown {
  switch (type.kind) {
    case 'CHAR':
    case 'VARCHAR':
      return ''
    case 'BOOLEAN':
      return 0
    default:
      return physicalOf(type) === 'object' ? null : -1
  }
}
