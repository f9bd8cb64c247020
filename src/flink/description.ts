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
  /** In the list that the bundle serves. */
  readonly position: number
  /** Types as Flink's SQL writes them. */
  readonly arguments: readonly string[]
  readonly result: string
  readonly deterministic: boolean
  readonly merges?: boolean
  readonly retracts?: boolean
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
  readonly steps: readonly Step[]
}
