import { declare } from './contract.ts'

/** Errors of `rivulet server` and of the commands that talk to it; codes start with `SERVER_`. */
export const serverErrors = {
  SERVER_UNKNOWN_JOB: declare<{ id: string }>({
    domain: 'user',
    message: ({ id }) => `Could not find Flink job (${id})`,
    hint: () => '`rivulet list` shows the ids of all jobs.',
  }),
  SERVER_UNKNOWN_RESOURCE: declare<{ what: string }>({ domain: 'user', message: ({ what }) => `${what} not found` }),
  SERVER_DUPLICATE_NAME: declare<{ name: string; id: string }>({
    domain: 'user',
    message: ({ name, id }) => `A job named '${name}' runs already (${id}).`,
    hint: () => 'Cancel it first, or submit under another name: --name NAME.',
  }),
  SERVER_AMBIGUOUS_JOB: declare<{ id: string; found: string }>({
    domain: 'user',
    message: ({ id, found }) => `'${id}' could be several jobs: ${found}.`,
    hint: () => 'Write more digits of the id.',
  }),
  SERVER_NOT_RUNNING: declare<{ id: string; state: string }>({
    domain: 'user',
    message: ({ id, state }) => `Job ${id} is ${state}; only a running job can do this.`,
  }),
  SERVER_UNKNOWN_OPERATOR: declare<{ id: string; operator: string; known: string }>({
    domain: 'user',
    message: ({ id, operator }) => `Job ${id} has no operator '${operator}'.`,
    hint: ({ known }) => (known === '' ? 'It has not begun yet.' : `Its operators: ${known}.`),
  }),
  SERVER_TOO_MANY_TAPS: declare<{ limit: number }>({
    domain: 'user',
    message: ({ limit }) => `${limit} viewers look at rows of this job already.`,
    hint: () => 'Close some of them.',
  }),
  SERVER_WORKER_GONE: declare<Record<never, never>>({
    domain: 'external',
    message: () => "The job's process ended before it answered.",
    hint: () => '`rivulet describe JOB` says what became of the job.',
  }),
  SERVER_NO_SLOT: declare<{ needed: number; total: number; seconds: number }>({
    domain: 'external',
    message: ({ needed, total, seconds }) =>
      `Could not acquire the minimum required resources: ${needed} of ${total} slots were not free within ${seconds} s.`,
    hint: () => 'Cancel a job, lower the parallelism, or start the server with more --slots.',
  }),
  SERVER_OF_ONE_RUN: declare<Record<never, never>>({
    domain: 'user',
    message: () => 'This dashboard belongs to one run: it takes no further jobs.',
    hint: () => 'Submit it to a `rivulet server`, or run it by itself: rivulet run FILE.',
  }),
  SERVER_SEVERAL_JOBS: declare<{ first: string; second: string }>({
    domain: 'user',
    message: ({ first, second }) => `One submission is one job: '${second}' would run beside '${first}'.`,
    hint: () => 'Put the INSERTs into one EXECUTE STATEMENT SET BEGIN … END, or submit them as files of their own.',
  }),
  SERVER_GATEWAY_ENDED: declare({
    domain: 'external',
    message: () => 'The process of the SQL sessions ended; its sessions are lost, running jobs are not.',
    hint: () => 'Open a new session: the process starts again by itself.',
  }),
  SERVER_WORKER_DIED: declare<{ how: string }>({
    domain: 'external',
    message: ({ how }) => `The job's process ended by ${how}.`,
    hint: () => 'Its last words are in the log: rivulet logs JOB. SIGKILL is what the system sends when memory is out.',
  }),
  SERVER_NO_SAVEPOINT_FOLDER: declare<Record<never, never>>({
    domain: 'user',
    message: () =>
      'Config key [execution.checkpointing.savepoint-dir] is not set. Property [targetDirectory] must be provided.',
  }),
  SERVER_NO_SAVEPOINT: declare<{ path: string }>({
    domain: 'user',
    message: ({ path }) => `Cannot find checkpoint or savepoint file/directory '${path}' on file system 'file'.`,
  }),
  SERVER_BAD_REQUEST: declare<{ detail: string }>({ domain: 'user', message: ({ detail }) => detail }),
  SERVER_BODY_TOO_LARGE: declare<Record<never, never>>({
    domain: 'user',
    message: () => 'The request is larger than the server accepts.',
    hint: () =>
      'A job may have 32 MiB, a statement 16 MiB, every other call 1 MiB: leave data out of the job and read it from a topic.',
  }),
  SERVER_TOKEN_NEEDED: declare<{ why: string }>({
    domain: 'user',
    message: ({ why }) => why,
    hint: () =>
      'Send `Authorization: Bearer TOKEN`; the token is in the file `token` of the data folder or in --token-file.',
  }),
  SERVER_FORBIDDEN_HOST: declare<{ header: string; value: string }>({
    domain: 'user',
    message: ({ header, value }) => `The header ${header}: ${value} is not one of this server's names.`,
    hint: () => 'Use the address that the server was started with, or name it with --allow-host.',
  }),
  SERVER_NOT_LOOPBACK: declare<{ host: string }>({
    domain: 'user',
    message: ({ host }) =>
      `${host} can be reached by other machines, and whoever reaches the server can run code on it.`,
    hint: () => 'Give --token-file FILE (mode 0600), or listen on 127.0.0.1.',
  }),
  SERVER_TOKEN_FILE: declare<{ file: string; detail: string }>({
    domain: 'user',
    message: ({ file, detail }) => `The token file '${file}' cannot be used: ${detail}`,
  }),
  SERVER_DATA_IN_USE: declare<{ folder: string; pid: number }>({
    domain: 'user',
    message: ({ folder, pid }) => `Another server (process ${pid}) uses the data folder '${folder}'.`,
    hint: () => 'Stop it, or give this one its own --data.',
  }),
  SERVER_PORT_IN_USE: declare<{ address: string }>({
    domain: 'user',
    message: ({ address }) => `${address} is in use by another program.`,
    hint: () => 'Give another --port.',
  }),
  SERVER_UNREACHABLE: declare<{ url: string; detail: string }>({
    domain: 'external',
    message: ({ url, detail }) => `No server answers at ${url} (${detail}).`,
    hint: () => 'Start one with `rivulet server`, or name it: --server HOST:PORT.',
  }),
  SERVER_ANSWERED: declare<{ status: number; detail: string }>({
    domain: 'user',
    message: ({ status, detail }) => `The server refused (HTTP ${status}): ${detail}`,
  }),
  SERVER_NOT_YET: declare<{ what: string }>({
    domain: 'external',
    message: ({ what }) => `This version of the server cannot ${what}.`,
  }),
}
