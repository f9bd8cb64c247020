import type { ScalarFunction } from '../../../expr/function.ts'
import { arrayAppend } from './array-append.ts'
import { arrayConcat } from './array-concat.ts'
import { arrayContains } from './array-contains.ts'
import { arrayDistinct } from './array-distinct.ts'
import { arrayExcept } from './array-except.ts'
import { arrayIntersect } from './array-intersect.ts'
import { arrayJoin } from './array-join.ts'
import { arrayMax } from './array-max.ts'
import { arrayMin } from './array-min.ts'
import { arrayPosition } from './array-position.ts'
import { arrayPrepend } from './array-prepend.ts'
import { arrayRemove } from './array-remove.ts'
import { arrayReverse } from './array-reverse.ts'
import { arraySlice } from './array-slice.ts'
import { arraySort } from './array-sort.ts'
import { arrayUnion } from './array-union.ts'
import { cardinality } from './cardinality.ts'
import { element } from './element.ts'
import { mapEntries } from './map-entries.ts'
import { mapFromArrays } from './map-from-arrays.ts'
import { mapKeys } from './map-keys.ts'
import { mapUnion } from './map-union.ts'
import { mapValues } from './map-values.ts'

/** Every function of the theme, one line each. */
export const collectionFunctions: readonly ScalarFunction[] = [
  cardinality,
  element,
  arrayAppend,
  arrayConcat,
  arrayContains,
  arrayDistinct,
  arrayExcept,
  arrayIntersect,
  arrayJoin,
  arrayMax,
  arrayMin,
  arrayPosition,
  arrayPrepend,
  arrayRemove,
  arrayReverse,
  arraySlice,
  arraySort,
  arrayUnion,
  mapEntries,
  mapFromArrays,
  mapKeys,
  mapUnion,
  mapValues,
]
