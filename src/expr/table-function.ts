/**
 * The contract of table functions: one call gives any number of rows.
 *
 * Law: the result type of the signature is a ROW whose fields are the columns; `emit` takes one value per column, in order.
 */
import type { Value } from '../types/value.ts'
import type { CallSite, Signature } from './function.ts'

export interface TableFunction {
  readonly kind: 'table'
  readonly name: string
  readonly doc: string
  readonly signature: Signature
  /** Make the evaluator of one call site; it is given the arguments of a row, NULLs included. */
  prepare(site: CallSite, emit: (row: readonly Value[]) => void): (...args: Value[]) => void
}
