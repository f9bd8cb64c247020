/**
 * One seed: a job from its start to its end, through the faults of its plan, and a look at what it wrote.
 *
 * Laws
 * - A process that was killed or whose job failed is followed by another, which starts from the newest complete checkpoint;
 *   behind a stop with savepoint, from either of the two.
 * - The run ends with a finished job, within a bounded number of events; then everything committed is read and checked.
 * - Offsets that the job commits to its group never go back.
 */
import { isRivuletError, renderError } from '../../src/base/errors.ts'
import { TableEnvironment } from '../../src/engine/environment.ts'
import type { JobClient } from '../../src/engine/job-client.ts'
import {
  createPartitions,
  KafkaClient,
  KafkaProducer,
  listOffsets,
  PartitionFetcher,
  RecordCursor,
} from '../../src/kafka/index.ts'
import { type Event, inputOf, jobOf, moreEvents, tableDdl } from './jobs.ts'
import { type PlannedFault, planOf, type RunPlan } from './plan.ts'
import { Process } from './process.ts'
import { World } from './world.ts'

export interface RunReport {
  readonly plan: RunPlan
  /** What is wrong; undefined when nothing is. */
  readonly problem: string | undefined
  readonly struck: readonly PlannedFault[]
  readonly processes: number
  readonly events: number
  readonly log: readonly string[]
}

const CHECKPOINTS = '/checkpoints'
const SAVEPOINTS = '/savepoints'
const MAX_EVENTS = 60_000
const MAX_PROCESSES = 40
/** Virtual milliseconds after which faults stop, so that the run can end. */
const CALM_AFTER_MS = 20_000
/** A job without end is calm after so many events, and stopped so much virtual time later. */
const UNBOUNDED_EVENTS = 12_000
const UNBOUNDED_STOP_MS = 600

export async function runSeed(seed: number, plan: RunPlan = planOf(seed)): Promise<RunReport> {
  const world = new World(plan)
  const run = new Run(world)
  let problem: string | undefined
  // It would end the process of a real job, whatever the restart strategy says.
  const unheard = (error: unknown) => {
    world.problem ??= `an error that nobody heard: ${String((error as Error)?.stack ?? error)}`
  }
  process.on('unhandledRejection', unheard)
  try {
    problem = await run.run()
  } catch (error) {
    problem = isRivuletError(error) ? renderError(error) : String((error as Error)?.stack ?? error)
  } finally {
    process.off('unhandledRejection', unheard)
  }
  return {
    plan,
    problem,
    struck: world.struck,
    processes: run.processes,
    events: world.scheduler.count,
    log: world.log,
  }
}

class Run {
  readonly #world: World
  processes = 0
  #input: Event[][]
  #finished = false
  #restarting = false
  #job: JobClient | undefined
  #completed = 0
  #savepoints = 0
  /** Of a job without end: since when nothing strikes it, and whether its last stop is under way. */
  #calmSince: number | undefined
  #ending = false
  #growing: Promise<unknown> = Promise.resolve()
  /** A stop that is under way: what became of it. */
  #stopping: Promise<string | undefined> | undefined
  /** The savepoint of the stop before. */
  #stoppedAt: string | undefined
  readonly #errors: string[] = []

  constructor(world: World) {
    this.#world = world
    this.#input = inputOf(world.plan).map((events) => [...events])
    world.onRescale = () => this.#rescale()
    world.onNewPartition = () => this.#addPartition()
    world.onSavepoint = (stop) => void this.#savepoint(stop)
  }

  async run(): Promise<string | undefined> {
    const { plan, scheduler, broker } = this.#world
    const job = jobOf(plan.job)
    broker.createTopic('events', { partitions: plan.partitions })
    broker.createTopic('results', { partitions: 2 })
    await this.#aside((process) => this.#produce(process))
    this.#start()
    while (!this.#finished) {
      if (!(await scheduler.step())) return `nothing happens any more in phase '${this.#world.phase}'`
      this.#observe()
      this.#world.afterEvent()
      this.#observe()
      if (this.#world.problem !== undefined) return this.#world.problem
      if (scheduler.now > CALM_AFTER_MS) this.#world.calm()
      if (plan.unbounded) this.#endUnbounded()
      if (scheduler.count > MAX_EVENTS)
        return `no end after ${MAX_EVENTS} events: ${this.#errors.slice(-2).join(' | ')}`
      if (this.processes > MAX_PROCESSES)
        return `no end after ${MAX_PROCESSES} starts: ${this.#errors.slice(-2).join(' | ')}`
    }
    this.#world.calm()
    const { output, open } = await this.#aside((process) => this.#read(process))
    if (open !== undefined) return open
    return this.#world.problem ?? job.check(this.#input, output)
  }

  /** All faults are over, and what was written has had time to come through: the job is stopped, until it is. */
  #endUnbounded(): void {
    const { scheduler } = this.#world
    if (scheduler.count > UNBOUNDED_EVENTS) this.#world.calm()
    if (this.#world.faultsLeft > 0) return
    this.#calmSince ??= scheduler.now
    if (scheduler.now < this.#calmSince + UNBOUNDED_STOP_MS || this.#ending) return
    if (this.#job === undefined || this.#stopping !== undefined) return
    this.#ending = true
    this.#savepoint(true)?.then((path) => {
      if (path !== undefined) return
      this.#ending = false
    })
  }

  /** Something outside the job happens while it goes on. */
  #beside(act: (process: Process) => Promise<unknown>): void {
    const process = new Process(this.#world, 0)
    act(process).then(
      () => process.kill(),
      (error: unknown) => {
        process.kill()
        this.#errors.push(`beside the job: ${String(error)}`)
        this.#world.note(`beside the job: ${String(error)}`)
      },
    )
  }

  /** Something outside the job happens, with nothing else going on. */
  async #aside<T>(act: (process: Process) => Promise<T>): Promise<T> {
    const process = new Process(this.#world, 0)
    let outcome: { value?: T; error?: unknown } | undefined
    act(process).then(
      (value) => {
        outcome = { value }
      },
      (error: unknown) => {
        outcome = { error }
      },
    )
    while (outcome === undefined) {
      if (!(await this.#world.scheduler.step())) throw new Error('nothing happens any more beside the job')
    }
    process.kill()
    if ('error' in outcome) throw outcome.error
    return outcome.value as T
  }

  async #produce(process: Process): Promise<void> {
    const client = this.#client(process)
    await this.#write(process, client, [...this.#input.entries()])
    await client.close()
  }

  async #write(process: Process, client: KafkaClient, all: (readonly [number, readonly Event[]])[]): Promise<void> {
    const producer = new KafkaProducer(client)
    const writer = await producer.topic('events')
    for (const [partition, events] of all) {
      for (const { id, key, at, amount } of events) {
        const value = Buffer.from(JSON.stringify({ id, k: key, at_ms: at, amount }))
        writer.append(partition, process.clock.now(), null, 0, 0, value, 0, value.length)
      }
    }
    await producer.flush()
    producer.close()
  }

  #client(process: Process, more: Readonly<Record<string, string>> = {}): KafkaClient {
    return new KafkaClient(process, {
      'bootstrap.servers': this.#world.broker.bootstrap,
      'retry.backoff.ms': '2',
      'reconnect.backoff.ms': '2',
      'batch.size': '600',
      ...more,
    })
  }

  #start(): void {
    this.processes++
    const process = this.#world.startProcess()
    this.#stopping = undefined
    this.#world.note(`start with parallelism ${this.#world.parallelism}`)
    this.#submit(process).then(
      (job) => {
        this.#job = job
        this.#completed = job.checkpoints().counts.completed
        this.#world.enter('before barrier')
        job.wait().then(
          () => this.#finishedOrStopped(process, job),
          (error: unknown) => this.#ended(process, error),
        )
      },
      (error: unknown) => this.#ended(process, error),
    )
  }

  /** A job ends well at the end of its input, or where it was stopped. */
  async #finishedOrStopped(process: Process, job: JobClient): Promise<void> {
    this.#stoppedAt = await this.#stopping
    if (process !== this.#world.process) return
    process.stateDisk.jobEnded()
    if (this.#stoppedAt === undefined || this.#ending) {
      this.#ended(process, job.status === 'FINISHED' ? undefined : new Error(`the job is ${job.status}`))
      return
    }
    this.#world.note(`stopped with ${this.#stoppedAt}`)
    this.#world.killProcess()
    this.#job = undefined
    this.#restartLater()
  }

  /** Somebody takes a savepoint of the running job, or stops it with one. */
  #savepoint(stop: boolean): Promise<string | undefined> | undefined {
    const job = this.#job
    if (job === undefined || this.#stopping !== undefined) return undefined
    const folder = `${SAVEPOINTS}/${++this.#savepoints}`
    const taken: Promise<string | undefined> = (stop ? job.stopWithSavepoint(folder) : job.savepoint(folder)).catch(
      (error: unknown) => {
        this.#world.note(`savepoint failed: ${error instanceof Error ? error.message : String(error)}`)
        // The job goes on.
        if (this.#stopping === taken) this.#stopping = undefined
        return undefined
      },
    )
    if (stop) this.#stopping = taken
    return taken
  }

  async #submit(process: Process): Promise<JobClient> {
    const { plan, scheduler } = this.#world
    const savepoint = this.#stoppedAt
    this.#stoppedAt = undefined
    const from: Record<string, string> =
      savepoint !== undefined && scheduler.chance(0.5)
        ? { 'execution.state-recovery.path': savepoint }
        : { 'execution.state-recovery.from-last-checkpoint': 'true' }
    const environment = TableEnvironment.create({
      host: process,
      print: () => {},
      batchSize: plan.batchSize,
      backend: () => process.backend(),
      triggerDelay: () => (plan.triggerMs === 0 ? 0 : process.random() * plan.triggerMs),
      configuration: {
        'parallelism.default': String(this.#world.parallelism),
        'pipeline.max-parallelism': '16',
        'execution.checkpointing.interval': `${plan.checkpointMs} ms`,
        'execution.checkpointing.dir': CHECKPOINTS,
        'execution.checkpointing.num-retained': '2',
        'restart-strategy.type': plan.restarts ? 'fixed-delay' : 'none',
        'restart-strategy.fixed-delay.attempts': '5',
        'restart-strategy.fixed-delay.delay': '5 ms',
        'pipeline.name': 'simulation',
        ...from,
      },
    })
    const job = jobOf(plan.job)
    this.#world.note('ddl')
    for (const ddl of tableDdl(plan, job, this.#world.broker.bootstrap)) await environment.executeSql(ddl)
    this.#world.note('insert')
    const result = await environment.executeSql(scheduler.pick(job.inserts))
    return result.jobClient as JobClient
  }

  /** The job ended by itself: well, or with an error after which another process tries again. */
  #ended(process: Process, error: unknown): void {
    if (process !== this.#world.process) return
    process.stateDisk.jobEnded()
    this.#world.killProcess()
    this.#job = undefined
    if (error === undefined) {
      this.#finished = true
      return
    }
    const text = isRivuletError(error) ? `${error.code}: ${error.message}` : String((error as Error)?.message ?? error)
    this.#errors.push(text)
    this.#world.note(`failed: ${text}`)
    this.#restartLater()
  }

  #restartLater(): void {
    if (this.#restarting) return
    this.#restarting = true
    this.#world.scheduler.after(this.#world.scheduler.between(1, 30), {}, () => {
      this.#restarting = false
      this.#start()
    })
  }

  /** A cluster that is asked for another parallelism stops the job hard and starts it again. */
  #rescale(): void {
    this.#world.killProcess()
  }

  /** A partition is added while the job runs, which a bounded job does not read. */
  #addPartition(): void {
    const { plan } = this.#world
    const partition = this.#input.length
    const events = plan.unbounded ? moreEvents(plan, partition) : []
    this.#input.push([...events])
    this.#beside((process) => {
      this.#growing = this.#growing.then(async () => {
        const client = this.#client(process)
        await createPartitions(client, 'events', partition + 1)
        if (events.length > 0) await this.#write(process, client, [[partition, events]])
        await client.close()
      })
      return this.#growing
    })
  }

  /** Which phase the job is in, and whether its process is still there. */
  #observe(): void {
    const world = this.#world
    if (world.process === undefined) {
      this.#job = undefined
      if (!this.#finished) this.#restartLater()
      return
    }
    const job = this.#job
    if (job === undefined) return
    const { counts } = job.checkpoints()
    const inProgress = counts.inProgress > 0
    const { completed } = counts
    if (inProgress && world.phase === 'before barrier') world.enter('aligning')
    if (completed > this.#completed) {
      this.#completed = completed
      world.enter('pre-committed')
    }
    if (!inProgress && world.phase !== 'before barrier' && world.commitsInFlight === 0) world.enter('before barrier')
  }

  /** Everything that a reader sees who believes in commits only, and whether something was left open. */
  async #read(process: Process): Promise<{ output: Record<string, unknown>[]; open: string | undefined }> {
    const client = this.#client(process, { 'isolation.level': 'read_committed' })
    const [{ partitions }] = await client.describeTopics(['results'])
    const places = partitions.map(({ partition }) => ({ topic: 'results', partition }))
    const ends = await listOffsets(client, places, 'latest')
    const dirty = this.#client(process)
    const written = await listOffsets(dirty, places, 'latest')
    await dirty.close()
    const stuck = ends.findIndex(({ offset }, i) => offset !== written[i].offset)
    if (stuck >= 0) {
      const open = `a transaction was left open: partition ${stuck} of 'results' is readable up to ${ends[stuck].offset}, written up to ${written[stuck].offset}`
      return { output: [], open }
    }
    const fetcher = new PartitionFetcher(client)
    fetcher.assign(places.map((place) => ({ ...place, offset: 0 })))
    const output: Record<string, unknown>[] = []
    const reached = places.map(() => 0)
    const cursor = new RecordCursor()
    while (reached.some((offset, i) => offset < ends[i].offset)) {
      const chunk = fetcher.poll()
      if (chunk === undefined) {
        await process.clock.sleep(5)
        continue
      }
      while (chunk.records.next(cursor)) {
        for (let i = 0; i < cursor.count; i++) {
          output.push(
            JSON.parse(Buffer.from(cursor.bytes.subarray(cursor.valueStart[i], cursor.valueEnd[i])).toString()),
          )
        }
      }
      reached[chunk.partition] = chunk.nextOffset
      chunk.done()
    }
    fetcher.close()
    await client.close()
    return { output, open: undefined }
  }
}
