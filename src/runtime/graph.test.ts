import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Distribution } from '../operators/contract.ts'
import type { CompiledPlan, PlanNode } from '../operators/nodes.ts'
import { buildGraph } from './graph.ts'

const FORWARD: Distribution = { kind: 'forward' }
const HASH: Distribution = { kind: 'hash', keys: [0] }
const SINGLE: Distribution = { kind: 'single' }

function plan(
  ...nodes: readonly (readonly [kind: string, ...inputs: (readonly [number, Distribution])[]])[]
): CompiledPlan {
  return {
    rivuletPlan: 1,
    options: {},
    nodes: nodes.map(([kind, ...inputs], i) => ({
      id: i + 1,
      kind,
      inputs: inputs.map(([node, distribution]) => ({ node, distribution })),
    })) as unknown as PlanNode[],
  }
}

const graphOf = (compiled: CompiledPlan, parallelism: number, wanted: Record<number, number> = {}) =>
  buildGraph(compiled, { parallelism, maxParallelism: 128, wanted: (node) => wanted[node.id] })
const shape = (graph: ReturnType<typeof graphOf>) =>
  graph.vertices.map(({ nodes, parallelism }) => [nodes.map(({ id }) => id), parallelism])

describe('the job graph', () => {
  const aggregate = plan(
    ['source-scan'],
    ['calc', [1, FORWARD]],
    ['group-aggregate', [2, HASH]],
    ['sink', [3, FORWARD]],
  )

  it('is one chain at parallelism 1', () => {
    assert.deepEqual(shape(graphOf(aggregate, 1)), [[[1, 2, 3, 4], 1]])
  })

  it('is cut at a hash exchange at parallelism 2', () => {
    const graph = graphOf(aggregate, 2)
    assert.deepEqual(shape(graph), [
      [[1, 2], 2],
      [[3, 4], 2],
    ])
    assert.equal(graph.edgesFrom.get(2)?.length, 1)
  })

  it('keeps what follows a source that cannot be split with it, up to the exchange', () => {
    assert.deepEqual(shape(graphOf(aggregate, 4, { 1: 1 })), [
      [[1, 2], 1],
      [[3, 4], 4],
    ])
  })

  it('brings everything to one subtask where the distribution says so', () => {
    const global = plan(['source-scan'], ['group-aggregate', [1, SINGLE]], ['collect', [2, FORWARD]])
    assert.deepEqual(shape(graphOf(global, 3, { 3: 1 })), [
      [[1], 3],
      [[2, 3], 1],
    ])
  })

  it('emits row by row where branches of one output meet again, and only there', () => {
    const selfJoin = plan(
      ['source-scan'],
      ['calc', [1, FORWARD]],
      ['join', [1, HASH], [2, HASH]],
      ['collect', [3, FORWARD]],
    )
    assert.deepEqual([...graphOf(selfJoin, 1).rowByRow], [1])
    const apart = plan(['source-scan'], ['sink', [1, FORWARD]], ['sink', [1, FORWARD]])
    assert.deepEqual([...graphOf(apart, 1).rowByRow], [])
  })
})
