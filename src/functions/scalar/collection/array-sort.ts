import { custom } from '../../../expr/signature.ts'
import type { Comparator } from '../../../types/compare.ts'
import { BOOLEAN, withNullable } from '../../../types/logical-type.ts'
import type { Value } from '../../../types/value.ts'
import { scalar } from '../../define.ts'
import { elementOf, sortOrder } from './array-types.ts'
import { insertionSort } from './insertion-sort.ts'

export const arraySort = scalar({
  name: 'ARRAY_SORT',
  theme: 'collection',
  doc: 'An array in ascending (TRUE, the default) or descending order; NULLs first or last, by default first when ascending.',
  signature: custom(['ARRAY_SORT(ARRAY<comparable>, [BOOLEAN ascending, [BOOLEAN nullsFirst]])'], 1, 3, (given) => {
    const [array, ...flags] = given.map((arg) => arg.type)
    if (array.kind !== 'ARRAY' || sortOrder(array.element) === undefined) return undefined
    if (!flags.every((type) => type.kind === 'BOOLEAN' || type.kind === 'NULL')) return undefined
    return {
      args: [array, ...flags.map((type) => (type.kind === 'NULL' ? BOOLEAN : type))],
      returns: withNullable(array, array.nullable || flags.some((type) => type.nullable)),
    }
  }),
  nulls: 'propagate',
  prepare: (site) => {
    const compare = sortOrder(elementOf(site.args[0].type)) as Comparator
    return (array: readonly Value[], ascending = true, nullsFirst = ascending) => {
      const values = array.filter((value) => value !== null)
      const sorted = values.some(Number.isNaN)
        ? insertionSort(
            values,
            ascending ? (a, b) => (compare(a, b) > 0 ? 1 : -1) : (a, b) => (compare(a, b) > 0 ? -1 : 1),
          )
        : values.sort(ascending ? compare : (a, b) => compare(b, a))
      const nulls = new Array<null>(array.length - values.length).fill(null)
      return nullsFirst ? [...nulls, ...sorted] : [...sorted, ...nulls]
    }
  },
  examples: [
    ['ARRAY_SORT(ARRAY[3, 1, 2])', '[1, 2, 3]'],
    ['ARRAY_SORT(ARRAY[3, 1, CAST(NULL AS INT)], FALSE)', '[3, 1, NULL]'],
  ],
})
