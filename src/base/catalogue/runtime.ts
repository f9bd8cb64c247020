import { declare } from './contract.ts'

export type StorageFailure = 'full' | 'denied' | 'unreachable' | 'missing' | 'region' | 'file' | 'other'

const storageHints: Readonly<Record<StorageFailure, string>> = {
  full: "Free space there, or set 'execution.checkpointing.dir' to a larger disk; until then the job goes on for as many failures as 'execution.checkpointing.tolerable-failed-checkpoints' says.",
  denied:
    'Give this process the right to write there; for s3:// its keys come from the environment (AWS_ACCESS_KEY_ID, …).',
  unreachable: 'Check that the server runs and can be reached from here; for s3:// the address is AWS_ENDPOINT_URL_S3.',
  missing: 'Create the bucket, or name another one.',
  region: 'Set AWS_REGION; a server of your own takes any, such as us-east-1.',
  file: 'A part of that path is a file: name a folder.',
  other:
    "Look at that storage: it may be slow, full or gone. A job goes on goes on for as many failures as 'execution.checkpointing.tolerable-failed-checkpoints' says.",
}

/** Errors of running jobs; codes start with `RUNTIME_`. */
export const runtimeErrors = {
  RUNTIME_OPERATOR_FAILED: declare<{ operator: string; detail: string }>({
    domain: 'internal',
    message: ({ operator, detail }) => `Operator ${operator} failed: ${detail}`,
    hint: () => 'This is a bug in Rivulet: please report it with the statement and the plan.',
  }),
  RUNTIME_ROWTIME_NULL: declare<{ column: string }>({
    domain: 'user',
    message: ({ column }) => `The rowtime column '${column}' is NULL in a row; event time needs a value in every row.`,
    hint: ({ column }) =>
      `Filter such rows out in a view, or compute the column with a default, for example COALESCE(${column}, …).`,
    flink: 'RowTime field should not be null, please convert it to a non-null long value.',
  }),
  RUNTIME_MATCH_SKIP: declare<{ variable: string; problem: string }>({
    domain: 'user',
    message: ({ variable, problem }) => `AFTER MATCH SKIP TO '${variable}': ${problem}.`,
    hint: () => 'Skip to a variable that every match has and that does not begin it, or use SKIP PAST LAST ROW.',
    flink: 'Could not skip to first element of a match. / Could not skip to …. No such element in the found match',
  }),
  RUNTIME_NOT_NULL: declare<{ column: string; table: string }>({
    domain: 'user',
    message: ({ column, table }) => `Column '${column}' of ${table} is NOT NULL, but a NULL was written to it.`,
    hint: () => "Set 'table.exec.sink.not-null-enforcer' = 'DROP' to leave such rows out silently.",
    flink: 'Column … is NOT NULL, however, a null value is being written into it.',
  }),
  RUNTIME_CANCELED: declare<{ job: string }>({
    domain: 'user',
    message: ({ job }) => `Job '${job}' was canceled.`,
  }),
  RUNTIME_NO_SNAPSHOT: declare<{ path: string }>({
    domain: 'user',
    message: ({ path }) => `There is no complete snapshot in '${path}': no manifest was found.`,
    hint: () => 'Give the folder that holds `manifest.json` (a folder named `chk-…` or that of a savepoint).',
  }),
  RUNTIME_SNAPSHOT_DAMAGED: declare<{ file: string; expected: string; found: string; usable?: string }>({
    domain: 'user',
    message: ({ file, expected, found }) =>
      `Snapshot file '${file}' is damaged: expected ${expected}, found ${found}. Nothing was restored.`,
    hint: ({ usable }) =>
      usable === undefined
        ? "There is no other checkpoint beside it that is whole: start from a savepoint, or anew. 'execution.checkpointing.num-retained' keeps more than one."
        : `Restore from '${usable}' (--from-savepoint): the newest other checkpoint that is whole. What came behind it is read and written again.`,
  }),
  RUNTIME_SNAPSHOT_EXISTS: declare<{ path: string }>({
    domain: 'user',
    message: ({ path }) => `There is a snapshot in '${path}' already; it is not overwritten.`,
    hint: () => 'Name a new folder, or remove that one.',
  }),
  RUNTIME_SNAPSHOT_MISMATCH: declare<{ detail: string }>({
    domain: 'user',
    message: ({ detail }) => `The snapshot does not fit this job: ${detail}`,
    hint: () =>
      "Start with the statement that wrote it, or anew; 'execution.state-recovery.ignore-unclaimed-state' = 'true' leaves out the state of operators that are gone.",
  }),
  RUNTIME_FAILS_AGAIN: declare<{ job: string; detail: string }>({
    domain: 'user',
    message: ({ job, detail }) =>
      `Job '${job}' was restarted and failed again in the same way before it had completed a checkpoint: ${detail}`,
    hint: () => 'It would do so at every restart: correct or skip the record that it names, then start the job again.',
  }),
  RUNTIME_S3_MISSING: declare<Record<string, never>>({
    domain: 'user',
    message: () => 'Snapshots under s3:// need the AWS SDK, which is not installed.',
    hint: () => 'npm install @aws-sdk/client-s3',
  }),
  RUNTIME_COMMIT_FAILED: declare<{ job: string; checkpoint: number; detail: string }>({
    domain: 'external',
    message: ({ job, checkpoint, detail }) =>
      `Job '${job}' could not commit what its sinks wrote before checkpoint ${checkpoint}: ${detail}`,
    hint: ({ checkpoint }) =>
      `The checkpoint itself is complete: a job that starts from checkpoint ${checkpoint} commits again.`,
  }),
  RUNTIME_FLUSH_FAILED: declare<{ job: string; checkpoint: number; detail: string }>({
    domain: 'external',
    message: ({ job, checkpoint, detail }) =>
      `A sink of job '${job}' could not write out its rows before checkpoint ${checkpoint}: ${detail}`,
  }),
  RUNTIME_SNAPSHOT_NOT_STORED: declare<{ job: string; path: string; detail: string; kind: StorageFailure }>({
    domain: 'external',
    message: ({ job, path, detail }) => `The snapshot of job '${job}' could not be stored in '${path}': ${detail}`,
    hint: ({ kind }) => storageHints[kind],
    flink: 'Could not complete snapshot … / Failed to finalize checkpoint.',
  }),
  RUNTIME_SNAPSHOT_NOT_READ: declare<{ path: string; detail: string; kind: StorageFailure }>({
    domain: 'external',
    message: ({ path, detail }) => `Snapshots in '${path}' cannot be read: ${detail}`,
    hint: ({ kind }) => (kind === 'full' || kind === 'other' ? undefined : storageHints[kind]),
    flink: 'Failed to access the checkpoint storage.',
  }),
  RUNTIME_SNAPSHOT_TIMEOUT: declare<{ job: string; timeoutMs: number; waitsFor?: string }>({
    domain: 'external',
    message: ({ job, timeoutMs, waitsFor }) =>
      `The snapshot of job '${job}' took longer than ${timeoutMs} ms and was given up: ${waitsFor === undefined ? 'it was being stored' : `no barrier has passed ${waitsFor}`}.`,
    hint: ({ waitsFor }) =>
      waitsFor === undefined
        ? "Look at the storage of 'execution.checkpointing.dir', or raise 'execution.checkpointing.timeout'."
        : "What does not take rows there (a slow sink, a function that does not answer) holds the barrier up; or raise 'execution.checkpointing.timeout'.",
    flink: 'Checkpoint expired before completing.',
  }),
  RUNTIME_DRAINED: declare<{ job: string; path: string }>({
    domain: 'user',
    message: ({ job, path }) =>
      `The newest checkpoint of job '${job}', '${path}', is that of a stop WITH DRAIN: every window has fired, and rows that come now would be late.`,
    hint: () => 'Start the job anew, or go on all the same with --from-savepoint and that folder.',
  }),
  RUNTIME_UNCOMMITTED_SINK: declare<{ table: string; checkpoint: number; transactions: number }>({
    domain: 'user',
    message: ({ table, checkpoint, transactions }) =>
      `Checkpoint ${checkpoint} holds ${transactions} uncommitted transaction${transactions === 1 ? '' : 's'} of ${table}, which this job does not write to: their rows would be lost, and the sources stand behind them.`,
    hint: () =>
      "Start the statement that wrote it once more from there, which commits, and stop it with a savepoint; 'execution.state-recovery.ignore-unclaimed-state' = 'true' gives the rows up.",
    flink: 'Cannot map checkpoint/savepoint state for operator to the new program.',
  }),
  RUNTIME_STOPPED_BADLY: declare<{ job: string; path: string; detail: string }>({
    domain: 'external',
    message: ({ job, path, detail }) =>
      `Job '${job}' is stopped and its savepoint is complete in '${path}', but it did not end well: ${detail}`,
    hint: () => 'Nothing is lost: start from the savepoint.',
    flink: 'A savepoint has been created at: …, but the corresponding job … didn’t terminate successfully.',
  }),
  RUNTIME_SNAPSHOT_FAILED: declare<{ job: string; detail: string }>({
    domain: 'external',
    message: ({ job, detail }) => `The snapshot of job '${job}' failed: ${detail}`,
  }),
}
