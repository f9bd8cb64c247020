/**
 * What a window is, and its arithmetic; shared by group windows and window table functions. Times are milliseconds.
 *
 * Laws
 * - Windows are aligned in local time (`WindowClock`): UTC for TIMESTAMP, the session's zone for TIMESTAMP_LTZ and processing
 *   time. A window [start, end) fires when the watermark reaches the instant of end − 1.
 * - Rows are accumulated per *slice*, the longest stretch that lies in the same windows; tumbling windows are their own slices.
 */
import { type TimeZone, timeZone } from '../types/time-zone.ts'

export type WindowShape =
  | { readonly type: 'tumble'; readonly size: number; readonly offset: number }
  | { readonly type: 'hop'; readonly size: number; readonly slide: number; readonly offset: number }
  | { readonly type: 'cumulate'; readonly maxSize: number; readonly step: number; readonly offset: number }
  | { readonly type: 'session'; readonly gap: number; readonly partition: readonly number[] }

export interface WindowSpec {
  readonly shape: WindowShape
  /** Input column of the time attribute; its type says rowtime or proctime, TIMESTAMP or TIMESTAMP_LTZ. */
  readonly timeColumn: number
  readonly time: 'rowtime' | 'proctime'
  /** IANA zone in which windows over TIMESTAMP_LTZ (and proctime) are aligned; UTC for TIMESTAMP. */
  readonly timeZone: string
}

export type SlicedShape = Exclude<WindowShape, { type: 'session' }>

/** Start of the stretch of `size` that holds `time`. */
export function alignedStart(time: number, offset: number, size: number): number {
  return Math.floor((time - offset) / size) * size + offset
}

/** How long a slice is. */
export function sliceSize(shape: SlicedShape): number {
  switch (shape.type) {
    case 'tumble':
      return shape.size
    case 'hop':
      return greatestCommonDivisor(shape.size, shape.slide)
    case 'cumulate':
      return shape.step
  }
}

/** End of the first window that contains the slice ending at `sliceEnd`. */
export function firstWindowEnd(shape: SlicedShape, sliceEnd: number): number {
  if (shape.type !== 'hop') return sliceEnd
  const { size, slide, offset } = shape
  return Math.ceil((sliceEnd - size - offset) / slide) * slide + offset + size
}

/** End of the last window that contains it; less than the first where the slice lies between windows (slide > size). */
export function lastWindowEnd(shape: SlicedShape, sliceEnd: number): number {
  switch (shape.type) {
    case 'tumble':
      return sliceEnd
    case 'hop':
      return alignedStart(sliceEnd - sliceSize(shape), shape.offset, shape.slide) + shape.size
    case 'cumulate':
      return windowStart(shape, sliceEnd) + shape.maxSize
  }
}

/** Milliseconds between the ends of windows that share slices. */
export function windowInterval(shape: SlicedShape): number {
  return shape.type === 'tumble' ? shape.size : shape.type === 'hop' ? shape.slide : shape.step
}

export function windowStart(shape: SlicedShape, windowEnd: number): number {
  return shape.type === 'cumulate' ? alignedStart(windowEnd - 1, shape.offset, shape.maxSize) : windowEnd - shape.size
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b)
}

/** Local time of windows ↔ instants of rows and watermarks. */
export interface WindowClock {
  /** Local and instant are the same number. */
  readonly utc: boolean
  toLocal(instant: number): number
  /** The instant at which a timer for a local time fires: where the clock is set back, its later reading. */
  toTimer(local: number): number
  /** The instant of a local time as the zone's rules say. */
  toInstant(local: number): number
}

const HOUR = 3_600_000

export function windowClock(zone: string): WindowClock {
  const rules: TimeZone = timeZone(zone)
  if (rules.fixed && rules.offsetAt(0) === 0) {
    const same = (time: number) => time
    return { utc: true, toLocal: same, toTimer: same, toInstant: same }
  }
  const toInstant = (local: number) => (Number.isFinite(local) ? rules.toInstant(local) : local)
  return {
    utc: false,
    toLocal: (instant) => (Number.isFinite(instant) ? rules.toLocal(instant) : instant),
    toInstant,
    toTimer(local) {
      if (rules.fixed || !Number.isFinite(local)) return toInstant(local)
      const at = toInstant(local)
      const hourLater = toInstant(local + HOUR)
      if (hourLater - at > HOUR) return hourLater - HOUR
      return hourLater === at ? at - (at % HOUR) : at
    },
  }
}
