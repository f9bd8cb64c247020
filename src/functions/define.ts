/** How a scalar function is written down, for built-ins and users alike. */
import type { ScalarFunction, Signature } from '../expr/function.ts'
import type { Shape } from '../expr/signature.ts'

/** A scalar function as its file writes it: the signature takes its name from it, the kind goes without saying. */
export type ScalarDeclaration = Omit<ScalarFunction, 'kind' | 'signature'> & {
  readonly signature: Shape | Signature
}

/**
 * Declare a scalar function.
 *
 * ```ts
 * export const reverse = scalar({
 *   name: 'REVERSE',
 *   theme: 'string',
 *   doc: 'The characters of a string in reverse order.',
 *   signature: args([STRING], nullable(STRING)),
 *   nulls: 'propagate',
 *   eval: (text: string) => [...text].reverse().join(''),
 *   examples: [["REVERSE('abc')", 'cba']],
 * })
 * ```
 */
export function scalar(declaration: ScalarDeclaration): ScalarFunction {
  const { signature, ...rest } = declaration
  return {
    kind: 'scalar',
    ...rest,
    signature: typeof signature === 'function' ? signature(declaration.name) : signature,
  }
}
