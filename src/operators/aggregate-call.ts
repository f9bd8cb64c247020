/** One aggregate of a GROUP BY, as plan nodes hold it; its arguments are columns of the input. */
import type { LogicalType } from '../types/logical-type.ts'
import type { Value } from '../types/value.ts'

export interface AggregateCall {
  /** Registry name in upper case (`SUM`, `COUNT`), or the catalog name of a user's aggregate. */
  readonly fn: string
  readonly user?: boolean
  /** Input columns; none for COUNT(*). */
  readonly args: readonly number[]
  readonly argTypes: readonly LogicalType[]
  readonly distinct: boolean
  /** Input column of a BOOLEAN: only rows where it is TRUE count. */
  readonly filter?: number
  /** True when the input retracts (-U, -D) and the accumulator must be able to. */
  readonly retract: boolean
  readonly type: LogicalType
  /** The output column's name. */
  readonly name: string
  /** Clauses such as `NULL ON NULL` of JSON_ARRAYAGG, the ORDER BY of WITHIN GROUP. */
  readonly clauses?: Readonly<Record<string, Value>>
}
