/**
 * The job graph, and the table of its subtasks below (which says the same without a picture).
 *
 * Law: a vertex's place depends only on the graph, in columns by the longest way from a source, so nothing moves as numbers come.
 */
import {
  Background,
  Controls,
  type Edge,
  Handle,
  type Node,
  type NodeProps,
  Position,
  ReactFlow,
  type ReactFlowInstance,
} from '@xyflow/react'
import '@xyflow/react/dist/style.css'
import { useEffect, useState } from 'react'
import type {
  CompiledPlanAnswer,
  JobDetails,
  OperatorMetric,
  OperatorsAnswer,
  VertexBackPressure,
} from '../../../src/server/api-types.ts'
import { get, usePoll } from '../api.ts'
import { count, dash, duration, short, time } from '../format.ts'
import { useText } from '../i18n.ts'
import type { PanelProps } from '../job-page.tsx'
import { Empty, num, Problem, State, Table } from '../ui.tsx'

interface Load {
  readonly busy: number
  readonly back: number
}

/** The worst subtask of every vertex. */
function useLoads(job: JobDetails): Readonly<Record<string, Load>> {
  const [loads, setLoads] = useState<Readonly<Record<string, Load>>>({})
  const ids = job.vertices.map((vertex) => vertex.id).join(' ')
  const over = job['end-time'] > 0
  useEffect(() => {
    if (ids === '' || over) return
    const stop = new AbortController()
    const ask = async () => {
      const found = await Promise.allSettled(
        ids.split(' ').map(async (id) => {
          const path = `/jobs/${job.jid}/vertices/${id}/backpressure`
          const { subtasks } = await get<VertexBackPressure>(path, stop.signal)
          const busy = Math.max(0, ...subtasks.map((one) => one.busyRatio))
          return [id, { busy, back: Math.max(0, ...subtasks.map((one) => one.ratio)) }] as const
        }),
      )
      // A vertex without an answer has no bar; the page's other calls say what is wrong with the server.
      if (!stop.signal.aborted)
        setLoads(Object.fromEntries(found.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []))))
    }
    void ask()
    const timer = setInterval(ask, 3000)
    return () => {
      stop.abort()
      clearInterval(timer)
    }
  }, [job.jid, ids, over])
  return loads
}

interface VertexData extends Record<string, unknown> {
  readonly name: string
  readonly status: string
  readonly parallelism: number
  readonly rate: number
  readonly operators: readonly { readonly id: number; readonly name: string; readonly rate: number }[]
  readonly load: Load | undefined
  readonly watermark: OperatorMetric['watermark']
  readonly now: number
}

function VertexNode({ data }: NodeProps<Node<VertexData>>) {
  const t = useText()
  const { load, watermark } = data
  const tone = load === undefined ? '' : load.back > 0.5 ? 'bad' : load.back > 0.1 || load.busy > 0.8 ? 'warn' : 'good'
  return (
    <div className={`vertex ${tone}`}>
      <Handle type="target" position={Position.Left} />
      <strong title={data.name}>{data.name}</strong>
      <span>
        <State of={data.status} /> × {data.parallelism}
      </span>
      <span>
        <b>{short(data.rate)}</b> {t('rows/s')}
      </span>
      <span>
        {t('busy')} {load === undefined ? dash : `${Math.round(load.busy * 100)} %`} · {t('back-pressured')}{' '}
        {load === undefined ? dash : `${Math.round(load.back * 100)} %`}
      </span>
      <span>
        {t('Watermark')} {typeof watermark === 'number' ? time(watermark) : t('none')}
      </span>
      <span>
        {t('Lag')} {typeof watermark === 'number' ? duration(Math.max(0, data.now - watermark)) : dash}
      </span>
      <ul>
        {data.operators.slice(0, LISTED).map((one) => (
          <li key={one.id}>
            <span>{one.name}</span> <b>{short(one.rate)}</b>
          </li>
        ))}
        {data.operators.length > LISTED && <li>+ {data.operators.length - LISTED}</li>}
      </ul>
      <Handle type="source" position={Position.Right} />
    </div>
  )
}

const NODE_TYPES = { vertex: VertexNode }

/** Operators of a vertex that are listed; the table below has all. */
const LISTED = 8
/** Of a node, in pixels; `.vertex` has the same. */
const heightOf = (operators: number) => 142 + 16 * Math.min(operators, LISTED + 1)
const GAP = 30

interface Place {
  readonly x: number
  readonly y: number
  readonly height: number
}

function layout(job: JobDetails, operators: ReadonlyMap<string, number>): Readonly<Record<string, Place>> {
  const { nodes } = job.plan
  const depth = new Map<string, number>()
  const depthOf = (id: string): number => {
    const known = depth.get(id)
    if (known !== undefined) return known
    const inputs = nodes.find((node) => node.id === id)?.inputs ?? []
    const found = Math.max(-1, ...inputs.map((input) => depthOf(input.id))) + 1
    depth.set(id, found)
    return found
  }
  const filled = new Map<number, number>()
  return Object.fromEntries(
    nodes.map(({ id }) => {
      const column = depthOf(id)
      const y = filled.get(column) ?? 0
      const height = heightOf(operators.get(id) ?? 0)
      filled.set(column, y + height + GAP)
      return [id, { x: column * 320, y, height }]
    }),
  )
}

const FIT = { minZoom: 0.6, maxZoom: 1, padding: 0.1 }

/** A graph that can only be read in parts is shown from its sources on. */
async function fromTheTop(flow: ReactFlowInstance<Node<VertexData>>): Promise<void> {
  await flow.fitView(FIT)
  if (flow.getZoom() <= FIT.minZoom) await flow.setViewport({ x: 30, y: 20, zoom: 0.8 })
}

export function GraphPanel({ job }: PanelProps) {
  const t = useText()
  const { data: operators, error } = usePoll<OperatorsAnswer>(`/rivulet/v1/jobs/${job.jid}/operators`)
  // A job that is only starting has no plan yet.
  const planned = job.plan.nodes.length > 0
  const { data: plan } = usePoll<CompiledPlanAnswer>(planned ? `/rivulet/v1/jobs/${job.jid}/plan` : null, 30_000)
  const loads = useLoads(job)
  const counts = new Map<string, number>()
  for (const { vertex } of plan?.nodes ?? []) counts.set(vertex, (counts.get(vertex) ?? 0) + 1)
  const places = layout(job, counts)
  const bottom = Math.max(0, ...Object.values(places).map(({ y, height }) => y + height))
  const nodes: Node<VertexData>[] = job.vertices.map((vertex) => {
    const chained = plan?.nodes.filter((node) => node.vertex === vertex.id) ?? []
    const own = new Set(chained.map((node) => node.id))
    const metrics = operators?.operators.filter((metric) => own.has(metric.node)) ?? []
    const last = Math.max(-1, ...metrics.map((metric) => metric.node))
    const marks = metrics.map((metric) => metric.watermark).filter((mark) => typeof mark === 'number')
    const rateOf = (id: number) =>
      metrics
        .filter((metric) => metric.node === id)
        .reduce((sum, one) => sum + Math.max(one.rowsOutPerSecond, one.rowsInPerSecond), 0)
    const { x = 0, y = 0, height = heightOf(0) } = places[vertex.id] ?? {}
    return {
      id: vertex.id,
      type: 'vertex',
      position: { x, y },
      style: { height },
      ariaLabel: vertex.name,
      data: {
        name: vertex.name,
        status: vertex.status,
        parallelism: vertex.parallelism,
        rate: rateOf(last),
        operators: chained.map(({ id, description }) => ({
          id,
          name: `${id} ${description.split('(', 1)[0]}`,
          rate: rateOf(id),
        })),
        load: loads[vertex.id],
        watermark: marks.length === 0 ? null : Math.min(...marks),
        now: operators?.at ?? job.now,
      },
    }
  })
  const edges: Edge[] = job.plan.nodes.flatMap((node) =>
    (node.inputs ?? []).map((input) => ({
      id: `${input.id}-${node.id}-${input.num}`,
      source: input.id,
      target: node.id,
      label: input.ship_strategy,
      animated: false,
    })),
  )
  return (
    <>
      <section className="graph" aria-label={t('Graph')} style={{ height: Math.min(760, Math.max(300, bottom + 60)) }}>
        <ReactFlow
          // The view fits the nodes as they are first; they grow when the plan comes.
          key={plan === undefined ? 'bare' : 'planned'}
          nodes={nodes}
          edges={edges}
          nodeTypes={NODE_TYPES}
          fitView
          fitViewOptions={FIT}
          onInit={fromTheTop}
          minZoom={0.2}
          nodesDraggable={false}
          nodesConnectable={false}
          zoomOnScroll={false}
          preventScrolling={false}
          proOptions={{ hideAttribution: false }}
        >
          <Background />
          <Controls showInteractive={false} />
        </ReactFlow>
      </section>
      <Problem error={error} />
      <h2>{t('Subtasks')}</h2>
      {operators === undefined || operators.operators.length === 0 ? (
        <Empty title="No counters yet" hint="They appear with the first report of a running job." />
      ) : (
        <Table
          label={t('Subtasks')}
          head={[
            t('Operator'),
            num(t('Subtask')),
            num(t('rows/s')),
            num(t('Rows in')),
            num(t('Rows out')),
            t('Watermark'),
            num(t('Lag')),
            t('Waiting for'),
          ]}
        >
          {operators.operators.map((one) => (
            <tr key={`${one.node} ${one.subtask}`}>
              <td>
                <code className="clip" title={one.description}>
                  {one.description}
                </code>
              </td>
              <td className="number">{one.subtask}</td>
              <td className="number">{short(Math.max(one.rowsOutPerSecond, one.rowsInPerSecond))}</td>
              <td className="number">{count(one.rowsIn)}</td>
              <td className="number">{count(one.rowsOut)}</td>
              <td>
                {one.watermark === null ? t('none') : one.watermark === 'max' ? t('end of input') : time(one.watermark)}
              </td>
              <td className="number">
                {typeof one.watermark === 'number' ? duration(Math.max(0, operators.at - one.watermark)) : dash}
              </td>
              <td className="wrap">{one.waitingFor ?? dash}</td>
            </tr>
          ))}
        </Table>
      )}
    </>
  )
}
