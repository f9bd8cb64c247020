/**
 * A real Apache Kafka on this machine, for tests and by hand. Needs java, and mvn for the first time.
 *
 *     node scripts/kafka.ts install
 *     node scripts/kafka.ts start [--port 9092]     start it and wait until it answers
 *     node scripts/kafka.ts stop  [--port 9092]     stop it, its data stays
 *     node scripts/kafka.ts kill  [--port 9092]     end it as a crash would; start brings it back
 *     node scripts/kafka.ts wipe  [--port 9092]     stop it and delete its data
 *     node scripts/kafka.ts tool CLASS ARGS…        run one of Kafka's tools, e.g.
 *       org.apache.kafka.tools.TopicCommand --bootstrap-server 127.0.0.1:9092 --list
 */
import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  freePorts,
  installKafka,
  javaOptions,
  kafkaFolder,
  prepareNode,
  spawnNode,
  waitUntilReady,
} from './kafka-distribution.ts'

const STOP_TIMEOUT_MS = 30_000

const [command, ...rest] = process.argv.slice(2)
const at = rest.indexOf('--port')
const port = at < 0 ? 9092 : Number(rest[at + 1])
const folder = join(kafkaFolder, `data-${port}`)
const pidFile = join(folder, 'pid')

/** The process of this folder's broker, if it runs: a pid alone may have gone to another program. */
function runningPid(): number | undefined {
  if (!existsSync(pidFile)) return undefined
  const pid = Number(readFileSync(pidFile, 'utf8'))
  try {
    const line = execFileSync('ps', ['-ww', '-o', 'args=', '-p', String(pid)], { encoding: 'utf8' })
    return line.includes(join(folder, 'server.properties')) ? pid : undefined
  } catch {
    // ps says so by its exit code when there is no such process.
    return undefined
  }
}

async function start(): Promise<void> {
  if (runningPid() !== undefined) {
    console.log(`Kafka runs already on 127.0.0.1:${port}`)
    return
  }
  const libs = await installKafka(console.log)
  const [controllerPort] = await freePorts(1)
  await prepareNode(libs, { folder, port, controllerPort })
  const broker = spawnNode(libs, folder, true)
  writeFileSync(pidFile, String(broker.pid))
  await waitUntilReady(port, () => broker.exitCode === null)
  broker.unref()
  console.log(`Kafka on 127.0.0.1:${port} (pid ${broker.pid}, log ${join(folder, 'broker.log')})`)
}

async function end(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
  const pid = runningPid()
  if (pid === undefined) return
  process.kill(pid, signal)
  const deadline = performance.now() + STOP_TIMEOUT_MS
  while (runningPid() !== undefined) {
    if (performance.now() > deadline) throw new Error(`Kafka (pid ${pid}) does not stop`)
    await new Promise((resolve) => setTimeout(resolve, 200))
  }
  rmSync(pidFile, { force: true })
}

switch (command) {
  case 'install':
    console.log(await installKafka(console.log))
    break
  case 'start':
    await start()
    break
  case 'stop':
    await end('SIGTERM')
    break
  case 'kill':
    await end('SIGKILL')
    break
  case 'wipe':
    await end('SIGTERM')
    rmSync(folder, { recursive: true, force: true })
    break
  case 'tool': {
    const libs = await installKafka(console.log)
    process.exitCode = spawnSync('java', [...javaOptions(libs, '512m'), ...rest], { stdio: 'inherit' }).status ?? 1
    break
  }
  default:
    console.error('usage: node scripts/kafka.ts install | start | stop | kill | wipe [--port PORT] | tool CLASS ARGS…')
    process.exitCode = 2
}
