/** Functions of users, registered as values. */
import type { ScalarFunction } from '../expr/function.ts'
import type { TableFunction } from '../expr/table-function.ts'

export type UserFunction = UserScalarFunction | UserAggregateFunction | UserTableFunction

export interface UserScalarFunction {
  readonly kind: 'scalar'
  /** As registered, for messages. */
  readonly name: string
  readonly fn: ScalarFunction
}

export interface UserAggregateFunction {
  readonly kind: 'aggregate'
  readonly name: string
  /** The aggregate's declaration; its contract belongs to the functions part, which the planner asks for its types. */
  readonly fn: unknown
}

export interface UserTableFunction {
  readonly kind: 'table'
  readonly name: string
  readonly fn: TableFunction
}
