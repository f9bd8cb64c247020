/**
 * A real one-node Hadoop YARN for tests: where its jars are, how its two daemons are configured and started.
 *
 * The jars come from Maven Central through `mvn`, once, into the cache folder (`RIVULET_CACHE`, else `~/.cache/rivulet`). All
 * addresses are on loopback, and the only file system is the local one, so no HDFS is needed.
 */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { existsSync, mkdirSync, openSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { homedir, userInfo } from 'node:os'
import { join } from 'node:path'

const HADOOP_VERSION = '3.4.3'
const ARTIFACTS = [
  'hadoop-common',
  'hadoop-yarn-client',
  'hadoop-yarn-server-resourcemanager',
  'hadoop-yarn-server-nodemanager',
  'hadoop-yarn-server-timelineservice',
]
const DAEMON_OPENS = ['java.base/java.lang', 'java.base/java.util', 'java.base/java.net']

export interface YarnJars {
  /** For clients, as HADOOP_CLASSPATH. */
  readonly libs: string
  /** The daemons' logger, which would get in the way of a client's own. */
  readonly daemonLibs: string
}

export function installYarn(): YarnJars {
  const folder = join(process.env.RIVULET_CACHE ?? join(homedir(), '.cache', 'rivulet'), 'hadoop')
  const target = join(folder, HADOOP_VERSION)
  const jars = { libs: join(target, 'libs'), daemonLibs: join(target, 'daemon') }
  if (existsSync(target)) return jars
  const work = join(folder, `install-${process.pid}`)
  mkdirSync(join(work, 'daemon'), { recursive: true })
  const dependencies = ARTIFACTS.map(
    (artifact) =>
      `<dependency><groupId>org.apache.hadoop</groupId><artifactId>${artifact}</artifactId><version>${HADOOP_VERSION}</version></dependency>\n`,
  )
  writeFileSync(
    join(work, 'pom.xml'),
    `<project><modelVersion>4.0.0</modelVersion><groupId>rivulet</groupId><artifactId>yarn-for-tests</artifactId><version>1</version>
<packaging>pom</packaging><dependencies>
${dependencies.join('')}</dependencies></project>
`,
  )
  try {
    const copy = ['-q', '-B', 'dependency:copy-dependencies', '-DoutputDirectory=libs', '-DincludeScope=runtime']
    execFileSync('mvn', copy, { cwd: work, stdio: ['ignore', 'inherit', 'inherit'] })
    for (const jar of readdirSync(join(work, 'libs'))) {
      if (jar.includes('reload4j')) renameSync(join(work, 'libs', jar), join(work, 'daemon', jar))
    }
    renameSync(work, target)
  } catch (cause) {
    rmSync(work, { recursive: true, force: true })
    throw new Error(`Hadoop ${HADOOP_VERSION} could not be installed with Maven; it needs java 17 and mvn.`, { cause })
  }
  return jars
}

export interface YarnPorts {
  readonly scheduler: number
  readonly tracker: number
  readonly manager: number
  readonly admin: number
  readonly web: number
  readonly node: number
  readonly localizer: number
  readonly nodeWeb: number
}

const xml = (options: Readonly<Record<string, string | number | boolean>>): string => {
  const properties = Object.entries(options).map(
    ([name, value]) => `<property><name>${name}</name><value>${value}</value></property>\n`,
  )
  return `<configuration>\n${properties.join('')}</configuration>\n`
}

/** Writes what daemons and clients read to `folder/conf`; its path. */
export function configureYarn(folder: string, jars: YarnJars, ports: YarnPorts, megabytes: number): string {
  const conf = join(folder, 'conf')
  for (const each of ['conf', 'local', 'logs', 'tmp', 'staging']) mkdirSync(join(folder, each), { recursive: true })
  const at = (port: number) => `127.0.0.1:${port}`
  const files = {
    'core-site.xml': xml({
      'fs.defaultFS': 'file:///',
      'hadoop.tmp.dir': join(folder, 'tmp'),
      'hadoop.http.staticuser.user': userInfo().username,
    }),
    'yarn-site.xml': xml({
      'yarn.resourcemanager.hostname': '127.0.0.1',
      'yarn.resourcemanager.scheduler.address': at(ports.scheduler),
      'yarn.resourcemanager.resource-tracker.address': at(ports.tracker),
      'yarn.resourcemanager.address': at(ports.manager),
      'yarn.resourcemanager.admin.address': at(ports.admin),
      'yarn.resourcemanager.webapp.address': at(ports.web),
      'yarn.resourcemanager.nodemanagers.heartbeat-interval-ms': 250,
      'yarn.nodemanager.hostname': '127.0.0.1',
      'yarn.nodemanager.address': at(ports.node),
      'yarn.nodemanager.localizer.address': at(ports.localizer),
      'yarn.nodemanager.webapp.address': at(ports.nodeWeb),
      'yarn.nodemanager.resource.memory-mb': megabytes,
      'yarn.nodemanager.resource.cpu-vcores': 8,
      'yarn.nodemanager.vmem-check-enabled': false,
      'yarn.nodemanager.disk-health-checker.enable': false,
      'yarn.nodemanager.local-dirs': join(folder, 'local'),
      'yarn.nodemanager.log-dirs': join(folder, 'logs'),
      'yarn.scheduler.minimum-allocation-mb': 64,
      'yarn.scheduler.maximum-allocation-mb': megabytes,
      'yarn.application.classpath': `${conf},${jars.libs}/*`,
    }),
    'capacity-scheduler.xml': xml({
      'yarn.scheduler.capacity.root.queues': 'default',
      'yarn.scheduler.capacity.root.default.capacity': 100,
      'yarn.scheduler.capacity.maximum-am-resource-percent': 1,
    }),
    'log4j.properties': [
      'log4j.rootLogger=INFO,out',
      'log4j.appender.out=org.apache.log4j.ConsoleAppender',
      'log4j.appender.out.layout=org.apache.log4j.PatternLayout',
      'log4j.appender.out.layout.ConversionPattern=%d{ISO8601} %p %c{1}: %m%n',
      '',
    ].join('\n'),
  }
  for (const [name, text] of Object.entries(files)) writeFileSync(join(conf, name), text)
  return conf
}

export function spawnYarn(folder: string, jars: YarnJars, daemon: 'resourcemanager' | 'nodemanager'): ChildProcess {
  const main = { resourcemanager: 'ResourceManager', nodemanager: 'NodeManager' }[daemon]
  const output = openSync(join(folder, `${main}.out`), 'a')
  const conf = join(folder, 'conf')
  return spawn(
    'java',
    [
      '-Xmx256m',
      '-XX:+UseSerialGC',
      ...DAEMON_OPENS.map((each) => `--add-opens=${each}=ALL-UNNAMED`),
      '-Djava.net.preferIPv4Stack=true',
      `-Dhadoop.log.dir=${join(folder, 'logs')}`,
      '-cp',
      [conf, `${jars.libs}/*`, `${jars.daemonLibs}/*`].join(':'),
      `org.apache.hadoop.yarn.server.${daemon}.${main}`,
    ],
    { stdio: ['ignore', output, output], cwd: folder, env: { ...process.env, HADOOP_CONF_DIR: conf } },
  )
}
