/** `/jobs/:id/vertices/:vertex…`: the parts of a job's graph and their subtasks. */
import type { FastifyPluginAsync } from 'fastify'
import { fail } from '../../base/errors.ts'
import type { BackPressureLevel, Metric, VertexBackPressure, VertexDetails } from '../api-types.ts'
import { type SubtaskView, subtaskMetrics, subtaskViews, vertexId, watermarkText } from '../metrics.ts'
import type { RunningJob } from '../running-job.ts'
import type { ServerContext } from './app.ts'
import { idParams, route } from './jobs.ts'
import { aggregate, type MetricQuery, metricQuery, select } from './metric-query.ts'
import { subtaskDetails, vertexName } from './views.ts'

type Vertex = { Params: { id: string; vertex: string } }
type Subtask = { Params: { id: string; vertex: string; subtask: string } }

const vertexParams = {
  type: 'object',
  required: ['id', 'vertex'],
  properties: { ...idParams.properties, vertex: { type: 'string', pattern: '^[0-9a-f]{32}$' } },
} as const
const subtaskParams = {
  type: 'object',
  required: ['id', 'vertex', 'subtask'],
  properties: { ...vertexParams.properties, subtask: { type: 'string', pattern: '^\\d{1,4}$' } },
} as const

interface Found {
  readonly job: RunningJob
  readonly index: number
  readonly views: readonly SubtaskView[]
}

export const vertexRoutes: FastifyPluginAsync<ServerContext> = async (app, { coordinator }) => {
  const find = ({ id, vertex }: { id: string; vertex: string }): Found => {
    const job = coordinator.get(id)
    const index = (job.record.deployed?.vertices ?? []).findIndex((_, i) => vertexId(id, i) === vertex)
    if (index < 0) fail('SERVER_UNKNOWN_RESOURCE', { what: `JobVertex ${vertex}` })
    return { job, index, views: subtaskViews(job, index) }
  }
  const findSubtask = (params: Subtask['Params']) => {
    const found = find(params)
    const view = found.views[Number(params.subtask)]
    if (view === undefined) fail('SERVER_UNKNOWN_RESOURCE', { what: `Subtask ${params.subtask}` })
    return { ...found, view }
  }
  const base = '/jobs/:id/vertices/:vertex'
  const metrics = route('Metrics', vertexParams, { querystring: metricQuery })

  app.get<Vertex>(base, route('A vertex', vertexParams), ({ params }): VertexDetails => {
    const { job, index, views } = find(params)
    return {
      id: params.vertex,
      name: vertexName(job, index),
      parallelism: views.length,
      maxParallelism: job.record.deployed?.maxParallelism ?? -1,
      now: Date.now(),
      subtasks: views.map((view) => subtaskDetails(job, view)),
    }
  })
  app.get<Vertex>(`${base}/subtasktimes`, route('When subtasks started', vertexParams), ({ params }) => {
    const { job, index, views } = find(params)
    const details = views.map((view) => subtaskDetails(job, view))
    return {
      id: params.vertex,
      name: vertexName(job, index),
      now: Date.now(),
      subtasks: details.map(({ subtask, endpoint, duration, status, start_time }) => ({
        subtask,
        endpoint,
        duration,
        timestamps: { [status]: start_time },
      })),
    }
  })
  app.get<Vertex & { Querystring: MetricQuery }>(`${base}/metrics`, metrics, ({ params, query }) => {
    const all = find(params).views.flatMap((view) =>
      [...subtaskMetrics(view)].map(([name, value]) => [`${view.subtask}.${name}`, value] as const),
    )
    return select(new Map(all), query)
  })
  app.get<Vertex & { Querystring: MetricQuery }>(`${base}/subtasks/metrics`, metrics, ({ params, query }) =>
    aggregate(find(params).views.map(subtaskMetrics), query),
  )
  app.get<Vertex>(`${base}/watermarks`, route('Watermarks of the input', vertexParams), ({ params }): Metric[] =>
    find(params).views.flatMap(({ subtask, inputWatermark }) =>
      inputWatermark === undefined
        ? []
        : [{ id: `${subtask}.currentInputWatermark`, value: watermarkText(inputWatermark) }],
    ),
  )
  app.get<Vertex>(`${base}/backpressure`, route('Who waits for whom', vertexParams), ({ params }) => {
    const { job, views } = find(params)
    return backPressure(views, job.report?.at ?? Date.now())
  })
  app.get<Subtask>(`${base}/subtasks/:subtask`, route('A subtask', subtaskParams), ({ params }) => {
    const { job, view } = findSubtask(params)
    return subtaskDetails(job, view)
  })
  app.get<Subtask & { Querystring: MetricQuery }>(
    `${base}/subtasks/:subtask/metrics`,
    route('Metrics of a subtask', subtaskParams, { querystring: metricQuery }),
    ({ params, query }) => select(subtaskMetrics(findSubtask(params).view), query),
  )
}

/** Flink's limits: up to a tenth of the time is ok, over a half is high. */
function level(ratio: number): BackPressureLevel {
  return ratio <= 0.1 ? 'ok' : ratio <= 0.5 ? 'low' : 'high'
}

function backPressure(views: readonly SubtaskView[], at: number): VertexBackPressure {
  const subtasks = views.map(({ subtask, busyPerSecond, blockedPerSecond }) => {
    const ratio = blockedPerSecond / 1000
    const busyRatio = busyPerSecond / 1000
    const own = level(ratio)
    const idleRatio = Math.max(0, 1 - ratio - busyRatio)
    return { subtask, backpressureLevel: own, 'backpressure-level': own, ratio, idleRatio, busyRatio }
  })
  const worst = level(Math.max(0, ...subtasks.map(({ ratio }) => ratio)))
  return { status: 'ok', backpressureLevel: worst, 'backpressure-level': worst, 'end-timestamp': at, subtasks }
}
