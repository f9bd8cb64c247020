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
  STATE_DISK_WRITE: declare<{ detail: string }>({
    domain: 'external',
    message: ({ detail }) => `State cannot be written to the local disk: ${detail}`,
    hint: () =>
      "Free space, or set 'state.backend.rocksdb.localdir' to a folder on a larger disk; the job goes on from its last checkpoint.",
    flink: 'Error while adding data to RocksDB',
  }),
  STATE_DISK_READ: declare<{ detail: string }>({
    domain: 'external',
    message: ({ detail }) => `State cannot be read back from the local disk: ${detail}`,
    hint: () =>
      "Check the disk, or set 'state.backend.rocksdb.localdir' to a folder on another one; the job goes on from its last checkpoint.",
    flink: 'Error while retrieving data from RocksDB',
  }),
  STATE_DISK_FULL: declare<{ limit: string }>({
    domain: 'user',
    message: ({ limit }) => `One state of one subtask has more than ${limit} on the local disk, which is the limit.`,
    hint: () => "Raise the parallelism, so that each subtask keeps less, or bound the state ('table.exec.state.ttl').",
  }),
  STATE_BACKEND: declare<{ value: string }>({
    domain: 'user',
    message: ({ value }) => `'state.backend.type' is '${value}', which is no state backend.`,
    hint: () => "Use 'hashmap' (state in memory) or 'rocksdb' (state on the local disk, with a cache in memory).",
    flink: 'Cannot find state backend',
  }),
  STATE_CACHE_SIZE: declare<{ option: string; value: string }>({
    domain: 'user',
    message: ({ option, value }) => `'${option}' is '${value}', which is no size of memory.`,
    hint: () => "Write a number with a unit, as in '256 mb'.",
    flink: 'Could not parse value for key',
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
  STATE_CLOSED: declare<Record<string, never>>({
    domain: 'user',
    message: () => 'The job ended, or began anew, while its state was looked at.',
    hint: () => 'Look again when it runs.',
  }),
  STATE_NOT_IN_PLAN: declare<{ state: string; declared: string }>({
    domain: 'user',
    message: ({ state, declared }) =>
      `The stored state holds '${state}', which the operator of the new plan does not have (it has ${declared}).`,
    hint: () => 'The query changed so that its state cannot be used: start without the old state, or keep the query.',
    flink: 'Cannot map checkpoint/savepoint state for operator to the new program.',
  }),
}
