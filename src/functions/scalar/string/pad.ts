import { wellFormed } from './code-points.ts'

/**
 * A string cut or filled up to a length, in UTF-16 units as Flink counts here; undefined where there is no such string.
 */
export function pad(text: string, length: number, filler: string, atStart: boolean): string | undefined {
  if (length < 0 || filler === '') return undefined
  if (length <= text.length) return wellFormed(text.slice(0, length))
  return wellFormed(atStart ? text.padStart(length, filler) : text.padEnd(length, filler))
}
