import type { Host } from '../../base/host.ts'

/** Milliseconds to wait before try `attempt` (1 = the first repetition): doubling up to `maxMs`, ± 20 %. */
export function backoff(host: Host, attempt: number, baseMs: number, maxMs: number): number {
  const exact = Math.min(maxMs, baseMs * 2 ** Math.min(attempt - 1, 30))
  return exact * (0.8 + 0.4 * host.random())
}
