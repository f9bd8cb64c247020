/**
 * What a seed draws: the job and its data, and which faults strike in which phase.
 *
 * Law: everything that a run does follows from the plan and the seed; `plan(seed)` is pure.
 */
import { Scheduler } from './scheduler.ts'

export const FAULTS = [
  'kill',
  'broker restart',
  'lost request',
  'lost answer',
  'doubled request',
  'failed write',
  'failed state write',
  'failed state read',
  'clock jump',
  'new partition',
  'rescale',
  'savepoint',
  'stop with savepoint',
] as const
export type FaultKind = (typeof FAULTS)[number]

export const PHASES = [
  'before barrier',
  'aligning',
  'snapshotting',
  'pre-committed',
  'committing',
  'recovering',
] as const
export type Phase = (typeof PHASES)[number]

/** Pairs that cannot happen, with the reason; every other pair must have happened in a run of the suite. */
export const IMPOSSIBLE: Readonly<Partial<Record<FaultKind, Partial<Record<Phase, string>>>>> = {
  'failed write': {
    'before barrier': 'nothing is written between checkpoints',
    aligning: 'state is written once all barriers are through',
    'pre-committed': 'the manifest is durable, commits go to the broker',
    committing: 'commits go to the broker',
    recovering: 'recovery reads',
  },
  savepoint: { recovering: 'there is no job yet' },
  'stop with savepoint': { recovering: 'there is no job yet' },
}

/** How far into a phase a fault strikes at most: some are over in a few events. */
const EVENTS: Readonly<Record<Phase, number>> = {
  'before barrier': 120,
  aligning: 30,
  snapshotting: 12,
  'pre-committed': 3,
  committing: 3,
  recovering: 40,
}

export interface PlannedFault {
  readonly kind: FaultKind
  readonly phase: Phase
  /** Strikes at the n-th event of the phase, counted from 1 and over the whole run. */
  readonly event: number
}

export const JOBS = ['copy', 'tumble', 'late', 'count', 'first'] as const
export type JobName = (typeof JOBS)[number]

/** The disk backend, with so little memory that rows go to disk and come back; undefined is the memory backend. */
export type StatePlan =
  | undefined
  | {
      readonly cacheBytes: number
      readonly segmentBytes: number
      /** What a snapshot reads between two pauses. */
      readonly sliceBytes: number
    }

export interface RunPlan {
  readonly seed: number
  readonly job: JobName
  readonly partitions: number
  readonly events: number
  readonly parallelism: readonly number[]
  readonly batchSize: number
  readonly checkpointMs: number
  readonly fetchBytes: number
  /** How far apart the sources hear of a checkpoint. */
  readonly triggerMs: number
  readonly networkMs: number
  /** Longest time that a look at the clock takes: how slow the machine is. */
  readonly workMs: number
  /** A job that fails starts again in its process, rather than in the next one. */
  readonly restarts: boolean
  /** The job reads on, also partitions that are added, until it is stopped with a savepoint. */
  readonly unbounded: boolean
  /** Odd processes have the first backend, even ones the second: each restores what the other has stored. */
  readonly state: readonly [StatePlan, StatePlan]
  readonly faults: readonly PlannedFault[]
}

export function planOf(seed: number): RunPlan {
  const draw = new Scheduler(seed ^ 0x5bd1e995)
  const stateOf = (): StatePlan =>
    draw.chance(0.4)
      ? undefined
      : {
          cacheBytes: draw.pick([0, 0, 500, 4000]),
          segmentBytes: draw.pick([256, 1024, 8192]),
          sliceBytes: draw.pick([64, 300, 4096]),
        }
  const state = [stateOf(), stateOf()] as const
  const onDisk = state.some((each) => each !== undefined)
  const kinds = FAULTS.filter((kind) => onDisk || !kind.startsWith('failed state'))
  const faults: PlannedFault[] = []
  for (let i = draw.between(2, 8); i > 0; i--) {
    const kind = draw.pick(kinds)
    const phase = draw.pick(PHASES.filter((each) => IMPOSSIBLE[kind]?.[each] === undefined))
    faults.push({ kind, phase, event: draw.between(1, EVENTS[phase]) })
  }
  const job = draw.pick(JOBS)
  return {
    seed,
    job,
    partitions: draw.between(1, 3),
    events: draw.between(40, 400),
    parallelism: [draw.between(1, 3), draw.between(1, 3)],
    batchSize: draw.pick([1, 2, 7, 64, 8192]),
    checkpointMs: draw.pick([3, 10, 40]),
    fetchBytes: draw.pick([200, 500, 1500]),
    triggerMs: draw.pick([0, 1, 10]),
    networkMs: draw.pick([0.2, 2, 10]),
    workMs: draw.pick([0, 0.05, 0.5]),
    restarts: draw.chance(0.5),
    unbounded: job === 'copy' && draw.chance(0.5),
    state,
    faults,
  }
}
