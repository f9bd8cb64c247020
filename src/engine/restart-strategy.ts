/**
 * Whether and when a failed job starts again: Flink's `restart-strategy.*`.
 *
 * Laws
 * - What the user must change (an error of the domain `user`, also as the cause of another) never restarts.
 * - Without `restart-strategy.type`: exponential-delay where checkpoints are taken, none otherwise, as in Flink.
 * - A job that fails twice in the same way, at the same record or in our own code, with no checkpoint between, is ended:
 *   it would do so for ever.
 */
import { isRivuletError, type SourcePlace } from '../base/errors.ts'
import type { OptionValues } from '../base/options.ts'

/** Called at each failure: milliseconds until the restart, or undefined when there is to be none. */
export type RestartStrategy = (now: number) => number | undefined

export function restartStrategy(options: OptionValues, random: () => number): RestartStrategy {
  const checkpoints = (options.number('execution.checkpointing.interval') ?? 0) > 0
  const type = options.string('restart-strategy.type') ?? (checkpoints ? 'exponential-delay' : 'none')
  const number = (key: string) => options.number(`restart-strategy.${key}`) ?? Number.POSITIVE_INFINITY
  switch (type.trim().toLowerCase().replace('-', '')) {
    case 'fixeddelay':
      return fixedDelay(number('fixed-delay.attempts'), number('fixed-delay.delay'))
    case 'failurerate': {
      const most = number('failure-rate.max-failures-per-interval')
      return failureRate(most, number('failure-rate.failure-rate-interval'), number('failure-rate.delay'))
    }
    case 'exponentialdelay':
      return exponentialDelay({
        initial: number('exponential-delay.initial-backoff'),
        max: number('exponential-delay.max-backoff'),
        multiplier: number('exponential-delay.backoff-multiplier'),
        reset: number('exponential-delay.reset-backoff-threshold'),
        jitter: number('exponential-delay.jitter-factor'),
        attempts: number('exponential-delay.attempts-before-reset-backoff'),
        random,
      })
    default:
      return () => undefined
  }
}

function fixedDelay(attempts: number, delay: number): RestartStrategy {
  let made = 0
  return () => (++made <= attempts ? delay : undefined)
}

function failureRate(most: number, interval: number, delay: number): RestartStrategy {
  let failures: number[] = []
  return (now) => {
    failures = [...failures.filter((at) => now - at <= interval), now]
    return failures.length <= most ? delay : undefined
  }
}

function exponentialDelay(of: {
  readonly initial: number
  readonly max: number
  readonly multiplier: number
  readonly reset: number
  readonly jitter: number
  readonly attempts: number
  readonly random: () => number
}): RestartStrategy {
  let backoff = of.initial
  let attempts = 0
  let last: number | undefined
  return (now) => {
    if (last === undefined || now - last >= of.reset + backoff) {
      backoff = of.initial
      attempts = 0
    } else {
      backoff = Math.min(of.max, backoff * of.multiplier)
    }
    last = now
    if (++attempts > of.attempts) return undefined
    return Math.min(of.max, Math.max(0, backoff * (1 + of.jitter * (2 * of.random() - 1))))
  }
}

export function isRetryable(error: unknown): boolean {
  for (let at = error; at instanceof Error || isRivuletError(at); at = (at as Error).cause) {
    if (isRivuletError(at) && at.domain === 'user') return false
  }
  return true
}

/** Both failed at the same record, or in the same way in our own code. */
export function failsAlike(before: unknown, now: unknown): boolean {
  if (!isRivuletError(before) || !isRivuletError(now) || before.code !== now.code) return false
  const place = placeOf(now)
  if (place !== undefined) return samePlace(placeOf(before), place)
  return now.domain === 'internal' && before.message === now.message
}

/** The record that an error, or a cause of it, is about. */
export function placeOf(error: unknown): SourcePlace | undefined {
  for (let at: unknown = error; at instanceof Error; at = at.cause) {
    if (isRivuletError(at) && at.place !== undefined) return at.place
  }
  return undefined
}

function samePlace(left: SourcePlace | undefined, right: SourcePlace): boolean {
  return left?.topic === right.topic && left.partition === right.partition && left.offset === right.offset
}
