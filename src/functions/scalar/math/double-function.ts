/** Functions of one number that compute in DOUBLE. */
import type { ScalarFunction } from '../../../expr/function.ts'
import { args, returns } from '../../../expr/signature.ts'
import { DOUBLE } from '../../../types/logical-type.ts'
import { scalar } from '../../define.ts'

export interface DoubleFunction {
  readonly name: string
  readonly doc: string
  readonly compute: (value: number) => number
  /** JavaScript of the computation from an argument, where the runtime's Math has it as Java does. */
  readonly code?: (value: string) => string
  readonly examples: ScalarFunction['examples']
}

export function doubleFunction({ name, doc, compute, code, examples }: DoubleFunction): ScalarFunction {
  return scalar({
    name,
    theme: 'arithmetic',
    doc,
    signature: args([DOUBLE], returns(DOUBLE)),
    nulls: 'propagate',
    eval: compute,
    code: ([value]) => code?.(value),
    examples,
  })
}
