/**
 * A real Apache Flink for tests: where its jars are, how its processes are started.
 *
 * `RIVULET_FLINK_LIBS` names the lib folder of a Flink distribution, 2.0 or later, with the Kafka SQL connector's jar in it; without it
 * `scripts/flink-home.sh` installs one, once, outside the repository.
 */
import { type ChildProcess, execFile, execFileSync, spawn } from 'node:child_process'
import { existsSync, openSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

/** That of 2.3, unless `RIVULET_FLINK_LIBS` says otherwise: the jars of 2.0 and later are started in the same way. */
const DIST_JAR = /^flink-dist-2\.\d+\.\d+\.jar$/
const KAFKA_JAR = /^flink-sql-connector-kafka-.*\.jar$/

/** What Flink's own start scripts open on Java 17. */
const OPENS = [
  'java.base/java.lang',
  'java.base/java.net',
  'java.base/java.io',
  'java.base/java.nio',
  'java.base/sun.nio.ch',
  'java.base/java.lang.reflect',
  'java.base/java.text',
  'java.base/java.time',
  'java.base/java.util',
  'java.base/java.util.concurrent',
  'java.base/java.util.concurrent.atomic',
  'java.base/java.util.concurrent.locks',
]

const run = promisify(execFile)

const HOME_SCRIPT = fileURLToPath(new URL('flink-home.sh', import.meta.url))

/** What `scripts/flink-home.sh` prints, installing on first use: the home of Flink, or the Python that has PyFlink. */
export function flinkHome(what: 'home' | 'python' = 'home'): string {
  return execFileSync('bash', [HOME_SCRIPT, what], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] }).trim()
}

/** The folder of the jars. */
export function flinkLibs(): string {
  const libs = process.env.RIVULET_FLINK_LIBS ?? join(flinkHome(), 'lib')
  const jars = existsSync(libs) ? readdirSync(libs) : []
  for (const needed of [DIST_JAR, KAFKA_JAR]) {
    if (!jars.some((jar) => needed.test(jar))) {
      throw new Error(
        `${libs} has no ${needed.source}: RIVULET_FLINK_LIBS must name the jars of Flink with its Kafka connector; without it they are installed`,
      )
    }
  }
  return libs
}

export interface FlinkProcess {
  readonly libs: string
  /** Configuration and logs. */
  readonly folder: string
  readonly heap: string
}

const javaArguments = ({ libs, folder, heap }: FlinkProcess, log: string, more: string[] = []): string[] => [
  `-Xmx${heap}`,
  '-XX:+UseSerialGC',
  ...OPENS.map((each) => `--add-opens=${each}=ALL-UNNAMED`),
  `-Dlog.file=${join(folder, log)}`,
  `-Dlog4j2.configurationFile=file://${join(folder, 'log4j.properties')}`,
  '-cp',
  [join(libs, '*'), ...more].join(':'),
]

export function spawnFlink(process: FlinkProcess, main: string, args: readonly string[]): ChildProcess {
  const name = main.split('.').at(-1) ?? main
  const output = openSync(join(process.folder, `${name}.out`), 'a')
  return spawn('java', [...javaArguments(process, `${name}.log`), main, '--configDir', process.folder, ...args], {
    stdio: ['ignore', output, output],
  })
}

/** Flink's own command line: `flink run …`. */
export async function flinkCli(process_: FlinkProcess, args: readonly string[]): Promise<string> {
  const all = [...javaArguments(process_, 'cli.log'), 'org.apache.flink.client.cli.CliFrontend', ...args]
  const env = { ...process.env, FLINK_CONF_DIR: process_.folder }
  const { stdout, stderr } = await run('java', all, { env, maxBuffer: 1 << 24 })
  return stdout + stderr
}

/** Flink's SQL client runs a script of statements; what it printed, which has errors of statements in it. */
export async function flinkSqlClient(process_: FlinkProcess, script: string): Promise<string> {
  // Its jars lie beside the libraries, in the folder `opt` of the distribution.
  const java = javaArguments(process_, 'sql.log', [join(process_.libs, '..', 'opt', '*')])
  const all = [...java, 'org.apache.flink.table.client.SqlClient', '-f', script]
  const env = { ...process.env, FLINK_CONF_DIR: process_.folder }
  const { stdout, stderr } = await run('java', all, { env, maxBuffer: 1 << 24 })
  return stdout + stderr
}
