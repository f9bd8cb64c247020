/**
 * UNNEST: the rows of one collection value.
 *
 * Laws
 * - NULL and empty collections give no row; a NULL element of ROWs gives a row of NULLs.
 * - A multiset gives each element as often as it counts.
 */
import type { LogicalType } from '../../types/logical-type.ts'
import type { MapValue, Value } from '../../types/value.ts'
import type { TableCall } from './node.ts'

type Emit = (row: readonly Value[]) => void

export function unnester(
  { arg, columns, ordinality }: TableCall & { readonly kind: 'unnest' },
  emit: Emit,
): (value: Value) => void {
  const { type } = arg
  const width = columns.length - (ordinality ? 1 : 0)
  const cells = cellsOf(type, width)
  const give = (element: Value, position: number) => {
    const row = cells(element)
    emit(ordinality ? [...row, position] : row)
  }
  switch (type.kind) {
    case 'MAP':
      return (value) => {
        if (value === null) return
        const { keys, values } = value as MapValue
        for (let i = 0; i < keys.length; i++) {
          emit(ordinality ? [keys[i], values[i], i + 1] : [keys[i], values[i]])
        }
      }
    case 'MULTISET':
      return (value) => {
        if (value === null) return
        const { keys, values } = value as MapValue
        let position = 0
        for (let i = 0; i < keys.length; i++) for (let n = Number(values[i]); n > 0; n--) give(keys[i], ++position)
      }
    default:
      return (value) => {
        if (value === null) return
        const elements = value as readonly Value[]
        for (let i = 0; i < elements.length; i++) give(elements[i], i + 1)
      }
  }
}

function cellsOf(collection: LogicalType, width: number): (element: Value) => readonly Value[] {
  const element = collection.kind === 'ARRAY' || collection.kind === 'MULTISET' ? collection.element : collection
  if (element.kind !== 'ROW' && element.kind !== 'STRUCTURED') return (value) => [value]
  const none: readonly Value[] = new Array(width).fill(null)
  return (value) => (value === null ? none : (value as readonly Value[]))
}
