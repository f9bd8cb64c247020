/** `/jobs…`: what Flink's command line and dashboard ask of jobs. */
import type { FastifyPluginAsync } from 'fastify'
import { fail, failure, type RivuletErrorJson } from '../../base/errors.ts'
import { parseDuration } from '../../base/options.ts'
import type {
  CheckpointConfig,
  ExecutionResult,
  JobConfig,
  JobExceptions,
  SavepointStatus,
  Triggered,
} from '../api-types.ts'
import { maskOptions } from '../mask.ts'
import { jobMetrics } from '../metrics.ts'
import type { RunningJob } from '../running-job.ts'
import type { ServerContext } from './app.ts'
import { checkpoints, oneCheckpoint } from './checkpoint-views.ts'
import { failureCause } from './errors.ts'
import { aggregate, type MetricQuery, metricQuery, select } from './metric-query.ts'
import { endTime, jobDetails, jobPlan, jobSummary, startTime } from './views.ts'

type Id = { Params: { id: string } }

export const idParams = {
  type: 'object',
  required: ['id'],
  properties: { id: { type: 'string', pattern: '^[0-9a-f]{32}$', description: 'The job: 32 hex digits.' } },
} as const

const triggerParams = {
  type: 'object',
  required: ['id', 'trigger'],
  properties: { ...idParams.properties, trigger: { type: 'string', pattern: '^[0-9a-f]{32}$' } },
} as const

const savepointBody = {
  type: 'object',
  additionalProperties: false,
  properties: {
    'target-directory': { type: 'string', nullable: true },
    'cancel-job': { type: 'boolean', nullable: true },
    formatType: { type: 'string', enum: ['CANONICAL', 'NATIVE'], nullable: true },
    triggerId: { type: 'string', nullable: true },
  },
} as const

const stopBody = {
  type: 'object',
  additionalProperties: false,
  properties: {
    targetDirectory: { type: 'string', nullable: true },
    drain: { type: 'boolean', nullable: true },
    formatType: { type: 'string', enum: ['CANONICAL', 'NATIVE'], nullable: true },
    triggerId: { type: 'string', nullable: true },
  },
} as const

/** How a schema names a route in the OpenAPI document. */
export function route(summary: string, params: object = idParams, more: object = {}) {
  return { schema: { summary, tags: ['jobs'], params, ...more } }
}

export const jobRoutes: FastifyPluginAsync<ServerContext> = async (app, { coordinator }) => {
  /** Savepoints that were asked of jobs which do not exist: Flink accepts the call and fails the operation. */
  const orphans = new Map<string, RivuletErrorJson>()
  const job = (id: string) => coordinator.get(id)

  app.get('/jobs', { schema: { summary: 'Ids and states', tags: ['jobs'] } }, () => ({
    jobs: coordinator.jobs().map(({ record }) => ({ id: record.id, status: record.state })),
  }))
  app.get('/jobs/overview', { schema: { summary: 'All jobs', tags: ['jobs'] } }, () => ({
    jobs: coordinator.jobs().map(jobSummary).reverse(),
  }))
  app.get<{ Querystring: MetricQuery }>(
    '/jobs/metrics',
    { schema: { summary: 'Metrics over all jobs', tags: ['jobs'], querystring: metricQuery } },
    ({ query }) => aggregate(coordinator.jobs().map(jobMetrics), query),
  )
  app.get<Id>('/jobs/:id', route('State, vertices and plan'), ({ params }) => jobDetails(job(params.id)))
  app.get<Id>('/jobs/:id/plan', route('Job graph'), ({ params }) => ({ plan: jobPlan(job(params.id)) }))
  app.get<Id>('/jobs/:id/status', route('State'), ({ params }) => ({ status: job(params.id).record.state }))
  app.get<Id>('/jobs/:id/config', route('Configuration, secrets masked'), ({ params }) => config(job(params.id)))
  app.get<Id>('/jobs/:id/exceptions', route('Errors, newest first'), ({ params }): JobExceptions => {
    return { exceptionHistory: { entries: job(params.id).record.exceptions, truncated: false } }
  })
  app.get<Id>('/jobs/:id/accumulators', route('Always empty: there are no accumulators'), ({ params }) => {
    job(params.id)
    return { 'job-accumulators': [], 'user-task-accumulators': [], 'serialized-user-task-accumulators': {} }
  })
  app.get<Id & { Querystring: MetricQuery }>(
    '/jobs/:id/metrics',
    route('Metrics of a job', idParams, { querystring: metricQuery }),
    ({ params, query }) => select(jobMetrics(job(params.id)), query),
  )
  app.get<Id>('/jobs/:id/execution-result', route('How it ended'), ({ params }) => executionResult(job(params.id)))
  app.get<Id>('/jobs/:id/checkpoints', route('Checkpoints'), ({ params }) => checkpoints(job(params.id)))
  app.get<Id>('/jobs/:id/checkpoints/config', route('How checkpoints are taken'), ({ params }) =>
    checkpointConfig(job(params.id)),
  )
  app.get<{ Params: { id: string; checkpoint: number } }>(
    '/jobs/:id/checkpoints/details/:checkpoint',
    route('One checkpoint', {
      type: 'object',
      properties: { ...idParams.properties, checkpoint: { type: 'string', pattern: '^\\d{1,15}$' } },
    }),
    ({ params }) =>
      oneCheckpoint(job(params.id), Number(params.checkpoint)) ??
      fail('SERVER_UNKNOWN_RESOURCE', { what: `Checkpoint ${params.checkpoint}` }),
  )

  app.patch<Id & { Querystring: { mode?: string } }>(
    '/jobs/:id',
    route('Cancel', idParams, {
      querystring: { type: 'object', properties: { mode: { type: 'string', enum: ['cancel'] } } },
    }),
    ({ params }, reply) => {
      job(params.id).cancel()
      return reply.status(202).send({})
    },
  )

  const trigger = (id: string, folder: string | null | undefined, stop: boolean, drain = false): Triggered => {
    const found = coordinator.find(id)
    if (found !== undefined) return { 'request-id': coordinator.savepoint(found, folder, stop, drain) }
    const request = id.slice(0, 16) + Date.now().toString(16).padStart(16, '0')
    // A client polls within seconds; old ones make room.
    if (orphans.size >= 100) orphans.delete(orphans.keys().next().value as string)
    orphans.set(request, failure('SERVER_UNKNOWN_JOB', { id }).toJSON())
    return { 'request-id': request }
  }
  app.post<Id & { Body: { 'target-directory'?: string | null; 'cancel-job'?: boolean | null } }>(
    '/jobs/:id/savepoints',
    route('Take a savepoint', idParams, { body: savepointBody }),
    ({ params, body }, reply) =>
      reply.status(202).send(trigger(params.id, body['target-directory'], body['cancel-job'] === true)),
  )
  app.post<Id & { Body: { targetDirectory?: string | null; drain?: boolean | null } }>(
    '/jobs/:id/stop',
    route('Stop with a savepoint', idParams, { body: stopBody }),
    ({ params, body }, reply) => {
      return reply.status(202).send(trigger(params.id, body.targetDirectory, true, body.drain === true))
    },
  )
  app.get<{ Params: { id: string; trigger: string } }>(
    '/jobs/:id/savepoints/:trigger',
    route('How a savepoint goes', triggerParams),
    ({ params }): SavepointStatus => {
      const orphan = orphans.get(params.trigger)
      if (orphan !== undefined)
        return { status: { id: 'COMPLETED' }, operation: { 'failure-cause': failureCause(orphan) } }
      const { savepoints } = job(params.id)
      if (!savepoints.has(params.trigger)) fail('SERVER_UNKNOWN_RESOURCE', { what: `Operation ${params.trigger}` })
      const result = savepoints.get(params.trigger)
      if (result === undefined) return { status: { id: 'IN_PROGRESS' }, operation: null }
      const { location, error } = result
      if (error !== undefined)
        return { status: { id: 'COMPLETED' }, operation: { 'failure-cause': failureCause(error) } }
      return { status: { id: 'COMPLETED' }, operation: { location: location ?? '' } }
    },
  )
  app.post('/jobs', { schema: { summary: 'Refused: a Java job graph', tags: ['jobs'] } }, () =>
    fail('SERVER_NOT_YET', { what: 'run a Java job graph; submit SQL or TypeScript with `rivulet submit`' }),
  )
}

function optionsOf(job: RunningJob): Readonly<Record<string, string>> {
  return job.record.deployed?.options ?? job.record.configuration
}

function config(job: RunningJob): JobConfig {
  const options = optionsOf(job)
  return {
    jid: job.id,
    name: job.record.name,
    'execution-config': {
      'restart-strategy': options['restart-strategy.type'] ?? 'exponential-delay',
      'job-parallelism': job.record.deployed?.parallelism ?? job.record.slots,
      'object-reuse-mode': true,
      'user-config': maskOptions(options),
    },
  }
}

function checkpointConfig(job: RunningJob): CheckpointConfig {
  const options = optionsOf(job)
  const ms = (key: string, standard: number) =>
    parseDuration(options[`execution.checkpointing.${key}`] ?? '') ?? standard
  return {
    mode: 'exactly_once',
    interval: ms('interval', 0),
    timeout: ms('timeout', 600_000),
    min_pause: ms('min-pause', 0),
    max_concurrent: 1,
    externalization: { enabled: true, delete_on_cancellation: false },
    state_backend: options['state.backend.type'] ?? 'hashmap',
    checkpoint_storage: options['execution.checkpointing.dir'] ?? '',
    unaligned_checkpoints: false,
    tolerable_failed_checkpoints: Number(options['execution.checkpointing.tolerable-failed-checkpoints'] ?? 0),
    aligned_checkpoint_timeout: 0,
    checkpoints_after_tasks_finish: true,
  }
}

function executionResult(job: RunningJob): ExecutionResult {
  if (!job.terminal) return { status: { id: 'IN_PROGRESS' } }
  const { id, name, state, exceptions } = job.record
  const error = state === 'FAILED' ? exceptions[0]?.rivulet : undefined
  return {
    status: { id: 'COMPLETED' },
    'job-execution-result': {
      id,
      name,
      'application-status': state === 'FINISHED' ? 'SUCCEEDED' : state === 'FAILED' ? 'FAILED' : 'CANCELED',
      'accumulator-results': {},
      'net-runtime': endTime(job) - startTime(job),
      ...(error === undefined ? {} : { 'failure-cause': failureCause(error as RivuletErrorJson) }),
    },
  }
}
