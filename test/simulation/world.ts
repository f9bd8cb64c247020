/**
 * The world of one run: time, a disk, a broker, the network between, and the faults that strike.
 *
 * Law: the disk and the broker's files outlive every process. A fault strikes at an event of its phase, once; the phase is told from
 * what can be seen from outside: the job's state, the files that are written, the requests that are sent.
 */
import { MemoryLogs } from '../../src/base/log-files.ts'
import { Broker } from '../../src/kafka/broker/index.ts'
import { Disk } from './disk.ts'
import { FaultyNetwork, type NetworkFate } from './network.ts'
import type { FaultKind, Phase, PlannedFault, RunPlan } from './plan.ts'
import { Process } from './process.ts'
import { Scheduler } from './scheduler.ts'

/** 2024-01-01T00:00:00Z */
const START_MS = 1_704_067_200_000
const END_TXN = 26
/** How long a broker is away. */
const AWAY_MS = 40

export class World {
  readonly plan: RunPlan
  readonly scheduler: Scheduler
  readonly startMs = START_MS
  readonly disk: Disk
  /** Replaced by one that reads its files when it restarts. */
  broker: Broker
  readonly network: FaultyNetwork
  readonly struck: PlannedFault[] = []
  readonly log: string[] = []
  /** The living process; undefined between two. */
  process: Process | undefined
  parallelism: number
  onRescale: () => void = () => {}
  onNewPartition: () => void = () => {}
  onSavepoint: (stop: boolean) => void = () => {}
  #phase: Phase = 'recovering'
  readonly #eventsOf = new Map<Phase, number>()
  #pending: PlannedFault[]
  #nextRequest: NetworkFate = 'fine'
  #nextWriteFails = false
  #nextStateFails: 'write' | 'read' | undefined
  /** What no job may do, whatever comes out of it. */
  problem: string | undefined
  #processes = 0
  #endTxns = 0
  readonly #brokerFiles = new MemoryLogs()

  constructor(plan: RunPlan) {
    this.plan = plan
    this.#pending = [...plan.faults]
    this.parallelism = plan.parallelism[0]
    this.scheduler = new Scheduler(plan.seed)
    this.disk = new Disk(this)
    this.broker = this.#newBroker()
    this.network = new FaultyNetwork(this)
  }

  #newBroker(): Broker {
    const { scheduler } = this
    return new Broker(
      { brokers: 1, autoCreateTopics: false, data: 'broker' },
      {
        random: scheduler.random,
        clock: {
          now: () => Math.floor(START_MS + scheduler.now),
          monotonic: () => scheduler.now,
          after: (delayMs, callback) => scheduler.after(delayMs, {}, callback),
          immediate: (callback) => void scheduler.after(0, {}, callback),
          sleep: (delayMs) => new Promise((resolve) => void scheduler.after(delayMs, {}, resolve)),
        },
        logs: () => this.#brokerFiles,
      },
    )
  }

  /** A new life of the program. */
  startProcess(): Process {
    this.process = new Process(this, ++this.#processes)
    this.enter('recovering')
    return this.process
  }

  killProcess(): void {
    this.process?.kill()
    this.process = undefined
    this.#endTxns = 0
    this.#nextRequest = 'fine'
    this.#nextWriteFails = false
    this.#nextStateFails = undefined
  }

  /** Faults strike no more: what is left of the run must come to its end. */
  calm(): void {
    this.#pending = []
    this.#nextRequest = 'fine'
    this.#nextWriteFails = false
    this.#nextStateFails = undefined
  }

  get faultsLeft(): number {
    return this.#pending.length
  }

  get phase(): Phase {
    return this.#phase
  }

  enter(phase: Phase): void {
    if (this.#phase === phase) return
    this.#phase = phase
    this.note(`phase ${phase}`)
  }

  note(line: string): void {
    this.log.push(`${this.scheduler.now.toFixed(3)} #${this.scheduler.count} p${this.#processes} ${line}`)
  }

  /** After every event of the scheduler: faults whose moment has come strike. */
  afterEvent(): void {
    if (this.process === undefined) return
    const count = (this.#eventsOf.get(this.#phase) ?? 0) + 1
    this.#eventsOf.set(this.#phase, count)
    for (const fault of this.#pending) {
      if (fault.phase !== this.#phase || count < fault.event) continue
      this.#pending = this.#pending.filter((each) => each !== fault)
      this.struck.push(fault)
      this.note(`fault ${fault.kind}`)
      this.#strike(fault.kind)
      return
    }
  }

  #strike(kind: FaultKind): void {
    const { scheduler, broker } = this
    switch (kind) {
      case 'kill':
        this.killProcess()
        return
      case 'broker restart':
        if (broker.cluster.alive.size === 0) return
        for (const { id } of broker.nodes) broker.stopNode(id)
        broker.close()
        scheduler.after(scheduler.random() * AWAY_MS, {}, () => {
          this.broker = this.#newBroker()
        })
        return
      case 'lost request':
      case 'lost answer':
      case 'doubled request':
        this.#nextRequest = kind
        return
      case 'failed write':
        this.#nextWriteFails = true
        return
      case 'failed state write':
        this.#nextStateFails = 'write'
        return
      case 'failed state read':
        this.#nextStateFails = 'read'
        return
      case 'clock jump':
        if (this.process !== undefined) this.process.skew += scheduler.between(-60_000, 60_000)
        return
      case 'new partition':
        this.onNewPartition()
        return
      case 'rescale':
        this.parallelism = (this.parallelism % 3) + 1
        this.onRescale()
        return
      case 'savepoint':
      case 'stop with savepoint':
        this.onSavepoint(kind !== 'savepoint')
    }
  }

  networkFate(process: Process, api: number): NetworkFate {
    this.note(`API ${api}`)
    if (process !== this.process) return 'fine'
    if (api === END_TXN) {
      this.#endTxns++
      if (this.#phase === 'pre-committed') this.enter('committing')
    }
    const fate = this.#nextRequest
    this.#nextRequest = 'fine'
    if (fate !== 'fine') this.note(`${fate} of API ${api}`)
    return fate
  }

  /** A request has had its effect at the broker. */
  delivered(process: Process, api: number): void {
    if (process === this.process && api === END_TXN) this.#endTxns--
  }

  get commitsInFlight(): number {
    return this.#endTxns
  }

  /** Of the files in which the disk backend keeps state. */
  stateFault(process: Process, operation: 'create' | 'write' | 'read'): Error | undefined {
    const wanted = operation === 'read' ? 'read' : 'write'
    if (process !== this.process || this.#nextStateFails !== wanted) return undefined
    this.#nextStateFails = undefined
    this.note(`${operation} of state fails`)
    return operation === 'read'
      ? Object.assign(new Error('EIO: i/o error, read'), { code: 'EIO' })
      : Object.assign(new Error(`ENOSPC: no space left on device, ${operation}`), { code: 'ENOSPC' })
  }

  diskFault(process: Process, operation: string, path: string): Error | undefined {
    if (process !== this.process || (operation !== 'write' && operation !== 'append' && operation !== 'sync')) return
    if (!this.#nextWriteFails) {
      if (this.#phase === 'aligning') this.enter('snapshotting')
      return undefined
    }
    this.#nextWriteFails = false
    this.note(`write of ${path} fails`)
    return Object.assign(new Error(`ENOSPC: no space left on device, write '${path}'`), { code: 'ENOSPC' })
  }
}
