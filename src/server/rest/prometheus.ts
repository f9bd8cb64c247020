/**
 * `/metrics` for Prometheus: Flink's names in the form of Flink's own Prometheus reporter (`flink_<scope>_<metric>`), with the
 * variables of Flink's scopes as labels: a query or a board that was made for Flink finds its series.
 */
import { hostname } from 'node:os'
import type { FastifyPluginAsync } from 'fastify'
import { Gauge, Registry } from 'prom-client'
import {
  jobManagerMetrics,
  jobMetrics,
  subtaskMetrics,
  subtaskViews,
  taskManagerMetrics,
  vertexId,
} from '../metrics.ts'
import type { ServerContext } from './app.ts'
import { TASK_MANAGER, vertexName } from './views.ts'

const LABELS = [
  'host',
  'tm_id',
  'job_id',
  'job_name',
  'task_id',
  'task_name',
  'subtask_index',
  'operator_name',
] as const

export const prometheusRoutes: FastifyPluginAsync<ServerContext> = async (app, { coordinator }) => {
  app.get('/metrics', { schema: { summary: 'Prometheus', tags: ['metrics'] } }, async (_, reply) => {
    const registry = new Registry()
    const gauges = new Map<string, Gauge>()
    const set = (name: string, labels: Record<string, string | number>, text: string) => {
      const value = Number(text)
      if (!Number.isFinite(value)) return
      const clean = name.replace(/[^a-zA-Z0-9_]/g, '_')
      let gauge = gauges.get(clean)
      if (gauge === undefined) {
        gauge = new Gauge({ name: clean, help: clean, labelNames: [...LABELS], registers: [registry] })
        gauges.set(clean, gauge)
      }
      gauge.set(labels, value)
    }
    const host = hostname()
    const worker = { host, tm_id: TASK_MANAGER }
    for (const [name, value] of jobManagerMetrics(coordinator)) set(`flink_jobmanager_${name}`, { host }, value)
    for (const [name, value] of taskManagerMetrics(coordinator)) set(`flink_taskmanager_${name}`, worker, value)
    for (const job of coordinator.jobs()) {
      if (job.terminal) continue
      const names = { job_id: job.id, job_name: job.record.name }
      for (const [name, value] of jobMetrics(job)) set(`flink_jobmanager_job_${name}`, { host, ...names }, value)
      for (const index of (job.record.deployed?.vertices ?? []).keys()) {
        const task = { ...worker, ...names, task_id: vertexId(job.id, index), task_name: vertexName(job, index) }
        for (const view of subtaskViews(job, index)) {
          for (const [name, value] of subtaskMetrics(view)) {
            const [, operator, metric] = /^([^.]*\[\d+\])\.(.*)$/.exec(name) ?? []
            const scope = { ...task, subtask_index: view.subtask }
            if (operator === undefined) set(`flink_taskmanager_job_task_${name}`, scope, value)
            else set(`flink_taskmanager_job_task_operator_${metric}`, { ...scope, operator_name: operator }, value)
          }
        }
      }
    }
    return reply.type(registry.contentType).send(await registry.metrics())
  })
}
