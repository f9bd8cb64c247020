/**
 * How an error is declared.
 *
 * `domain` decides what happens after it: a `user` error (bad SQL, bad option, bad data, a throwing function) never restarts
 * by itself into the same wall unseen, an `external` one (broker down) is retried by the restart strategy, an `internal`
 * one is our bug and says so.
 */
export type ErrorDomain = 'user' | 'external' | 'internal'

// biome-ignore lint/suspicious/noExplicitAny: the catalogue holds functions of many parameter shapes; `fail` types each call
export interface ErrorDeclaration<P = any> {
  readonly domain: ErrorDomain
  /** What happened: expected, found, where. One sentence or two, no trailing hint. */
  readonly message: (params: P) => string
  /** What to do about it. */
  readonly hint?: (params: P) => string | undefined
  /** The words of Flink's (or Kafka's) error for the same cause, for the docs page, so that a search finds it. */
  readonly flink?: string
}

/** Identity with inference of the parameter type: `declare<{ column: string }>({ … })`. */
export function declare<P>(declaration: ErrorDeclaration<P>): ErrorDeclaration<P> {
  return declaration
}
