/**
 * `/rivulet/v1/…`: what Flink's API does not have.
 *
 * Law: what a job's process has not reported is absent or empty, never made up.
 */
import { closeSync, existsSync, openSync, readSync } from 'node:fs'
import type { FastifyPluginAsync } from 'fastify'
import { fail } from '../../base/errors.ts'
import { diagnose } from '../../engine/doctor/index.ts'
import type {
  CompiledPlanAnswer,
  DoctorAnswer,
  LogPage,
  MetricHistoryAnswer,
  OperatorsAnswer,
  SubmitAnswer,
  SubmitRequest,
} from '../api-types.ts'
import { maskJson, maskText } from '../mask.ts'
import { sourceNodes } from '../metric-history.ts'
import { operatorName, vertexId } from '../metrics.ts'
import type { RunningJob } from '../running-job.ts'
import type { ServerContext } from './app.ts'
import { idParams } from './jobs.ts'
import { lookRoutes } from './looks.ts'
import { vertexName } from './views.ts'

type Id = { Params: { id: string } }
type From = { Querystring: { from?: string } }

const from = { type: 'object', properties: { from: { type: 'string', pattern: '^\\d{1,15}$' } } }

const CODE_LIMIT = 32 << 20
const LOG_PAGE = 1 << 18

const submitBody = {
  type: 'object',
  required: ['kind', 'text', 'file'],
  additionalProperties: false,
  properties: {
    kind: { type: 'string', enum: ['sql', 'module'] },
    text: { type: 'string' },
    file: { type: 'string', maxLength: 4096 },
    folder: { type: 'string', maxLength: 4096 },
    name: { type: 'string', minLength: 1, maxLength: 500 },
    args: { type: 'array', items: { type: 'string' }, maxItems: 1000 },
    configuration: { type: 'object', additionalProperties: { type: 'string' }, maxProperties: 1000 },
    parallelism: { type: 'integer', minimum: 1, maximum: 128 },
    savepoint: { type: 'string', minLength: 1, maxLength: 4096 },
  },
} as const

const schema = (summary: string, more: object = {}) => ({ summary, tags: ['rivulet'], ...more })
const ofJob = (summary: string, more: object = {}) => ({ schema: schema(summary, { params: idParams, ...more }) })

export const rivuletRoutes: FastifyPluginAsync<ServerContext> = async (app, context) => {
  const { coordinator } = context
  lookRoutes(app, context)
  app.post<{ Body: SubmitRequest }>(
    '/jobs',
    {
      config: { code: true },
      bodyLimit: CODE_LIMIT,
      schema: schema('Submit a job. This is code execution: it needs the token.', {
        body: submitBody,
        security: [{ token: [] }],
      }),
    },
    ({ body }, reply): SubmitAnswer => {
      const { id } = coordinator.submit(body)
      reply.status(202)
      return { jobid: id }
    },
  )
  app.get<Id>('/jobs/:id/plan', ofJob('The compiled plan'), ({ params }) => compiledPlan(coordinator.get(params.id)))
  app.get<Id>('/jobs/:id/operators', ofJob('Counters per operator and subtask'), ({ params }) =>
    operators(coordinator.get(params.id)),
  )
  app.get<Id>('/jobs/:id/doctor', ofJob('Why is there no (new) output?'), ({ params }) =>
    examine(coordinator.get(params.id)),
  )
  app.get<Id & From>(
    '/jobs/:id/history',
    ofJob('Rates, lag, checkpoints and resources of the last 15 minutes', { querystring: from }),
    ({ params, query }) => history(coordinator.get(params.id), Number(query.from ?? 0)),
  )
  app.get<Id & From>('/jobs/:id/logs', ofJob('The log from a byte on', { querystring: from }), ({ params, query }) => {
    const { id } = coordinator.get(params.id)
    return logPage(coordinator.store.logOf(id), query.from === undefined ? undefined : Number(query.from))
  })
}

function compiledPlan(job: RunningJob): CompiledPlanAnswer {
  const { id, deployed } = job.record
  const nodes = deployed?.nodes ?? []
  const placed = nodes.map(({ hasState: _, ...node }) => {
    const index = deployed?.vertices.findIndex((vertex) => vertex.nodes.includes(node.id)) ?? -1
    return { ...node, vertex: vertexId(id, index), parallelism: deployed?.vertices[index]?.parallelism ?? 1 }
  })
  return maskJson({ jobid: id, nodes: placed })
}

function operators(job: RunningJob): OperatorsAnswer {
  const { report, previous } = job
  const seconds = report !== undefined && previous !== undefined ? (report.at - previous.at) / 1000 : 0
  const list = (report?.operators ?? []).map((operator) => {
    const before = previous?.operators.find(
      ({ node, subtask }) => node === operator.node && subtask === operator.subtask,
    )
    const rate = (now: number, then: number | undefined) =>
      seconds > 0 && then !== undefined ? Math.max(0, (now - then) / seconds) : 0
    return {
      ...operator,
      rowsInPerSecond: rate(operator.rowsIn, before?.rowsIn),
      rowsOutPerSecond: rate(operator.rowsOut, before?.rowsOut),
    }
  })
  return { at: report?.at ?? 0, operators: list }
}

function history(job: RunningJob, from: number): MetricHistoryAnswer {
  const { id, deployed } = job.record
  const { stepMs } = job.history
  if (deployed === undefined) return { stepMs, vertices: [], sources: [], samples: [] }
  const described = (node: number) => deployed.nodes.find((each) => each.id === node)?.description ?? ''
  return {
    stepMs,
    vertices: deployed.vertices.map((_, index) => ({ id: vertexId(id, index), name: vertexName(job, index) })),
    sources: sourceNodes(deployed).map((node) => ({ node, name: sourceName(node, described(node)) })),
    samples: job.history.after(from),
  }
}

/** The table's name, without its catalog. */
function sourceName(node: number, description: string): string {
  return /table=\[(?:[^\],]*\.)?([^\],.]+)/.exec(description)?.[1] ?? operatorName({ node, description })
}

/** The newest report, with what only the server knows: processes that died, and the state of the job. */
function examine(job: RunningJob): DoctorAnswer {
  const { report, record } = job
  const { id, state } = record
  if (report === undefined) return fail('SERVER_NOT_RUNNING', { id, state })
  const { description } = report
  const exceptions = record.exceptions.map(({ timestamp, exceptionName, rivulet }) => ({
    at: timestamp,
    code: exceptionName,
    message: rivulet?.message ?? exceptionName,
    hint: rivulet?.hint,
  }))
  const findings = diagnose({
    ...description,
    status: state === 'FAILED' || state === 'RESTARTING' ? state : description.status,
    restarts: record.restarts + description.restarts,
    exceptions: description.exceptions.length > 0 ? description.exceptions : exceptions,
  })
  return { findings, source: description.source }
}

function logPage(path: string, from: number | undefined): LogPage {
  if (!existsSync(path)) return { text: '', next: 0 }
  const file = openSync(path, 'r')
  try {
    const buffer = Buffer.alloc(LOG_PAGE)
    const start = from ?? 0
    let length = readSync(file, buffer, 0, LOG_PAGE, start)
    // A page ends behind a line, so that no character is cut; a line longer than a page is cut all the same.
    const end = buffer.lastIndexOf(10, length - 1)
    if (length === LOG_PAGE && end > 0) length = end + 1
    return { text: maskText(buffer.toString('utf8', 0, length)), next: start + length }
  } finally {
    closeSync(file)
  }
}
