/**
 * decode-timestamp
 *
 * What   where a produced STRING column is read by TO_TIMESTAMP(column) alone, the format decodes it into the TIMESTAMP(3)
 * Why    event time often comes as text; the decoder reads the digits of the bytes and makes no string
 * Not    with a pattern of one's own; when the text is read elsewhere too; for sources whose format does not offer it
 */
import { type Expr, mapExpr, walkExpr } from '../../expr/expr.ts'
import { timestamp } from '../../types/logical-type.ts'
import { mapRel, type ScanRel } from '../nodes.ts'
import type { Rule } from './rule.ts'

export const decodeTimestamp: Rule = {
  name: 'decode-timestamp',
  apply: (rel) => mapRel(rel, (node) => (node.kind === 'scan' ? decode(node) : node)),
}

function decode(rel: ScanRel): ScanRel {
  if (rel.derives?.includes('sql-timestamp') !== true) return rel
  const uses = new Array<number>(rel.produced.length).fill(0)
  const parsed = new Array<number>(rel.produced.length).fill(0)
  for (const projection of rel.projections) {
    walkExpr(projection, (e) => {
      if (e.kind === 'input') uses[e.index]++
      const column = parsedColumn(e)
      if (column !== undefined) parsed[column]++
    })
  }
  const derived = (i: number) =>
    uses[i] > 0 &&
    uses[i] === parsed[i] &&
    rel.produced[i].metadata === undefined &&
    rel.produced[i].type.kind === 'VARCHAR'
  if (!rel.produced.some((_, i) => derived(i))) return rel
  return {
    ...rel,
    produced: rel.produced.map((column, i) =>
      derived(i) ? { ...column, type: timestamp(3), parse: 'sql-timestamp' } : column,
    ),
    projections: rel.projections.map((projection) =>
      mapExpr(projection, (e) => {
        const column = parsedColumn(e)
        return column === undefined || !derived(column)
          ? e
          : { kind: 'input', index: column, type: e.type, ...(e.span && { span: e.span }) }
      }),
    ),
  }
}

/** The column of `TO_TIMESTAMP(column)`. */
function parsedColumn(expr: Expr): number | undefined {
  if (expr.kind !== 'call' || expr.fn !== 'TO_TIMESTAMP' || expr.user === true || expr.args.length !== 1)
    return undefined
  const [arg] = expr.args
  return arg.kind === 'input' ? arg.index : undefined
}
