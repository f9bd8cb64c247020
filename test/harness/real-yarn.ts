/**
 * A real YARN for a test: ResourceManager and NodeManager on free ports, with a folder of their own.
 *
 * Law: only what was started here is ended, by its own id: the two daemons, and containers, whose command lines name this folder.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePorts } from '../../scripts/kafka-distribution.ts'
import { configureYarn, installYarn, spawnYarn } from '../../scripts/yarn-distribution.ts'

export interface RealYarn {
  /** Web address of the ResourceManager. */
  readonly url: string
  /** What Flink's client needs in its environment. */
  readonly env: Readonly<Record<string, string>>
  /** What keeps Flink's containers on loopback and small. */
  readonly options: Readonly<Record<string, string>>
  applications(): Promise<readonly YarnApplication[]>
  stop(): Promise<void>
}

export interface YarnApplication {
  readonly id: string
  readonly state: string
  readonly finalStatus: string
  readonly trackingUrl: string
}

const START_MS = 90_000
const END_MS = 20_000

export async function startYarn(): Promise<RealYarn> {
  const jars = installYarn()
  const folder = mkdtempSync(join(tmpdir(), 'rivulet-yarn-'))
  const [scheduler, tracker, manager, admin, web, node, localizer, nodeWeb] = await freePorts(8)
  const conf = configureYarn(folder, jars, { scheduler, tracker, manager, admin, web, node, localizer, nodeWeb }, 4096)
  const daemons = [spawnYarn(folder, jars, 'resourcemanager'), spawnYarn(folder, jars, 'nodemanager')]
  const kill = () => {
    for (const each of daemons) each.kill('SIGKILL')
    for (const pid of containersOf(folder)) process.kill(pid, 'SIGKILL')
  }
  process.on('exit', kill)
  const url = `http://127.0.0.1:${web}`
  const get = async (path: string): Promise<unknown> => (await fetch(`${url}/ws/v1/cluster/${path}`)).json()
  const stop = async () => {
    // A NodeManager that is asked to end kills its containers.
    for (const each of daemons.toReversed()) {
      const ended = new Promise<void>((resolve) => each.once('exit', () => resolve()))
      if (each.exitCode !== null || !each.kill('SIGTERM')) continue
      await Promise.race([ended, new Promise((resolve) => setTimeout(resolve, END_MS).unref())])
    }
    kill()
    process.off('exit', kill)
    rmSync(folder, { recursive: true, force: true, maxRetries: 3 })
  }
  const deadline = performance.now() + START_MS
  for (;;) {
    try {
      const { clusterMetrics } = (await get('metrics')) as { clusterMetrics: { activeNodes: number } }
      if (clusterMetrics.activeNodes === 1) break
    } catch {
      // Not yet: the port opens late.
    }
    if (daemons.some(({ exitCode }) => exitCode !== null) || performance.now() > deadline) {
      kill()
      throw new Error(`YARN did not start, see ${folder}`)
    }
    await new Promise((resolve) => setTimeout(resolve, 300))
  }
  return {
    url,
    env: { HADOOP_CONF_DIR: conf, YARN_CONF_DIR: conf, HADOOP_CLASSPATH: join(jars.libs, '*') },
    options: {
      'yarn.staging-directory': `file://${join(folder, 'staging')}`,
      'yarn.properties-file.location': folder,
      'jobmanager.bind-host': '127.0.0.1',
      'taskmanager.bind-host': '127.0.0.1',
      'jobmanager.memory.process.size': '768m',
      'taskmanager.memory.process.size': '1024m',
    },
    async applications() {
      const { apps } = (await get('apps')) as { apps: { app: readonly YarnApplication[] } | null }
      return apps?.app ?? []
    },
    stop,
  }
}

/** Containers log into the folder, and say so on their command lines. */
function containersOf(folder: string): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .filter((name) => {
      try {
        return readFileSync(`/proc/${name}/cmdline`, 'utf8').includes(`${folder}/logs/`)
      } catch {
        return false // It has ended since the list was made.
      }
    })
    .map(Number)
}
