/** `?get=a,b`: which metrics, and values only when asked for, as Flink's metric endpoints do. */
import type { Metric } from '../api-types.ts'

export interface MetricQuery {
  readonly get?: string
  readonly agg?: string
}

export const metricQuery = {
  type: 'object',
  properties: {
    get: { type: 'string', description: 'Names of metrics, separated by commas; without it the names are listed.' },
    agg: { type: 'string', description: 'min,max,avg,sum: which aggregates; all when absent.' },
  },
} as const

/** Unknown names are left out. */
export function select(metrics: ReadonlyMap<string, string>, { get }: MetricQuery): Metric[] {
  if (get === undefined) return [...metrics.keys()].map((id) => ({ id }))
  return get.split(',').flatMap((id) => {
    const value = metrics.get(id)
    return value === undefined ? [] : [{ id, value }]
  })
}

/** The same metric of several subtasks or jobs. */
export function aggregate(
  all: readonly ReadonlyMap<string, string>[],
  { get, agg }: MetricQuery,
): { id: string; [aggregate: string]: number | string }[] {
  const names = get?.split(',') ?? [...new Set(all.flatMap((metrics) => [...metrics.keys()]))]
  if (get === undefined) return names.map((id) => ({ id }))
  const wanted = agg?.split(',') ?? ['min', 'max', 'avg', 'sum']
  return names.flatMap((id) => {
    const values = all.map((metrics) => Number(metrics.get(id))).filter((value) => Number.isFinite(value))
    if (values.length === 0) return []
    const sum = values.reduce((a, b) => a + b, 0)
    const results: Record<string, number> = {
      min: Math.min(...values),
      max: Math.max(...values),
      avg: sum / values.length,
      sum,
    }
    return [
      { id, ...Object.fromEntries(wanted.filter((each) => each in results).map((each) => [each, results[each]])) },
    ]
  })
}
