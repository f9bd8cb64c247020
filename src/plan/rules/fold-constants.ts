/**
 * fold-constants
 *
 * What   computes constant expressions once, and chooses the branches that constant conditions decide
 * Why    a constant costs nothing per row, and filters that are always true or false show as such to later rules
 * Not    functions of users, of time or of chance; what fails when computed stays, and fails in the row that evaluates it
 */
import { exprKey } from '../../expr/key.ts'
import { fold } from '../context.ts'
import { mapRel } from '../nodes.ts'
import { mapExprs, type Rule } from './rule.ts'

export const foldConstants: Rule = {
  name: 'fold-constants',
  apply: (rel, context) =>
    mapRel(rel, (node) =>
      mapExprs(node, (expr) => {
        if (expr.kind === 'literal' || expr.kind === 'input') return expr
        const folded = fold(context, expr)
        return exprKey(folded) === exprKey(expr) ? expr : folded
      }),
    ),
}
