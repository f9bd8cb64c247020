/**
 * Repetition of calls.
 *
 * Law: what may succeed when done again is done again with growing pauses until the deadline; then the last error is
 * thrown. Everything else is thrown at once.
 */
import { isRivuletError, type RivuletError } from '../../base/errors.ts'
import type { Host } from '../../base/host.ts'
import { errorCodeInfo } from '../protocol/index.ts'
import { backoff } from './backoff.ts'
import type { KafkaConfig } from './config.ts'

/** Returned by an attempt that should be made again. */
export class Again {
  readonly error: RivuletError

  constructor(error: RivuletError) {
    this.error = error
  }
}

/** Whether a failed call is worth repeating: the broker was not there, did not answer or was about to stop. */
export function isTransient(error: unknown): error is RivuletError {
  return (
    isRivuletError(error) &&
    (error.code === 'KAFKA_CONNECTION_LOST' ||
      error.code === 'KAFKA_REQUEST_TIMEOUT' ||
      error.code === 'KAFKA_UNREACHABLE')
  )
}

export async function retry<T>(
  host: Host,
  config: KafkaConfig,
  attempt: (tries: number) => Promise<T | Again>,
  timeoutMs = config.apiTimeoutMs,
  signal?: AbortSignal,
): Promise<T> {
  const deadline = host.clock.monotonic() + timeoutMs
  for (let tries = 1; ; tries++) {
    let error: RivuletError
    try {
      const result = await attempt(tries)
      if (!(result instanceof Again)) return result
      error = result.error
    } catch (thrown) {
      // Nobody could be reached although every broker was asked until a deadline: that was the repetition.
      if (!isTransient(thrown) || thrown.code === 'KAFKA_UNREACHABLE') throw thrown
      error = thrown
    }
    const pause = backoff(host, tries, config.retryBackoffMs, config.retryBackoffMaxMs)
    if (host.clock.monotonic() + pause > deadline) throw error
    await host.clock.sleep(pause, signal)
  }
}

export function isRetriableCode(code: number): boolean {
  return errorCodeInfo(code).retriable
}
