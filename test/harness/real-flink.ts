/**
 * A real Flink cluster for a test: one JobManager and one TaskManager on free ports, with a folder of their own.
 *
 * Law: only the processes that were started here are ever ended, by their own id, and they do not outlive the test's process.
 */
import { type ChildProcess, execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type FlinkProcess, flinkCli, flinkLibs, flinkSqlClient, spawnFlink } from '../../scripts/flink-distribution.ts'
import { freePorts } from '../../scripts/kafka-distribution.ts'

export interface RealFlink {
  readonly url: string
  readonly folder: string
  /** Process id of the TaskManager. */
  readonly taskManager: number
  /** Flink's own command line. */
  cli(args: readonly string[]): Promise<string>
  /** A script in Flink's SQL client. @returns ids of the jobs that it submitted */
  sql(script: string): Promise<readonly string[]>
  /** Threads and mapped native libraries of the TaskManager. */
  usage(): { readonly threads: number; readonly natives: number }
  /** Standard output of the TaskManager: what `print` tables write. */
  output(): string
  stop(): void
}

const START_MS = 90_000

export async function startFlink(slots: number): Promise<RealFlink> {
  const libs = flinkLibs()
  const folder = mkdtempSync(join(tmpdir(), 'rivulet-flink-'))
  const [rest, rpc, taskRpc, data, blob] = await freePorts(5)
  const options = {
    'jobmanager.rpc.address': '127.0.0.1',
    'jobmanager.rpc.port': rpc,
    'jobmanager.bind-host': '127.0.0.1',
    'rest.address': '127.0.0.1',
    'rest.bind-address': '127.0.0.1',
    'rest.port': rest,
    'blob.server.port': blob,
    'taskmanager.host': '127.0.0.1',
    'taskmanager.bind-host': '127.0.0.1',
    'taskmanager.rpc.port': taskRpc,
    'taskmanager.data.port': data,
    'taskmanager.numberOfTaskSlots': slots,
    'taskmanager.cpu.cores': 1,
    'taskmanager.memory.task.heap.size': '256m',
    'taskmanager.memory.managed.size': '128m',
    'taskmanager.memory.network.min': '64m',
    'taskmanager.memory.network.max': '64m',
    'taskmanager.memory.task.off-heap.size': '128m',
    'taskmanager.memory.framework.heap.size': '128m',
    'taskmanager.memory.framework.off-heap.size': '128m',
    'taskmanager.memory.jvm-metaspace.size': '256m',
    'taskmanager.memory.jvm-overhead.min': '192m',
    'taskmanager.memory.jvm-overhead.max': '192m',
    'io.tmp.dirs': folder,
    'execution.checkpointing.savepoint-dir': `file://${folder}/savepoints`,
    'restart-strategy.type': 'none',
  }
  const yaml = Object.entries(options).map(([key, value]) => `${key}: ${value}\n`)
  writeFileSync(join(folder, 'config.yaml'), yaml.join(''))
  const log4j = [
    'rootLogger.level = INFO',
    'rootLogger.appenderRef.file.ref = F',
    'appender.file.name = F',
    'appender.file.type = FILE',
    `appender.file.fileName = \${sys:log.file}`,
    'appender.file.layout.type = PatternLayout',
    'appender.file.layout.pattern = %d %-5p %c{1} - %m%n',
  ]
  writeFileSync(join(folder, 'log4j.properties'), log4j.map((line) => `${line}\n`).join(''))
  const settings: FlinkProcess = { libs, folder, heap: '768m' }
  const manager = spawnFlink(settings, 'org.apache.flink.runtime.entrypoint.StandaloneSessionClusterEntrypoint', [])
  const worker = spawnFlink(
    { ...settings, heap: '512m' },
    'org.apache.flink.runtime.taskexecutor.TaskManagerRunner',
    [],
  )
  const all: ChildProcess[] = [manager, worker]
  const end = () => {
    for (const child of all) child.kill('SIGKILL')
  }
  const stop = () => {
    end()
    process.off('exit', end)
    rmSync(folder, { recursive: true, force: true, maxRetries: 3 })
  }
  process.on('exit', end)
  const url = `http://127.0.0.1:${rest}`
  const deadline = performance.now() + START_MS
  for (;;) {
    try {
      const overview = (await (await fetch(`${url}/overview`)).json()) as { taskmanagers?: number }
      if (overview.taskmanagers === 1) break
    } catch {
      // Not yet: the port opens late.
    }
    if (all.some(({ exitCode }) => exitCode !== null) || performance.now() > deadline) {
      end()
      throw new Error(`Flink did not start, see ${folder}`)
    }
    await new Promise((resolve) => setTimeout(resolve, 300))
  }
  return {
    url,
    folder,
    taskManager: worker.pid ?? 0,
    cli: (args) => flinkCli({ ...settings, heap: '256m' }, args),
    async sql(script) {
      const file = join(folder, 'script.sql')
      writeFileSync(file, `SET 'execution.target' = 'remote';\n${script}\n`)
      const printed = await flinkSqlClient({ ...settings, heap: '384m' }, file)
      if (/\[ERROR\]/.test(printed)) throw new Error(printed)
      return [...printed.matchAll(/Job ID: ([0-9a-f]{32})/g)].map(([, id]) => id)
    },
    usage() {
      const maps = readFileSync(`/proc/${worker.pid}/maps`, 'utf8')
      const natives = new Set([...maps.matchAll(/\S*javet\S*\.so\S*/g)].map(([file]) => file)).size
      return {
        threads: execFileSync('ls', [`/proc/${worker.pid}/task`], { encoding: 'utf8' }).split('\n').length,
        natives,
      }
    },
    output: () => readFileSync(join(folder, 'TaskManagerRunner.out'), 'utf8'),
    stop,
  }
}
