/**
 * What only the process of a job knows: rows of an operator as they come, the state of a key, bad records.
 *
 * Laws
 * - What is wrong is said before the stream begins, with a status; later, in an event `error`.
 * - A viewer that does not read loses rows and is told how many; nothing is kept for it, and the job never waits.
 * - When the viewer goes, its tap goes; when the job ends, the stream ends.
 */
import type { FastifyInstance } from 'fastify'
import { fail } from '../../base/errors.ts'
import type { BadRecords, KeyedState, TappedRows } from '../api-types.ts'
import { maskJson } from '../mask.ts'
import type { RunningJob } from '../running-job.ts'
import type { ServerContext } from './app.ts'
import { idParams } from './jobs.ts'

type OfOperator = { Params: { id: string; node: string } }

/** Between two signs of life, so that a viewer that has vanished is noticed. */
const HEARTBEAT_MS = 15_000

const params = {
  type: 'object',
  required: ['id', 'node'],
  properties: {
    ...idParams.properties,
    node: { type: 'string', pattern: '^\\d{1,9}$', description: 'The operator: its number in the compiled plan.' },
  },
} as const

const key = {
  type: 'string',
  maxLength: 8192,
  description: "The key's columns as a JSON array (`[\"card\", 3]`) or as SQL literals (`'card', 3`).",
} as const

export function lookRoutes(app: FastifyInstance, { coordinator }: ServerContext): void {
  app.get<OfOperator>(
    '/jobs/:id/operators/:node/rows',
    { schema: { summary: 'Rows of an operator as they come (server-sent events)', tags: ['rivulet'], params } },
    (request, reply) => {
      const job = coordinator.get(request.params.id)
      const node = operatorOf(job, request.params.node)
      if (job.terminal) fail('SERVER_NOT_RUNNING', { id: job.id, state: job.record.state })
      const { raw } = reply
      const event = (data: object, name = '') => raw.write(`${name}data: ${JSON.stringify(data)}\n\n`)
      let unseen = 0
      const viewer = {
        rows(rows: TappedRows) {
          if (raw.writableNeedDrain) {
            unseen += rows.rows.length + rows.skipped
            return
          }
          event({ ...rows, skipped: rows.skipped + unseen })
          unseen = 0
        },
        end(error?: object) {
          if (error !== undefined) event(maskJson(error), 'event: error\n')
          raw.end()
        },
      }
      const untap = job.looks.tap(node, viewer, running(job))
      const heartbeat = setInterval(() => raw.writableNeedDrain || raw.write(':\n\n'), HEARTBEAT_MS).unref()
      raw.on('close', () => {
        clearInterval(heartbeat)
        untap()
      })
      reply.hijack()
      raw.writeHead(200, {
        ...(reply.getHeaders() as Record<string, string>),
        'content-type': 'text/event-stream; charset=utf-8',
      })
      raw.flushHeaders()
    },
  )
  app.get<OfOperator & { Querystring: { key: string } }>(
    '/jobs/:id/operators/:node/state',
    {
      schema: {
        summary: 'State and timers of a key',
        tags: ['rivulet'],
        params,
        querystring: { type: 'object', required: ['key'], properties: { key } },
      },
    },
    ({ params, query }): Promise<KeyedState> => {
      const job = coordinator.get(params.id)
      const node = operatorOf(job, params.node)
      if (!running(job)) fail('SERVER_NOT_RUNNING', { id: job.id, state: job.record.state })
      return job.looks.state(node, query.key)
    },
  )
  app.get<{ Params: { id: string } }>(
    '/jobs/:id/bad-records',
    { schema: { summary: 'Records that were passed over', tags: ['rivulet'], params: idParams } },
    ({ params }): Promise<BadRecords> | BadRecords => {
      const job = coordinator.get(params.id)
      return running(job) ? job.looks.badRecords() : { total: badRecordsOf(job), records: [] }
    },
  )
}

/** As of the job's last report. */
function badRecordsOf(job: RunningJob): number {
  return (job.report?.operators ?? []).reduce((sum, { gauges }) => sum + (gauges.badRecords ?? 0), 0)
}

const running = (job: RunningJob) => job.hasWorker && job.record.state === 'RUNNING'

function operatorOf(job: RunningJob, text: string): number {
  const nodes = job.record.deployed?.nodes ?? []
  const found = nodes.find(({ id }) => id === Number(text))
  const known = nodes.map(({ id, description }) => `${id} ${description}`).join('; ')
  return found?.id ?? fail('SERVER_UNKNOWN_OPERATOR', { id: job.id, operator: text, known })
}
