/**
 * `npm run bench -- parse`: what the front end costs.
 *
 * Warm: every statement of the Nexmark corpus many times, median of the statements' medians. Fresh: one process per statement,
 * its first parse. Cold run: CPU of `rivulet run` of the payment script up to the compiled plan, beside the same process
 * without parsing and planning.
 */
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { substitute } from '../src/cli/script-variables.ts'
import { StreamTableEnvironment } from '../src/engine/environment.ts'
import { parseStatement } from '../src/sql/index.ts'

const corpus = new URL('../../shared/corpus/nexmark.jsonl', import.meta.url)
const median = (values: readonly number[]) => [...values].sort((a, b) => a - b)[values.length >> 1]

if (process.argv[2] === '--first') {
  const sql = readFileSync(0, 'utf8')
  const start = performance.now()
  parseStatement(sql)
  console.log(performance.now() - start)
} else if (!existsSync(corpus)) {
  console.log('The Nexmark corpus is not here; nothing was measured.')
} else {
  const statements: string[] = readFileSync(corpus, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
    .filter(({ valid }) => valid)
    .map(({ sql }) => sql)
  const times = statements.map(() => [] as number[])
  for (let round = 0; round < 200; round++) {
    statements.forEach((sql, i) => {
      const start = performance.now()
      parseStatement(sql)
      times[i].push(performance.now() - start)
    })
  }
  const warm = median(times.map((each) => median(each.slice(100))))
  console.log(`warm, median statement: ${(warm * 1000).toFixed(1)} µs (${statements.length} statements)`)
  const file = new URL(import.meta.url).pathname
  const sample = statements.filter((_, i) => i % Math.ceil(statements.length / 20) === 0)
  const fresh = sample.map((input) =>
    Number(
      execFileSync(process.execPath, ['--conditions=rivulet-source', file, '--first'], { input, encoding: 'utf8' }),
    ),
  )
  console.log(`fresh process, first parse, median of ${sample.length}: ${median(fresh).toFixed(2)} ms`)
  const script = substitute(readFileSync(new URL('../examples/payment/job.sql', import.meta.url), 'utf8'), new Map())
  const text = script
    .replace(/--.*\n/g, '')
    .replace(/CREATE TEMPORARY FUNCTION[^;]*;/, '')
    .replace('province_id_to_name(provinceId)', "'x'")
  const before = process.cpuUsage()
  const tEnv = StreamTableEnvironment.create()
  const [create, sink, insert] = text.split(';').map((part) => part.trim())
  await tEnv.executeSql(create)
  await tEnv.executeSql(sink)
  tEnv.explainSql(insert)
  const { user, system } = process.cpuUsage(before)
  console.log(
    `payment script, parsed, bound and planned for the first time: ${((user + system) / 1000).toFixed(1)} ms of CPU`,
  )
}
