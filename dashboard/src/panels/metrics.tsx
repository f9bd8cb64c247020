/** Rows per second of every operator over time, as far as this page was open. */
import { useEffect, useRef, useState } from 'react'
import uPlot from 'uplot'
import 'uplot/dist/uPlot.min.css'
import type { OperatorsAnswer } from '../../../src/server/api-types.ts'
import { usePoll } from '../api.ts'
import { useText } from '../i18n.ts'
import type { PanelProps } from '../job-page.tsx'
import { Empty, Problem } from '../ui.tsx'

/** Readable on light and on dark. */
const COLOURS = ['#2f7ed8', '#c2670c', '#2a9d5c', '#b0489a', '#7a6ff0', '#a38410']
const POINTS = 150

export function MetricsPanel({ job }: PanelProps) {
  const t = useText()
  const { data, error } = usePoll<OperatorsAnswer>(`/rivulet/v1/jobs/${job.jid}/operators`)
  const [points, setPoints] = useState<readonly (readonly [number, ReadonlyMap<string, number>])[]>([])
  const box = useRef<HTMLDivElement>(null)
  useEffect(() => {
    if (data === undefined) return
    const sums = new Map<string, number>()
    for (const one of data.operators) {
      const name = `${one.node} ${one.kind}`
      sums.set(name, (sums.get(name) ?? 0) + Math.max(one.rowsOutPerSecond, one.rowsInPerSecond))
    }
    setPoints((old) => (old.at(-1)?.[0] === data.at ? old : [...old, [data.at, sums] as const].slice(-POINTS)))
  }, [data])
  useEffect(() => {
    const element = box.current
    if (element === null || points.length === 0) return
    const names = [...points.at(-1)![1].keys()]
    const ink = getComputedStyle(element).color
    const plot = new uPlot(
      {
        width: element.clientWidth,
        height: 260,
        series: [{}, ...names.map((label, i) => ({ label, stroke: COLOURS[i % COLOURS.length], width: 1.5 }))],
        // From nothing, so that a steady rate looks steady; at least ten seconds, so that two points are no long line.
        scales: {
          x: { range: (_, min, max) => [Math.min(min, max - 10), max] },
          y: { range: (_, __, max) => [0, Math.max(1, max * 1.1)] },
        },
        axes: [{ stroke: ink }, { stroke: ink, size: 60 }],
      },
      [points.map(([at]) => at / 1000), ...names.map((name) => points.map(([, sums]) => sums.get(name) ?? null))],
      element,
    )
    return () => plot.destroy()
  }, [points])
  return (
    <>
      <Problem error={error} />
      <h2>{t('Rows per second')}</h2>
      <p className="note">{t('The last five minutes while this page is open')}</p>
      {points.length === 0 ? (
        <Empty title="No counters yet" hint="They appear with the first report of a running job." />
      ) : (
        <div ref={box} className="chart" role="img" aria-label={t('Rows per second')} />
      )}
    </>
  )
}
