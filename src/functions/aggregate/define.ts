/** How an aggregate function is written down. */
import type { Signature } from '../../expr/function.ts'
import type { Shape } from '../../expr/signature.ts'
import type { AggregateFunction } from './contract.ts'

export type AggregateDeclaration = Omit<AggregateFunction, 'kind' | 'signature'> & {
  readonly signature: Shape | Signature
}

/** Declare an aggregate; the signature takes its name from it. */
export function aggregate(declaration: AggregateDeclaration): AggregateFunction {
  const { signature, ...rest } = declaration
  return {
    kind: 'aggregate',
    ...rest,
    signature: typeof signature === 'function' ? signature(declaration.name) : signature,
  }
}
