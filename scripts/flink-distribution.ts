/**
 * A real Apache Flink for tests: where its jars are, how its processes are started.
 *
 * The jars come from Maven Central through `mvn`, once, into the cache folder (`RIVULET_CACHE`, else `~/.cache/rivulet`);
 * `RIVULET_FLINK_LIBS` names a folder that already has them.
 */
import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { existsSync, mkdirSync, openSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

export const FLINK_VERSION = '2.3.0'
const KAFKA_CONNECTOR = '5.0.0-2.2'
const LOG4J_VERSION = '2.25.3'
const DIST_JAR = `flink-dist-${FLINK_VERSION}.jar`

const ARTIFACTS = [
  ...[
    'flink-dist',
    'flink-table-api-java-uber',
    'flink-table-planner-loader',
    'flink-table-runtime',
    'flink-cep',
    'flink-json',
    'flink-connector-files',
  ].map((name) => `org.apache.flink:${name}:${FLINK_VERSION}`),
  `org.apache.flink:flink-sql-connector-kafka:${KAFKA_CONNECTOR}`,
  ...['log4j-api', 'log4j-core', 'log4j-slf4j-impl', 'log4j-1.2-api'].map(
    (name) => `org.apache.logging.log4j:${name}:${LOG4J_VERSION}`,
  ),
]

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
const flinkFolder = join(process.env.RIVULET_CACHE ?? join(homedir(), '.cache', 'rivulet'), 'flink')

/** The folder of the jars; fetches them if needed. */
export async function installFlink(): Promise<string> {
  const libs = process.env.RIVULET_FLINK_LIBS ?? join(flinkFolder, FLINK_VERSION, 'lib')
  if (existsSync(join(libs, DIST_JAR))) return libs
  if (process.env.RIVULET_FLINK_LIBS !== undefined) throw new Error(`RIVULET_FLINK_LIBS=${libs} has no ${DIST_JAR}`)
  const work = join(flinkFolder, `install-${process.pid}`)
  mkdirSync(work, { recursive: true })
  const dependencies = ARTIFACTS.map((each) => {
    const [group, artifact, version] = each.split(':')
    return `<dependency><groupId>${group}</groupId><artifactId>${artifact}</artifactId><version>${version}</version></dependency>`
  })
  writeFileSync(
    join(work, 'pom.xml'),
    `<project><modelVersion>4.0.0</modelVersion>
<groupId>rivulet</groupId><artifactId>flink-for-tests</artifactId><version>1</version><packaging>pom</packaging>
<dependencies>
${dependencies.join('\n')}
</dependencies></project>
`,
  )
  try {
    const goal = ['dependency:copy-dependencies', '-DexcludeTransitive=true', '-DoutputDirectory=lib']
    await run('mvn', ['-q', '-B', ...goal], { cwd: work })
    rmSync(join(flinkFolder, FLINK_VERSION), { recursive: true, force: true })
    // Into place only when complete, so that an interrupted installation is not taken for one.
    renameSync(work, join(flinkFolder, FLINK_VERSION))
  } catch (cause) {
    rmSync(work, { recursive: true, force: true })
    const message = `Flink ${FLINK_VERSION} could not be installed with Maven; it needs 'java' (17) and 'mvn', or RIVULET_FLINK_LIBS.`
    throw new Error(message, { cause })
  }
  return libs
}

export interface FlinkProcess {
  readonly libs: string
  /** Configuration and logs. */
  readonly folder: string
  readonly heap: string
}

const javaArguments = ({ libs, folder, heap }: FlinkProcess, log: string): string[] => [
  `-Xmx${heap}`,
  '-XX:+UseSerialGC',
  ...OPENS.map((each) => `--add-opens=${each}=ALL-UNNAMED`),
  `-Dlog.file=${join(folder, log)}`,
  `-Dlog4j2.configurationFile=file://${join(folder, 'log4j.properties')}`,
  '-cp',
  join(libs, '*'),
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
