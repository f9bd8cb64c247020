import { declare } from './contract.ts'

/** Errors of sessions, tables and jobs as programs use them; codes start with `ENGINE_`. */
export const engineErrors = {
  ENGINE_INTERNAL: declare<{ detail: string }>({
    domain: 'internal',
    message: ({ detail }) => `Internal error (engine): ${detail}`,
    hint: () => 'This is a bug in Rivulet: please report it with the statement and the plan.',
  }),
  ENGINE_NO_SAVEPOINT_DIR: declare<Record<string, never>>({
    domain: 'user',
    message: () => 'There is no folder for the savepoint.',
    hint: () => "SET 'execution.checkpointing.savepoint-dir' = './savepoints';",
  }),
  ENGINE_NO_CHECKPOINT_DIR: declare<Record<string, never>>({
    domain: 'user',
    message: () => 'The job is to start from its last checkpoint, but no folder of checkpoints is known.',
    hint: () => "SET 'execution.checkpointing.dir' = './checkpoints';",
  }),
  ENGINE_NEVER_COMMITS: declare<{ table: string; timeoutMs: number | undefined }>({
    domain: 'user',
    message: ({ table, timeoutMs }) =>
      `Table ${table} writes exactly once, but no checkpoints are taken, and only they commit: readers of committed records see nothing until the job is stopped with a savepoint${timeoutMs === undefined ? '' : `, and after ${timeoutMs} ms the broker gives the transaction up`}.`,
    hint: () =>
      "SET 'execution.checkpointing.interval' = '10 s'; and SET 'execution.checkpointing.dir' to a folder that outlives the process.",
    flink: 'Flink says nothing: the sink never commits when checkpointing is not enabled.',
  }),
  ENGINE_JOB_RESTARTS: declare<{ job: string; afterMs: number; detail: string; fix: string | undefined }>({
    domain: 'external',
    message: ({ job, afterMs, detail }) =>
      `Job '${job}' failed and starts again in ${Math.round(afterMs)} ms from its newest checkpoint: ${detail}`,
    hint: ({ fix }) => fix ?? "'restart-strategy.type' says how often that may happen.",
    flink: 'Job … switched from state RUNNING to RESTARTING.',
  }),
  ENGINE_CHECKPOINT_FAILS: declare<{ job: string; detail: string; fix: string | undefined }>({
    domain: 'external',
    message: ({ job, detail }) => `A checkpoint of job '${job}' failed, which goes on: ${detail}`,
    hint: ({ fix }) =>
      fix ?? "More failures in a row than 'execution.checkpointing.tolerable-failed-checkpoints' end it.",
    flink: 'Failed to trigger or complete checkpoint … for job …',
  }),
  ENGINE_SHARED_TRANSACTIONS: declare<{ table: string; other: string; job: string; key: string; prefix: string }>({
    domain: 'user',
    message: ({ table, other, job, key, prefix }) =>
      `Table ${table} is written exactly once under '${key}' = '${prefix}', as ${table === other ? 'it' : `table ${other}`} is ${job === '' ? 'in the same job' : `by the running job '${job}'`}: each would end the other's transactions.`,
    hint: ({ table, other, job, key }) =>
      job === '' && table === other
        ? 'Write to the table with one INSERT: SELECT … UNION ALL SELECT ….'
        : `Give each its own '${key}'; of one table, with INSERT INTO t /*+ OPTIONS('${key}' = '…') */.`,
    flink:
      'ProducerFencedException: There is a newer producer with the same transactionalId which fences the current one.',
  }),
  ENGINE_TRANSACTION_TIMEOUT: declare<{
    table: string
    timeoutKey: string
    timeoutMs: number
    key: string
    ms: number
  }>({
    domain: 'user',
    message: ({ table, timeoutKey, timeoutMs, key, ms }) =>
      `Table ${table} writes exactly once, but its transactions time out after ${timeoutMs} ms ('${timeoutKey}') and are committed by checkpoints that lie at least ${ms} ms apart ('${key}').`,
    hint: ({ timeoutKey, key }) =>
      `Take checkpoints more often ('${key}'), or raise '${timeoutKey}' to more than the interval plus the longest checkpoint and restart. Kafka's brokers allow 15 minutes ('transaction.max.timeout.ms') unless they are told otherwise.`,
    flink:
      'ProducerFencedException / InvalidTxnStateException at a commit behind the timeout; Flink does not compare the two.',
  }),
  ENGINE_NO_SUCH_JOB: declare<{ id: string; known: string }>({
    domain: 'user',
    message: ({ id }) => `This session runs no job with the id '${id}'.`,
    hint: ({ known }) => (known === '' ? 'It runs none. SHOW JOBS lists them.' : `Jobs of this session: ${known}.`),
  }),
  ENGINE_NO_SUCH_OPERATOR: declare<{ job: string; operator: string; known: string }>({
    domain: 'user',
    message: ({ job, operator }) => `Job '${job}' has no operator ${operator}.`,
    hint: ({ known }) => `Its operators: ${known}.`,
  }),
  ENGINE_NO_KEYED_STATE: declare<{ operator: string; keyed: string }>({
    domain: 'user',
    message: ({ operator }) => `Operator ${operator} keeps nothing per key.`,
    hint: ({ keyed }) => (keyed === '' ? 'No operator of this job does.' : `These do: ${keyed}.`),
  }),
  ENGINE_KEY_SYNTAX: declare<{ text: string; example: string }>({
    domain: 'user',
    message: ({ text }) => `This is no key: ${text}`,
    hint: ({ example }) =>
      `Write the values of its columns as JSON, such as ${example}, or as SQL literals: 'text', 1.`,
  }),
  ENGINE_KEY_COLUMNS: declare<{ operator: string; expected: string; count: number; found: number; example: string }>({
    domain: 'user',
    message: ({ operator, count, found, expected }) =>
      `A key of ${operator} has ${count} column${count === 1 ? '' : 's'} (${expected}), found ${found}.`,
    hint: ({ example }) => `Write one value per column, in this order, such as ${example}.`,
  }),
  ENGINE_KEY_VALUE: declare<{ column: string; type: string; value: string; operator: string }>({
    domain: 'user',
    message: ({ column, type, value }) => `Column '${column}' of the key is ${type}; ${value} is no such value.`,
    hint: ({ operator }) => `Key of ${operator}. Times are written as '2026-11-25 08:00:00', bytes as X'0a'.`,
  }),
  ENGINE_NOT_RUNNING: declare<{ job: string; state: string }>({
    domain: 'user',
    message: ({ job, state }) => `Job '${job}' is ${state}; only a running job can show its state.`,
  }),
  ENGINE_BIGINT_NOT_SAFE: declare<{ value: string }>({
    domain: 'user',
    message: ({ value }) => `BIGINT ${value} does not fit a JavaScript number without losing digits.`,
    hint: () => "Declare the type as DataTypes.BIGINT() (a bigint) instead of DataTypes.BIGINT({ as: 'number' }).",
  }),
  ENGINE_WRONG_VALUE: declare<{ type: string; expected: string; found: string }>({
    domain: 'user',
    message: ({ type, expected, found }) => `A value for ${type} must be ${expected}, found ${found}.`,
    hint: () => 'The mapping of SQL types to TypeScript values is in the documentation of DataTypes.',
  }),
  ENGINE_NOT_EMBEDDED: declare<{ statement: string; instead: string }>({
    domain: 'user',
    message: ({ statement }) => `${statement} has no meaning in the embedded engine.`,
    hint: ({ instead }) => instead,
  }),
  ENGINE_STATEMENT_SET: declare<{ problem: string }>({
    domain: 'user',
    message: ({ problem }) => `Statement set: ${problem}.`,
    hint: () => 'BEGIN STATEMENT SET; INSERT INTO …; INSERT INTO …; END;',
    flink: 'Only INSERT statement is allowed in Statement Set.',
  }),
  ENGINE_ONE_STATEMENT: declare<{ found: number }>({
    domain: 'user',
    message: ({ found }) => `executeSql takes one statement, found ${found}.`,
    hint: () => 'Call executeSql once per statement, or run the file with `rivulet run script.sql`.',
  }),
  ENGINE_NOTHING_TO_EXECUTE: declare<Record<string, never>>({
    domain: 'user',
    message: () => 'No INSERT was added before execute().',
    hint: () => 'Call insertInto(…) or sqlUpdate("INSERT INTO …") first.',
    flink: 'No operators defined in streaming topology. Cannot generate StreamGraph.',
  }),
  ENGINE_NOT_A_QUERY: declare<{ found: string }>({
    domain: 'user',
    message: ({ found }) => `sqlQuery takes a query (SELECT, VALUES, WITH …), found ${found}.`,
    hint: () => 'Use executeSql for other statements.',
    flink: 'Unsupported SQL query! sqlQuery() only accepts a single SQL query …',
  }),
  ENGINE_NOT_AN_UPDATE: declare<{ found: string }>({
    domain: 'user',
    message: ({ found }) => `sqlUpdate takes INSERT, CREATE, DROP, USE or ALTER, found ${found}.`,
    hint: () => 'Use sqlQuery or executeSql for queries.',
    flink: 'Unsupported SQL query! sqlUpdate() only accepts …',
  }),
  ENGINE_NOT_A_FUNCTION: declare<{ name: string; found: string }>({
    domain: 'user',
    message: ({ name, found }) => `'${name}' cannot be registered as a function: found ${found}.`,
    hint: () =>
      'Declare it with udf(fn, { inputTypes, resultType }), udaf or udtf, or extend ScalarFunction, AggregateFunction or TableFunction.',
  }),
  ENGINE_FUNCTION_MODULE: declare<{ module: string; detail: string; hint?: string }>({
    domain: 'user',
    message: ({ module, detail }) => `The function '${module}' could not be loaded: ${detail}`,
    hint: ({ hint }) => hint,
  }),
  ENGINE_RESULT_TAKEN: declare<Record<string, never>>({
    domain: 'user',
    message: () => 'The rows of this result are already being read.',
    hint: () => 'Run the query again for a second reader; a stream has one.',
  }),
  ENGINE_PARALLELISM: declare<{ value: string }>({
    domain: 'user',
    message: ({ value }) => `'parallelism.default' must be a whole number from 1 to 128, found '${value}'.`,
  }),
  ENGINE_TRACE_REPORTER: declare<{ key: string; value: string; known: string }>({
    domain: 'user',
    message: ({ key, value }) => `'${key}' = '${value}' is a trace reporter that is not there.`,
    hint: ({ known }) => `'${known}' is; 'traces.reporters' names those that are to be used.`,
  }),
  ENGINE_NO_TRACE_API: declare<Record<string, never>>({
    domain: 'user',
    message: () => 'Traces need the package @opentelemetry/api, which is not installed.',
    hint: () => 'npm install @opentelemetry/api, and an SDK with an exporter.',
  }),
  ENGINE_NO_TRACE_SDK: declare<Record<string, never>>({
    domain: 'user',
    message: () => 'Traces are asked for, but the program has registered no OpenTelemetry SDK that samples them.',
    hint: () =>
      'Register one before the job starts: node --import ./tracing.mjs, with NODE_OPTIONS for the jobs of a server.',
  }),
}
