/** What the job did in the last 15 minutes: the server's history, and what has come since this page was opened. */
import { useEffect, useMemo, useState } from 'react'
import type { MetricHistoryAnswer, MetricSample } from '../../../src/server/api-types.ts'
import { get, repeat } from '../api.ts'
import { bytes, duration, short } from '../format.ts'
import { useText } from '../i18n.ts'
import type { PanelProps } from '../job-page.tsx'
import { Empty, Loading, Problem } from '../ui.tsx'
import { Chart, type ChartProps, type Series } from './chart.tsx'

const KEPT_MS = 15 * 60_000
const STEP_MS = 5000

const percent = (share: number) => `${Math.round(share * 100)} %`
const cores = (value: number) => value.toFixed(2)

/** Only what is newer than the newest sample is asked for. */
function useHistory(id: string) {
  const [history, setHistory] = useState<MetricHistoryAnswer>()
  const [error, setError] = useState<Error>()
  useEffect(() => {
    let from = 0
    setHistory(undefined)
    return repeat(
      STEP_MS,
      async (signal) => {
        const answer = await get<MetricHistoryAnswer>(`/rivulet/v1/jobs/${id}/history?from=${from}`, signal)
        from = answer.samples.at(-1)?.at ?? from
        setHistory((old) => {
          const samples = [...(old?.samples ?? []), ...answer.samples]
          return { ...answer, samples: samples.filter(({ at }) => at > from - KEPT_MS) }
        })
        setError(undefined)
      },
      setError,
    )
  }, [id])
  return { history, error }
}

export function MetricsPanel({ job }: PanelProps) {
  const t = useText()
  const { history, error } = useHistory(job.jid)
  const charts = useMemo((): Omit<ChartProps, 'at'>[] => {
    if (history === undefined) return []
    const { vertices, sources, samples } = history
    const line = (name: string, of: (sample: MetricSample) => number | null | undefined): Series => ({
      name,
      values: samples.map((sample) => of(sample) ?? null),
    })
    const ofVertices = (key: keyof MetricSample['vertices'][number]) =>
      vertices.map(({ name }, i) => line(name, ({ vertices: all }) => all[i]?.[key]))
    const ofSources = (key: keyof MetricSample['sources'][number]) =>
      sources
        .map(({ name, node }, i) => line(`${name}[${node}]`, ({ sources: all }) => all[i]?.[key]))
        .filter(({ values }) => values.some((value) => value !== null))
    const all: Omit<ChartProps, 'at'>[] = [
      { title: t('Rows in per second'), series: ofVertices('rowsIn'), format: short, least: 1 },
      { title: t('Rows out per second'), series: ofVertices('rowsOut'), format: short, least: 1 },
      { title: t('Busy, of the time'), series: ofVertices('busy'), format: percent, least: 1 },
      { title: t('Back-pressured, of the time'), series: ofVertices('backPressured'), format: percent, least: 1 },
      { title: t('Watermark behind the clock'), series: ofSources('watermarkMs'), format: duration, least: 1000 },
      { title: t('Records not yet read'), series: ofSources('records'), format: short, least: 10 },
      {
        title: t('Duration of checkpoints'),
        series: [line(t('end to end'), ({ checkpoint }) => checkpoint?.duration)],
        format: duration,
        least: 10,
      },
      {
        title: t('Size of checkpoints'),
        series: [
          line(t('written'), ({ checkpoint }) => checkpoint?.size),
          line(t('all files'), ({ checkpoint }) => checkpoint?.fullSize),
        ],
        format: bytes,
        least: 1024,
      },
      {
        title: t('Memory of the job'),
        series: [line(t('heap'), ({ heapUsed }) => heapUsed), line(t('resident'), ({ rss }) => rss)],
        format: bytes,
        least: 1024,
      },
      { title: t('CPU cores in use'), series: [line('CPU', ({ cpu }) => cpu)], format: cores, least: 1 },
    ]
    // What this job does not have (event time, a topic, checkpoints) has no chart.
    return all.filter(({ series }) => series.some(({ values }) => values.some((value) => value !== null)))
  }, [history, t])
  const at = useMemo(() => history?.samples.map((sample) => sample.at) ?? [], [history])
  return (
    <>
      <Problem error={error} />
      {history === undefined && error === undefined && <Loading />}
      {history !== undefined && at.length === 0 && (
        <Empty title="No counters yet" hint="They appear with the first report of a running job." />
      )}
      {at.length > 0 && (
        <>
          <p className="note">{t('The last 15 minutes, kept by the server. Arrow keys move along a focused chart.')}</p>
          <div className="charts">
            {charts.map((chart) => (
              <Chart key={chart.title} at={at} {...chart} />
            ))}
          </div>
        </>
      )}
    </>
  )
}
