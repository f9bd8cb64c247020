/**
 * `npm test`                 everything that needs only Node
 * `npm run test:kafka`       against a real Kafka
 * `npm run test:flink`       against a real Flink and a real Kafka
 * `npm run test:yarn`        against a real YARN, Flink and Kafka
 * `npm run test:package`     the packed package, on the oldest and the newest Node
 *
 * Extra arguments are names of files to run instead of all.
 */
import { spawnSync } from 'node:child_process'
import { globSync } from 'node:fs'

const [first, ...rest] = process.argv.slice(2)
const suite = first === 'kafka' || first === 'flink' || first === 'yarn' || first === 'package' ? first : 'all'
const named = suite === 'all' ? process.argv.slice(2) : rest

const suites = {
  all: {
    files: ['src/**/*.test.ts', 'test/{house,golden,conformance,e2e,property,errors,sql,recovery,server}/**/*.test.ts'],
    isolated: false,
  },
  kafka: { files: ['test/kafka/**/*.test.ts'], isolated: true },
  flink: { files: ['test/flink/**/*.test.ts'], isolated: true },
  yarn: { files: ['test/yarn/**/*.test.ts'], isolated: true },
  package: { files: ['test/package/**/*.test.ts'], isolated: true },
} as const

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
