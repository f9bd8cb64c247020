import { indexOfPoint, pointsBefore } from './code-points.ts'

/** Position (1-based, in code points) of a part from a start on; 0 where there is none. The empty part is at 1. */
export function findPosition(part: string, text: string, start = 1): number {
  if (part === '') return 1
  const from = start > 1 ? indexOfPoint(text, start - 1) : 0
  const at = text.indexOf(part, from)
  return at < 0 ? 0 : pointsBefore(text, at) + 1
}
