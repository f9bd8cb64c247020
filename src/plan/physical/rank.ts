/**
 * Nodes that order rows: top-n, deduplication, top-n per window, sort by time.
 */
import type { PlanNode } from '../../operators/nodes.ts'
import type { Planned } from '../changelog.ts'
import { namesOf, orderText, rangeText } from '../describe.ts'
import type { DeduplicateRel, RankRel, TemporalSortRel, WindowRankRel } from '../nodes.ts'
import { rankStrategy } from '../rank-strategy.ts'
import { upsertKeys } from '../upsert-keys.ts'
import { columns, keyed, type NodeBuilder } from './builder.ts'

export function ranked(
  builder: NodeBuilder,
  planned: Planned,
  rel: RankRel | DeduplicateRel | WindowRankRel | TemporalSortRel,
): PlanNode {
  const input = builder.build(planned.inputs[0])
  const { mode } = planned
  const names = namesOf(input.schema)
  const common = { schema: rel.schema, changelog: mode, upsertKeys: upsertKeys(rel) }
  const select = `select=[${namesOf(rel.schema).join(', ')}]`
  switch (rel.kind) {
    case 'rank': {
      const { partition, order, range, outputRank } = rel
      const strategy = rankStrategy(rel, planned.inputs[0])
      const text = `partitionBy=[${columns(partition, input.schema)}], orderBy=[${orderText(order, names)}], ${select}`
      return builder.add({
        kind: 'rank',
        ...common,
        inputs: [keyed(input, partition)],
        partition,
        order,
        range,
        strategy,
        outputRank,
        emitUpdateBefore: mode.updateBefore,
        description: `Rank(strategy=[${strategy.kind}], rankRange=[${rangeText(range, names)}], ${text})`,
      })
    }
    case 'deduplicate': {
      const { key, time, timeColumn, keep } = rel
      return builder.add({
        kind: 'deduplicate',
        ...common,
        inputs: [keyed(input, key)],
        key,
        time,
        timeColumn,
        keep,
        emitUpdateBefore: mode.updateBefore,
        description: `Deduplicate(keep=[${keep}], key=[${columns(key, input.schema)}], order=[${time}])`,
      })
    }
    case 'window-rank': {
      const { window, startColumn, endColumn, order, start, end, latestFirst, outputRank } = rel
      // Sessions made elsewhere are told apart by their start too.
      const partition = window.shape.type === 'session' ? [...rel.partition, startColumn] : rel.partition
      const text = `partitionBy=[${columns(rel.partition, input.schema)}], orderBy=[${orderText(order, names)}], ${select}`
      return builder.add({
        kind: 'window-rank',
        ...common,
        inputs: [keyed(input, partition)],
        partition,
        endColumn,
        time: window.time,
        timeZone: window.timeZone,
        order,
        start,
        end,
        latestFirst,
        outputRank,
        description: `WindowRank(window=[${names[startColumn]}, ${names[endColumn]}], rankRange=[${start}..${end}], ${text})`,
      })
    }
    case 'temporal-sort': {
      const { time, timeColumn, order } = rel
      const keys = [`${names[timeColumn]} ASC`, ...(order.length > 0 ? [orderText(order, names)] : [])]
      return builder.add({
        kind: 'temporal-sort',
        ...common,
        inputs: [keyed(input, [])],
        time,
        timeColumn,
        order,
        description: `TemporalSort(orderBy=[${keys.join(', ')}])`,
      })
    }
  }
}
