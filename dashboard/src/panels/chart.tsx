/**
 * One chart over time with its legend as text.
 *
 * Laws
 * - What the canvas shows, the legend says: the values at the cursor, which the mouse or the arrow keys move, else the newest.
 * - Colours of text and lines are read from the page when it is drawn, so light and dark are the page's.
 */
import { type KeyboardEvent, useEffect, useRef, useState } from 'react'
import uPlot from 'uplot'
import 'uplot/dist/uPlot.min.css'
import { dash, time } from '../format.ts'

/** Readable on light and on dark. */
const COLOURS = ['#2f7ed8', '#c2670c', '#2a9d5c', '#b0489a', '#7a6ff0', '#a38410']
const HEIGHT = 170

export interface Series {
  readonly name: string
  readonly values: readonly (number | null)[]
}

export interface ChartProps {
  readonly title: string
  /** Epoch ms. */
  readonly at: readonly number[]
  readonly series: readonly Series[]
  readonly format: (value: number) => string
  /** The axis reaches at least to here. */
  readonly least: number
}

export function Chart({ title, at, series, format, least }: ChartProps) {
  const box = useRef<HTMLDivElement>(null)
  const plot = useRef<uPlot>(undefined)
  const [index, setIndex] = useState<number | null>(null)
  const [focused, setFocused] = useState(false)
  // A chart lives as long as its lines have their names; samples are put into it.
  const names = JSON.stringify(series.map(({ name }) => name))
  useEffect(() => {
    const element = box.current!
    const ink = () => getComputedStyle(element).color
    const line = () => getComputedStyle(element).borderTopColor
    const axis = { stroke: ink, grid: { stroke: line, width: 1 }, ticks: { stroke: line, width: 1 } }
    const made = new uPlot(
      {
        width: element.clientWidth,
        height: HEIGHT,
        legend: { show: false },
        cursor: { y: false, drag: { x: false, y: false }, sync: { key: 'metrics' } },
        series: [
          {},
          ...(JSON.parse(names) as string[]).map((label, i) => ({
            label,
            stroke: COLOURS[i % COLOURS.length],
            width: 1.5,
            dash: i < COLOURS.length ? undefined : [5, 4],
          })),
        ],
        // From nothing, so that a steady rate looks steady; at least a minute, so that two points are no long line.
        scales: {
          x: { range: (_, min, max) => [Math.min(min, max - 60), max] },
          y: { range: (_, __, max) => [0, Math.max(least, (max ?? 0) * 1.1)] },
        },
        axes: [
          { ...axis, space: 80, size: 34, values: (_, ticks) => ticks.map((tick) => time(tick * 1000).slice(11)) },
          { ...axis, size: 84, values: (_, ticks) => ticks.map(format) },
        ],
        hooks: { setCursor: [({ cursor }) => setIndex(cursor.idx ?? null)] },
      },
      [[]],
      element,
    )
    plot.current = made
    const resized = new ResizeObserver(() => made.setSize({ width: element.clientWidth, height: HEIGHT }))
    resized.observe(element)
    const redraw = () => made.redraw(false)
    const themed = new MutationObserver(redraw)
    themed.observe(document.documentElement, { attributes: true, attributeFilter: ['data-theme'] })
    const scheme = matchMedia('(prefers-color-scheme: dark)')
    scheme.addEventListener('change', redraw)
    return () => {
      resized.disconnect()
      themed.disconnect()
      scheme.removeEventListener('change', redraw)
      made.destroy()
    }
  }, [names, format, least])
  // biome-ignore lint/correctness/useExhaustiveDependencies: a chart that was made anew is empty
  useEffect(() => {
    plot.current?.setData([at.map((ms) => ms / 1000), ...series.map(({ values }) => [...values])])
  }, [at, series, names, format, least])

  const move = (event: KeyboardEvent) => {
    const by = { ArrowLeft: -1, ArrowRight: 1, Home: -at.length, End: at.length }[event.key]
    if (by === undefined || plot.current === undefined) return
    event.preventDefault()
    const next = Math.max(0, Math.min(at.length - 1, (index ?? at.length - 1) + by))
    plot.current.setCursor({ left: plot.current.valToPos(at[next] / 1000, 'x'), top: 0 }, true)
  }
  const leave = () => {
    setFocused(false)
    plot.current?.setCursor({ left: -10, top: -10 }, true)
  }
  const shown = index !== null && index < at.length ? index : at.length - 1
  return (
    <section
      className="chart"
      aria-label={title}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: the arrow keys move along it
      tabIndex={0}
      onKeyDown={move}
      onFocus={() => setFocused(true)}
      onBlur={leave}
    >
      <h2>
        {title} <time>{time(at[shown]).slice(11)}</time>
      </h2>
      <div ref={box} aria-hidden="true" />
      <dl aria-live={focused ? 'polite' : 'off'}>
        {series.map(({ name, values }, i) => (
          <div key={name}>
            <dt title={name}>
              <i style={{ background: COLOURS[i % COLOURS.length] }} aria-hidden="true" />
              {name}
            </dt>
            <dd>{typeof values[shown] === 'number' ? format(values[shown]) : dash}</dd>
          </div>
        ))}
      </dl>
    </section>
  )
}
