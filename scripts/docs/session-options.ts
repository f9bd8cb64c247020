/**
 * The session options that the engine reads; those of recovery are declared where they are read.
 *
 * Law: the texts here and the keys that stand in `src/` are the same set; the generator fails on a key without a text and
 * on a text without a key. Defaults are those of `SESSION_DEFAULTS` where it has them; a key that only has a default there
 * is accepted and read by nobody.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { SESSION_DEFAULTS } from '../../src/catalog/session-options.ts'
import { RECOVERY_OPTIONS } from '../../src/engine/recovery-options.ts'
import { code, page, table } from './markdown.ts'

interface OptionText {
  readonly text: string
  /** Where the reader itself supplies it. */
  readonly default?: string
}

const TEXTS: Readonly<Record<string, OptionText>> = {
  'parallelism.default': { text: 'Subtasks per operator.' },
  'pipeline.auto-watermark-interval': { text: 'How often periodic watermarks are emitted.' },
  'pipeline.global-job-parameters': { text: 'Texts that user functions can ask for when they open.' },
  'pipeline.max-parallelism': { text: 'Number of key groups; bounds the parallelism a snapshot can be restored with.' },
  'pipeline.name': { text: 'Name of the job.' },
  'state.backend': { text: 'The older name of state.backend.type, read where that is not set.' },
  'state.backend.rocksdb.localdir': { text: 'Folder for state on disk; by default the system’s temporary one.' },
  'state.backend.rocksdb.memory.fixed-per-slot': {
    text: 'Memory for the rows of state on disk, per unit of parallelism; see [state backends](../guide/state.md).',
    default: '256 mb',
  },
  'state.backend.type': {
    text: '`hashmap`: state in memory; `rocksdb`: on the local disk with a cache in memory.',
    default: 'hashmap',
  },
  'table.dynamic-table-options.enabled': { text: 'Whether hints /*+ OPTIONS(…) */ are allowed.', default: 'true' },
  'table.dml-sync': { text: 'INSERT returns at the end of its job rather than at its start.', default: 'false' },
  'table.plan.force-recompile': { text: 'COMPILE PLAN overwrites a file that is there.', default: 'false' },
  'table.exec.async-scalar.max-attempts': {
    text: 'Asynchronous functions: how often a failing call is made before the job fails.',
    default: '3',
  },
  'table.exec.async-scalar.max-concurrent-operations': {
    text: 'Asynchronous functions: rows of a subtask that may be in flight.',
    default: '10',
  },
  'table.exec.async-scalar.retry-delay': { text: 'Asynchronous functions: pause between attempts.', default: '100 ms' },
  'table.exec.async-scalar.retry-strategy': {
    text: 'Asynchronous functions: FIXED_DELAY, or NO_RETRY for one attempt.',
    default: 'FIXED_DELAY',
  },
  'table.exec.async-scalar.timeout': {
    text: 'Asynchronous functions: how long a call may take, attempts included.',
    default: '3 min',
  },
  'table.exec.interval-join.min-cleanup-interval': {
    text: 'Interval joins: rows stay that much longer than they must, and are removed less often.',
    default: '0 ms',
  },
  'table.exec.legacy-cast-behaviour': { text: 'ENABLED: casts that fail give NULL, as before Flink 1.15.' },
  'table.exec.mini-batch.allow-latency': { text: 'Mini batches: how long rows may wait.' },
  'table.exec.mini-batch.enabled': { text: 'Aggregates answer per mini batch, with fewer updates.' },
  'table.exec.mini-batch.size': { text: 'Mini batches: how many rows may wait.' },
  'table.exec.resource.default-parallelism': { text: 'Goes before parallelism.default; -1 = not set.' },
  'table.exec.sink.not-null-enforcer': {
    text: 'A NULL for a NOT NULL column of a sink: `error` fails, `drop` leaves the row out.',
  },
  'table.exec.sink.require-on-conflict': {
    text: 'Rows that a table by key is to take without their query having that key: refused without ON CONFLICT.',
  },
  'table.exec.source.cdc-events-duplicate': { text: 'Sources may repeat changes: normalize them by primary key.' },
  'table.exec.source.idle-timeout': {
    text: 'A split without rows for this long no longer holds the watermark back; 0 = never.',
  },
  'table.exec.state.ttl': { text: 'State that was not touched for this long may be forgotten; 0 = never.' },
  'table.local-time-zone': { text: 'IANA zone or offset of TIMESTAMP_LTZ and of what is shown.' },
  'table.optimizer.reuse-source-enabled': { text: 'Equal scans are read once.', default: 'true' },
  'table.optimizer.reuse-sub-plan-enabled': { text: 'Equal parts of a plan run once.' },
}

/** Keys of Flink's options that occur as string literals in the engine. */
function keysRead(root: URL): ReadonlySet<string> {
  const src = new URL('src/', root)
  const keys = new Set<string>()
  for (const file of readdirSync(src, { recursive: true, encoding: 'utf8' })) {
    if (!file.endsWith('.ts') || /\.(test|case)\.ts$/.test(file) || file.startsWith('base/catalogue')) continue
    if (file.endsWith('session-options.ts') || file.endsWith('recovery-options.ts')) continue
    const text = readFileSync(new URL(file, src), 'utf8').replaceAll(/^\s*(\*|\/\/|\/\*).*$/gm, '')
    for (const [, key] of text.matchAll(
      /['`]((?:table|pipeline|execution|parallelism|state)\.[a-z][a-z.-]*[a-z])['`]/g,
    ))
      keys.add(key)
  }
  return keys
}

export function sessionOptionsPage(root: URL): string {
  const recovery = new Map(RECOVERY_OPTIONS.map((option) => [option.key, option]))
  const keys = new Set([...keysRead(root)].filter((key) => !recovery.has(key)))
  const untold = [...keys].filter((key) => TEXTS[key] === undefined)
  const unread = Object.keys(TEXTS).filter((key) => !keys.has(key))
  if (untold.length + unread.length > 0) {
    throw new Error(
      `scripts/docs/session-options.ts: without a text: ${untold.join(', ')}; read nowhere: ${unread.join(', ')}`,
    )
  }
  const rows = [...new Set([...keys, ...recovery.keys(), ...Object.keys(SESSION_DEFAULTS)])].sort().map((key) => {
    const declared = recovery.get(key)
    if (declared !== undefined) {
      const old = (declared.deprecatedKeys ?? []).map(code).join(', ')
      const text = old === '' ? declared.description : `${declared.description} Older key: ${old}.`
      return [code(key), declared.default === undefined ? '–' : code(declared.default), text]
    }
    const standard = SESSION_DEFAULTS[key] ?? TEXTS[key].default
    return [
      code(key),
      standard === undefined ? '–' : code(standard),
      TEXTS[key]?.text ?? 'Accepted, without effect yet.',
    ]
  })
  return page(
    '# Session options',
    "Generated by `npm run docs`. Set by `SET 'key' = 'value'`, `tEnv.getConfig().set(key, value)` or `rivulet run -D key=value`; any other key is kept and has no effect. Options of tables are with their [connectors](connectors/kafka.md).",
    table(['key', 'default', 'what it does'], rows),
  )
}
