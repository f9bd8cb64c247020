/** The command line as people use it: brokers, topics, producing, consuming, running files of every kind, signals. */
import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { runCli, startCli } from '../harness/cli.ts'
import { until } from '../harness/payment.case.ts'

let folder: string
before(() => {
  folder = mkdtempSync(join(tmpdir(), 'rivulet-cli-'))
})
after(() => rmSync(folder, { recursive: true, force: true }))

function file(name: string, text: string): string {
  const path = join(folder, name)
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, text)
  return path
}

describe('rivulet', () => {
  it('prints help and version; no command is a mistake', async () => {
    const help = await runCli(['--help'])
    assert.equal(help.code, 0)
    for (const command of ['run', 'broker', 'topics', 'produce', 'consume']) {
      assert.match(help.out, new RegExp(`^ {2}${command} `, 'm'))
      const own = await runCli([command, '--help'])
      assert.equal(own.code, 0)
      assert.match(own.out, new RegExp(`^Usage: rivulet ${command}`))
    }
    assert.match((await runCli(['--version'])).out, /^\d+\.\d+\.\d+\n$/)
    assert.equal((await runCli([])).code, 2)
  })

  it('broker, topics, produce and consume work together; Ctrl-C ends the broker with 130', async () => {
    const broker = startCli(['broker', '--port', '0', '--brokers', '2', '--topic', 'made:3'])
    await until(() => /ready: (\S+)/.test(broker.output()))
    const bootstrap = /ready: (\S+)/.exec(broker.output())?.[1] as string
    assert.equal(bootstrap.split(',').length, 2)
    const at = ['-b', bootstrap]
    const created = await runCli(['topics', 'create', 'lines', '--partitions', '2', '--replication-factor', '2', ...at])
    assert.deepEqual([created.code, created.out], [0, 'created lines\n'])
    const again = await runCli(['topics', 'create', 'lines', ...at])
    assert.equal(again.code, 1)
    assert.match(again.err, /lines/)
    assert.equal((await runCli(['topics', 'list', ...at])).out, 'lines\nmade\n')
    const input = file('lines.txt', 'one\ntwo\nthree\n')
    const produced = await runCli(['produce', '--topic', 'lines', '--partition', '1', '--file', input, ...at])
    assert.deepEqual([produced.code, produced.err], [0, '3 records written to lines\n'])
    assert.match((await runCli(['topics', 'describe', 'lines', ...at])).out, /partition 1 .* offsets 0…3 {2}records 3/)
    const consume = ['consume', '--topic', 'lines', '--from-beginning', '--max-messages', '2', ...at]
    const consumed = await runCli([...consume, '--print-offset'])
    assert.equal(consumed.out, 'Partition:1\tOffset:0\tone\nPartition:1\tOffset:1\ttwo\n')
    assert.match(consumed.err, /Processed a total of 2 messages/)
    const idle = await runCli(['consume', '--topic', 'lines', '--timeout-ms', '100', ...at])
    assert.deepEqual([idle.code, idle.out], [0, ''])
    const taken = await runCli(['broker', '--port', bootstrap.split(',')[0].split(':')[1]])
    assert.equal(taken.code, 2)
    assert.match(taken.err, /is taken/)
    broker.child.kill('SIGINT')
    assert.equal((await broker.done).code, 130)
  })
})

const datagen = `CREATE TABLE numbers (n INT) WITH ('connector' = 'datagen', 'number-of-rows' = '3', 'rows-per-second' = '1000000',
  'fields.n.kind' = 'sequence', 'fields.n.start' = '1', 'fields.n.end' = '3');`

describe('rivulet run', () => {
  it('prints the queries of a SQL script, fills its variables and takes options', async () => {
    const path = file(
      'script.sql',
      `${datagen}\nSELECT n, '\${greeting:-hello}' AS g FROM numbers WHERE n < \${below};\n`,
    )
    const ran = await runCli(['run', path, '--', '--below', '3', '--greeting=hi'])
    assert.equal(ran.code, 0, ran.err)
    assert.match(ran.out, /\| \+I \| +1 \| +hi \|/)
    assert.match(ran.out, /2 rows in set/)
    const missing = await runCli(['run', path])
    assert.equal(missing.code, 2)
    assert.match(missing.err, /\$\{below\}/)
    const wrong = await runCli(['run', path, '--', '--belov', '3'])
    assert.equal(wrong.code, 2)
    assert.match(wrong.err, /Did you mean 'below'/)
    const option = await runCli(['run', '-D', 'pipeline.name=x', file('set.sql', 'SET;')])
    assert.match(option.out, /pipeline\.name \| +x \|/)
  })

  it('compiles TypeScript that plain type stripping cannot: enums, aliases, extensionless imports, commonjs', async () => {
    file('strange/package.json', '{ "name": "strange", "type": "commonjs" }')
    file('strange/tsconfig.json', '{ "compilerOptions": { "paths": { "@lib/*": ["./lib/*"] } } }')
    file('strange/lib/names.ts', "export enum Parity { Even = 'even', Odd = 'odd' }\n")
    file(
      'strange/helper.ts',
      "import { Parity } from '@lib/names'\nexport const parity = (n: number) => (n % 2 === 0 ? Parity.Even : Parity.Odd)\n",
    )
    const path = file(
      'strange/job.ts',
      `import { DataTypes, defineJob, udf } from 'rivulet'
import { parity } from './helper'

const name = udf((n) => (n === null ? null : parity(n)), { inputTypes: [DataTypes.INT()], resultType: DataTypes.STRING() })

export const job = defineJob(async ({ tEnv, args }) => {
  console.log(import.meta.url.endsWith('/strange/job.ts'), args.join(' '))
  tEnv.createTemporaryFunction('parity', name)
  await tEnv.executeSql(\`${datagen.slice(0, -1)}\`)
  await tEnv.executeSql("CREATE TABLE shown (n INT, p STRING) WITH ('connector' = 'print')")
  return tEnv.executeSql('INSERT INTO shown SELECT n, parity(n) FROM numbers')
})
`,
    )
    const { code, out, err } = await runCli(['run', path, '--', 'a', 'b'])
    assert.equal(code, 0, err)
    assert.equal(out, 'true a b\n+I[1, odd]\n+I[2, even]\n+I[3, odd]\n')
  })

  it('says where TypeScript does not compile, and when a file runs no job', async () => {
    const broken = await runCli(['run', file('broken.ts', 'export const job = (\n')])
    assert.equal(broken.code, 2)
    assert.match(broken.err, /broken\.ts:2:0/)
    const nothing = await runCli(['run', file('nothing.ts', 'export const x = 1\n')])
    assert.equal(nothing.code, 2)
    assert.match(nothing.err, /ran no job/)
  })

  it('gives every mistake of a script as one line of JSON to programs, secrets masked', async () => {
    const answers = async (script: string) => {
      const { code, out, err } = await runCli(['run', file('mistakes.sql', script), '--json'])
      assert.deepEqual([code, out], [2, ''])
      const errors = err.trim().split('\n')
      const place = ({ code, source, line, column }: Record<string, string>) =>
        `${code} ${source.split('/').at(-1)}:${line}:${column}`
      return errors.map((line) => JSON.parse(line)).map((json) => ({ ...json, at: place(json) }))
    }
    const grammar = await answers('SELECT n FORM numbers;\nSELECT 1;\nSELEC 1')
    assert.deepEqual(
      grammar.map(({ at, hint }) => [at, hint]),
      [
        ['SQL_UNEXPECTED_TOKEN mistakes.sql:1:15', 'Did you mean FROM instead of FORM?'],
        ['SQL_UNEXPECTED_TOKEN mistakes.sql:3:1', 'Did you mean SELECT?'],
      ],
    )
    const secret =
      "CREATE TABLE a (n INT) WITH ('connector' = 'x://me:hunter2@host');\nSELECT n FROM a;\nSELECT n FROM missing"
    const planned = await answers(secret)
    assert.deepEqual(
      planned.map(({ at }) => at),
      ['CONNECTOR_UNKNOWN mistakes.sql:1:30', 'PLAN_UNKNOWN_OBJECT mistakes.sql:3:15'],
    )
    assert.match(planned[0].message, /x:\/\/me:\*+@host/)
    const usage = await runCli(['run', '--json'])
    assert.equal(JSON.parse(usage.err).code, 'CLI_USAGE')
  })

  for (const [signal, expected] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const) {
    it(`ends cleanly on ${signal} with ${expected}`, async () => {
      const endless =
        "CREATE TABLE e (n INT) WITH ('connector' = 'datagen', 'rows-per-second' = '10');\nSELECT n FROM e;"
      const running = startCli(['run', file(`endless-${signal}.sql`, endless)])
      await until(() => running.output().includes('+I'))
      running.child.kill(signal)
      const { code, err } = await running.done
      assert.equal(code, expected)
      assert.equal(err, '')
    })
  }
})
