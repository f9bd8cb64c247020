/** `/overview`, `/config`, `/taskmanagers`, `/jobmanager`: the server as Flink's cluster, with one task manager. */
import { arch, cpus, freemem, totalmem } from 'node:os'
import type { FastifyPluginAsync } from 'fastify'
import { fail } from '../../base/errors.ts'
import type { ClusterOverview, DashboardConfig, JobManagerConfig, TaskManager } from '../api-types.ts'
import { maskOptions } from '../mask.ts'
import { jobManagerMetrics, taskManagerMetrics } from '../metrics.ts'
import type { ServerContext } from './app.ts'
import { type MetricQuery, metricQuery, select } from './metric-query.ts'
import { TASK_MANAGER } from './views.ts'

/** The version of Flink whose API this is; its clients compare it. */
export const FLINK_VERSION = '2.3.0'

const summary = (text: string) => ({ schema: { summary: text, tags: ['cluster'] } })

export const clusterRoutes: FastifyPluginAsync<ServerContext> = async (app, context) => {
  const { coordinator } = context
  app.get('/overview', summary('Slots and job counts'), (): ClusterOverview => {
    return {
      taskmanagers: 1,
      'slots-total': coordinator.slots,
      'slots-available': coordinator.freeSlots,
      'jobs-running': coordinator.jobs().filter((job) => !job.terminal).length,
      'jobs-finished': coordinator.count('FINISHED'),
      'jobs-cancelled': coordinator.count('CANCELED'),
      'jobs-failed': coordinator.count('FAILED'),
      'flink-version': FLINK_VERSION,
      'flink-commit': 'rivulet',
      'rivulet-version': context.version,
    }
  })
  app.get('/config', summary('What a dashboard needs to know'), (): DashboardConfig => {
    const { timeZone } = Intl.DateTimeFormat().resolvedOptions()
    return {
      'refresh-interval': 3000,
      'timezone-name': timeZone,
      'timezone-offset': -new Date().getTimezoneOffset() * 60_000,
      'flink-version': FLINK_VERSION,
      'flink-revision': `rivulet ${context.version}`,
      features: { 'web-submit': true, 'web-cancel': true, 'web-rescale': false, 'web-history': false },
    }
  })

  const taskManager = (detail: boolean): TaskManager => {
    const workers = coordinator.jobs().filter((job) => job.hasWorker)
    return {
      id: TASK_MANAGER,
      path: 'localhost',
      dataPort: -1,
      timeSinceLastHeartbeat: Date.now(),
      slotsNumber: coordinator.slots,
      freeSlots: coordinator.freeSlots,
      hardware: { cpuCores: cpus().length, physicalMemory: totalmem(), freeMemory: freemem(), managedMemory: 0 },
      ...(detail ? { allocatedSlots: workers.map((job) => ({ jobId: job.id, assignedTasks: job.subtasks })) } : {}),
    }
  }
  const known = (id: string) => {
    if (id !== TASK_MANAGER) fail('SERVER_UNKNOWN_RESOURCE', { what: `TaskExecutor ${id}` })
  }
  const workerMetrics = () => taskManagerMetrics(coordinator)
  app.get('/taskmanagers', summary('The one task manager'), () => ({ taskmanagers: [taskManager(false)] }))
  app.get<{ Querystring: MetricQuery }>(
    '/taskmanagers/metrics',
    { schema: { summary: 'Metrics of the workers together', tags: ['cluster'], querystring: metricQuery } },
    ({ query }) =>
      select(workerMetrics(), query).map(({ id, value }) =>
        value === undefined
          ? { id }
          : { id, min: Number(value), max: Number(value), avg: Number(value), sum: Number(value) },
      ),
  )
  app.get<{ Params: { id: string } }>('/taskmanagers/:id', summary('Slots and machine'), ({ params }) => {
    known(params.id)
    return taskManager(true)
  })
  app.get<{ Params: { id: string }; Querystring: MetricQuery }>(
    '/taskmanagers/:id/metrics',
    { schema: { summary: 'Metrics of the workers', tags: ['cluster'], querystring: metricQuery } },
    ({ params, query }) => {
      known(params.id)
      return select(workerMetrics(), query)
    },
  )
  app.get('/jobmanager/config', summary('The configuration of the server, secrets masked'), (): JobManagerConfig => {
    return Object.entries(maskOptions(context.configuration)).map(([key, value]) => ({ key, value }))
  })
  app.get('/jobmanager/environment', summary('Versions'), () => ({
    jvm: { version: `Node ${process.version}`, arch: arch(), options: [] },
    classpath: [],
  }))
  app.get<{ Querystring: MetricQuery }>(
    '/jobmanager/metrics',
    { schema: { summary: 'Metrics of the coordinator', tags: ['cluster'], querystring: metricQuery } },
    ({ query }) => select(jobManagerMetrics(coordinator), query),
  )
}
