/** What the array functions share: element types, sets of values, orders. */
import type { ArgInfo, CallSite, TypingContext } from '../../../expr/function.ts'
import type { Shape } from '../../../expr/signature.ts'
import { custom } from '../../../expr/signature.ts'
import { castIsVoid, supportsImplicitCast } from '../../../types/common-type.ts'
import { type Comparator, comparatorOf, type Equality, equalityOf } from '../../../types/compare.ts'
import type { ArrayType, LogicalType } from '../../../types/logical-type.ts'
import { withNullable } from '../../../types/logical-type.ts'
import type { Value } from '../../../types/value.ts'

export const elementOf = (type: LogicalType): LogicalType => (type as ArrayType).element

/** (ARRAY<T>, T): the second argument is cast to the element's type, where Flink does that implicitly. */
export function arrayAndElement(name: string, result: (array: ArrayType, element: LogicalType) => LogicalType): Shape {
  return custom([`${name}(ARRAY<T>, T)`], 2, 2, ([array, element]: readonly ArgInfo[], _: TypingContext) => {
    if (array.type.kind !== 'ARRAY' || !supportsImplicitCast(element.type, array.type.element)) return undefined
    const wanted = castIsVoid(element.type, array.type.element) ? element.type : array.type.element
    const nullable = element.type.nullable || element.type.kind === 'NULL'
    const type = withNullable(element.type.kind === 'NULL' ? array.type.element : wanted, nullable)
    return { args: [array.type, type], returns: result(array.type, type) }
  })
}

/** The array with one element more: elements are NULL where the new one may be. */
export function arrayWith(array: ArrayType, element: LogicalType): LogicalType {
  const inner = withNullable(array.element, array.element.nullable || element.nullable)
  return { ...array, element: inner, nullable: array.nullable || element.nullable }
}

export function elementEquality(site: CallSite): Equality {
  return equalityOf(elementOf(site.args[0].type))
}

/** Types whose arrays can be sorted; undefined for the others, which Flink refuses. */
export function sortOrder(type: LogicalType): Comparator | undefined {
  if (type.kind === 'BOOLEAN' || type.kind === 'INTERVAL_DAY_TIME' || type.kind === 'INTERVAL_YEAR_MONTH')
    return undefined
  return comparatorOf(type)
}

/** Remembers values. */
export interface ValueSet {
  has(value: Value): boolean
  add(value: Value): void
}

export function valueSet(type: LogicalType, equality: Equality): ValueSet {
  switch (type.kind) {
    case 'ARRAY':
    case 'ROW':
    case 'STRUCTURED':
    case 'MAP':
    case 'MULTISET':
    case 'BINARY':
    case 'VARBINARY':
    case 'BITMAP':
    case 'VARIANT':
    case 'RAW': {
      const values: Value[] = []
      return { has: (value) => values.some((other) => equality(other, value)), add: (value) => values.push(value) }
    }
    default: {
      // Values are canonical, so that JavaScript's equality is SQL's; but NaN equals nothing here.
      const values = new Set<Value>()
      return { has: (value) => !Number.isNaN(value) && values.has(value), add: (value) => values.add(value) }
    }
  }
}
