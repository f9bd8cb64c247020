/**
 * The optimizer: these rules, in this order, once each.
 *
 * Constants first, since later rules look for TRUE and FALSE. Filters sink before columns are pruned, so that a column that
 * only a pushed filter reads ends at the filter. Windows are fused before projections merge, while the chain between the
 * aggregate and the window function is still as written; keys of versioned tables are looked for before columns go; pruning makes
 * projections of plain columns, which the last merge takes away. Which columns of an upsert table are read decides whether it
 * must be normalised. Scans of one table are shared when it is known what each reads. What is left to read decides how it is
 * decoded.
 */
import type { PlannerContext } from './context.ts'
import type { Rel } from './nodes.ts'
import { decodeTimestamp } from './rules/decode-timestamp.ts'
import { dropNormalize } from './rules/drop-normalize.ts'
import { foldConstants } from './rules/fold-constants.ts'
import { joinKeys } from './rules/join-keys.ts'
import { mergeProjections } from './rules/merge-projections.ts'
import { pruneColumns } from './rules/prune-columns.ts'
import { pushFilters } from './rules/push-filters.ts'
import { rank } from './rules/rank.ts'
import { removeEmpty } from './rules/remove-empty.ts'
import { rowNumberOver } from './rules/row-number-over.ts'
import type { ForestRule, Rule } from './rules/rule.ts'
import { shareScans } from './rules/share-scans.ts'
import { versionKey } from './rules/version-key.ts'
import { fuseWindow, windowAggregate } from './rules/window-aggregate.ts'

export const rules: readonly (Rule | ForestRule)[] = [
  foldConstants,
  removeEmpty,
  pushFilters,
  rank,
  rowNumberOver,
  windowAggregate,
  fuseWindow,
  joinKeys,
  versionKey,
  mergeProjections,
  pruneColumns,
  dropNormalize,
  shareScans,
  mergeProjections,
  decodeTimestamp,
]

export interface Optimized {
  readonly rels: readonly Rel[]
  /** Names of the rules that changed something, in order. */
  readonly fired: readonly string[]
}

/** Optimize all trees of a job. */
export function optimize(rels: readonly Rel[], context: PlannerContext): Optimized {
  let current = rels
  const fired = new Set<string>()
  for (const rule of rules) {
    const next = 'applyAll' in rule ? rule.applyAll(current, context) : current.map((rel) => rule.apply(rel, context))
    if (next.some((rel, i) => rel !== current[i])) fired.add(rule.name)
    current = next
  }
  return { rels: current, fired: [...fired] }
}
