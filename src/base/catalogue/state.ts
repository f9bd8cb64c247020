import { declare } from './contract.ts'

/** Errors of the state part; codes start with `STATE_`. */
export const stateErrors = {
  STATE_INTERNAL: declare<{ detail: string }>({
    domain: 'internal',
    message: ({ detail }) => `Internal error (state): ${detail}`,
    hint: () => 'This is a bug in Rivulet: please report it with the statement and the plan.',
  }),
  STATE_NOT_DECLARED: declare<{ name: string; wanted: string; declared: string }>({
    domain: 'internal',
    message: ({ name, wanted, declared }) =>
      `An operator asked for the ${wanted} state '${name}', but its plan node declares ${declared}.`,
    hint: () => 'This is a bug in Rivulet: please report it with the statement and the plan.',
  }),
  STATE_UNKNOWN_FORMAT: declare<{ state: string; version: number; known: number }>({
    domain: 'user',
    message: ({ state, version, known }) =>
      `The stored state '${state}' is written in format ${version}; this release reads format ${known} and older.`,
    hint: () => 'Restore it with the release that wrote it, or a newer one.',
    flink: 'The new state serializer must not be incompatible with the old state serializer.',
  }),
  STATE_NOT_PLAIN: declare<{ found: string }>({
    domain: 'user',
    message: ({ found }) => `An accumulator holds ${found}, which cannot be kept in a snapshot.`,
    hint: () =>
      'Make accumulators of plain data (object literals, arrays, Map, Set, Date, Uint8Array, numbers, bigints, strings), or declare accumulatorType.',
    flink: 'Could not extract a data type from …',
  }),
  STATE_NOT_IN_PLAN: declare<{ state: string; declared: string }>({
    domain: 'user',
    message: ({ state, declared }) =>
      `The stored state holds '${state}', which the operator of the new plan does not have (it has ${declared}).`,
    hint: () => 'The query changed so that its state cannot be used: start without the old state, or keep the query.',
    flink: 'Cannot map checkpoint/savepoint state for operator to the new program.',
  }),
}
