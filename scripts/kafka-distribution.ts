/**
 * A real Apache Kafka for tests: where its jars are, how its processes are started.
 *
 * The jars come from Maven Central through `mvn`, once, into the cache folder (`RIVULET_CACHE`, else `~/.cache/rivulet`);
 * `RIVULET_KAFKA_LIBS` names a folder that already has them. One node, broker and controller in one process (KRaft).
 */
import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { existsSync, mkdirSync, openSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { connectBroker } from '../src/base/node-connection.ts'
import { headerFlags, metadata } from '../src/kafka/protocol/index.ts'

export const KAFKA_VERSION = '4.1.0'
const SCALA_VERSION = '2.13'
/** The release that this Kafka brings its logging core from. */
const LOG4J_VERSION = '2.24.3'
const CORE_JAR = `kafka_${SCALA_VERSION}-${KAFKA_VERSION}.jar`
/** Any 16 bytes in URL-safe base64. */
const CLUSTER_ID = 'cml2dWxldC10ZXN0LTAwMQ'
const METADATA_VERSION = 9

const run = promisify(execFile)

export const kafkaFolder = join(process.env.RIVULET_CACHE ?? join(homedir(), '.cache', 'rivulet'), 'kafka')

/** The folder of the jars, or undefined when Kafka is not installed. */
export function installedLibs(): string | undefined {
  const named = process.env.RIVULET_KAFKA_LIBS
  const candidates = named !== undefined ? [named] : [join(kafkaFolder, KAFKA_VERSION, 'libs')]
  return candidates.find((folder) => existsSync(join(folder, CORE_JAR)))
}

/** The folder of the jars; fetches them if needed. */
export async function installKafka(log: (line: string) => void = () => {}): Promise<string> {
  const present = installedLibs()
  if (present !== undefined) return present
  if (process.env.RIVULET_KAFKA_LIBS !== undefined) {
    throw new Error(`RIVULET_KAFKA_LIBS=${process.env.RIVULET_KAFKA_LIBS} has no ${CORE_JAR}`)
  }
  const target = join(kafkaFolder, KAFKA_VERSION)
  const work = join(kafkaFolder, `install-${process.pid}`)
  mkdirSync(work, { recursive: true })
  const dependency = (group: string, artifact: string, version: string) =>
    `<dependency><groupId>${group}</groupId><artifactId>${artifact}</artifactId><version>${version}</version></dependency>\n`
  const dependencies =
    dependency('org.apache.kafka', `kafka_${SCALA_VERSION}`, KAFKA_VERSION) +
    dependency('org.apache.kafka', 'kafka-tools', KAFKA_VERSION) +
    // Without it Kafka's errors go nowhere.
    dependency('org.apache.logging.log4j', 'log4j-slf4j-impl', LOG4J_VERSION)
  writeFileSync(
    join(work, 'pom.xml'),
    `<project><modelVersion>4.0.0</modelVersion>
<groupId>rivulet</groupId><artifactId>kafka-for-tests</artifactId><version>1</version><packaging>pom</packaging>
<dependencies>
${dependencies}</dependencies></project>
`,
  )
  log(`installing Kafka ${KAFKA_VERSION} into ${target}`)
  try {
    await run('mvn', ['-q', '-B', 'dependency:copy-dependencies', '-DoutputDirectory=libs'], { cwd: work })
    rmSync(target, { recursive: true, force: true })
    // Into place only when complete, so that an interrupted installation is not taken for one.
    renameSync(work, target)
  } catch (cause) {
    rmSync(work, { recursive: true, force: true })
    throw new Error(
      `Kafka ${KAFKA_VERSION} could not be installed with Maven. It needs 'java' (17 or newer) and 'mvn'; or set RIVULET_KAFKA_LIBS to the libs folder of a Kafka ${KAFKA_VERSION} distribution.`,
      { cause },
    )
  }
  return join(target, 'libs')
}

export interface NodeConfig {
  readonly folder: string
  readonly port: number
  readonly controllerPort: number
  /** More lines for server.properties. */
  readonly properties?: Readonly<Record<string, string>>
}

/** Write the configuration and format the storage, unless the folder has been formatted before. */
export async function prepareNode(libs: string, config: NodeConfig): Promise<string> {
  const { folder, port, controllerPort } = config
  const logs = join(folder, 'logs')
  const file = join(folder, 'server.properties')
  mkdirSync(folder, { recursive: true })
  const properties: Record<string, string> = {
    'process.roles': 'broker,controller',
    'node.id': '1',
    'controller.quorum.voters': `1@127.0.0.1:${controllerPort}`,
    listeners: `PLAINTEXT://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controllerPort}`,
    'advertised.listeners': `PLAINTEXT://127.0.0.1:${port}`,
    'controller.listener.names': 'CONTROLLER',
    'listener.security.protocol.map': 'CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT',
    'log.dirs': logs,
    // One node: internal topics cannot have Kafka's three replicas.
    'offsets.topic.replication.factor': '1',
    'offsets.topic.num.partitions': '5',
    'transaction.state.log.replication.factor': '1',
    'transaction.state.log.min.isr': '1',
    'transaction.state.log.num.partitions': '5',
    'share.coordinator.state.topic.replication.factor': '1',
    'group.initial.rebalance.delay.ms': '0',
    // A killed broker is let in again when its session is over.
    'broker.session.timeout.ms': '3000',
    'broker.heartbeat.interval.ms': '500',
    ...config.properties,
  }
  writeFileSync(
    file,
    Object.entries(properties)
      .map(([key, value]) => `${key}=${value}\n`)
      .join(''),
  )
  if (!existsSync(join(logs, 'meta.properties'))) {
    await run('java', [...javaOptions(libs, '256m'), 'kafka.tools.StorageTool', 'format', '-t', CLUSTER_ID, '-c', file])
  }
  return file
}

/** Start the broker's process; its output goes to broker.log in the folder. */
export function spawnNode(libs: string, folder: string, detached: boolean): ChildProcess {
  const output = openSync(join(folder, 'broker.log'), 'a')
  return spawn('java', [...javaOptions(libs, '1g'), 'kafka.Kafka', join(folder, 'server.properties')], {
    stdio: ['ignore', output, output],
    detached,
  })
}

export function javaOptions(libs: string, heap: string): string[] {
  const classPath = readdirSync(libs).some((name) => name.endsWith('.jar')) ? join(libs, '*') : libs
  // Short-lived processes on shared cores: the quick compiler and the collector without threads of its own.
  return [`-Xmx${heap}`, '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', '-cp', classPath]
}

/** Wait until the broker answers with itself as a node. */
export async function waitUntilReady(port: number, alive: () => boolean, timeoutMs = 60_000): Promise<void> {
  const deadline = performance.now() + timeoutMs
  let last: unknown
  while (performance.now() < deadline) {
    if (!alive()) throw new Error('the Kafka process ended while starting, see broker.log')
    try {
      if (await answers(port)) return
    } catch (error) {
      last = error
    }
    await new Promise((resolve) => setTimeout(resolve, 200))
  }
  throw new Error(`Kafka on port ${port} did not answer within ${timeoutMs} ms`, { cause: last })
}

async function answers(port: number): Promise<boolean> {
  const connection = await connectBroker({ host: '127.0.0.1', port }, { clientId: 'wait', connectTimeoutMs: 2_000 })
  try {
    const request = metadata.encodeRequest(METADATA_VERSION, { topics: [], allowAutoTopicCreation: false })
    const body = await connection.request(
      metadata.key,
      METADATA_VERSION,
      request,
      headerFlags(metadata, METADATA_VERSION),
    )
    return metadata.decodeResponse(METADATA_VERSION, body).brokers.length > 0
  } finally {
    await connection.close()
  }
}

/** Ports that are free now. All are held until the last is known, so that they differ. */
export async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer())
  const ports = await Promise.all(
    servers.map(
      (server) =>
        new Promise<number>((resolve, reject) => {
          server.once('error', reject)
          server.listen({ host: '127.0.0.1', port: 0 }, () => {
            const address = server.address()
            if (typeof address === 'object' && address !== null) resolve(address.port)
            else reject(new Error('no port'))
          })
        }),
    ),
  )
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))))
  return ports
}
