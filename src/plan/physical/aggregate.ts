/**
 * Nodes that aggregate: by key, by group window, by the window of a table function.
 */
import { fail } from '../../base/errors.ts'
import type { PlanNode } from '../../operators/nodes.ts'
import { stateGrouping } from '../../operators/window-aggregate/state.ts'
import type { Planned } from '../changelog.ts'
import type { PlannerContext } from '../context.ts'
import { callText, namesOf, windowText } from '../describe.ts'
import { needsRetraction } from '../monotonicity.ts'
import { inputsOfRel, type Rel } from '../nodes.ts'
import { upsertKeys } from '../upsert-keys.ts'
import { keyed, type NodeBuilder } from './builder.ts'

export function aggregate(builder: NodeBuilder, planned: Planned): PlanNode {
  const { rel, mode } = planned
  if (rel.kind !== 'aggregate' && rel.kind !== 'group-window-aggregate' && rel.kind !== 'window-aggregate') {
    return fail('PLAN_INTERNAL', { detail: `${rel.kind} is no aggregate` })
  }
  const input = builder.build(planned.inputs[0])
  const names = namesOf(input.schema)
  const inputRetracts = input.changelog.updateAfter || input.changelog.delete
  const keys = rel.grouping.length
  const aggregates = rel.calls.map((call, i) => ({
    ...call,
    retract: inputRetracts && needsRetraction(call, planned.inputs[0], rel.grouping),
    name: rel.schema[keys + i].name,
  }))
  const groupBy = keys === 0 ? '' : `groupBy=[${rel.grouping.map((i) => names[i]).join(', ')}], `
  const calls = aggregates.map((call) => `${callText(call, names)} AS ${call.name}`)
  const select = [...rel.grouping.map((i) => names[i]), ...calls].join(', ')
  const common = {
    schema: rel.schema,
    changelog: mode,
    upsertKeys: upsertKeys(rel),
    inputs: [keyed(input, rel.grouping)],
    grouping: rel.grouping,
    aggregates,
  }
  switch (rel.kind) {
    case 'aggregate':
      return builder.add({
        kind: 'group-aggregate',
        ...common,
        emitUpdateBefore: mode.updateBefore,
        ...(miniBatchOf(builder.context) && { miniBatch: miniBatchOf(builder.context) }),
        inputRetracts,
        ...(rel.ttl !== undefined && { stateTtl: rel.ttl }),
        description: `GroupAggregate(${groupBy}select=[${select}]${rel.ttl === undefined ? '' : `, stateTtl=[${rel.ttl} ms]`})`,
      })
    case 'group-window-aggregate': {
      const { window, properties } = rel
      return builder.add({
        kind: 'group-window-aggregate',
        ...common,
        window,
        properties,
        inputRetracts,
        description: `GroupWindowAggregate(${groupBy}window=[${windowText(window, names)}], properties=[${properties.join(', ')}], select=[${select}])`,
      })
    }
    case 'window-aggregate': {
      const { windowing, properties } = rel
      // Rows travel by the key of the operator's state: sessions made elsewhere are told apart by their start too.
      const keys = stateGrouping({ grouping: rel.grouping, aggregates, windowing })
      const window =
        windowing.kind === 'assign'
          ? windowText(windowing.window, names)
          : `${windowText(windowing.window, names)} attached to [win_end=${names[windowing.endColumn]}]`
      return builder.add({
        kind: 'window-aggregate',
        ...common,
        inputs: [keyed(input, keys)],
        windowing,
        partialSums: watermarksFollowRows(rel),
        properties,
        description: `WindowAggregate(${groupBy}window=[${window}], select=[${[select, ...properties.map((p) => `window_${p}`)].filter((part) => part !== '').join(', ')}])`,
      })
    }
  }
}

/** `table.exec.mini-batch.*`; size and latency must be there when it is on, as in Flink. */
function miniBatchOf({ options }: PlannerContext): { readonly size: number; readonly latencyMs: number } | undefined {
  if (!options.boolean('table.exec.mini-batch.enabled')) return undefined
  const size = Number(options.get('table.exec.mini-batch.size') ?? -1)
  const latencyMs = options.duration('table.exec.mini-batch.allow-latency') ?? 0
  if (!Number.isInteger(size) || size <= 0) {
    fail('PLAN_SESSION_OPTION', {
      key: 'table.exec.mini-batch.size',
      expected: 'a whole number greater than 0 when mini-batch is enabled',
    })
  }
  if (latencyMs <= 0) {
    fail('PLAN_SESSION_OPTION', {
      key: 'table.exec.mini-batch.allow-latency',
      expected: "a duration such as '5 s' when mini-batch is enabled",
    })
  }
  return { size, latencyMs }
}

/** Every watermark below is that of a row (`on-event`), so that what happens between two watermarks is no chance. */
function watermarksFollowRows(rel: Rel): boolean {
  if (rel.kind === 'scan') return rel.watermark === undefined || rel.watermark.emit === 'on-event'
  return inputsOfRel(rel).every(watermarksFollowRows)
}
