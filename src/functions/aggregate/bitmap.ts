/**
 * BITMAP_BUILD_AGG and BITMAP_OR_AGG, BITMAP_AND_AGG, BITMAP_XOR_AGG, each also as its cardinality.
 *
 * Law: NULLs are passed over; without values the result is NULL. The values are kept with their counts, so that all of them
 * retract: a member, or a bitmap, is in as long as its count is not 0, and for XOR while it is odd.
 */
import { fail } from '../../base/errors.ts'
import { args, nullable } from '../../expr/signature.ts'
import type { KeyedList } from '../../state/contract.ts'
import { buildBitmap, decodeBitmap } from '../../types/bitmap.ts'
import { BIGINT, BITMAP, INT, type LogicalType } from '../../types/logical-type.ts'
import { aggregate } from './define.ts'

type Members = (view: KeyedList, slot: number) => ReadonlySet<number> | null

function bitmapAggregate(name: string, doc: string, argument: LogicalType, members: Members, cardinality: boolean) {
  return aggregate({
    name,
    doc,
    signature: args([argument], nullable(cardinality ? BIGINT : BITMAP)),
    emptyIsNull: true,
    retracts: true,
    merges: true,
    prepare: ({ argTypes }) => ({
      accumulators: [],
      view: { kind: 'counts', columns: [{ name: 'value', type: argTypes[0] }] },
      add: () => '',
      retract: () => '',
      merge: () => '',
      result(code) {
        const t = code.temp('set')
        return {
          before: `const ${t} = ${code.use(members, 'members')}(${code.view}, ${code.slot});`,
          value: cardinality
            ? `(${t} === null ? 0 : ${t}.size)`
            : `(${t} === null ? null : ${code.use(buildBitmap, 'buildBitmap')}(${t}))`,
          isNull: `${t} === null`,
        }
      },
    }),
  })
}

function values<T>(view: KeyedList, slot: number): { readonly value: T; readonly count: number }[] {
  const found: { value: T; count: number }[] = []
  for (let row = view.first(slot); row >= 0; row = view.next(row)) {
    const count = Number(view.values[1].values[row])
    if (count !== 0) found.push({ value: view.values[0].get(row) as T, count })
  }
  return found
}

const integers: Members = (view, slot) => {
  const found = values<number>(view, slot)
  return found.length === 0 ? null : new Set(found.map(({ value }) => value >>> 0))
}

/** Over the sets in order of arrival, each with its count. */
function folded(
  fold: (all: Set<number>, next: ReadonlySet<number>, count: number, first: boolean) => Set<number>,
): Members {
  return (view, slot) => {
    const found = values<Uint8Array>(view, slot)
    if (found.length === 0) return null
    let all = new Set<number>()
    found.forEach(({ value, count }, i) => {
      const next =
        decodeBitmap(value) ?? fail('FUNCTION_INTERNAL', { detail: 'a BITMAP value whose bytes are no bitmap' })
      all = fold(all, new Set(next), count, i === 0)
    })
    return all
  }
}

const union = folded((all, next) => new Set([...all, ...next]))
const intersection = folded(
  (all, next, _, first) => new Set(first ? next : [...all].filter((member) => next.has(member))),
)
const difference = folded((all, next, count) => {
  if (count % 2 === 0) return all
  const result = new Set(all)
  for (const member of next) if (!result.delete(member)) result.add(member)
  return result
})

const pair = (name: string, what: string, argument: LogicalType, members: Members) => [
  bitmapAggregate(`BITMAP_${name}_AGG`, `${what}; NULL when there are none.`, argument, members, false),
  bitmapAggregate(`BITMAP_${name}_CARDINALITY_AGG`, `How many members there are in: ${what}.`, argument, members, true),
]

export const bitmapAggregates = [
  ...pair('BUILD', 'The set of the integers', INT, integers),
  ...pair('OR', 'The members of all bitmaps together', BITMAP, union),
  ...pair('AND', 'The members that all bitmaps share', BITMAP, intersection),
  ...pair('XOR', 'The members that an odd number of bitmaps have', BITMAP, difference),
]
