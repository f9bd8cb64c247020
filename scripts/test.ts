/**
 * `npm test`                 everything that needs only Node
 * `npm run test:kafka`       against a real Kafka
 * `npm run test:sim`         whole jobs under simulated faults
 * `npm run test:server`      jobs in worker processes of a server (half a minute)
 * `npm run test:flink-clients`  Flink's own command line, SQL client and JDBC driver against a server (Java, Maven, Python)
 * `npm run test:flink`       against a real Flink and a real Kafka
 * `npm run test:yarn`        against a real YARN, Flink and Kafka
 * `npm run test:package`     the packed package, on the oldest and the newest Node
 * `npm run test:browser`     the dashboard in Chromium (`CHROMIUM`, or /usr/bin/chromium)
 * `npm run test:chaos`       jobs and a real Kafka are killed; `-- --kills 100 --seed 7` says how often and which
 *
 * Extra arguments are names of files to run instead of all.
 */
import { spawnSync } from 'node:child_process'
import { globSync } from 'node:fs'
import { parseArgs } from 'node:util'

const suites = {
  all: {
    files: [
      'src/**/*.test.ts',
      'test/{house,golden,conformance,e2e,property,errors,sql,recovery,server,doctor}/**/*.test.ts',
    ],
    isolated: false,
  },
  server: { files: ['test/{server,server-jobs}/*.test.ts'], isolated: true },
  'flink-clients': { files: ['test/flink-clients/**/*.test.ts'], isolated: true },
  kafka: { files: ['test/kafka/**/*.test.ts'], isolated: true },
  sim: { files: ['test/simulation/**/*.test.ts'], isolated: true },
  browser: { files: ['test/browser/**/*.test.ts'], isolated: true },
  flink: { files: ['test/flink/**/*.test.ts'], isolated: true },
  chaos: { files: ['test/chaos/**/*.test.ts'], isolated: true },
  yarn: { files: ['test/yarn/**/*.test.ts'], isolated: true },
  package: { files: ['test/package/**/*.test.ts'], isolated: true },
} as const

const [first, ...rest] = process.argv.slice(2)
const suite = first !== undefined && first in suites ? (first as keyof typeof suites) : 'all'
const named = suite === 'all' ? process.argv.slice(2) : rest
if (suite === 'chaos') {
  // The test runner hands no arguments on.
  const { values, positionals } = parseArgs({
    args: named.splice(0),
    options: { kills: { type: 'string' }, seed: { type: 'string' } },
    allowPositionals: true,
  })
  named.push(...positionals)
  for (const [name, value] of Object.entries(values)) process.env[`RIVULET_CHAOS_${name.toUpperCase()}`] = value
}

const { files, isolated } = suites[suite]
const found = named.length > 0 ? named : globSync([...files]).sort()
if (found.length === 0) {
  process.stderr.write(`no test file matches ${files.join(' ')}\n`)
  process.exit(1)
}
const flags = [
  '--conditions=rivulet-source',
  '--test',
  ...(isolated ? ['--test-concurrency=1'] : ['--test-isolation=none']),
  ...(process.stdout.isTTY ? [] : ['--test-reporter=spec']),
]
const { status, signal } = spawnSync(process.execPath, [...flags, ...found], { stdio: 'inherit' })
if (signal !== null) process.stderr.write(`test runner ended by ${signal}\n`)
process.exitCode = status ?? 1
