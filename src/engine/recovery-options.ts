/**
 * The session's options of checkpoints, savepoints and restarts, under Flink's keys of today and of before.
 *
 * Law: a value that cannot be read, or that asks for what is not there (unaligned checkpoints), is an error before the job
 * starts, never a silent default.
 */
import { fail } from '../base/errors.ts'
import { type OptionDeclaration, type OptionValues, parseOptions } from '../base/options.ts'
import type { SessionOptions } from '../catalog/session-options.ts'

const declarations: readonly OptionDeclaration[] = [
  { key: 'execution.checkpointing.interval', type: 'duration', description: '' },
  { key: 'execution.checkpointing.timeout', type: 'duration', default: '10 min', description: '' },
  { key: 'execution.checkpointing.min-pause', type: 'duration', default: '0 ms', description: '' },
  { key: 'execution.checkpointing.max-concurrent-checkpoints', type: 'int', default: '1', description: '' },
  { key: 'execution.checkpointing.tolerable-failed-checkpoints', type: 'int', default: '0', description: '' },
  {
    key: 'execution.checkpointing.externalized-checkpoint-retention',
    type: 'enum',
    values: ['retain_on_cancellation', 'delete_on_cancellation', 'no_externalized_checkpoints'],
    default: 'retain_on_cancellation',
    description: '',
  },
  {
    key: 'execution.checkpointing.num-retained',
    type: 'int',
    default: '1',
    deprecatedKeys: ['state.checkpoints.num-retained'],
    description: '',
  },
  {
    key: 'execution.checkpointing.dir',
    type: 'string',
    deprecatedKeys: ['state.checkpoints.dir'],
    description: '',
  },
  {
    key: 'execution.checkpointing.savepoint-dir',
    type: 'string',
    deprecatedKeys: ['state.savepoints.dir'],
    description: '',
  },
  {
    key: 'execution.checkpointing.incremental',
    type: 'boolean',
    default: 'true',
    deprecatedKeys: ['state.backend.incremental'],
    description: '',
  },
  {
    key: 'execution.checkpointing.unaligned.enabled',
    type: 'boolean',
    default: 'false',
    deprecatedKeys: ['execution.checkpointing.unaligned'],
    description: '',
  },
  {
    key: 'execution.state-recovery.path',
    type: 'string',
    deprecatedKeys: ['execution.savepoint.path'],
    description: '',
  },
  {
    key: 'execution.state-recovery.ignore-unclaimed-state',
    type: 'boolean',
    default: 'false',
    deprecatedKeys: ['execution.savepoint.ignore-unclaimed-state'],
    description: '',
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
    description: '',
  },
  { key: 'restart-strategy.fixed-delay.attempts', type: 'int', default: '1', description: '' },
  { key: 'restart-strategy.fixed-delay.delay', type: 'duration', default: '1 s', description: '' },
  { key: 'restart-strategy.failure-rate.max-failures-per-interval', type: 'int', default: '1', description: '' },
  { key: 'restart-strategy.failure-rate.failure-rate-interval', type: 'duration', default: '1 min', description: '' },
  { key: 'restart-strategy.failure-rate.delay', type: 'duration', default: '1 s', description: '' },
  { key: 'restart-strategy.exponential-delay.initial-backoff', type: 'duration', default: '1 s', description: '' },
  { key: 'restart-strategy.exponential-delay.max-backoff', type: 'duration', default: '1 min', description: '' },
  { key: 'restart-strategy.exponential-delay.backoff-multiplier', type: 'double', default: '1.5', description: '' },
  {
    key: 'restart-strategy.exponential-delay.reset-backoff-threshold',
    type: 'duration',
    default: '1 h',
    description: '',
  },
  { key: 'restart-strategy.exponential-delay.jitter-factor', type: 'double', default: '0.1', description: '' },
  { key: 'restart-strategy.exponential-delay.attempts-before-reset-backoff', type: 'int', description: '' },
]

/** Those of the session's options that this file declares, read and checked. */
export function recoveryOptions(options: SessionOptions): OptionValues {
  const keys = declarations.flatMap(({ key, deprecatedKeys }) => [...(deprecatedKeys ?? []), key])
  const entries = Object.fromEntries(
    keys.flatMap((key) => {
      const value = options.get(key)
      return value === undefined ? [] : [[key, { value }]]
    }),
  )
  const values = parseOptions('the session', declarations, entries)
  const refuse = (key: string, expected: string) =>
    fail('CONNECTOR_WRONG_OPTION_VALUE', { owner: 'the session', key, value: values.string(key) ?? '', expected })
  if (values.boolean('execution.checkpointing.unaligned.enabled') === true) {
    const why = "'false': barriers are aligned; queues between subtasks are short, so that they soon are"
    refuse('execution.checkpointing.unaligned.enabled', why)
  }
  if (values.number('execution.checkpointing.max-concurrent-checkpoints') !== 1) {
    refuse('execution.checkpointing.max-concurrent-checkpoints', "'1': one checkpoint is in progress at a time")
  }
  return values
}
