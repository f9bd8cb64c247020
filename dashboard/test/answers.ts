/** The answers of the mock server: a running job with a finding, a failed one, a finished one. */
import type {
  BadRecords,
  CompiledPlanAnswer,
  DoctorAnswer,
  JobState,
  KeyedState,
  MetricHistoryAnswer,
  OperatorsAnswer,
  SqlCheckAnswer,
} from '../../src/server/api-types.ts'

export interface MockState {
  job: JobState
  readonly startedAt: number
  /** That were run, in their order. */
  readonly statements: string[]
}

export const JOB = '7527aeeb8ea86628ee1645e684e4a747'
const FAILED = 'adaf2a03a53b6432cbb8529b1a0efd5f'
const DONE = 'c30e6a4e56d792f5248eccda3c3f4d59'
const SOURCE = 'cbc357ccb763df2852fee8c4fc7d55f2'
const WINDOW = 'c27dcf7b54ef6bfd6cff02ca8870b681'

export const start = (): MockState => ({ job: 'RUNNING', startedAt: Date.now() - 3_720_000, statements: [] })

const summary = (jid: string, name: string, state: JobState, startedAt: number) => ({
  jid,
  name,
  jobType: 'STREAMING',
  schedulerType: 'Default',
  'start-time': startedAt,
  'end-time': state === 'RUNNING' ? -1 : startedAt + 60_000,
  duration: state === 'RUNNING' ? Date.now() - startedAt : 60_000,
  state,
  'last-modification': startedAt,
  tasks: { total: 4, running: state === 'RUNNING' ? 4 : 0 },
})

const vertex = (id: string, name: string) => ({ id, name, parallelism: 2, maxParallelism: 128, status: 'RUNNING' })

const details = ({ job, startedAt }: MockState) => ({
  ...summary(JOB, 'payments per minute', job, startedAt),
  now: Date.now(),
  isStoppable: true,
  vertices: [
    vertex(SOURCE, 'Source: payments -> Calc -> LocalWindowAggregate'),
    vertex(WINDOW, 'GlobalWindowAggregate -> Sink: totals'),
  ],
  plan: {
    nodes: [{ id: SOURCE }, { id: WINDOW, inputs: [{ id: SOURCE, num: 0, ship_strategy: 'HASH' }] }],
  },
})

const plan: CompiledPlanAnswer = {
  jobid: JOB,
  nodes: [
    {
      id: 1,
      kind: 'source',
      description: 'TableSourceScan(table=[payments])',
      vertex: SOURCE,
      parallelism: 2,
      inputs: [],
      changelogMode: ['I'],
      columns: [
        { name: 'currency', type: 'STRING' },
        { name: 'amount', type: 'DECIMAL(10, 2)' },
      ],
    },
    {
      id: 2,
      kind: 'group-aggregate',
      description: 'GroupAggregate(groupBy=[currency], select=[currency, SUM(amount) AS total])',
      vertex: WINDOW,
      parallelism: 2,
      inputs: [{ node: 1, distribution: 'hash[currency]' }],
      changelogMode: ['I', 'UB', 'UA'],
      columns: [
        { name: 'currency', type: 'STRING' },
        { name: 'total', type: 'DECIMAL(38, 2)' },
      ],
      stateKey: [{ name: 'currency', type: 'STRING' }],
    },
  ],
}

const operators = (): OperatorsAnswer => ({
  at: Date.now(),
  operators: plan.nodes.flatMap((node) =>
    [0, 1].map((subtask) => ({
      node: node.id,
      kind: node.kind,
      description: node.description,
      subtask,
      rowsIn: 1_204_331,
      rowsOut: 1_204_331,
      rowsInPerSecond: 10_000 + 1000 * Math.sin(Date.now() / 9000 + node.id),
      rowsOutPerSecond: 12_000 + 2000 * Math.sin(Date.now() / 7000 + node.id),
      watermark: Date.now() - 4200,
      counters: {},
      gauges: {},
      ...(node.id === 2 ? { waitingFor: 'watermark' } : {}),
    })),
  ),
})

/** Ten minutes, in steps of five seconds; only what is later than asked for. */
const history = (from: number): MetricHistoryAnswer => {
  const now = Math.floor(Date.now() / 5000) * 5000
  const at = Array.from({ length: 120 }, (_, i) => now - 5000 * (119 - i)).filter((each) => each > from)
  return {
    stepMs: 5000,
    vertices: [
      { id: SOURCE, name: 'TableSourceScan[1] -> Calc[2] -> LocalWindowAggregate[3]' },
      { id: WINDOW, name: 'GlobalWindowAggregate[4] -> Sink[5]' },
    ],
    sources: [{ node: 1, name: 'payments' }],
    samples: at.map((each) => {
      const wave = Math.sin(each / 40_000)
      return {
        at: each,
        vertices: [
          { rowsIn: 12_000 + 2000 * wave, rowsOut: 900 + 90 * wave, busy: 0.3 + 0.1 * wave, backPressured: 0.2 },
          { rowsIn: 900 + 90 * wave, rowsOut: 40, busy: 0.8 + 0.1 * wave, backPressured: 0 },
        ],
        sources: [{ records: Math.round(5000 + 4000 * wave), watermarkMs: 4200 + 900 * wave }],
        heapUsed: 45e6 + 9e6 * wave,
        rss: 140e6,
        cpu: 0.6 + 0.2 * wave,
        checkpoint: { id: 3, duration: 57, size: 28_213, fullSize: 1_204_331 },
      }
    }),
  }
}

const doctor: DoctorAnswer = {
  findings: [
    {
      code: 'WATERMARK_HELD_BY_SPLIT',
      severity: 'error',
      title: "payments-3 holds the watermark of 'payments' back",
      detail: 'Windows cannot close: the watermark is the least of all partitions, and this one has sent nothing.',
      evidence: {
        splits: 'payments-3',
        rows: 0,
        since: '2026-11-25T06:33:08.000Z',
        waitedMs: 412_000,
        watermark: 'none',
        watermarkWithout: '2026-11-25T06:40:00.000Z',
        'scan.watermark.idle-timeout': 'not set',
      },
      place: 'default_catalog.default_database.payments',
      span: { start: 37, end: 45 },
      fix: "'scan.watermark.idle-timeout' = '10 s' in WITH of 'payments' takes it out.",
    },
  ],
  source: { name: 'job.sql', text: 'INSERT INTO totals SELECT total FROM payments' },
}

const bad: BadRecords = {
  total: 3,
  records: [
    {
      table: 'default_catalog.default_database.payments',
      topic: 'payments',
      partition: 2,
      offset: 4711,
      timestamp: Date.now() - 60_000,
      code: 'FORMAT_JSON_SYNTAX',
      reason: 'A value starts at byte 13 and does not end.',
      text: '{"id": 7, "am',
      hex: '7b226964223a20372c2022616d',
      size: 13,
    },
  ],
}
const keyed: KeyedState = {
  node: 2,
  subtask: 1,
  keyColumns: [{ name: 'currency', type: 'STRING' }],
  key: ['EUR'],
  states: [
    {
      name: 'groups',
      kind: 'table',
      columns: [
        { name: 'rows', type: 'BIGINT NOT NULL' },
        { name: 'sum_0_sum', type: 'DECIMAL(38, 2)' },
      ],
      rows: [['2', '14.00']],
      more: false,
    },
  ],
  timers: [{ state: 'groups', domain: 'event', at: Date.now() }],
}

const TEXT = 'INSERT INTO totals\nSELECT currency, CAST(amount AS INT) FROM payments'
const exceptions = {
  exceptionHistory: {
    truncated: false,
    entries: [
      {
        exceptionName: 'RuntimeError',
        stacktrace: 'RuntimeError: cannot cast\n    at toCents (file:///app/cents.ts:4:9)',
        timestamp: Date.now() - 60_000,
        taskName: 'Calc (1/2)',
        rivulet: {
          code: 'CAST_FAILED',
          domain: 'runtime',
          message: "Cannot cast 'abc' to INT.",
          hint: 'Use TRY_CAST to get NULL instead.',
          span: { start: TEXT.indexOf('CAST'), end: TEXT.indexOf(' FROM') },
          source: { name: 'job.sql', text: TEXT },
        },
      },
    ],
  },
}

const checkpoints = () => ({
  counts: { restored: 1, total: 3, in_progress: 0, completed: 2, failed: 1 },
  latest: {
    restored: {
      id: 0,
      restore_timestamp: Date.now() - 40_000,
      is_savepoint: true,
      external_path: 'file:/savepoints/savepoint-7527ae-0',
    },
  },
  history: [3, 2, 1].map((id) => ({
    id,
    status: id === 2 ? 'FAILED' : 'COMPLETED',
    checkpoint_type: 'CHECKPOINT',
    trigger_timestamp: Date.now() - 10_000 * (4 - id),
    end_to_end_duration: 19 * id,
    checkpointed_size: 28_213 * id,
    ...(id === 2 ? { failure_message: 'Checkpoint expired before completing.' } : {}),
  })),
})

export function check(body: string): SqlCheckAnswer {
  const { sql } = JSON.parse(body) as { sql: string }
  const start = sql.indexOf('FRM')
  if (start < 0) return { errors: [] }
  const span = { start, end: start + 3 }
  return { errors: [{ code: 'SQL_PARSE', domain: 'sql', message: "Unexpected 'FRM'.", hint: 'Write FROM.', span }] }
}

/** Three pages: an insert, an update, the end. */
function page(token: number) {
  const columns = [{ name: 'currency' }, { name: 'total' }]
  const data = [
    [{ kind: 'INSERT', fields: ['EUR', 12] }],
    [
      { kind: 'UPDATE_BEFORE', fields: ['EUR', 12] },
      { kind: 'UPDATE_AFTER', fields: ['EUR', 14] },
    ],
    [],
  ]
  const next = token < 2 ? { nextResultUri: `/v3/sessions/s/operations/o/result/${token + 1}?rowFormat=JSON` } : {}
  return { resultType: token < 2 ? 'PAYLOAD' : 'EOS', results: { columns, data: data[token] }, ...next }
}

/** @param from of the query */
export function answers(call: string, state: MockState, body: string, from: number): unknown {
  const result = /^GET \/v3\/sessions\/s\/operations\/o\/result\/([0-2])$/.exec(call)?.[1]
  if (result !== undefined) return page(Number(result))
  if (call.endsWith('/backpressure')) {
    const back = call.includes(SOURCE) ? 0.72 : 0
    return { subtasks: [{ subtask: 0, ratio: back, busyRatio: call.includes(SOURCE) ? 0.2 : 0.93, idleRatio: 0.07 }] }
  }
  const ours = `/rivulet/v1/jobs/${JOB}`
  switch (call) {
    case 'GET /overview':
      return {
        'slots-total': 8,
        'slots-available': 6,
        'jobs-running': 1,
        'jobs-finished': 1,
        'jobs-cancelled': 0,
        'jobs-failed': 1,
      }
    case 'GET /jobs/overview':
      return {
        jobs: [
          summary(DONE, 'backfill of March', 'FINISHED', state.startedAt - 9_000_000),
          summary(FAILED, 'orders enriched', 'FAILED', state.startedAt - 3_000_000),
          summary(JOB, 'payments per minute', state.job, state.startedAt),
        ],
      }
    case `GET /jobs/${JOB}`:
      return details(state)
    case `PATCH /jobs/${JOB}`:
      state.job = 'CANCELED'
      return {}
    case `POST /jobs/${JOB}/stop`:
      state.job = 'FINISHED'
      return { 'request-id': 't' }
    case `POST /jobs/${JOB}/savepoints`:
      return { 'request-id': 't' }
    case `GET /jobs/${JOB}/savepoints/t`:
      return { status: { id: 'COMPLETED' }, operation: { location: 'file:///savepoints/savepoint-7527ae' } }
    case `GET /jobs/${JOB}/exceptions`:
      return exceptions
    case `GET /jobs/${JOB}/checkpoints`:
      return checkpoints()
    case `GET /jobs/${JOB}/config`:
      return { 'execution-config': { 'job-parallelism': 2, 'user-config': { 'sasl.jaas.config': '******' } } }
    case `GET ${ours}/plan`:
      return plan
    case `GET ${ours}/operators`:
      return operators()
    case `GET ${ours}/history`:
      return history(from)
    case `GET ${ours}/doctor`:
      return doctor
    case `GET ${ours}/bad-records`:
      return bad
    case `GET ${ours}/operators/2/state`:
      return keyed
    case `GET ${ours}/logs`:
      return { text: '06:40:00 INFO checkpoint 3 completed\n', next: 36 }
    case 'POST /rivulet/v1/sql/complete':
      return { candidates: [{ text: 'SELECT', kind: 'keyword' }] }
    case 'POST /v3/sessions':
      return { sessionHandle: 's' }
    case 'POST /v3/sessions/s/statements':
      state.statements.push(JSON.parse(body).statement)
      return { operationHandle: 'o' }
    default:
      return undefined
  }
}
