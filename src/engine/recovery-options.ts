/**
 * The session's options of checkpoints, savepoints, restarts and the watchdog, under Flink's keys of today and of before.
 *
 * Law: a value that cannot be read, or that asks for what is not there (unaligned checkpoints), is an error before the job
 * starts, never a silent default.
 */
import { fail } from '../base/errors.ts'
import { type OptionDeclaration, type OptionValues, parseOptions } from '../base/options.ts'
import type { SessionOptions } from '../catalog/session-options.ts'

export const RECOVERY_OPTIONS: readonly OptionDeclaration[] = [
  {
    key: 'execution.checkpointing.interval',
    type: 'duration',
    description: 'How often a checkpoint is taken; without it never.',
  },
  {
    key: 'execution.checkpointing.timeout',
    type: 'duration',
    default: '10 min',
    description: 'A checkpoint that takes longer is given up.',
  },
  {
    key: 'execution.checkpointing.min-pause',
    type: 'duration',
    default: '0 ms',
    description: 'Time between the end of a checkpoint and the start of the next.',
  },
  {
    key: 'execution.checkpointing.max-concurrent-checkpoints',
    type: 'int',
    default: '1',
    description: 'Only 1: one checkpoint is in progress at a time.',
  },
  {
    key: 'execution.checkpointing.tolerable-failed-checkpoints',
    type: 'int',
    default: '0',
    description: 'How many checkpoints in a row may fail before the job does.',
  },
  {
    key: 'execution.checkpointing.externalized-checkpoint-retention',
    type: 'enum',
    values: ['retain_on_cancellation', 'delete_on_cancellation', 'no_externalized_checkpoints'],
    default: 'retain_on_cancellation',
    description:
      'Whether checkpoints stay when the job was canceled or has finished. Flink removes them by default; here a process that ends has nothing else.',
  },
  {
    key: 'execution.checkpointing.num-retained',
    type: 'int',
    default: '1',
    deprecatedKeys: ['state.checkpoints.num-retained'],
    description: 'How many of the newest checkpoints are kept.',
  },
  {
    key: 'execution.checkpointing.dir',
    type: 'string',
    deprecatedKeys: ['state.checkpoints.dir'],
    description:
      'Folder (or `s3://bucket/prefix`) of checkpoints: `<job id>/chk-1`, `chk-2`, …; without it the newest is kept in memory.',
  },
  {
    key: 'execution.checkpointing.savepoint-dir',
    type: 'string',
    deprecatedKeys: ['state.savepoints.dir'],
    description: 'Folder (or `s3://bucket/prefix`) of savepoints that are taken without naming one.',
  },
  {
    key: 'execution.checkpointing.incremental',
    type: 'boolean',
    default: 'true',
    deprecatedKeys: ['state.backend.incremental'],
    description: 'Checkpoints hold what has changed, where the state backend can tell; false = always everything.',
  },
  {
    key: 'execution.checkpointing.unaligned.enabled',
    type: 'boolean',
    default: 'false',
    deprecatedKeys: ['execution.checkpointing.unaligned'],
    description: 'Only false: barriers are aligned.',
  },
  {
    key: 'execution.state-recovery.path',
    type: 'string',
    deprecatedKeys: ['execution.savepoint.path'],
    description: 'Start from the snapshot in this folder.',
  },
  {
    key: 'execution.state-recovery.from-last-checkpoint',
    type: 'boolean',
    default: 'false',
    description:
      'Start from the newest checkpoint of a job of this name in the folder of checkpoints, anew when there is none.',
  },
  {
    key: 'execution.state-recovery.ignore-unclaimed-state',
    type: 'boolean',
    default: 'false',
    deprecatedKeys: ['execution.savepoint.ignore-unclaimed-state'],
    description: 'Start also when the snapshot holds state that the statement has no operator for; it is lost.',
  },
  {
    key: 'restart-strategy.type',
    type: 'enum',
    values: [
      'none',
      'off',
      'disable',
      'fixed-delay',
      'fixeddelay',
      'failure-rate',
      'failurerate',
      'exponential-delay',
      'exponentialdelay',
    ],
    deprecatedKeys: ['restart-strategy'],
    description:
      'What happens after a failure: `none`, `fixed-delay`, `failure-rate`, `exponential-delay`. Default: exponential-delay with checkpoints, otherwise none.',
  },
  {
    key: 'restart-strategy.fixed-delay.attempts',
    type: 'int',
    default: '1',
    description: 'How often the job is restarted.',
  },
  {
    key: 'restart-strategy.fixed-delay.delay',
    type: 'duration',
    default: '1 s',
    description: 'Time before a restart.',
  },
  {
    key: 'restart-strategy.failure-rate.max-failures-per-interval',
    type: 'int',
    default: '1',
    description: 'More failures than this within the interval end the job.',
  },
  {
    key: 'restart-strategy.failure-rate.failure-rate-interval',
    type: 'duration',
    default: '1 min',
    description: 'The interval in which failures are counted.',
  },
  {
    key: 'restart-strategy.failure-rate.delay',
    type: 'duration',
    default: '1 s',
    description: 'Time before a restart.',
  },
  {
    key: 'rivulet.watchdog.timeout',
    type: 'duration',
    default: '0 ms',
    description:
      "A call (of a user's function) that keeps the job's thread for longer is told on standard error, with its stack; 0 = nobody watches. `rivulet run` sets 30 s for SQL files and defined jobs. Rivulet's own.",
  },
  {
    key: 'restart-strategy.exponential-delay.initial-backoff',
    type: 'duration',
    default: '1 s',
    description: 'Time before the first restart.',
  },
  {
    key: 'restart-strategy.exponential-delay.max-backoff',
    type: 'duration',
    default: '1 min',
    description: 'The longest time before a restart.',
  },
  {
    key: 'restart-strategy.exponential-delay.backoff-multiplier',
    type: 'double',
    default: '1.5',
    description: 'Each further restart waits that much longer.',
  },
  {
    key: 'restart-strategy.exponential-delay.reset-backoff-threshold',
    type: 'duration',
    default: '1 h',
    description: 'A job that has run this long begins with the first delay again.',
  },
  {
    key: 'restart-strategy.exponential-delay.jitter-factor',
    type: 'double',
    default: '0.1',
    description: 'The delay is that part longer or shorter, by chance.',
  },
  {
    key: 'restart-strategy.exponential-delay.attempts-before-reset-backoff',
    type: 'int',
    description: 'How often the job is restarted without having run that long; absent = without bound.',
  },
]

/** What Flink refuses too: with it, every checkpoint would fail, or every restart come at once. */
const RANGES: readonly (readonly [key: string, from: number, to: number, expected: string])[] = [
  ['execution.checkpointing.timeout', 1, Number.POSITIVE_INFINITY, 'a duration longer than 0'],
  ['execution.checkpointing.tolerable-failed-checkpoints', 0, Number.POSITIVE_INFINITY, 'a number from 0 on'],
  ['restart-strategy.fixed-delay.attempts', 0, Number.POSITIVE_INFINITY, 'a number from 0 on'],
  ['restart-strategy.failure-rate.max-failures-per-interval', 1, Number.POSITIVE_INFINITY, 'a number from 1 on'],
  ['restart-strategy.failure-rate.failure-rate-interval', 1, Number.POSITIVE_INFINITY, 'a duration longer than 0'],
  ['restart-strategy.exponential-delay.initial-backoff', 1, Number.POSITIVE_INFINITY, 'a duration longer than 0'],
  ['restart-strategy.exponential-delay.max-backoff', 1, Number.POSITIVE_INFINITY, 'a duration longer than 0'],
  ['restart-strategy.exponential-delay.backoff-multiplier', 1, Number.POSITIVE_INFINITY, 'a number from 1 on'],
  ['restart-strategy.exponential-delay.jitter-factor', 0, 1, 'a number from 0 to 1'],
]

/** Those of the session's options that this file declares, read and checked. */
export function recoveryOptions(options: SessionOptions): OptionValues {
  const keys = RECOVERY_OPTIONS.flatMap(({ key, deprecatedKeys }) => [...(deprecatedKeys ?? []), key])
  const entries = Object.fromEntries(
    keys.flatMap((key) => {
      const value = options.get(key)
      return value === undefined ? [] : [[key, { value }]]
    }),
  )
  const values = parseOptions('the session', RECOVERY_OPTIONS, entries)
  const refuse = (key: string, expected: string) =>
    fail('CONNECTOR_WRONG_OPTION_VALUE', {
      owner: 'the session',
      key,
      value: String(options.get(key) ?? values.string(key)),
      expected,
    })
  if (values.boolean('execution.checkpointing.unaligned.enabled') === true) {
    const only = "'false' (barriers are aligned here: queues between subtasks are short, so that they soon are)"
    refuse('execution.checkpointing.unaligned.enabled', only)
  }
  if (values.number('execution.checkpointing.max-concurrent-checkpoints') !== 1) {
    refuse('execution.checkpointing.max-concurrent-checkpoints', "'1' (one checkpoint is in progress at a time)")
  }
  for (const [key, from, to, expected] of RANGES) {
    const value = values.number(key)
    if (value !== undefined && !(value >= from && value <= to)) refuse(key, expected)
  }
  return values
}
