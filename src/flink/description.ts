/** What a job jar holds beside the runtime: `rivulet/job.json`, read by `JobMain` in `flink-runtime/`. */
export type Step = OptionStep | FunctionStep | StatementStep | InsertsStep

export interface OptionStep {
  readonly kind: 'option'
  readonly key: string
  readonly value: string
}

export interface FunctionStep {
  readonly kind: 'function'
  readonly name: string
  readonly system: boolean
  readonly function: 'scalar' | 'table' | 'aggregate'
  /** Of the first way in the list that the bundle serves; the others follow. */
  readonly position: number
  readonly ways: readonly FunctionWay[]
  readonly deterministic: boolean
  readonly merges?: boolean
  readonly retracts?: boolean
}

/** One way to call a function; types as Flink's SQL writes them. */
export interface FunctionWay {
  readonly arguments: readonly string[]
  /** The last argument comes any number of times. */
  readonly varArgs: boolean
  readonly result: string
}

export interface StatementStep {
  readonly kind: 'statement'
  readonly sql: string
}

/** INSERTs that run as one job. */
export interface InsertsStep {
  readonly kind: 'inserts'
  readonly name: string
  readonly sql: readonly string[]
}

export interface JobDescription {
  readonly format: 1
  /** Flink's jar has functions.js and functions.js.map beside this. */
  readonly functions: boolean
  /** The program that runs functions; absent: V8 inside the TaskManager. */
  readonly node?: string
  readonly steps: readonly Step[]
}
